import type { DType } from '../../tensor/engine/dtype.ts';
import { DTypeError } from '../../tensor/engine/errors.ts';
import { indexOf, type Nd, nd } from '../../tensor/engine/nd.ts';
import { defineOp } from '../../tensor/engine/op.ts';
import { broadcastShapes, type Shape } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { sumTo } from '../reduce/sum.ts';
import type { Operand } from './binaryOp.ts';
import { defineMap } from './elementMap.ts';

/**
 * Elements of `a` where the condition holds, of `b` elsewhere. All three broadcast; `a` and `b` may be plain numbers
 * (two numbers give f32). An element that is not chosen gets gradient 0, whatever it is.
 *
 * @throws DTypeError when `condition` is not bool, or the dtypes of `a` and `b` differ.
 * @throws ShapeError when the shapes do not broadcast.
 */
export function where(condition: Tensor, a: Operand, b: Operand): Tensor {
  if (condition.dtype !== 'bool') {
    throw new DTypeError(`where: condition must be bool, got ${condition.dtype}: compare it, or cast it to bool`);
  }
  const [x, y] = [typeof a === 'number' ? null : a, typeof b === 'number' ? null : b];
  if (x && y && x.dtype !== y.dtype) {
    throw new DTypeError(
      `where: a is ${x.dtype} and b is ${y.dtype}: cast one of them, dtypes are never mixed silently`,
    );
  }
  return whereOp([condition, x, y], { a: x ? 0 : (a as number), b: y ? 0 : (b as number) });
}

const whereOp = /* @__PURE__ */ defineOp({
  name: 'where',
  inputs: ['condition', 'a', 'b'],
  dtypes: 'any',
  strided: true,
  shape: (shapes: readonly [Shape, Shape | null, Shape | null], _: { a: number; b: number }) => broadcast(shapes),
  forward([condition, a, b]: readonly [condition: Tensor, a: Tensor | null, b: Tensor | null], numbers) {
    const y = condition.derive(
      broadcast([condition.shape, a?.shape ?? null, b?.shape ?? null]),
      (a ?? b)?.dtype ?? 'f32',
    );
    if (a && b) chooseTensors.run({ condition, a, b }, y);
    else if (a) chooseLeft.run({ condition, a, b: numbers.b }, y);
    else if (b) chooseRight.run({ condition, a: numbers.a, b }, y);
    else chooseNumbers.run({ condition, ...numbers }, y);
    return { y, saved: { condition, aShape: a?.shape ?? [], bShape: b?.shape ?? [] } };
  },
  backward(dy, { condition, aShape, bShape }, _, [, needsA, needsB]) {
    const gradient = (fill: (out: Tensor) => void, shape: Shape): Tensor => {
      const out = dy.derive(dy.shape);
      fill(out);
      return sumTo(out, shape);
    };
    return [
      null,
      needsA ? gradient((out) => chooseLeft.run({ condition, a: dy, b: 0 }, out), aShape) : null,
      needsB ? gradient((out) => chooseRight.run({ condition, a: 0, b: dy }, out), bShape) : null,
    ];
  },
});

function broadcast(shapes: readonly [Shape, Shape | null, Shape | null]): Shape {
  return shapes.reduce<Shape>((all, shape) => (shape ? broadcastShapes('where', all, shape) : all), []);
}

const CHOICE: { value: string; arithmetic: 'T'; types: readonly DType[] } = {
  value: 'select(b, a, condition != vec4<S>())',
  arithmetic: 'T',
  types: ['f32', 'f16', 'i32', 'u32', 'bool'],
};

export const chooseTensors = /* @__PURE__ */ defineMap({
  name: 'where.map',
  operands: { condition: 'S', a: 'T', b: 'T' },
  ...CHOICE,
});

export const chooseLeft = /* @__PURE__ */ defineMap({
  name: 'where.mapRightNumber',
  operands: { condition: 'S', a: 'T', b: 'number' },
  ...CHOICE,
});

export const chooseRight = /* @__PURE__ */ defineMap({
  name: 'where.mapLeftNumber',
  operands: { condition: 'S', a: 'number', b: 'T' },
  ...CHOICE,
});

export const chooseNumbers = /* @__PURE__ */ defineMap({
  name: 'where.mapNumbers',
  operands: { condition: 'S', a: 'number', b: 'number' },
  ...CHOICE,
});

export function whereReference([condition, a, b]: readonly [Nd, Nd, Nd]): Nd {
  return nd(broadcast([condition.shape, a.shape, b.shape]), (_, at) => {
    const chosen = condition.data[indexOf(condition.shape, at)] ? a : b;
    return chosen.data[indexOf(chosen.shape, at)]!;
  });
}
