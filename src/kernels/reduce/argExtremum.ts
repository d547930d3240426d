import { packedCopy } from '../../tensor/engine/copy.ts';
import { defineKernel } from '../../tensor/engine/kernel.ts';
import { type Nd, nd } from '../../tensor/engine/nd.ts';
import { defineOp } from '../../tensor/engine/op.ts';
import { formatShape, type Shape } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { definePairFold, fold, type PairFold } from './fold.ts';
import { INDEXED, JOIN_INDEXED } from './foldKernel.ts';
import { countOf, type ReduceOptions, type Reduction, reducedShape, reductionOf } from './reduction.ts';
import { walkable } from './rows.ts';

export interface ArgOptions extends ReduceOptions {
  readonly dim?: number | null;
}

/**
 * Position of the first largest element along an axis, or in the whole tensor (row-major) where no axis is given; i32.
 * It has no gradient: call it inside noGrad() or on detached tensors. What comes of a NaN is not defined.
 *
 * @throws RangeError when the axis is outside the tensor, or there is nothing to choose from; GradientError when x
 * needs a gradient.
 */
export function argmax(x: Tensor, dim?: number | null | ArgOptions, options?: ReduceOptions): Tensor {
  return argmaxOp([x], reductionOf('argmax', x, dim, options));
}

/** Position of the first smallest element; otherwise as `argmax`. */
export function argmin(x: Tensor, dim?: number | null | ArgOptions, options?: ReduceOptions): Tensor {
  return argminOp([x], reductionOf('argmin', x, dim, options));
}

/* @__NO_SIDE_EFFECTS__ */
function argOp(name: string, kind: PairFold) {
  return defineOp({
    name,
    inputs: ['x'],
    dtypes: ['f32', 'f16'],
    strided: true,
    shape: ([x]: readonly [Shape], { dims, keepdim }: Reduction) => {
      if (countOf(x, dims) === 0) {
        throw new RangeError(`${name}: nothing to choose from along the axes of ${formatShape(x)}`);
      }
      return reducedShape(x, dims, keepdim);
    },
    forward([x]: readonly [x: Tensor], { dims, keepdim }) {
      const y = x.derive(reducedShape(x.shape, dims, keepdim), 'i32');
      // The positions that a fold sees are those of one stride.
      const rows = walkable([x], dims).length === 1 ? x : packedCopy(x);
      argPosition({ found: fold(kind, { x: rows, dims }) }, { y }, { size: y.size });
      return { y, saved: {} };
    },
    backward: null,
  });
}

/* @__NO_SIDE_EFFECTS__ */
function argFold(name: string, better: string): PairFold {
  return definePairFold({
    name,
    packing: INDEXED,
    joining: JOIN_INDEXED,
    start: 0,
    startPair: 'vec2u(0u, NOWHERE)',
    take: 'first(acc, vec2u(bitcast<u32>(x), k))',
    join: 'first(a, b)',
    functions: `
const NOWHERE = 0xffffffffu;

// A pair is the bits of a value, and its position. Among equal values the first counts, in whatever order they come.
fn first(a: vec2u, b: vec2u) -> vec2u {
  if (a.y == NOWHERE) { return b; }
  if (b.y == NOWHERE) { return a; }
  let x = bitcast<f32>(a.x);
  let z = bitcast<f32>(b.x);
  return select(a, b, z ${better} x || (z == x && b.y < a.y));
}`,
  });
}

export const argmaxFold = /* @__PURE__ */ argFold('argmax', '>');
const argmaxOp = /* @__PURE__ */ argOp('argmax', argmaxFold);

export const argminFold = /* @__PURE__ */ argFold('argmin', '<');
const argminOp = /* @__PURE__ */ argOp('argmin', argminFold);

export const argPosition = /* @__PURE__ */ defineKernel({
  name: 'argExtremum.position',
  read: { found: 'vec2u' },
  write: { y: 'i32' },
  params: { size: 'u32' },
  workgroup: 64,
  grid: ({ size }) => Math.ceil(size / 64),
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i < params.size) {
    y[i] = i32(found[i].y);
  }
}`,
});

/** `better(a, b)`: whether a replaces b. */
export function argReference(
  [x]: readonly [Nd],
  { dims, keepdim, better }: Reduction & { readonly better: (a: number, b: number) => boolean },
): Nd {
  const shape = reducedShape(x.shape, dims, keepdim);
  const inner = dims.length === 1 ? x.shape.slice(dims[0]! + 1).reduce((a, b) => a * b, 1) : 1;
  const count = countOf(x.shape, dims);
  return nd(shape, (row) => {
    const start = Math.floor(row / inner) * inner * count + (row % inner);
    let best = 0;
    for (let k = 1; k < count; k++) if (better(x.data[start + k * inner]!, x.data[start + best * inner]!)) best = k;
    return best;
  });
}
