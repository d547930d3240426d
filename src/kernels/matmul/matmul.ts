import { ShapeError } from '../../tensor/engine/errors.ts';
import { indexOf, type Nd, nd } from '../../tensor/engine/nd.ts';
import { defineOp } from '../../tensor/engine/op.ts';
import { broadcastShapes, formatShape, type Shape, sizeOf } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { sumTo } from '../reduce/sum.ts';
import { expanded } from '../view/expand.ts';
import { gemm } from './gemm.ts';
import { rowsOf, turned } from './rows.ts';

/**
 * Matrix product of a [..., m, k] and b [..., k, n] → [..., m, n]. Batch axes broadcast; a vector on the left is a row,
 * one on the right a column, and its axis is missing in the result. Transposed and sliced views are read where they lie.
 * f32 or f16; sums are in f32.
 *
 * @throws ShapeError when the inner extents differ, batch axes do not broadcast, or an operand has no axis.
 */
export function matmul(a: Tensor, b: Tensor): Tensor {
  return matmulOp([a, b], {});
}

const matmulOp = /* @__PURE__ */ defineOp({
  name: 'matmul',
  inputs: ['a', 'b'],
  dtypes: ['f32', 'f16'],
  strided: true,
  shape: ([a, b]: readonly [Shape, Shape]) => productShape(a, b),
  forward([a, b]: readonly [a: Tensor, b: Tensor]) {
    const full = matricesShape(a.shape, b.shape);
    const y = a.derive(full);
    multiplyInto(asRows(a), asColumns(b), y);
    return { y: y.view(productShape(a.shape, b.shape)), saved: { a, b } };
  },
  // da = dy · bᵀ and db = aᵀ · dy, summed over the axes along which an operand was repeated.
  backward(dy, { a, b }, _attrs, [needsA, needsB]) {
    const [left, right] = [asRows(a), asColumns(b)];
    const upstream = asMatrices(dy, a.ndim === 1, b.ndim === 1);
    return [
      needsA ? gradient(upstream, turned(right), left.shape).view(a.shape) : null,
      needsB ? gradRight(left, upstream, right.shape).view(b.shape) : null,
    ];
  },
});

/** One matrix against a batch: the batch is more rows of a, and one product sums over all of them. */
function gradRight(a: Tensor, dy: Tensor, shape: Shape): Tensor {
  const single = sizeOf(shape.slice(0, -2)) === 1 && a.ndim === dy.ndim;
  if (!single) return gradient(turned(a), dy, shape);
  return gradient(turned(rowsOf(a)), rowsOf(dy), shape);
}

function gradient(a: Tensor, b: Tensor, shape: Shape): Tensor {
  const full = a.derive(matricesShape(a.shape, b.shape));
  multiplyInto(a, b, full);
  return sumTo(full, shape);
}

function multiplyInto(a: Tensor, b: Tensor, y: Tensor): void {
  const batch = y.shape.slice(0, -2);
  gemm(expanded(a, [...batch, ...a.shape.slice(-2)]), expanded(b, [...batch, ...b.shape.slice(-2)]), y);
}

function asRows(a: Tensor): Tensor {
  return a.ndim === 1 ? asMatrices(a, true, false) : a;
}

function asColumns(b: Tensor): Tensor {
  return b.ndim === 1 ? asMatrices(b, false, true) : b;
}

/** Puts back the axis of extent 1 that a vector operand left out. */
function asMatrices(x: Tensor, row: boolean, column: boolean): Tensor {
  const shape = [...x.shape];
  const strides = [...x.strides];
  if (column) {
    shape.push(1);
    strides.push(1);
  }
  if (row) {
    shape.splice(-1, 0, 1);
    strides.splice(-1, 0, 0);
  }
  return x.view(shape, strides);
}

function matricesShape(a: Shape, b: Shape): number[] {
  const left = a.length === 1 ? [1, ...a] : a;
  const right = b.length === 1 ? [...b, 1] : b;
  return [...broadcastShapes('matmul', left.slice(0, -2), right.slice(0, -2)), left.at(-2)!, right.at(-1)!];
}

function productShape(a: Shape, b: Shape): number[] {
  if (a.length === 0 || b.length === 0) {
    throw new ShapeError(`matmul: both operands need an axis, got ${formatShape(a)} and ${formatShape(b)}: use mul`);
  }
  const inner = b.at(b.length === 1 ? -1 : -2)!;
  if (a.at(-1) !== inner) {
    throw new ShapeError(
      `matmul: the last axis of a ${formatShape(a)} must equal axis ${b.length === 1 ? -1 : -2} of b ${formatShape(b)}: ${a.at(-1)} against ${inner}`,
    );
  }
  const full = matricesShape(a, b);
  if (a.length === 1) full.splice(-2, 1);
  if (b.length === 1) full.pop();
  return full;
}

export function matmulReference([a, b]: readonly [Nd, Nd]): Nd {
  const left: Nd = a.shape.length === 1 ? { shape: [1, ...a.shape], data: a.data } : a;
  const right: Nd = b.shape.length === 1 ? { shape: [...b.shape, 1], data: b.data } : b;
  const [k, n] = [left.shape.at(-1)!, right.shape.at(-1)!];
  const { data } = nd(matricesShape(a.shape, b.shape), (_, at) => {
    const row = indexOf(left.shape, [...at.slice(0, -1), 0]);
    const col = indexOf(right.shape, [...at.slice(0, -2), 0, at.at(-1)!]);
    let total = 0;
    for (let i = 0; i < k; i++) total += left.data[row + i]! * right.data[col + i * n]!;
    return total;
  });
  return { shape: productShape(a.shape, b.shape), data };
}
