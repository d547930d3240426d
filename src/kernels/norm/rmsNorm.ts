import { defineKernel } from '../../tensor/engine/kernel.ts';
import { type Nd, nd } from '../../tensor/engine/nd.ts';
import { defineOp } from '../../tensor/engine/op.ts';
import { expectShape, type Shape } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { defineFold, fold, result } from '../reduce/fold.ts';
import { ACROSS_LANES, groupsFor, LANES, laneGroup } from '../reduce/lanes.ts';
import { sumFold } from '../reduce/sum.ts';
import { asMatrix, lastExtent, packed, planRows, type RowPacking } from './normRows.ts';

export interface RmsNormAttributes {
  /** Added to the mean square (`mean`), or the least norm (`l2`). Default 1e-5. */
  readonly eps?: number;
  readonly form?: 'mean' | 'l2';
}

/**
 * Root-mean-square normalization over the last axis. Zhang and Sennrich 2019, https://arxiv.org/abs/1910.07467
 *
 *   mean:  y = x / sqrt(mean(x²) + eps) · weight
 *   l2:    y = x / max(‖x‖₂, eps) · sqrt(features) · weight, as in BS-RoFormer
 *
 * x [..., features], weight [features] → the shape of x.
 *
 * @throws ShapeError when the weight does not fit the last axis.
 */
export function rmsNorm(x: Tensor, weight: Tensor, { eps = 1e-5, form = 'mean' }: RmsNormAttributes = {}): Tensor {
  return rmsNormOp([x, weight], { eps, form });
}

const rmsNormOp = /* @__PURE__ */ defineOp({
  name: 'rmsNorm',
  inputs: ['x', 'weight'],
  dtypes: ['f32', 'f16'],
  shape([x, weight]: readonly [Shape, Shape], _: Required<RmsNormAttributes>) {
    expectShape('rmsNorm', { weight }, [lastExtent('rmsNorm', x)]);
    return x;
  },
  forward([x, weight]: readonly [x: Tensor, weight: Tensor], { eps, form }) {
    const y = x.derive(x.shape);
    const plan = planRows(x, 'rmsNorm.normalize');
    const scale = x.derive([plan.rows], 'f32');
    normalizeRms[plan.packing](
      { x, weight },
      { y, scale },
      { rows: plan.rows, cols: plan.cols, features: weight.size, eps },
      { T: x.dtype as 'f32' | 'f16', LANES: plan.lanes, L2: form === 'l2' },
    );
    return { y, saved: { x, weight, scale } };
  },
  // With s the factor of a row (y = x · s · weight) and g = dy · weight:
  //   dx = s · g - x · s³ · Σ(g · x) / features        dweight = Σ over rows of dy · x · s
  // Both forms have this gradient; where l2 is held at eps, s is constant and the second term falls away.
  backward(dy, { x, weight, scale }, { eps, form }, [needsX, needsWeight]) {
    const dx = needsX ? dy.derive(x.shape) : null;
    if (dx) {
      const plan = planRows(x, 'rmsNorm.gradInput');
      rmsGradInput[plan.packing](
        { x, weight, scale, dy },
        { dx },
        { rows: plan.rows, cols: plan.cols, features: weight.size, eps },
        { T: x.dtype as 'f32' | 'f16', LANES: plan.lanes, L2: form === 'l2' },
      );
    }
    return [dx, needsWeight ? gradWeight(x, dy, scale) : null];
  },
});

function gradWeight(x: Tensor, dy: Tensor, scale: Tensor): Tensor {
  const [rows, dys] = [asMatrix(x), asMatrix(dy)];
  const s = scale.view(rows.shape, [1, 0]);
  return result(fold(rmsGradWeight, { x: rows, z: dys, s, dims: [0] }), [rows.shape[1]!], x.dtype);
}

