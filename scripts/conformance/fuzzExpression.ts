import { float, matrix, small } from './fuzzFloat.ts';
import type { Random } from './fuzzRandom.ts';
import { BOOL, isFloat, type Place, partsOf, type Shape, same, scalar, typeText, U32, vector } from './fuzzShape.ts';

/**
 * A generated expression. Floats are kept exact, so that every correct implementation gives the same bits: each is a
 * multiple of 2^-`fraction` of magnitude up to `bound`, and what would need more than 24 bits is first brought back.
 */
export interface Expression {
  readonly text: string;
  /** Nothing in it is read from memory: operations on two such would be evaluated, and may be refused, by the compiler. */
  readonly literal: boolean;
  readonly bound: number;
  readonly fraction: number;
}

export interface Callable {
  readonly name: string;
  readonly parameters: readonly Shape[];
  readonly result: Shape;
}

/** What expressions at one point of a program may use. */
export interface Scope {
  readonly random: Random;
  readonly places: readonly Place[];
  readonly functions: readonly Callable[];
}

/** The largest magnitude of a float in memory: all of them are whole numbers. */
export const STORED = 1024;

export function expression(scope: Scope, shape: Shape, depth: number): Expression {
  const { random } = scope;
  if (depth <= 0 || random.chance(0.15)) return leaf(scope, shape, depth);
  if (random.chance(0.12)) return call(scope, shape, depth) ?? leaf(scope, shape, depth);
  switch (shape.kind) {
    case 'scalar':
    case 'vector':
      return shape.of === 'bool'
        ? boolean(scope, shape, depth)
        : shape.of === 'f32'
          ? float(scope, shape, depth)
          : integer(scope, shape, depth);
    case 'matrix':
      return matrix(scope, shape, depth);
    case 'array':
    case 'struct':
      return constructed(scope, shape, depth);
  }
}

/** A float for memory: whole and small. Anything else is stored as it is. */
export function storable(scope: Scope, shape: Shape, depth: number): string {
  const value = expression(scope, shape, depth);
  return isFloat(shape) && (value.bound > STORED || value.fraction > 0) ? small(value, shape).text : value.text;
}

/** An unsigned index below `count`. */
export function indexBelow(scope: Scope, count: number, depth = 1): string {
  if (scope.random.chance(0.4)) return `${scope.random.below(count)}${scope.random.pick(['', 'u'])}`;
  const { text } = expression({ ...scope, functions: [] }, U32, depth);
  return (count & (count - 1)) === 0 ? `(${text}) & ${count - 1}u` : `(${text}) % ${count}u`;
}

function leaf(scope: Scope, shape: Shape, depth: number): Expression {
  return scope.random.chance(0.75)
    ? (read(scope, shape) ?? literal(scope, shape, depth))
    : literal(scope, shape, depth);
}

/** A value that is certainly read at run time, or a conversion of one. */
function runtime(scope: Scope, shape: Shape): Expression {
  const found = read(scope, shape);
  if (found) return found;
  const text =
    shape.kind === 'vector'
      ? `${typeText(shape)}(${scalarInput(shape.of)})`
      : scalarInput((shape as { of: string }).of);
  return { text, literal: false, bound: STORED, fraction: 0 };
}

function scalarInput(of: string): string {
  return of === 'i32' ? 'inI[3]' : of === 'u32' ? 'inU[5]' : of === 'f32' ? 'inF[2]' : '(inU[1] > 3u)';
}

function read(scope: Scope, shape: Shape): Expression | undefined {
  const { random } = scope;
  for (let attempt = 0; attempt < 12 && scope.places.length > 0; attempt++) {
    let place = random.pick(scope.places);
    for (let step = 0; step < 4; step++) {
      if (same(place.shape, shape)) return { text: place.text, literal: false, bound: STORED, fraction: 0 };
      const parts = partsOf(place, random, (count) => simpleIndex(random, count));
      if (parts.length === 0) break;
      place = random.pick(parts);
    }
  }
  return undefined;
}

function simpleIndex(random: Random, count: number): string {
  if (random.chance(0.5)) return `${random.below(count)}`;
  return (count & (count - 1)) === 0
    ? `inU[${random.below(64)}] & ${count - 1}u`
    : `inU[${random.below(64)}] % ${count}u`;
}

