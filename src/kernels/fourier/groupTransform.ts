import { defineKernel } from '../../tensor/engine/kernel.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { BUTTERFLIES, COMPLEX, RADICES, type Radix } from './butterfly.ts';
import { FRAMING, FRAMING_PARAMS, type Framing, framingParams } from './framing.ts';
import { factor, twiddles } from './plan.ts';
import type { Scaling } from './realTransform.ts';

/**
 * Real transforms of n = 2 · M samples, one workgroup per frame. A frame is read as M complex numbers (even samples, odd
 * samples), transformed in workgroup memory by Stockham's stages, and taken apart into the spectrum of the real signal.
 * Each stage reads into registers, waits, and writes back: one buffer of M complex numbers, 16 KB at n = 4096.
 */
export const GROUP_LIMIT = 2048; // complex points: 16 KB, maxComputeWorkgroupStorageSize on every device

export function groupForward(
  x: Tensor,
  window: Tensor | null,
  framing: Framing,
  n: number,
  scaling: Scaling,
  spec: Tensor,
): void {
  const params = { ...framingParams(framing), ...scaling };
  analyzeFrame({ x, window, twiddles: twiddles(x, n) }, { spec }, params, groupConstants(n / 2));
}

export function groupInverse(spec: Tensor, n: number, scaling: Scaling, frames: Tensor): void {
  const params = { ...scaling, count: frames.shape[0]! };
  synthesizeFrame({ spec, twiddles: twiddles(spec, n) }, { frames }, params, groupConstants(n / 2));
}

/** How often each radix occurs in the size: the loops of `transform`. */
function groupConstants(points: number) {
  const radices = factor(points) ?? [];
  const times = (radix: Radix) => radices.filter((r) => r === radix).length;
  return {
    M: points,
    EIGHTS: times(8),
    FOURS: times(4),
    TWOS: times(2),
    THREES: times(3),
    FIVES: times(5),
    SEVENS: times(7),
  };
}

/** An eighth of the points, so that a thread holds one radix-8 butterfly; whole warps, at most 256. */
function threads({ M }: { readonly M: number }): number {
  const wanted = 2 ** Math.ceil(Math.log2(Math.max(M / 8, 1)));
  return Math.min(256, Math.max(32, wanted));
}

/* @__NO_SIDE_EFFECTS__ */
function stage(radix: Radix): string {
  return `
const SPAN${radix} = M / ${radix}u;
const HELD${radix} = max((SPAN${radix} + WORKGROUP - 1u) / WORKGROUP, 1u);
fn stage${radix}(ns: u32, lane: u32) {
  var held: array<array<Complex, ${radix}>, HELD${radix}>;
  for (var p = 0u; p < HELD${radix}; p++) {
    let j = lane + p * WORKGROUP;
    if (j < SPAN${radix}) {
      let turn = (j % ns) * (2u * SPAN${radix} / ns);
      var v: array<Complex, 8>;
      for (var q = 0u; q < ${radix}u; q++) { v[q] = rotated(z[j + q * SPAN${radix}], twiddles[q * turn]); }
      butterfly${radix}(&v);
      for (var q = 0u; q < ${radix}u; q++) { held[p][q] = v[q]; }
    }
  }
  workgroupBarrier();
  for (var p = 0u; p < HELD${radix}; p++) {
    let j = lane + p * WORKGROUP;
    if (j < SPAN${radix}) {
      let k = j % ns;
      for (var q = 0u; q < ${radix}u; q++) { z[(j - k) * ${radix}u + k + q * ns] = held[p][q]; }
    }
  }
  workgroupBarrier();
}
`;
}

const TRANSFORM = /* wgsl */ `
alias V = f32;
var<workgroup> z: array<Complex, M>;

fn transform(lane: u32) {
  workgroupBarrier();
  var ns = 1u;
  for (var i = 0u; i < EIGHTS; i++) { stage8(ns, lane); ns *= 8u; }
  for (var i = 0u; i < FOURS; i++) { stage4(ns, lane); ns *= 4u; }
  for (var i = 0u; i < TWOS; i++) { stage2(ns, lane); ns *= 2u; }
  for (var i = 0u; i < THREES; i++) { stage3(ns, lane); ns *= 3u; }
  for (var i = 0u; i < FIVES; i++) { stage5(ns, lane); ns *= 5u; }
  for (var i = 0u; i < SEVENS; i++) { stage7(ns, lane); ns *= 7u; }
}
`;

