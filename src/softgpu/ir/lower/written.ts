/** Which variables a piece of program may write, found before it is lowered. */

import type { Binding, Expression, Function as ProgramFunction, Statement, Variable } from '../../program/program.ts';
import type { Register } from '../ir.ts';
import type { Context } from './context.ts';

/** A variable, or a pointer from outside through which something is written. */
type Origin = Variable | Binding;

type LoopStatement = Extract<Statement, { kind: 'loop' }>;

/** The registers of variables that a loop may write. */
export function writtenRegisters(c: Context, loop: LoopStatement): Register[] {
  const registers: Register[] = [];
  for (const origin of writtenIn(loop)) {
    for (const leaf of localOf(c, origin)?.leaves.values() ?? []) registers.push(leaf.register);
  }
  return registers;
}

/** Whether a statement, or one of a list, may write a variable. */
export function writes(c: Context, code: Statement | readonly Statement[], variable: Variable): boolean {
  const local = c.locals.get(variable);
  for (const origin of writtenIn(code)) if (origin === variable || localOf(c, origin) === local) return true;
  return false;
}

function localOf(c: Context, origin: Origin) {
  if ('space' in origin) return c.locals.get(origin);
  let place = c.places.get(origin);
  while (place?.kind === 'part') place = place.of;
  return place?.kind === 'local' ? place.local : undefined;
}

const known = new WeakMap<object, ReadonlySet<Origin>>();

function writtenIn(code: Statement | readonly Statement[]): ReadonlySet<Origin> {
  let found = known.get(code);
  if (found === undefined) {
    const search = new Search();
    if ('kind' in code) search.statement(code);
    else search.statements(code);
    found = search.found;
    known.set(code, found);
  }
  return found;
}

class Search {
  readonly found = new Set<Origin>();
  readonly #pointers = new Map<Binding, Expression>();

  statements(body: readonly Statement[]): void {
    for (const each of body) this.statement(each);
  }

  statement(s: Statement): void {
    switch (s.kind) {
      case 'variable':
        if (s.variable.initial !== null) this.#expression(s.variable.initial);
        break;
      case 'let':
        if (s.binding.type.kind === 'pointer') this.#pointers.set(s.binding, s.value);
        this.#expression(s.value);
        break;
      case 'assign':
      case 'compound':
        this.#write(s.place);
        this.#expression(s.place);
        this.#expression(s.value);
        break;
      case 'evaluate':
        this.#expression(s.value);
        break;
      case 'block':
        this.statements(s.body);
        break;
      case 'if':
        this.#expression(s.condition);
        this.statements(s.then);
        this.statements(s.otherwise);
        break;
      case 'loop':
        if (s.condition !== null) this.#expression(s.condition);
        this.statements(s.body);
        this.statements(s.continuing);
        if (s.breakIf !== null) this.#expression(s.breakIf);
        break;
      case 'switch':
        this.#expression(s.selector);
        for (const each of s.cases) this.statements(each.body);
        break;
      case 'return':
        if (s.value !== null) this.#expression(s.value);
        break;
      case 'break':
      case 'continue':
        break;
    }
  }

  /** Adds the variable at the root of a place or pointer. */
  #write(e: Expression): void {
    let root = e;
    for (;;) {
      if (root.kind === 'member' || root.kind === 'element' || root.kind === 'swizzle') root = root.base;
      else if (root.kind === 'deref') root = root.pointer;
      else if (root.kind === 'addressOf') root = root.place;
      else if (root.kind === 'binding' && this.#pointers.has(root.binding)) root = this.#pointers.get(root.binding)!;
      else break;
    }
    if (root.kind === 'variable') this.found.add(root.variable);
    else if (root.kind === 'binding') this.found.add(root.binding);
  }

  // Only calls write.
  #expression(e: Expression): void {
    switch (e.kind) {
      case 'call':
        this.#call(e.callee, e.args);
        for (const arg of e.args) this.#expression(arg);
        break;
      case 'construct':
      case 'builtin':
        for (const arg of e.args) this.#expression(arg);
        break;
      case 'member':
      case 'swizzle':
        this.#expression(e.base);
        break;
      case 'element':
        this.#expression(e.base);
        this.#expression(e.index);
        break;
      case 'load':
      case 'addressOf':
        this.#expression(e.place);
        break;
      case 'deref':
        this.#expression(e.pointer);
        break;
      case 'unary':
        this.#expression(e.operand);
        break;
      case 'convert':
        this.#expression(e.value);
        break;
      case 'binary':
        this.#expression(e.left);
        this.#expression(e.right);
        break;
      default:
    }
  }

  #call(callee: ProgramFunction, args: readonly Expression[]): void {
    for (const origin of writtenIn(callee.body)) {
      const parameter = 'space' in origin ? -1 : callee.parameters.indexOf(origin);
      if (parameter < 0) this.found.add(origin);
      else this.#write(args[parameter]!);
    }
  }
}
