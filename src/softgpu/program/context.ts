import type { Span } from '../wgsl/ast.ts';
import type { Diagnostic } from '../wgsl/diagnostics.ts';
import type { FunctionRecord, Root } from './functionRecord.ts';
import type { Global, Meaning } from './meaning.ts';
import { predeclared } from './predeclared.ts';
import type { Binding, Override } from './program.ts';
import { Rejection, rejectSilently } from './rejection.ts';
import type { StructInterface } from './structs.ts';
import type { StructType } from './wgslType.ts';

/** Values of overrides, by name or, where the override has `@id`, by its decimal id. */
export type OverrideValues = ReadonlyMap<string, number | boolean>;

/** What is known about the module while it is checked. */
export class Context {
  readonly diagnostics: Diagnostic[] = [];
  readonly globals = new Map<string, Global>();
  readonly extensions = new Set<string>();
  /** Attributes of the members of structures that a shader stage may use as input or output. */
  readonly interfaces = new Map<StructType, StructInterface>();

  constructor(
    readonly source: string,
    readonly values: OverrideValues | null,
  ) {}

  report(span: Span, message: string): void {
    this.diagnostics.push({ severity: 'error', message, span });
  }

  /** Runs one declaration's or statement's check; reports what it rejects. */
  attempt<T>(check: () => T): T | null {
    try {
      return check();
    } catch (error) {
      if (!(error instanceof Rejection)) throw error;
      if (error.message !== null) this.report(error.span, error.message);
      return null;
    }
  }
}

/** Where an expression stands: its scopes, and the function or declaration whose uses it counts for. */
export class Environment {
  /** Null at module scope. */
  readonly record: FunctionRecord | null;
  readonly overrides: Set<Override>;
  /** Originating variables of the pointers that `let`s and parameters hold. */
  readonly roots = new Map<Binding, Root>();
  /** False where a short-circuit skips evaluation: expressions are typed, but their values do not count. */
  evaluating = true;
  /** Local names that a `continue` may have skipped; set while a `continuing` is checked. */
  skipped: ReadonlySet<Meaning> | null = null;
  /** How deep the expression at hand is nested. */
  depth = 0;
  #scopes: (Map<string, Meaning> | null)[] = [];

  constructor(
    readonly module: Context,
    record: FunctionRecord | null,
  ) {
    this.record = record;
    this.overrides = record?.overrides ?? new Set();
  }

  enterScope(): void {
    this.#scopes.push(null);
  }

  leaveScope(): void {
    this.#scopes.pop();
  }

  get scopeCount(): number {
    return this.#scopes.length;
  }

  /** How many names scope `level` has so far. */
  declaredCount(level: number): number {
    return this.#scopes[level]?.size ?? 0;
  }

  /** The names that scope `level` got after its first `count`. */
  declaredSince(level: number, count: number): Set<Meaning> {
    return new Set([...(this.#scopes[level]?.values() ?? [])].slice(count));
  }

  /** Forgets where a rejected expression was left. */
  reset(scopeCount: number): void {
    this.depth = 0;
    this.evaluating = true;
    this.#scopes.length = scopeCount;
  }

  /** Declares a name in the innermost scope; false where the scope has it already. */
  declare(name: string, meaning: Meaning): boolean {
    const innermost = this.#scopes.length - 1;
    let scope = this.#scopes[innermost];
    if (!scope) {
      scope = new Map();
      this.#scopes[innermost] = scope;
    }
    if (scope.has(name)) return false;
    scope.set(name, meaning);
    return true;
  }

  /** What the name means here; undefined where nothing declares it. */
  lookup(name: string, span: Span): Meaning | undefined {
    for (let i = this.#scopes.length - 1; i >= 0; i--) {
      const found = this.#scopes[i]?.get(name);
      if (found !== undefined) return known(found, span);
    }
    const global = this.module.globals.get(name);
    if (global === undefined) return predeclared(name);
    for (const override of global.overrides) this.overrides.add(override);
    if (global.meaning.kind === 'override') this.overrides.add(global.meaning.override);
    return known(global.meaning, span);
  }
}

function known(meaning: Meaning, span: Span): Meaning {
  if (meaning.kind === 'broken') rejectSilently(span);
  return meaning;
}
