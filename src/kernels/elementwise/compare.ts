import type { DType } from '../../tensor/engine/dtype.ts';
import type { Kernel } from '../../tensor/engine/kernel.ts';
import { defineOp } from '../../tensor/engine/op.ts';
import type { Shape } from '../../tensor/engine/shape.ts';
import { noGrad } from '../../tensor/engine/tape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { applyOperands, broadcast, type Operand, operandMaps, runOperands } from './binaryOp.ts';
import { defineMap } from './elementMap.ts';

type Comparison = { readonly apply: (a: Operand, b: Operand) => Tensor } & Readonly<Record<string, Kernel>>;

const ANY: readonly DType[] = ['f32', 'f16', 'i32', 'u32', 'bool'];

/** A bool of two tensors that broadcast, or of a tensor and a number. `test` is WGSL of `a` and `b`. */
/* @__NO_SIDE_EFFECTS__ */
function comparison(name: string, test: string): Comparison {
  const maps = operandMaps(`${name}.map`, {
    value: `vec4<S>(${test})`,
    arithmetic: 'T',
    result: 'S',
    types: ANY,
  });
  const op = defineOp({
    name,
    inputs: ['a', 'b'],
    dtypes: ANY,
    strided: true,
    shape: ([a, b]: readonly [Shape | null, Shape | null], _: { number: number }) => broadcast(name, a, b),
    forward([a, b]: readonly [a: Tensor | null, b: Tensor | null], { number }) {
      const y = (a ?? b!).derive(broadcast(name, a?.shape ?? null, b?.shape ?? null), 'bool');
      runOperands(maps, a ?? number, b ?? number, y);
      return { y, saved: {} };
    },
    backward: null,
  });
  // A bool has no gradient to lose: comparing a tensor that needs one is no mistake.
  const apply = (a: Operand, b: Operand): Tensor => noGrad(() => applyOperands(name, op, a, b));
  return { apply, ...maps.kernels } as unknown as Comparison;
}

export const equalRow = /* @__PURE__ */ comparison('equal', 'a == b');
/** a = b as bool. Shapes broadcast, either operand may be a plain number, and dtypes must agree. Has no gradient. */
export function equal(a: Operand, b: Operand): Tensor {
  return equalRow.apply(a, b);
}

export const notEqualRow = /* @__PURE__ */ comparison('notEqual', 'a != b');
/** a ≠ b, with the rules of `equal`. */
export function notEqual(a: Operand, b: Operand): Tensor {
  return notEqualRow.apply(a, b);
}

export const lessRow = /* @__PURE__ */ comparison('less', 'a < b');
/** a < b, with the rules of `equal`. */
export function less(a: Operand, b: Operand): Tensor {
  return lessRow.apply(a, b);
}

export const lessEqualRow = /* @__PURE__ */ comparison('lessEqual', 'a <= b');
/** a ≤ b, with the rules of `equal`. */
export function lessEqual(a: Operand, b: Operand): Tensor {
  return lessEqualRow.apply(a, b);
}

export const greaterRow = /* @__PURE__ */ comparison('greater', 'a > b');
/** a > b, with the rules of `equal`. */
export function greater(a: Operand, b: Operand): Tensor {
  return greaterRow.apply(a, b);
}

export const greaterEqualRow = /* @__PURE__ */ comparison('greaterEqual', 'a >= b');
/** a ≥ b, with the rules of `equal`. */
export function greaterEqual(a: Operand, b: Operand): Tensor {
  return greaterEqualRow.apply(a, b);
}

export const logicalAndRow = /* @__PURE__ */ comparison('logicalAnd', '(a != V()) & (b != V())');
/** Whether both are not 0, with the rules of `equal`. */
export function logicalAnd(a: Operand, b: Operand): Tensor {
  return logicalAndRow.apply(a, b);
}

export const logicalOrRow = /* @__PURE__ */ comparison('logicalOr', '(a != V()) | (b != V())');
/** Whether either is not 0, with the rules of `equal`. */
export function logicalOr(a: Operand, b: Operand): Tensor {
  return logicalOrRow.apply(a, b);
}

export const logicalNotMap = /* @__PURE__ */ defineMap({
  name: 'logicalNot.map',
  operands: { x: 'T' },
  value: 'vec4<S>(x == V())',
  arithmetic: 'T',
  result: 'S',
  types: ANY,
});

const logicalNotOp = /* @__PURE__ */ defineOp({
  name: 'logicalNot',
  inputs: ['x'],
  dtypes: ANY,
  strided: true,
  shape: ([x]: readonly [Shape], _: object) => x,
  forward([x]: readonly [x: Tensor]) {
    const y = x.derive(x.shape, 'bool');
    logicalNotMap.run({ x }, y);
    return { y, saved: {} };
  },
  backward: null,
});

/** Whether an element is 0, as bool. Has no gradient. */
export function logicalNot(x: Tensor): Tensor {
  return noGrad(() => logicalNotOp([x], {}));
}
