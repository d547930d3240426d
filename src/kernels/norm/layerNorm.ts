import { defineKernel } from '../../tensor/engine/kernel.ts';
import { type Nd, nd } from '../../tensor/engine/nd.ts';
import { defineOp } from '../../tensor/engine/op.ts';
import { biasAndOptions } from '../../tensor/engine/optionalBias.ts';
import { expectShape, type Shape } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { defineFold, fold, result } from '../reduce/fold.ts';
import { ACROSS_LANES, groupsFor, LANES, laneGroup } from '../reduce/lanes.ts';
import { sumFold } from '../reduce/sum.ts';
import { asMatrix, lastExtent, packed, planRows, type RowPacking } from './normRows.ts';

export interface LayerNormOptions {
  /** Added to the variance. Default 1e-5. */
  readonly eps?: number;
}

/**
 * Layer normalization over the last axis. Ba et al. 2016, https://arxiv.org/abs/1607.06450
 *
 *   y = (x - mean) · rstd · weight + bias      rstd = 1 / sqrt(variance + eps)
 *
 * x [..., features], weight and bias [features]; the bias may be left out. The variance is the biased one.
 *
 * @throws ShapeError when weight or bias does not fit the last axis.
 */
export function layerNorm(x: Tensor, weight: Tensor, bias?: Tensor | null, options?: LayerNormOptions): Tensor;
export function layerNorm(x: Tensor, weight: Tensor, options?: LayerNormOptions): Tensor;
export function layerNorm(
  x: Tensor,
  weight: Tensor,
  third?: Tensor | LayerNormOptions | null,
  fourth?: LayerNormOptions,
): Tensor {
  const [bias, { eps = 1e-5 } = {}] = biasAndOptions(third, fourth);
  return layerNormOp([x, weight, bias], { eps });
}

const layerNormOp = /* @__PURE__ */ defineOp({
  name: 'layerNorm',
  inputs: ['x', 'weight', 'bias'],
  dtypes: ['f32', 'f16'],
  shape([x, weight, bias]: readonly [Shape, Shape, Shape | null], _: { eps: number }) {
    expectShape('layerNorm', { weight, bias }, [lastExtent('layerNorm', x)]);
    return x;
  },
  forward([x, weight, bias]: readonly [x: Tensor, weight: Tensor, bias: Tensor | null], { eps }) {
    const y = x.derive(x.shape);
    const { packing, lanes, rows, cols } = planRows(x, 'layerNorm.normalize');
    const stats = x.derive([rows, 3], 'f32');
    normalizeLayer[packing](
      { x, weight, bias },
      { y, stats },
      { rows, cols, features: weight.size, eps },
      { T: x.dtype as 'f32' | 'f16', LANES: lanes },
    );
    return { y, saved: { x, weight, stats } };
  },
  // With xhat = (x - mean) · rstd and g = dy · weight:
  //   dx = rstd · (g - mean(g) - xhat · mean(g · xhat))      dweight = Σ dy · xhat, dbias = Σ dy over the rows
  backward(dy, { x, weight, stats }, _, [needsX, needsWeight, needsBias]) {
    const dx = needsX ? dy.derive(x.shape) : null;
    if (dx) {
      const { packing, lanes, rows, cols } = planRows(x, 'layerNorm.gradInput');
      layerGradInput[packing](
        { x, weight, stats, dy },
        { dx },
        { rows, cols, features: weight.size },
        { T: x.dtype as 'f32' | 'f16', LANES: lanes },
      );
    }
    const [matrix, dys] = [asMatrix(x), asMatrix(dy)];
    const s = stats.view(matrix.shape, [3, 0]);
    const dweight = () => result(fold(layerGradWeight, { x: matrix, z: dys, s, dims: [0] }), weight.shape, x.dtype);
    const dbias = () => result(fold(sumFold, { x: dys, dims: [0] }), weight.shape, x.dtype);
    return [dx, needsWeight ? dweight() : null, needsBias ? dbias() : null];
  },
});

// The statistics of a row are its mean, rounded; the rest of the mean; and rstd. With a mean of 1e4 and a deviation of
// 1, the rounded mean alone is off by 5e-4, and so would be every result.
const CENTERED = 'fn center(v: V, mean: f32, rest: f32) -> V { return (v - V(mean)) - V(rest); }';
const SUM_PAIRS = 'alias R = vec2f; fn join(a: R, b: R) -> R { return a + b; }';

