import { defineKernel } from '../../tensor/engine/kernel.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { FRAMING, FRAMING_PARAMS, type Framing, framingParams } from './framing.ts';
import { twiddles } from './plan.ts';
import type { Scaling } from './realTransform.ts';

/**
 * Real transforms of any size as the sums that define them: n² / 2 steps per frame instead of n log n. For odd sizes and
 * those with a prime factor over 7.
 */
export function directForward(
  x: Tensor,
  window: Tensor | null,
  framing: Framing,
  n: number,
  scaling: Scaling,
  spec: Tensor,
): void {
  sumSamples({ x, window, twiddles: twiddles(x, n) }, { spec }, { ...scaling, ...framingParams(framing), n });
}

export function directInverse(spec: Tensor, n: number, scaling: Scaling, frames: Tensor): void {
  sumBins({ spec, twiddles: twiddles(spec, n) }, { frames }, { ...scaling, count: frames.shape[0]!, n });
}

// X[k] = Σ x[i] exp(-2πi k i / n). Runs of 64 terms are summed on their own, so that rounding errors of long sums do not pile up.
export const sumSamples = /* @__PURE__ */ defineKernel({
  name: 'fourier.sumSamples',
  read: { x: 'f32', window: 'f32?', twiddles: 'vec2f' },
  write: { spec: 'vec2f' },
  params: { ...FRAMING_PARAMS, n: 'u32', bins: 'u32', inner: 'f32', edge: 'f32' },
  workgroup: 64,
  grid: ({ count, bins }) => Math.ceil((count * bins) / 64),
  functions: FRAMING,
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = linearGroup(group) * WORKGROUP + lane;
  let frame = index / params.bins;
  if (frame >= params.count) { return; }
  let k = index - frame * params.bins;
  if (k > params.n / 2u) { return; }
  let origin = originOf(frame);
  var total = vec2f();
  var turn = 0u;
  for (var start = 0u; start < params.n; start += 64u) {
    var part = vec2f();
    for (var i = start; i < min(start + 64u, params.n); i++) {
      let w = twiddles[turn];
      part += weight(i) * sampled(origin, i) * vec2f(w.x, -w.y);
      turn += k;
      if (turn >= params.n) { turn -= params.n; }
    }
    total += part;
  }
  let edge = k == 0u || 2u * k == params.n;
  spec[index] = select(total * params.inner, vec2f(total.x * params.edge, 0.0), edge);
}`,
});

// x[i] = Σ over the whole spectrum, whose upper half mirrors the lower: inner bins count twice.
export const sumBins = /* @__PURE__ */ defineKernel({
  name: 'fourier.sumBins',
  read: { spec: 'vec2f', twiddles: 'vec2f' },
  write: { frames: 'f32' },
  params: { count: 'u32', n: 'u32', bins: 'u32', inner: 'f32', edge: 'f32' },
  workgroup: 64,
  grid: ({ count, n }) => Math.ceil((count * n) / 64),
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = linearGroup(group) * WORKGROUP + lane;
  let frame = index / params.n;
  if (frame >= params.count) { return; }
  let i = index - frame * params.n;
  let stored = min(params.bins, params.n / 2u + 1u);
  var inner = 0.0;
  var edges = 0.0;
  var turn = 0u;
  for (var start = 0u; start < stored; start += 64u) {
    var part = 0.0;
    for (var k = start; k < min(start + 64u, stored); k++) {
      let value = spec[frame * params.bins + k];
      let w = twiddles[turn];
      if (k == 0u || 2u * k == params.n) {
        edges += value.x * w.x;
      } else {
        part += value.x * w.x - value.y * w.y;
      }
      turn += i;
      if (turn >= params.n) { turn -= params.n; }
    }
    inner += part;
  }
  frames[index] = 2.0 * params.inner * inner + params.edge * edges;
}`,
});