function literal(scope: Scope, shape: Shape, depth: number): Expression {
  const { random } = scope;
  const constant = (text: string, bound = 16): Expression => ({ text, literal: true, bound, fraction: 0 });
  switch (shape.kind) {
    case 'scalar': {
      if (shape.of === 'bool') return constant(random.pick(['true', 'false']));
      if (shape.of === 'f32') return constant(`${random.below(16)}${random.pick(['.0', 'f', '.0f'])}`);
      const value = random.pick([random.below(16), random.below(16), random.below(2 ** 31)]);
      return constant(shape.of === 'u32' ? `${value}u` : `${value}i`);
    }
    case 'vector':
      if (random.chance(0.2)) return constant(`${typeText(shape)}()`);
      return constant(`${typeText(shape)}(${literal(scope, scalar(shape.of), depth).text})`);
    case 'matrix':
      return constant(`${typeText(shape)}()`);
    case 'array':
    case 'struct':
      return depth > 0 ? constructed(scope, shape, 0) : constant(`${typeText(shape)}()`);
  }
}

function call(scope: Scope, shape: Shape, depth: number): Expression | undefined {
  const fitting = scope.functions.filter(({ result }) => same(result, shape));
  if (fitting.length === 0) return undefined;
  const { name, parameters } = scope.random.pick(fitting);
  const args = parameters.map((parameter) => storable(scope, parameter, depth - 2));
  return { text: `${name}(${args.join(', ')})`, literal: false, bound: STORED, fraction: 0 };
}

function constructed(scope: Scope, shape: Shape, depth: number): Expression {
  const parts =
    shape.kind === 'array'
      ? Array.from({ length: shape.count }, () => shape.element)
      : shape.kind === 'struct'
        ? shape.members.map((member) => member.shape)
        : [];
  const args = parts.map((part) => storable(scope, part, Math.min(depth - 1, 1)));
  return { text: `${typeText(shape)}(${args.join(', ')})`, literal: false, bound: STORED, fraction: 0 };
}

export type Numeric = Extract<Shape, { kind: 'scalar' | 'vector' }>;

export const value = (text: string, bound = STORED, fraction = 0): Expression => ({
  text,
  literal: false,
  bound,
  fraction,
});

/** The value of an operation that the compiler evaluates when all its operands are literal. */
export const operation = (text: string, from: readonly Expression[], bound = STORED): Expression => ({
  ...value(text, bound),
  literal: from.every(({ literal }) => literal),
});

/** The same width with another scalar in it. */
export function like(shape: Numeric, of: 'i32' | 'u32' | 'f32' | 'bool'): Numeric {
  return shape.kind === 'scalar' ? scalar(of) : vector(shape.width, of);
}

/** Two operands of which one is read at run time: the compiler would refuse an overflow of constants. */
export function operands(scope: Scope, shape: Numeric, depth: number): [Expression, Expression] {
  const a = expression(scope, shape, depth - 1);
  const b = expression(scope, shape, depth - 1);
  return a.literal && b.literal ? [runtime(scope, shape), b] : [a, b];
}

