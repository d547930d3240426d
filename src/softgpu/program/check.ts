/**
 * Checks a module and gives it meaning: names resolved, types known, constants
 * folded. https://www.w3.org/TR/WGSL/
 */

import type { Declaration, Directive, FunctionDeclaration, Module, Span } from '../wgsl/ast.ts';
import type { Diagnostic } from '../wgsl/diagnostics.ts';
import { checkAliasing } from './aliasing.ts';
import { checkAssertion } from './assertion.ts';
import { checkBlendSources } from './blendSource.ts';
import { calleesFirst } from './callGraph.ts';
import { Context, Environment, type OverrideValues } from './context.ts';
import { inOrder, type NamedDeclaration, reachable } from './dependencies.ts';
import { checkDirectives } from './directives.ts';
import { checkPlainFunction, entryPoint } from './entryPoints.ts';
import { type FunctionRecord, stageOf } from './functionRecord.ts';
import { checkFunction, declareFunction } from './functions.ts';
import { globalVariable, overrideMeaning } from './globals.ts';
import { constMeaning } from './locals.ts';
import type { Meaning } from './meaning.ts';
import type { EntryPoint, Override, Program, Variable } from './program.ts';
import { checkStageAttributes } from './stageInterface.ts';
import { declareStruct } from './structs.ts';
import { typeExpression } from './typeExpression.ts';
import { checkUniformity } from './uniformity/uniformity.ts';
import type { StructType } from './wgslType.ts';

export interface CheckOptions {
  /** Features of the device; null allows every extension. */
  readonly features?: ReadonlySet<string> | null;
  /** Checks only what this entry point reaches, as making a pipeline of it does. */
  readonly entryPoint?: string | null;
}

export interface Checked {
  /** Null if there is an error among the diagnostics. */
  readonly program: Program | null;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Checks `module` with the values of its overrides, by name or by the decimal
 * `@id` of those that have one. Null stands for values not known yet: what
 * depends on them is checked for its type only.
 */
export function checkModule(module: Module, overrides: OverrideValues | null, options: CheckOptions = {}): Checked {
  const context = new Context(module.source, overrides);
  checkDirectives(context, module, options.features ?? null);
  const { entryPoint = null } = options;
  const declarations = entryPoint === null ? module.declarations : reachable(module, entryPoint);
  const program = new ModuleChecker(context).check(declarations, module.directives);
  const isValid = context.diagnostics.every(({ severity }) => severity !== 'error');
  return { program: isValid ? program : null, diagnostics: context.diagnostics };
}

class ModuleChecker {
  readonly #context: Context;
  readonly #structs: StructType[] = [];
  readonly #variables: Variable[] = [];
  readonly #overrides: Override[] = [];
  readonly #records: FunctionRecord[] = [];

  constructor(context: Context) {
    this.#context = context;
  }

  check(declarations: readonly Declaration[], directives: readonly Directive[]): Program {
    const named = this.#distinct(declarations);
    const { order, cycles } = inOrder(named);
    for (const { names, span } of cycles) {
      this.#context.report(
        span,
        `'${names[0]}' depends on itself: ${names.map((name) => `'${name}'`).join(' needs ')}`,
      );
      this.#declare(names[0]!, { kind: 'broken' }, span);
    }
    for (const node of named) {
      if (node.kind === 'function') this.#declare(node.name.text, { kind: 'functionName' }, node.name.span);
    }
    for (const declaration of order) if (!this.#context.globals.has(declaration.name.text)) this.#global(declaration);
    this.#checkOverrideIds();
    for (const node of named) if (node.kind === 'function') this.#signature(node);
    for (const node of declarations)
      if (node.kind === 'constAssert') this.#attempt(() => checkAssertion(new Environment(this.#context, null), node));
    for (const record of this.#records) checkFunction(this.#context, record);
    const functions = calleesFirst(this.#context, this.#records);
    checkAliasing(this.#context, functions);
    const entryPoints = this.#entryPoints();
    checkUniformity(this.#context, functions, directives);
    return {
      structs: this.#structs,
      variables: inSourceOrder(this.#variables),
      functions: functions.map((record) => record.function),
      entryPoints,
      overrides: inSourceOrder(this.#overrides),
    };
  }

  /** Declarations with a name, the first of each. */
  #distinct(declarations: readonly Declaration[]): NamedDeclaration[] {
    const byName = new Map<string, NamedDeclaration>();
    for (const declaration of declarations) {
      if (declaration.kind === 'constAssert') continue;
      const { text, span } = declaration.name;
      if (byName.has(text)) this.#context.report(span, `'${text}' is already declared in this module`);
      else byName.set(text, declaration);
    }
    return [...byName.values()];
  }

  #attempt<T>(check: () => T): T | null {
    return this.#context.attempt(check);
  }

  #declare(name: string, meaning: Meaning, span: Span, overrides: ReadonlySet<Override> = new Set()): void {
    this.#context.globals.set(name, { meaning, overrides, span });
  }

  #global(node: NamedDeclaration): void {
    const env = new Environment(this.#context, null);
    const meaning = this.#attempt(() => this.#meaning(env, node));
    this.#declare(node.name.text, meaning ?? { kind: 'broken' }, node.name.span, env.overrides);
  }

  #meaning(env: Environment, node: NamedDeclaration): Meaning {
    switch (node.kind) {
      case 'alias':
        return { kind: 'type', type: typeExpression(env, node.type) };
      case 'const':
        return constMeaning(env, node);
      case 'override': {
        const meaning = overrideMeaning(env, node);
        this.#overrides.push(meaning.override);
        return meaning;
      }
      case 'struct': {
        const type = declareStruct(env, node);
        for (const [i, member] of type.members.entries())
          checkStageAttributes(this.#context, member.type, node.members[i]!.attributes);
        checkBlendSources(this.#context, type, node.members);
        this.#structs.push(type);
        return { kind: 'type', type };
      }
      case 'var': {
        const variable = globalVariable(env, node);
        this.#variables.push(variable);
        return { kind: 'variable', variable };
      }
      case 'function':
        return { kind: 'functionName' };
    }
  }

  #checkOverrideIds(): void {
    const taken = new Set<number>();
    for (const { id, name, span } of inSourceOrder(this.#overrides)) {
      if (id === null) continue;
      if (taken.has(id)) this.#context.report(span, `override '${name}' has an @id that is taken: ${id}`);
      taken.add(id);
    }
  }

  #signature(node: FunctionDeclaration): void {
    const record = this.#attempt(() => declareFunction(this.#context, node));
    const { text, span } = node.name;
    this.#declare(text, record === null ? { kind: 'broken' } : { kind: 'function', callee: record }, span);
    if (record !== null) this.#records.push(record);
  }

  #entryPoints(): EntryPoint[] {
    const entryPoints: EntryPoint[] = [];
    for (const record of this.#records) {
      const stage = stageOf(record.declaration);
      const checked = this.#attempt(() => {
        if (stage !== null) return entryPoint(this.#context, record, stage, (variable) => this.#overridesOf(variable));
        checkPlainFunction(record.declaration);
        return null;
      });
      if (checked !== null) entryPoints.push(checked);
    }
    return entryPoints;
  }

  #overridesOf({ name }: Variable): ReadonlySet<Override> {
    return this.#context.globals.get(name)?.overrides ?? new Set();
  }
}

function inSourceOrder<T extends { readonly span: Span }>(items: readonly T[]): T[] {
  return [...items].sort((a, b) => a.span.offset - b.span.offset);
}