/* @__NO_SIDE_EFFECTS__ */
function normalizeKernel({ element, suffix, wgsl }: RowPacking) {
  return defineKernel({
    name: `rmsNorm.normalize${suffix}`,
    read: { x: element, weight: element },
    write: { y: element, scale: 'f32' },
    params: { rows: 'u32', cols: 'u32', features: 'f32', eps: 'f32' },
    constants: { T: ['f32', 'f16'], LANES, L2: [false, true] },
    workgroup: laneGroup,
    grid: ({ rows }, constants) => groupsFor(rows, constants),
    functions: `${wgsl}\nalias R = f32; fn join(a: R, b: R) -> R { return a + b; }\n${ACROSS_LANES}`,
    wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = (linearGroup(group) * WORKGROUP + lane) / LANES;
  let inside = row < params.rows;
  let base = row * params.cols;
  let first = base + lane % LANES;
  let end = select(first, base + params.cols, inside);
  let s = factor(acrossLanes(lane, energyOf(first, end)));
  var i = first;
  for (; i + 3u * LANES < end; i += 4u * LANES) {
    put(i, base, s);
    put(i + LANES, base, s);
    put(i + 2u * LANES, base, s);
    put(i + 3u * LANES, base, s);
  }
  for (; i < end; i += LANES) {
    put(i, base, s);
  }
  if (inside && lane % LANES == 0u) {
    scale[row] = s;
  }
}

fn put(i: u32, base: u32, s: f32) {
  y[i] = E(V(x[i]) * s * V(weight[i - base]));
}

fn factor(energy: f32) -> f32 {
  if (L2) {
    return sqrt(params.features) / max(sqrt(energy), params.eps);
  }
  return 1.0 / sqrt(energy / params.features + params.eps);
}

// Four sums side by side: an addition waits for the one before it.
fn energyOf(first: u32, end: u32) -> f32 {
  var a = V();
  var b = V();
  var c = V();
  var d = V();
  var i = first;
  for (; i + 3u * LANES < end; i += 4u * LANES) {
    a += square(i);
    b += square(i + LANES);
    c += square(i + 2u * LANES);
    d += square(i + 3u * LANES);
  }
  for (; i < end; i += LANES) {
    a += square(i);
  }
  return total((a + b) + (c + d));
}

fn square(i: u32) -> V {
  let v = V(x[i]);
  return v * v;
}`,
  });
}

export const normalizeRms = /* @__PURE__ */ packed(normalizeKernel);

/* @__NO_SIDE_EFFECTS__ */
function gradInputKernel({ element, suffix, wgsl }: RowPacking) {
  return defineKernel({
    name: `rmsNorm.gradInput${suffix}`,
    read: { x: element, weight: element, scale: 'f32', dy: element },
    write: { dx: element },
    params: { rows: 'u32', cols: 'u32', features: 'f32', eps: 'f32' },
    constants: { T: ['f32', 'f16'], LANES, L2: [false, true] },
    workgroup: laneGroup,
    grid: ({ rows }, constants) => groupsFor(rows, constants),
    functions: `${wgsl}\nalias R = f32; fn join(a: R, b: R) -> R { return a + b; }\n${ACROSS_LANES}`,
    wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = (linearGroup(group) * WORKGROUP + lane) / LANES;
  let inside = row < params.rows;
  let base = row * params.cols;
  let first = base + lane % LANES;
  let end = select(first, base + params.cols, inside);
  let dot = acrossLanes(lane, projection(first, end, base));
  if (!inside) { return; }
  let s = scale[row];
  // s³ alone would overflow for rows near the least norm; s · x never does.
  let slope = select(s * dot / params.features, 0.0, L2 && held(s));
  var i = first;
  for (; i + 3u * LANES < end; i += 4u * LANES) {
    put(i, base, s, slope);
    put(i + LANES, base, s, slope);
    put(i + 2u * LANES, base, s, slope);
    put(i + 3u * LANES, base, s, slope);
  }
  for (; i < end; i += LANES) {
    put(i, base, s, slope);
  }
}

fn put(i: u32, base: u32, s: f32, slope: f32) {
  dx[i] = E((V(dy[i]) * V(weight[i - base]) - V(x[i]) * s * slope) * s);
}

// Whether the norm of the row was under eps. The factor was then computed from eps alone; the margin is for rounding.
fn held(s: f32) -> bool {
  return s * params.eps > sqrt(params.features) * 0.999999;
}

fn projection(first: u32, end: u32, base: u32) -> f32 {
  var a = V();
  var b = V();
  var c = V();
  var d = V();
  var i = first;
  for (; i + 3u * LANES < end; i += 4u * LANES) {
    a += product(i, base);
    b += product(i + LANES, base);
    c += product(i + 2u * LANES, base);
    d += product(i + 3u * LANES, base);
  }
  for (; i < end; i += LANES) {
    a += product(i, base);
  }
  return total((a + b) + (c + d));
}

fn product(i: u32, base: u32) -> V {
  return V(x[i]) * V(dy[i]) * V(weight[i - base]);
}`,
  });
}

export const rmsGradInput = /* @__PURE__ */ packed(gradInputKernel);

export const rmsGradWeight = /* @__PURE__ */ defineFold(
  { name: 'rmsNorm.gradWeight', start: 0, take: 'acc + x * z * s[at]', join: 'a + b' },
  sumFold,
);

export function rmsNormReference(
  [x, weight]: readonly [Nd, Nd],
  { eps, form }: { eps: number; form: 'mean' | 'l2' },
): Nd {
  const features = weight.data.length;
  let s = 0;
  return nd(x.shape, (i) => {
    if (i % features === 0) {
      const energy = x.data.subarray(i, i + features).reduce((sum, value) => sum + value * value, 0);
      const least = form === 'mean' ? energy / features + eps : Math.max(energy, eps ** 2) / features;
      s = 1 / Math.sqrt(least);
    }
    return x.data[i]! * s * weight.data[i % features]!;
  });
}