const STAGES = /* @__PURE__ */ (() =>
  COMPLEX + RADICES.map((radix) => BUTTERFLIES[radix] + stage(radix)).join('') + TRANSFORM)();

const CONSTANTS = {
  M: { tested: [4, 200, 735, 2048] },
  EIGHTS: { tested: [1] },
  FOURS: { tested: [1] },
  TWOS: { tested: [1] },
  THREES: { tested: [1] },
  FIVES: { tested: [1] },
  SEVENS: { tested: [1] },
} as const;

// With Z the transform of x[2i] + i x[2i + 1]:
//   E[k] = (Z[k] + conj Z[M - k]) / 2    O[k] = -i (Z[k] - conj Z[M - k]) / 2
//   X[k] = E[k] + exp(-2πik / n) O[k]    X[M - k] = conj(E[k] - exp(-2πik / n) O[k])
export const analyzeFrame = /* @__PURE__ */ defineKernel({
  name: 'fourier.analyzeFrame',
  read: { x: 'f32', window: 'f32?', twiddles: 'vec2f' },
  write: { spec: 'vec2f' },
  params: { ...FRAMING_PARAMS, bins: 'u32', inner: 'f32', edge: 'f32' },
  constants: CONSTANTS,
  workgroup: threads,
  grid: ({ count }) => count,
  functions: STAGES + FRAMING,
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let frame = linearGroup(group);
  if (frame >= params.count) { return; }
  let origin = originOf(frame);
  for (var i = lane; i < M; i += WORKGROUP) {
    z[i] = Complex(weight(2u * i) * sampled(origin, 2u * i), weight(2u * i + 1u) * sampled(origin, 2u * i + 1u));
  }
  transform(lane);
  for (var k = lane; k <= M; k += WORKGROUP) {
    let a = z[k % M];
    let b = z[(M - k) % M];
    let w = twiddles[k];
    let even = vec2f(a.re + b.re, a.im - b.im);
    let d = vec2f(a.re - b.re, a.im + b.im);
    let odd = vec2f(w.x * d.y - w.y * d.x, -w.x * d.x - w.y * d.y);
    let edge = k == 0u || k == M;
    if (k < params.bins) {
      spec[frame * params.bins + k] =
        select((even + odd) * (0.5 * params.inner), vec2f((even.x + odd.x) * (0.5 * params.edge), 0.0), edge);
    }
  }
}`,
});

// The way back, scaled by the caller: Z[k] = A + B + i exp(2πik / n) (A - B) with A = X[k], B = conj X[M - k]. Real and
// imaginary part trade places before and after, which turns the forward transform into the inverse one.
export const synthesizeFrame = /* @__PURE__ */ defineKernel({
  name: 'fourier.synthesizeFrame',
  read: { spec: 'vec2f', twiddles: 'vec2f' },
  write: { frames: 'vec2f' },
  params: { count: 'u32', bins: 'u32', inner: 'f32', edge: 'f32' },
  constants: CONSTANTS,
  workgroup: threads,
  grid: ({ count }) => count,
  functions: STAGES,
  wgsl: /* wgsl */ `
fn bin(frame: u32, k: u32) -> vec2f {
  if (k >= params.bins) { return vec2f(); }
  let value = spec[frame * params.bins + k];
  return select(value * params.inner, vec2f(value.x * params.edge, 0.0), k == 0u || k == M);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let frame = linearGroup(group);
  if (frame >= params.count) { return; }
  for (var k = lane; k < M; k += WORKGROUP) {
    let a = bin(frame, k);
    let b = bin(frame, M - k);
    let w = twiddles[k];
    let d = vec2f(a.x - b.x, a.y + b.y);
    z[k] = Complex(a.y - b.y + w.x * d.x - w.y * d.y, a.x + b.x - w.x * d.y - w.y * d.x);
  }
  transform(lane);
  for (var i = lane; i < M; i += WORKGROUP) { frames[frame * M + i] = vec2f(z[i].im, z[i].re); }
}`,
});
