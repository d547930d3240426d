import { defineKernel } from '../../tensor/engine/kernel.ts';
import { type Nd, nd } from '../../tensor/engine/nd.ts';
import { defineOp } from '../../tensor/engine/op.ts';
import { tidy } from '../../tensor/engine/scope.ts';
import type { Shape } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { defineFold, definePairSums, fold } from '../reduce/fold.ts';
import { sumFold } from '../reduce/sum.ts';
import { center, centerReference } from './center.ts';
import { SIGNAL_EPS, signalRows } from './signals.ts';

export interface SiSdrOptions {
  /** Removes each signal's mean first: SI-SNR. */
  readonly zeroMean?: boolean;
  readonly eps?: number;
}

/**
 * Scale-invariant signal-to-distortion ratio in dB over the last axis, as a differentiable op. Le Roux et al. 2019,
 * https://arxiv.org/abs/1811.02508
 *
 *   α = (Σ ŝ s + ε) / (Σ s² + ε)
 *   10 log10((Σ (α s)² + ε) / (Σ (α s - ŝ)² + ε))
 *
 * estimate ŝ and target s [..., samples] → [...]. The loss is its negative. The distortion is summed by itself, not as a
 * difference of energies. Sums of any length are good to some 1e-7: the error is 2e-5 dB up to 80 dB, where the rounding
 * of α begins to show (α off by 1e-7 adds distortion at -140 dB), and between nearly orthogonal signals α itself is only
 * as good as 1e-7 of |ŝ| / |s|.
 *
 * @throws ShapeError when the shapes differ, or there are no samples.
 */
export function siSdr(
  estimate: Tensor,
  target: Tensor,
  { zeroMean = false, eps = SIGNAL_EPS }: SiSdrOptions = {},
): Tensor {
  if (!zeroMean) return siSdrOp([estimate, target], { eps });
  return tidy(() => siSdrOp([center(estimate), center(target)], { eps }));
}

const siSdrOp = /* @__PURE__ */ defineOp({
  name: 'siSdr',
  inputs: ['estimate', 'target'],
  shape: ([estimate, target]: readonly [Shape, Shape], _: { eps: number }) => signalRows('siSdr', estimate, target),
  forward([estimate, target]: readonly [estimate: Tensor, target: Tensor], { eps }) {
    const dims = [estimate.ndim - 1];
    const shape = estimate.shape.slice(0, -1);
    const rows = { rows: shape.reduce((product, extent) => product * extent, 1), eps };
    const products = fold(siSdrProducts, { x: estimate, z: target, dims });
    const alpha = estimate.derive(shape);
    siSdrAlpha({ products }, { alpha }, rows);
    const s = alpha.view(estimate.shape, [...alpha.strides, 0]);
    const distortion = fold(siSdrDistortion, { x: estimate, z: target, s, dims });
    const y = estimate.derive(shape);
    siSdrDecibels({ products, alpha, distortion }, { y }, rows);
    return { y, saved: { estimate, target, products, alpha, distortion } };
  },
  // With c = 10 / ln 10, E = Σ s² + ε, N and D the two sums of the ratio with ε, α as above:
  //   u = dy · c · (2 α (E - ε) / N - 2 ε (1 - α) / D) / E, the way through α      v = dy · c · 2 / D
  //   dŝ = u · s + v · (α s - ŝ)
  //   ds = u · (ŝ - 2 α s) + dy · c · 2 α² / N · s - α · v · (α s - ŝ)
  backward(dy, { estimate, target, products, alpha, distortion }, { eps }, [needsEstimate, needsTarget]) {
    const destimate = needsEstimate ? estimate.derive(estimate.shape) : null;
    const dtarget = needsTarget ? estimate.derive(estimate.shape) : null;
    const slopes = dy.derive([dy.size, 4]);
    siSdrSlopes({ products, alpha, distortion, dy }, { slopes }, { rows: dy.size, eps });
    siSdrGradients(
      { estimate, clean: target, slopes },
      { destimate, dtarget },
      { size: estimate.size, cols: estimate.shape[estimate.ndim - 1]! },
    );
    return [destimate, dtarget];
  },
});

/** Σ ŝ s and Σ s² */
export const siSdrProducts = /* @__PURE__ */ definePairSums({
  name: 'siSdr.products',
  first: 'x * z',
  second: 'z * z',
});

