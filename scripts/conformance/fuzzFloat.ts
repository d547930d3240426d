import {
  type Expression,
  expression,
  like,
  type Numeric,
  nonLiteral,
  operands,
  operation,
  type Scope,
  STORED,
  splat,
  swizzle,
  value,
} from './fuzzExpression.ts';
import { BOOL, type Shape, typeText, vector } from './fuzzShape.ts';

export function float(scope: Scope, shape: Numeric, depth: number): Expression {
  const { random } = scope;
  const one = () => expression(scope, shape, depth - 1);
  switch (random.below(13)) {
    case 0:
    case 1:
    case 2: {
      const [a, b] = operands(scope, shape, depth);
      return sum(a, b, random.pick(['+', '-']), shape);
    }
    case 3:
    case 4: {
      const [a, b] = operands(scope, shape, depth);
      return product(a, b, shape);
    }
    case 5: {
      const [a, b] = operands(scope, shape, depth);
      return { ...wider(a, b), text: `${random.pick(['min', 'max'])}(${a.text}, ${b.text})` };
    }
    case 6: {
      const a = one();
      return {
        ...a,
        bound: a.bound + 1,
        text: `${random.pick(['floor', 'ceil', 'trunc', 'round', 'abs'])}(${a.text})`,
      };
    }
    case 7: {
      const a = one();
      return { ...a, text: `(-${a.text})` };
    }
    case 8: {
      const [a, b] = operands(scope, shape, depth);
      return {
        ...wider(a, b),
        text: `select(${a.text}, ${b.text}, ${expression(scope, random.chance(0.5) ? BOOL : like(shape, 'bool'), depth - 1).text})`,
      };
    }
    case 9: {
      const of = random.pick(['i32', 'u32'] as const);
      const source = nonLiteral(scope, like(shape, of), depth);
      return value(`${typeText(shape)}(${source} & ${splat(like(shape, of), of === 'u32' ? '1023u' : '1023i')})`);
    }
    case 10: {
      const [a, b] = operands(scope, shape, depth);
      const c = small(one(), shape);
      const [x, y] = [small(a, shape), small(b, shape)];
      return value(`fma(${x.text}, ${y.text}, ${c.text})`, STORED * STORED + STORED);
    }
    case 11: {
      // Halves come in here: products of them stay exact as long as their bits are counted.
      const a = small(one(), shape);
      return { ...a, text: `(${a.text} * 0.5)`, bound: a.bound / 2, fraction: 1 };
    }
    default:
      if (shape.kind === 'vector')
        return random.chance(0.5) ? swizzle(scope, shape, depth) : transformed(scope, shape, depth);
      return dotted(scope, depth);
  }
}

function dotted(scope: Scope, depth: number): Expression {
  const operand = vector(2 + scope.random.below(3), 'f32');
  const [a, b] = [
    small(expression(scope, operand, depth - 1), operand),
    small(expression(scope, operand, depth - 1), operand),
  ];
  return operation(`dot(${a.text}, ${b.text})`, [a, b], 4 * STORED * STORED);
}

/** A matrix times a vector, or a vector times a matrix. */
function transformed(scope: Scope, shape: Extract<Shape, { kind: 'vector' }>, depth: number): Expression {
  const other = 2 + scope.random.below(3);
  const left = scope.random.chance(0.5);
  const matrixShape: Shape = left
    ? { kind: 'matrix', columns: other, rows: shape.width }
    : { kind: 'matrix', columns: shape.width, rows: other };
  const m = small(expression(scope, matrixShape, depth - 2), matrixShape);
  const operand = vector(other, 'f32');
  const v = small(expression(scope, operand, depth - 2), operand);
  return operation(left ? `(${m.text} * ${v.text})` : `(${v.text} * ${m.text})`, [m, v], 4 * STORED * STORED);
}

export function matrix(scope: Scope, shape: Extract<Shape, { kind: 'matrix' }>, depth: number): Expression {
  const { random } = scope;
  const { columns, rows } = shape;
  switch (random.below(5)) {
    case 0: {
      const [a, b] = [expression(scope, shape, depth - 1), expression(scope, shape, depth - 1)];
      return sum(a, b, random.pick(['+', '-']), shape);
    }
    case 1: {
      const transposed: Shape = { kind: 'matrix', columns: rows, rows: columns };
      const a = expression(scope, transposed, depth - 1);
      return { ...a, text: `transpose(${a.text})` };
    }
    case 2: {
      const inner = 2 + random.below(3);
      const [p, q]: Shape[] = [
        { kind: 'matrix', columns: inner, rows },
        { kind: 'matrix', columns, rows: inner },
      ];
      const [a, b] = [small(expression(scope, p!, depth - 2), p!), small(expression(scope, q!, depth - 2), q!)];
      return operation(`(${a.text} * ${b.text})`, [a, b], 4 * STORED * STORED);
    }
    default: {
      const column = vector(rows, 'f32');
      const parts = Array.from({ length: columns }, () => small(expression(scope, column, depth - 2), column));
      return operation(`${typeText(shape)}(${parts.map(({ text }) => text).join(', ')})`, parts);
    }
  }
}

function wider(a: Expression, b: Expression): Expression {
  return { text: '', literal: false, bound: Math.max(a.bound, b.bound), fraction: Math.max(a.fraction, b.fraction) };
}

const EXACT = 2 ** 23;

function sum(a: Expression, b: Expression, operator: string, shape: Shape): Expression {
  const { fraction } = wider(a, b);
  if ((a.bound + b.bound) * 2 ** fraction > EXACT) return sum(small(a, shape), small(b, shape), operator, shape);
  return { ...operation(`(${a.text} ${operator} ${b.text})`, [a, b], a.bound + b.bound), fraction };
}

function product(a: Expression, b: Expression, shape: Shape): Expression {
  const fraction = a.fraction + b.fraction;
  if (a.bound * b.bound * 2 ** fraction > EXACT) return product(small(a, shape), small(b, shape), shape);
  return value(`(${a.text} * ${b.text})`, a.bound * b.bound, fraction);
}

/** Brings a float back to a whole number from 0 to below 1024, by a function of the program's prelude. */
export function small(a: Expression, shape: Shape): Expression {
  if (a.bound <= STORED && a.fraction === 0) return a;
  const name =
    shape.kind === 'matrix'
      ? `small${shape.columns}x${shape.rows}`
      : shape.kind === 'vector'
        ? `small${shape.width}`
        : 'small';
  return value(`${name}(${a.text})`);
}
