import { defineKernel } from '../../tensor/engine/kernel.ts';
import { type Nd, nd } from '../../tensor/engine/nd.ts';
import { defineOp } from '../../tensor/engine/op.ts';
import type { Shape } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { definePairSums, fold } from '../reduce/fold.ts';
import { SIGNAL_EPS, signalRows } from './signals.ts';

/**
 * Signal-to-noise ratio in dB over the last axis, as a differentiable op; the "SDR" of DCASE and AudioSep.
 *
 *   10 log10((Σ s² + ε) / (Σ (s - ŝ)² + ε))
 *
 * estimate ŝ and target s [..., samples] → [...]. The loss is its negative. The sums are exact to some 1e-6 of their
 * value for any length, which is 1e-5 dB.
 *
 * @throws ShapeError when the shapes differ, or there are no samples.
 */
export function snr(estimate: Tensor, target: Tensor, { eps = SIGNAL_EPS }: { readonly eps?: number } = {}): Tensor {
  return snrOp([estimate, target], { eps });
}

const snrOp = /* @__PURE__ */ defineOp({
  name: 'snr',
  inputs: ['estimate', 'target'],
  shape: ([estimate, target]: readonly [Shape, Shape], _: { eps: number }) => signalRows('snr', estimate, target),
  forward([estimate, target]: readonly [estimate: Tensor, target: Tensor], { eps }) {
    const energies = fold(snrEnergies, { x: estimate, z: target, dims: [estimate.ndim - 1] });
    const y = estimate.derive(estimate.shape.slice(0, -1));
    snrDecibels({ energies }, { y }, { rows: y.size, eps });
    return { y, saved: { estimate, target, energies } };
  },
  // With c = 10 / ln 10, S and N the two sums with ε:  dŝ = dy · c · 2 (s - ŝ) / N      ds = dy · c · 2 s / S - dŝ
  backward(dy, { estimate, target, energies }, { eps }, [needsEstimate, needsTarget]) {
    const destimate = needsEstimate ? estimate.derive(estimate.shape) : null;
    const dtarget = needsTarget ? estimate.derive(estimate.shape) : null;
    snrGradients(
      { estimate, clean: target, energies, dy },
      { destimate, dtarget },
      { size: estimate.size, cols: estimate.shape[estimate.ndim - 1]!, eps },
    );
    return [destimate, dtarget];
  },
});

export const snrEnergies = /* @__PURE__ */ definePairSums({
  name: 'snr.energies',
  first: 'z * z',
  second: '(z - x) * (z - x)',
});

export const snrDecibels = /* @__PURE__ */ defineKernel({
  name: 'snr.decibels',
  read: { energies: 'vec2f' },
  write: { y: 'f32' },
  params: { rows: 'u32', eps: 'f32' },
  workgroup: 64,
  grid: ({ rows }) => Math.ceil(rows / 64),
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = linearGroup(group) * WORKGROUP + lane;
  if (row < params.rows) {
    let energy = energies[row] + params.eps;
    y[row] = 4.3429448 * log(energy.x / energy.y); // 10 / ln 10
  }
}`,
});

export const snrGradients = /* @__PURE__ */ defineKernel({
  name: 'snr.gradients',
  read: { estimate: 'f32', clean: 'f32', energies: 'vec2f', dy: 'f32' },
  write: { destimate: 'f32?', dtarget: 'f32?' },
  params: { size: 'u32', cols: 'u32', eps: 'f32' },
  workgroup: 64,
  grid: ({ size }) => Math.ceil(size / 64),
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i >= params.size) { return; }
  let row = i / params.cols;
  let scale = dy[row] * 8.6858896 / (energies[row] + params.eps); // 20 / ln 10
  let noise = (clean[i] - estimate[i]) * scale.y;
  if (HAS_DESTIMATE) { destimate[i] = noise; }
  if (HAS_DTARGET) { dtarget[i] = clean[i] * scale.x - noise; }
}`,
});

export function snrReference([estimate, target]: readonly [Nd, Nd], { eps }: { readonly eps: number }): Nd {
  const cols = target.shape[target.shape.length - 1]!;
  return nd(target.shape.slice(0, -1), (row) => {
    let [signal, noise] = [eps, eps];
    for (let i = row * cols; i < (row + 1) * cols; i++) {
      signal += target.data[i]! ** 2;
      noise += (target.data[i]! - estimate.data[i]!) ** 2;
    }
    return 10 * Math.log10(signal / noise);
  });
}