/* @__NO_SIDE_EFFECTS__ */
function normalizeKernel({ element, suffix, wgsl }: RowPacking) {
  return defineKernel({
    name: `layerNorm.normalize${suffix}`,
    read: { x: element, weight: element, bias: `${element}?` },
    write: { y: element, stats: 'f32' },
    params: { rows: 'u32', cols: 'u32', features: 'f32', eps: 'f32' },
    constants: { T: ['f32', 'f16'], LANES },
    workgroup: laneGroup,
    grid: ({ rows }, constants) => groupsFor(rows, constants),
    functions: [wgsl, CENTERED, SUM_PAIRS, ACROSS_LANES].join('\n'),
    wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = (linearGroup(group) * WORKGROUP + lane) / LANES;
  let inside = row < params.rows;
  let base = row * params.cols;
  let first = base + lane % LANES;
  let end = select(first, base + params.cols, inside);
  let mean = acrossLanes(lane, vec2f(sumOf(first, end), 0.0)).x / params.features;
  // A second pass over the row: mean(x²) - mean² loses all digits when the mean is far above the deviation.
  let moments = acrossLanes(lane, momentsAround(mean, first, end)) / params.features;
  let rest = moments.x;
  let rstd = 1.0 / sqrt(max(moments.y - rest * rest, 0.0) + params.eps);
  let stat = vec3f(mean, rest, rstd);
  var i = first;
  for (; i + 3u * LANES < end; i += 4u * LANES) {
    put(i, base, stat);
    put(i + LANES, base, stat);
    put(i + 2u * LANES, base, stat);
    put(i + 3u * LANES, base, stat);
  }
  for (; i < end; i += LANES) {
    put(i, base, stat);
  }
  if (inside && lane % LANES == 0u) {
    stats[3u * row] = mean;
    stats[3u * row + 1u] = rest;
    stats[3u * row + 2u] = rstd;
  }
}

fn put(i: u32, base: u32, stat: vec3f) {
  var scaled = center(V(x[i]), stat.x, stat.y) * stat.z * V(weight[i - base]);
  if (HAS_BIAS) { scaled += V(bias[i - base]); }
  y[i] = E(scaled);
}

fn sumOf(first: u32, end: u32) -> f32 {
  var a = V();
  var b = V();
  var c = V();
  var d = V();
  var i = first;
  for (; i + 3u * LANES < end; i += 4u * LANES) {
    a += V(x[i]);
    b += V(x[i + LANES]);
    c += V(x[i + 2u * LANES]);
    d += V(x[i + 3u * LANES]);
  }
  for (; i < end; i += LANES) {
    a += V(x[i]);
  }
  return total((a + b) + (c + d));
}

fn momentsAround(mean: f32, first: u32, end: u32) -> vec2f {
  var sumA = V();
  var sumB = V();
  var squaresA = V();
  var squaresB = V();
  var i = first;
  for (; i + LANES < end; i += 2u * LANES) {
    let a = V(x[i]) - V(mean);
    let b = V(x[i + LANES]) - V(mean);
    sumA += a;
    sumB += b;
    squaresA += a * a;
    squaresB += b * b;
  }
  if (i < end) {
    let a = V(x[i]) - V(mean);
    sumA += a;
    squaresA += a * a;
  }
  return vec2f(total(sumA + sumB), total(squaresA + squaresB));
}`,
  });
}

export const normalizeLayer = /* @__PURE__ */ packed(normalizeKernel);

/* @__NO_SIDE_EFFECTS__ */
function gradInputKernel({ element, suffix, wgsl }: RowPacking) {
  return defineKernel({
    name: `layerNorm.gradInput${suffix}`,
    read: { x: element, weight: element, stats: 'f32', dy: element },
    write: { dx: element },
    params: { rows: 'u32', cols: 'u32', features: 'f32' },
    constants: { T: ['f32', 'f16'], LANES },
    workgroup: laneGroup,
    grid: ({ rows }, constants) => groupsFor(rows, constants),
    functions: [wgsl, CENTERED, SUM_PAIRS, ACROSS_LANES].join('\n'),
    wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = (linearGroup(group) * WORKGROUP + lane) / LANES;
  let inside = row < params.rows;
  let base = row * params.cols;
  let first = base + lane % LANES;
  let end = select(first, base + params.cols, inside);
  var stat = vec3f();
  if (inside) { stat = vec3f(stats[3u * row], stats[3u * row + 1u], stats[3u * row + 2u]); }
  var sum = V();
  var product = V();
  for (var i = first; i < end; i += LANES) {
    let g = V(dy[i]) * V(weight[i - base]);
    sum += g;
    product += g * center(V(x[i]), stat.x, stat.y) * stat.z;
  }
  let means = acrossLanes(lane, vec2f(total(sum), total(product))) / params.features;
  for (var i = first; i < end; i += LANES) {
    let g = V(dy[i]) * V(weight[i - base]);
    let xhat = center(V(x[i]), stat.x, stat.y) * stat.z;
    dx[i] = E((g - V(means.x) - xhat * means.y) * stat.z);
  }
}`,
  });
}

export const layerGradInput = /* @__PURE__ */ packed(gradInputKernel);

export const layerGradWeight = /* @__PURE__ */ defineFold(
  {
    name: 'layerNorm.gradWeight',
    start: 0,
    take: 'acc + z * ((x - V(s[at])) - V(s[at + 1u])) * s[at + 2u]',
    join: 'a + b',
  },
  sumFold,
);

export function layerNormReference(
  [x, weight, bias]: readonly [Nd, Nd, Nd | null],
  { eps }: { readonly eps: number },
): Nd {
  const features = weight.data.length;
  let [mean, rstd] = [0, 0];
  return nd(x.shape, (i) => {
    const feature = i % features;
    if (feature === 0) {
      const row = x.data.subarray(i, i + features);
      mean = row.reduce((sum, value) => sum + value, 0) / features;
      rstd = 1 / Math.sqrt(row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / features + eps);
    }
    return (x.data[i]! - mean) * rstd * weight.data[feature]! + (bias?.data[feature] ?? 0);
  });
}
