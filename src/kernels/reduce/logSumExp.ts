import { defineKernel } from '../../tensor/engine/kernel.ts';
import { indexOf, type Nd, nd } from '../../tensor/engine/nd.ts';
import { defineOp } from '../../tensor/engine/op.ts';
import type { Shape } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { extremumReference } from './extremum.ts';
import { definePairFold, fold } from './fold.ts';
import { JOIN_PAIRS, PAIR } from './foldKernel.ts';
import {
  type DimOptions,
  type Dims,
  type ReduceOptions,
  type Reduction,
  reducedShape,
  reductionOf,
  repeated,
} from './reduction.ts';
import { sumReference } from './sum.ts';

/**
 * log Σ exp(x) over one axis, several, or all of them, without overflow. Elements of -infinity count as nothing; over
 * nothing it is -infinity, with gradient 0.
 *
 * @throws RangeError when an axis is outside the tensor or named twice.
 */
export function logSumExp(x: Tensor, dim?: Dims | DimOptions, options?: ReduceOptions): Tensor {
  return logSumExpOp([x], reductionOf('logSumExp', x, dim, options));
}

const logSumExpOp = /* @__PURE__ */ defineOp({
  name: 'logSumExp',
  inputs: ['x'],
  dtypes: ['f32', 'f16'],
  strided: true,
  shape: ([x]: readonly [Shape], { dims, keepdim }: Reduction) => reducedShape(x, dims, keepdim),
  forward([x]: readonly [x: Tensor], { dims, keepdim }) {
    const y = x.derive(reducedShape(x.shape, dims, keepdim));
    const sums = fold(expSums, { x, dims });
    const T = x.dtype as 'f32' | 'f16';
    logSumExpFinish({ sums }, { y }, { size: y.size, nothing: Number.NEGATIVE_INFINITY }, { T });
    return { y, saved: { x, sums } };
  },
  // dx = dy · exp(x - max) / Σ exp(x - max). The rounding of y = max + log Σ would show where max is large.
  backward(dy, { x, sums }, { dims, keepdim }) {
    const dx = x.derive(x.shape);
    const shape = sums.shape.slice(0, -1);
    const pairs = sums.view(shape, sums.strides.slice(0, -1));
    logSumExpGradInput(
      { x, sums: repeated(pairs, x.shape, { dims, keepdim: false }), dy: repeated(dy, x.shape, { dims, keepdim }) },
      { dx },
      { size: x.size },
      { T: x.dtype as 'f32' | 'f16' },
    );
    return [dx];
  },
});

/** The largest element, and Σ exp(x - largest), in one pass. Under -3e38 lies only -infinity. */
export const expSums = /* @__PURE__ */ definePairFold({
  name: 'logSumExp.sums',
  packing: PAIR,
  joining: JOIN_PAIRS,
  start: 0,
  startPair: 'vec2f(-3.4028234e38, 0.0)',
  take: 'takeExp(acc, x)',
  join: 'joinExp(a, b)',
  functions: `
fn takeExp(acc: vec2f, x: f32) -> vec2f {
  if (x < -3.0e38) { return acc; }
  if (x > acc.x) { return vec2f(x, acc.y * exp(acc.x - x) + 1.0); }
  return vec2f(acc.x, acc.y + exp(x - acc.x));
}

fn joinExp(a: vec2f, b: vec2f) -> vec2f {
  let largest = max(a.x, b.x);
  return vec2f(largest, a.y * exp(a.x - largest) + b.y * exp(b.x - largest));
}`,
});

export const logSumExpFinish = /* @__PURE__ */ defineKernel({
  name: 'logSumExp.finish',
  read: { sums: 'vec2f' },
  write: { y: 'T' },
  params: { size: 'u32', nothing: 'f32' },
  constants: { T: ['f32', 'f16'] },
  workgroup: 64,
  grid: ({ size }) => Math.ceil(size / 64),
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i >= params.size) { return; }
  if (sums[i].y == 0.0) {
    y[i] = T(params.nothing);
  } else {
    y[i] = T(sums[i].x + log(sums[i].y));
  }
}`,
});

export const logSumExpGradInput = /* @__PURE__ */ defineKernel({
  name: 'logSumExp.gradInput',
  read: { x: 'strided T', sums: 'strided f32', dy: 'strided T' },
  write: { dx: 'T' },
  params: { size: 'u32' },
  constants: { T: ['f32', 'f16'] },
  workgroup: 64,
  grid: ({ size }) => Math.ceil(size / 64),
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i >= params.size) { return; }
  let value = f32(x[viewIndex(params.x, i)]);
  let at = viewIndex(params.sums, i);
  var share = 0.0;
  if (value > -3.0e38) { share = exp(value - sums[at]) / sums[at + 1u]; }
  dx[i] = T(f32(dy[viewIndex(params.dy, i)]) * share);
}`,
});

export function logSumExpReference([x]: readonly [Nd], { dims, keepdim }: Reduction): Nd {
  const largest = extremumReference([x], { dims, keepdim: true, better: (a, b) => a > b });
  const exps = nd(x.shape, (i, at) => Math.exp(x.data[i]! - largest.data[indexOf(largest.shape, at)]!));
  const total = sumReference([exps], { dims, keepdim });
  return nd(total.shape, (i) => {
    const top = largest.data[i]!;
    return Number.isFinite(top) ? top + Math.log(total.data[i]!) : Number.NEGATIVE_INFINITY;
  });
}