export const siSdrAlpha = /* @__PURE__ */ defineKernel({
  name: 'siSdr.alpha',
  read: { products: 'vec2f' },
  write: { alpha: 'f32' },
  params: { rows: 'u32', eps: 'f32' },
  workgroup: 64,
  grid: ({ rows }) => Math.ceil(rows / 64),
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = linearGroup(group) * WORKGROUP + lane;
  if (row < params.rows) {
    let product = products[row] + params.eps;
    alpha[row] = product.x / product.y;
  }
}`,
});

/** Σ (α s - ŝ)² */
export const siSdrDistortion = /* @__PURE__ */ defineFold(
  { name: 'siSdr.distortion', start: 0, take: 'acc + (s[at] * z - x) * (s[at] * z - x)', join: 'a + b' },
  sumFold,
);

export const siSdrDecibels = /* @__PURE__ */ defineKernel({
  name: 'siSdr.decibels',
  read: { products: 'vec2f', alpha: 'f32', distortion: 'f32' },
  write: { y: 'f32' },
  params: { rows: 'u32', eps: 'f32' },
  workgroup: 64,
  grid: ({ rows }) => Math.ceil(rows / 64),
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = linearGroup(group) * WORKGROUP + lane;
  if (row < params.rows) {
    let scaled = alpha[row] * alpha[row] * products[row].y;
    let ratio = (scaled + params.eps) / (distortion[row] + params.eps);
    y[row] = 4.3429448 * log(ratio); // 10 / ln 10
  }
}`,
});

export const siSdrSlopes = /* @__PURE__ */ defineKernel({
  name: 'siSdr.slopes',
  read: { products: 'vec2f', alpha: 'f32', distortion: 'f32', dy: 'f32' },
  write: { slopes: 'vec4f' },
  params: { rows: 'u32', eps: 'f32' },
  workgroup: 64,
  grid: ({ rows }) => Math.ceil(rows / 64),
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = linearGroup(group) * WORKGROUP + lane;
  if (row >= params.rows) { return; }
  let a = alpha[row];
  let energy = products[row].y;
  let signal = a * a * energy + params.eps;
  let rest = distortion[row] + params.eps;
  let c = dy[row] * 8.6858896; // 20 / ln 10
  let throughAlpha = c * (a * energy / signal - params.eps * (1.0 - a) / rest) / (energy + params.eps);
  slopes[row] = vec4f(a, throughAlpha, c / rest, c * a * a / signal);
}`,
});

export const siSdrGradients = /* @__PURE__ */ defineKernel({
  name: 'siSdr.gradients',
  read: { estimate: 'f32', clean: 'f32', slopes: 'vec4f' },
  write: { destimate: 'f32?', dtarget: 'f32?' },
  params: { size: 'u32', cols: 'u32' },
  workgroup: 64,
  grid: ({ size }) => Math.ceil(size / 64),
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i >= params.size) { return; }
  let slope = slopes[i / params.cols];
  let s = clean[i];
  let scaled = slope.x * s;
  let error = scaled - estimate[i];
  if (HAS_DESTIMATE) { destimate[i] = slope.y * s + slope.z * error; }
  if (HAS_DTARGET) {
    dtarget[i] = slope.y * (estimate[i] - 2.0 * scaled) + slope.w * s - slope.x * slope.z * error;
  }
}`,
});

export function siSdrReference(
  inputs: readonly [Nd, Nd],
  { zeroMean = false, eps }: { readonly zeroMean?: boolean; readonly eps: number },
): Nd {
  const [estimate, target] = inputs.map((x) => (zeroMean ? centerReference([x]) : x)) as [Nd, Nd];
  const cols = target.shape[target.shape.length - 1]!;
  return nd(target.shape.slice(0, -1), (row) => {
    const s = target.data.subarray(row * cols, (row + 1) * cols);
    const e = estimate.data.subarray(row * cols, (row + 1) * cols);
    const energy = s.reduce((sum, value) => sum + value * value, eps);
    const alpha = s.reduce((sum, value, i) => sum + value * e[i]!, eps) / energy;
    const signal = s.reduce((sum, value) => sum + (alpha * value) ** 2, eps);
    return 10 * Math.log10(signal / s.reduce((sum, value, i) => sum + (alpha * value - e[i]!) ** 2, eps));
  });
}