function integer(scope: Scope, shape: Numeric, depth: number): Expression {
  const { random } = scope;
  const signed = shape.of === 'i32';
  const one = () => {
    const found = expression(scope, shape, depth - 1);
    return found.literal ? runtime(scope, shape).text : found.text;
  };
  const amount = () =>
    `(${expression(scope, like(shape, 'u32'), depth - 1).text} & ${splat(like(shape, 'u32'), '31u')})`;
  switch (random.below(16)) {
    case 0:
    case 1:
    case 2:
    case 3: {
      const [a, b] = operands(scope, shape, depth);
      return value(`(${a.text} ${random.pick(['+', '-', '*', '&', '|', '^'])} ${b.text})`);
    }
    case 4: {
      // A constant divisor must not be zero, a run-time one may be: WGSL says what comes then.
      const divisor = random.chance(0.5)
        ? splat(shape, `${1 + random.below(9)}${signed ? 'i' : 'u'}`)
        : runtime(scope, shape).text;
      return value(`(${one()} ${random.pick(['/', '%'])} ${divisor})`);
    }
    case 5:
      return value(
        `(${one()} ${random.pick(['<<', '>>'])} ${random.chance(0.5) ? splat(like(shape, 'u32'), `${random.below(32)}u`) : amount()})`,
      );
    case 6:
      return value(random.chance(0.5) || !signed ? `(~${one()})` : `(-${one()})`);
    case 7:
      return value(`${random.pick(['min', 'max'])}(${one()}, ${one()})`);
    case 8:
      return value(`${random.pick(BITS)}(${one()})`);
    case 9:
      return value(`extractBits(${one()}, ${1 + random.below(20)}u, ${1 + random.below(12)}u)`);
    case 10:
      return value(`insertBits(${one()}, ${one()}, ${random.below(20)}u, ${1 + random.below(12)}u)`);
    case 11:
      return value(
        `select(${one()}, ${one()}, ${expression(scope, random.chance(0.5) ? BOOL : like(shape, 'bool'), depth - 1).text})`,
      );
    case 12:
      return value(
        `${random.pick([`bitcast<${typeText(shape)}>`, typeText(shape)])}(${nonLiteral(scope, like(shape, signed ? 'u32' : 'i32'), depth)})`,
      );
    case 13: {
      const source = small(expression(scope, like(shape, 'f32'), depth - 1), like(shape, 'f32'));
      return operation(`${typeText(shape)}(${source.text})`, [source]);
    }
    case 14:
      if (shape.kind === 'scalar') {
        const operand = vector(2 + random.below(3), shape.of);
        return value(`dot(${nonLiteral(scope, operand, depth)}, ${nonLiteral(scope, operand, depth)})`);
      }
      return swizzle(scope, shape, depth);
    default:
      if (shape.kind === 'scalar') return value(`${typeText(shape)}(${nonLiteral(scope, BOOL, depth)})`);
      {
        const parts = Array.from({ length: shape.width }, () => expression(scope, scalar(shape.of), depth - 2));
        return operation(`${typeText(shape)}(${parts.map(({ text }) => text).join(', ')})`, parts);
      }
  }
}

const BITS = [
  'countOneBits',
  'reverseBits',
  'firstLeadingBit',
  'firstTrailingBit',
  'countLeadingZeros',
  'countTrailingZeros',
  'abs',
];

export function nonLiteral(scope: Scope, shape: Numeric, depth: number): string {
  const found = expression(scope, shape, depth - 1);
  return found.literal ? runtime(scope, shape).text : found.text;
}

export function splat(shape: Shape, text: string): string {
  return shape.kind === 'vector' ? `${typeText(shape)}(${text})` : text;
}

export function swizzle(scope: Scope, shape: Extract<Shape, { kind: 'vector' }>, depth: number): Expression {
  const { random } = scope;
  const from = 2 + random.below(3);
  const letters = Array.from({ length: shape.width }, () => 'xyzw'[random.below(from)]).join('');
  const source = expression(scope, vector(from, shape.of), depth - 1);
  return { ...source, text: `${source.text}.${letters}` };
}

function boolean(scope: Scope, shape: Numeric, depth: number): Expression {
  const { random } = scope;
  const compared = like(shape, random.pick(['i32', 'u32', 'f32'] as const));
  switch (random.below(6)) {
    case 0: {
      const a = expression(scope, shape, depth - 1);
      return operation(`(!${a.text})`, [a]);
    }
    case 1:
    case 2: {
      const [a, b] = operands(scope, shape, depth);
      const operators = shape.kind === 'scalar' ? ['&&', '||', '&', '|', '==', '!='] : ['&', '|', '==', '!='];
      return value(`(${a.text} ${random.pick(operators)} ${b.text})`);
    }
    case 3:
      if (shape.kind === 'scalar') {
        const a = expression(scope, vector(2 + random.below(3), 'bool'), depth - 1);
        return operation(`${random.pick(['all', 'any'])}(${a.text})`, [a]);
      }
      return swizzle(scope, shape, depth);
    default: {
      const [a, b] = operands(scope, compared, depth);
      return value(`(${a.text} ${random.pick(['<', '<=', '>', '>=', '==', '!='])} ${b.text})`);
    }
  }
}
