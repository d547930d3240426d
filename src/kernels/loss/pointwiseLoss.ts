import { fill } from '../../tensor/engine/copy.ts';
import { defineKernel } from '../../tensor/engine/kernel.ts';
import { type Nd, nd } from '../../tensor/engine/nd.ts';
import { defineOp } from '../../tensor/engine/op.ts';
import { expectShape, type Shape } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { defineFold, type Fold, fold } from '../reduce/fold.ts';
import { sumFold } from '../reduce/sum.ts';
import { expanded } from '../view/expand.ts';

/** `none` keeps the loss of each element; `mean` over nothing is NaN. */
export type LossReduction = 'mean' | 'sum' | 'none';

/** A loss of each element's difference d = x - target; expressions are WGSL over numbers or vectors. */
export interface PointwiseRow {
  readonly name: string;
  readonly value: string;
  /** The derivative of `value` by d. */
  readonly slope: string;
}

/** The op of one loss, with its kernels. */
/* @__NO_SIDE_EFFECTS__ */
export function pointwiseLoss({ name, value, slope }: PointwiseRow) {
  const functions = `fn lossOf(d: V) -> V { return ${value}; }`;
  const total = defineFold(
    { name: `${name}.total`, start: 0, take: 'acc + lossOf(x - z)', join: 'a + b', functions },
    sumFold,
  );
  const map = mapKernel(name, value);
  const gradients = gradientKernel(name, slope);
  const op = defineOp({
    name,
    inputs: ['x', 'target'],
    strided: true,
    shape([x, target]: readonly [Shape, Shape], { reduction }: { reduction: LossReduction }) {
      expectShape(name, { target }, x);
      return reduction === 'none' ? x : [];
    },
    forward([x, target]: readonly [x: Tensor, target: Tensor], { reduction }) {
      const saved = { x, target };
      if (reduction !== 'none') return { y: reduced(total, x, target, reduction), saved };
      const y = x.derive(x.shape);
      map({ x, z: target }, { y }, { size: x.size });
      return { y, saved };
    },
    backward(dy, { x, target }, { reduction }, [needsX, needsTarget]) {
      const dx = needsX ? x.derive(x.shape) : null;
      const dtarget = needsTarget ? x.derive(x.shape) : null;
      const scale = reduction === 'mean' ? 1 / x.size : 1;
      gradients({ x, z: target, dy: expanded(dy, x.shape) }, { dx, dtarget }, { size: x.size, scale });
      return [dx, dtarget];
    },
  });
  return { op, ...total, map, gradients };
}

function reduced(total: Fold, x: Tensor, target: Tensor, reduction: LossReduction): Tensor {
  if (x.size === 0 && reduction === 'mean') {
    const y = x.derive([]);
    fill(y, Number.NaN);
    return y;
  }
  return fold(total, { x, z: target, dims: [...x.shape.keys()], scale: reduction === 'mean' ? 1 / x.size : 1 });
}

/* @__NO_SIDE_EFFECTS__ */
function mapKernel(name: string, value: string) {
  return defineKernel({
    name: `${name}.map`,
    read: { x: 'strided f32', z: 'strided f32' },
    write: { y: 'f32' },
    params: { size: 'u32' },
    workgroup: 64,
    grid: ({ size }) => Math.ceil(size / 64),
    functions: `fn lossOf(d: f32) -> f32 { return ${value}; }`,
    wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i < params.size) {
    y[i] = lossOf(x[viewIndex(params.x, i)] - z[viewIndex(params.z, i)]);
  }
}`,
  });
}

/* @__NO_SIDE_EFFECTS__ */
function gradientKernel(name: string, slope: string) {
  return defineKernel({
    name: `${name}.gradients`,
    read: { x: 'strided f32', z: 'strided f32', dy: 'strided f32' },
    write: { dx: 'f32?', dtarget: 'f32?' },
    params: { size: 'u32', scale: 'f32' },
    workgroup: 64,
    grid: ({ size }) => Math.ceil(size / 64),
    functions: `fn slopeOf(d: f32) -> f32 { return ${slope}; }`,
    wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i >= params.size) { return; }
  let d = x[viewIndex(params.x, i)] - z[viewIndex(params.z, i)];
  let gradient = dy[viewIndex(params.dy, i)] * params.scale * slopeOf(d);
  if (HAS_DX) { dx[i] = gradient; }
  if (HAS_DTARGET) { dtarget[i] = -gradient; }
}`,
  });
}

/** The reference of a pointwise loss whose value is `lossOf(d)`. */
export function pointwiseReference(
  [x, target]: readonly [Nd, Nd],
  reduction: LossReduction,
  lossOf: (d: number) => number,
): Nd {
  const each = nd(x.shape, (i) => lossOf(x.data[i]! - target.data[i]!));
  if (reduction === 'none') return each;
  const total = each.data.reduce((sum, value) => sum + value, 0);
  return { shape: [], data: Float64Array.of(reduction === 'mean' ? total / each.data.length : total) };
}
