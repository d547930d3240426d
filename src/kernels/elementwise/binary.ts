import type { Tensor } from '../../tensor/tensor.ts';
import { binary, type Operand } from './binaryOp.ts';
import { ARC_TANGENT } from './mathFunctions.ts';

const NUMBERS = { arithmetic: 'T', types: ['f32', 'f16', 'i32', 'u32'] } as const;

export const addRow = /* @__PURE__ */ binary({ name: 'add', value: 'a + b', da: 'dy', db: 'dy', ...NUMBERS });
/**
 * a + b. Shapes broadcast as in NumPy, and either operand may be a plain number; also of i32 and u32.
 *
 * @throws ShapeError when the shapes do not broadcast.
 * @throws DTypeError when the dtypes differ.
 */
export function add(a: Operand, b: Operand): Tensor {
  return addRow.apply(a, b);
}

export const subRow = /* @__PURE__ */ binary({ name: 'sub', value: 'a - b', da: 'dy', db: '-dy', ...NUMBERS });
/** a - b, with the rules of `add`. */
export function sub(a: Operand, b: Operand): Tensor {
  return subRow.apply(a, b);
}

export const mulRow = /* @__PURE__ */ binary({ name: 'mul', value: 'a * b', da: 'dy * b', db: 'dy * a', ...NUMBERS });
/** a · b, with the rules of `add`. */
export function mul(a: Operand, b: Operand): Tensor {
  return mulRow.apply(a, b);
}

export const divRow = /* @__PURE__ */ binary({ name: 'div', value: 'a / b', da: 'dy / b', db: '-dy * (a / b) / b' });
/** a / b of floats, with the rules of `add`. */
export function div(a: Operand, b: Operand): Tensor {
  return divRow.apply(a, b);
}

// At a tie both operands are the result, and share its gradient.
const SHARE = /* wgsl */ `
fn share(smaller: vec4f, larger: vec4f) -> vec4f {
  return select(select(vec4f(), vec4f(1.0), smaller < larger), vec4f(0.5), smaller == larger);
}`;

export const minimumRow = /* @__PURE__ */ binary({
  name: 'minimum',
  value: 'min(a, b)',
  da: 'dy * share(a, b)',
  db: 'dy * share(b, a)',
  functions: SHARE,
  ...NUMBERS,
});
/** The smaller of two, with the rules of `add`. At a tie each gets half the gradient. */
export function minimum(a: Operand, b: Operand): Tensor {
  return minimumRow.apply(a, b);
}

export const maximumRow = /* @__PURE__ */ binary({
  name: 'maximum',
  value: 'max(a, b)',
  da: 'dy * share(b, a)',
  db: 'dy * share(a, b)',
  functions: SHARE,
  ...NUMBERS,
});
/** The larger of two, with the rules of `add`. At a tie each gets half the gradient. */
export function maximum(a: Operand, b: Operand): Tensor {
  return maximumRow.apply(a, b);
}

export const atan2Row = /* @__PURE__ */ binary({
  name: 'atan2',
  value: 'arcTangent(a, b)',
  da: 'dy * overSquares(b, a, b)',
  db: '-dy * overSquares(a, a, b)',
  functions: ARC_TANGENT,
});
/** The angle of the point (b, a) in (-π, π], with the rules of `add`. At the origin it is 0, and so is its gradient. */
export function atan2(a: Operand, b: Operand): Tensor {
  return atan2Row.apply(a, b);
}

/** Each function in float64. */
export const binaryReferences = {
  add: (a: number, b: number) => a + b,
  sub: (a: number, b: number) => a - b,
  mul: (a: number, b: number) => a * b,
  div: (a: number, b: number) => a / b,
  minimum: Math.min,
  maximum: Math.max,
  atan2: Math.atan2,
} as const;
