/** Measures of a piece of program before it is lowered. */

import type { Binding, Expression, Function as ProgramFunction, Statement, Variable } from '../../program/program.ts';

type LoopStatement = Extract<Statement, { kind: 'loop' }>;

/** Visits every expression inside. */
export function eachExpression(e: Expression, see: (e: Expression) => void): void {
  see(e);
  for (const part of partsOf(e)) eachExpression(part, see);
}

function partsOf(e: Expression): readonly Expression[] {
  switch (e.kind) {
    case 'constant':
    case 'binding':
    case 'override':
    case 'variable':
      return [];
    case 'deref':
      return [e.pointer];
    case 'member':
    case 'swizzle':
      return [e.base];
    case 'element':
      return [e.base, e.index];
    case 'load':
    case 'addressOf':
      return [e.place];
    case 'unary':
      return [e.operand];
    case 'convert':
      return [e.value];
    case 'binary':
      return [e.left, e.right];
    case 'construct':
    case 'builtin':
    case 'call':
      return e.args;
  }
}

/** The expressions directly in a statement, and the lists of statements inside it. */
function contents(s: Statement): { expressions: readonly Expression[]; lists: readonly (readonly Statement[])[] } {
  switch (s.kind) {
    case 'variable':
      return { expressions: s.variable.initial === null ? [] : [s.variable.initial], lists: [] };
    case 'let':
    case 'evaluate':
      return { expressions: [s.value], lists: [] };
    case 'assign':
    case 'compound':
      return { expressions: [s.place, s.value], lists: [] };
    case 'block':
      return { expressions: [], lists: [s.body] };
    case 'if':
      return { expressions: [s.condition], lists: [s.then, s.otherwise] };
    case 'loop': {
      const expressions = [s.condition, s.breakIf].filter((e) => e !== null);
      return { expressions, lists: [s.body, s.continuing] };
    }
    case 'switch':
      return { expressions: [s.selector], lists: s.cases.map(({ body }) => body) };
    case 'return':
      return { expressions: s.value === null ? [] : [s.value], lists: [] };
    case 'break':
    case 'continue':
      return { expressions: [], lists: [] };
  }
}

function eachStatement(body: readonly Statement[], see: (s: Statement) => void): void {
  for (const s of body) {
    see(s);
    for (const list of contents(s).lists) eachStatement(list, see);
  }
}

const sizes = new WeakMap<Statement | ProgramFunction, number>();

/** About how many instructions one round of a loop becomes. */
export function bodySize(loop: LoopStatement): number {
  return sizeOfStatement(loop) / plainTrip(loop);
}

function sizeOfList(body: readonly Statement[]): number {
  return body.reduce((size, s) => size + sizeOfStatement(s), 0);
}

function sizeOfStatement(s: Statement): number {
  let size = sizes.get(s);
  if (size === undefined) {
    const { expressions, lists } = contents(s);
    size = 1;
    for (const e of expressions) size += sizeOfExpression(e);
    for (const list of lists) size += sizeOfList(list);
    if (s.kind === 'loop') size *= plainTrip(s);
    sizes.set(s, size);
  }
  return size;
}

// Reading names and constants costs nothing.
const FREE: ReadonlySet<Expression['kind']> = new Set([
  'constant',
  'binding',
  'variable',
  'deref',
  'addressOf',
  'override',
  'member',
]);

function sizeOfExpression(e: Expression): number {
  let size = 0;
  eachExpression(e, (part) => {
    if (!FREE.has(part.kind)) size += part.kind === 'call' ? sizeOfCall(part.callee) : 1;
  });
  return size;
}

function sizeOfCall(callee: ProgramFunction): number {
  let size = sizes.get(callee);
  if (size === undefined) {
    size = sizeOfList(callee.body);
    sizes.set(callee, size);
  }
  return size;
}

/** The rounds of `i < 4u` with a step of 1 from 0, going by the text alone; 1 where that says nothing. */
function plainTrip({ condition, continuing }: LoopStatement): number {
  if (condition?.kind !== 'binary' || condition.right.kind !== 'constant') return 1;
  if (condition.op !== '<' && condition.op !== '<=') return 1;
  const last = continuing.at(-1);
  const step = last?.kind === 'compound' && last.op === '+' && last.value.kind === 'constant' ? last.value.value : 1;
  const trip = Math.ceil(Number(condition.right.value) / Number(step));
  return trip >= 1 && trip <= 64 ? trip : 1;
}

/** Whether a loop indexes an array of a function or private variable by its counter. */
export function indexesBy(loop: LoopStatement, counter: Variable): boolean {
  let found = false;
  const look = (e: Expression) => {
    if (e.kind === 'element' && isOfFunction(e.base)) {
      eachExpression(e.index, (part) => {
        found ||= part.kind === 'variable' && part.variable === counter;
      });
    }
  };
  eachStatement(loop.body, (s) => {
    for (const e of contents(s).expressions) eachExpression(e, look);
  });
  return found;
}

function isOfFunction(base: Expression): boolean {
  let root = base;
  while (root.kind === 'member' || root.kind === 'element') root = root.base;
  if (root.kind === 'variable') return root.variable.space === 'function' || root.variable.space === 'private';
  return root.kind === 'deref' && root.pointer.type?.kind === 'pointer' && root.pointer.type.space === 'function';
}

/** The `let`s at the top level of a list; the rest is not in scope behind it. */
export function declaredIn(body: readonly Statement[]): Binding[] {
  return body.flatMap((s) => (s.kind === 'let' && s.binding.type.kind !== 'pointer' ? [s.binding] : []));
}

/** The `let`s and parameters that statements and an expression read. */
export function mentions(body: readonly Statement[], last: Expression | null): Set<Binding> {
  const found = new Set<Binding>();
  const look = (e: Expression) => {
    if (e.kind === 'binding') found.add(e.binding);
  };
  eachStatement(body, (s) => {
    for (const e of contents(s).expressions) eachExpression(e, look);
  });
  if (last !== null) eachExpression(last, look);
  return found;
}
