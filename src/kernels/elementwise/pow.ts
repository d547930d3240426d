import { defineOp } from '../../tensor/engine/op.ts';
import type { Shape } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { binary, type Operand } from './binaryOp.ts';
import { EXPONENTIAL, LOGARITHM, POWER } from './mathFunctions.ts';
import { reciprocalRow, rsqrtRow, sqrtRow, squareRow } from './unary.ts';
import { unary } from './unaryOp.ts';

/**
 * x^exponent, where either may be a plain number and shapes broadcast. Of negative x it is NaN unless the exponent is
 * an integer; x^0 is 1. Exponents 2, 3, 1/2, -1 and -1/2 given as numbers are computed directly; otherwise the relative
 * error grows as |exponent · log x| · 1e-7.
 */
export function pow(x: Operand, by: Operand | { readonly exponent: Operand }): Tensor {
  const exponent = typeof by === 'object' && 'exponent' in by ? by.exponent : by;
  if (typeof x !== 'number' && typeof exponent === 'number' && DIRECT.has(exponent)) return directOp([x], { exponent });
  return powRow.apply(x, exponent);
}

export const cubeRow = /* @__PURE__ */ unary({
  name: 'cube',
  value: 'x * x * x',
  gradient: '3.0 * x * x * dy',
  keeps: 'x',
});

/** Exponents with a shorter and more precise way. */
const DIRECT = /* @__PURE__ */ new Map([
  [2, squareRow],
  [3, cubeRow],
  [0.5, sqrtRow],
  [-1, reciprocalRow],
  [-0.5, rsqrtRow],
]);

const directOp = /* @__PURE__ */ defineOp({
  name: 'pow',
  inputs: ['x'],
  dtypes: ['f32', 'f16'],
  strided: true,
  shape: ([x]: readonly [Shape], _: { exponent: number }) => x,
  forward([x]: readonly [x: Tensor], { exponent }) {
    const row = DIRECT.get(exponent)!;
    const y = row.forward(x);
    return { y, saved: { kept: row.keeps === 'x' ? x : y } };
  },
  backward(dy, { kept }, { exponent }) {
    return [DIRECT.get(exponent)!.backward(dy, kept)];
  },
});

export const powRow = /* @__PURE__ */ binary({
  name: 'pow',
  value: 'power(a, b)',
  // Constant in a where b is 0, and in b where a is 0.
  da: 'select(dy * b * power(a, b - 1.0), V(), b == V())',
  db: 'select(dy * power(a, b) * logarithm(a), V(), (a == V()) & (b >= V()))',
  functions: `${EXPONENTIAL}${LOGARITHM}${POWER}`,
});
