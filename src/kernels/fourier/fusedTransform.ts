import { defineKernel } from '../../tensor/engine/kernel.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { FRAMING, FRAMING_PARAMS, type Framing, framingParams } from './framing.ts';
import { CONSTANTS, constantsOf, STAGES, stageTwiddles } from './fusedStages.ts';
import { twiddles } from './plan.ts';
import type { Scaling } from './realTransform.ts';

/**
 * Real transforms of n = 2 · M samples in one launch, for softgpu: an invocation takes four frames, in the lanes of vec4f,
 * through all of Stockham's stages in workgroup memory, which is its cache, and goes on with the next four. There is no
 * barrier, and every loop walks memory by fixed steps.
 */
export function fusedForward(
  x: Tensor,
  window: Tensor | null,
  framing: Framing,
  n: number,
  scaling: Scaling,
  spec: Tensor,
): void {
  const params = { ...framingParams(framing), ...scaling };
  analyzeFours(
    { x, window, stages: stageTwiddles(x, n), twiddles: twiddles(x, n) },
    { spec },
    { ...params, rounds: roundsFor(params.count) },
    constantsOf(n / 2),
  );
}

export function fusedInverse(spec: Tensor, n: number, scaling: Scaling, frames: Tensor): void {
  const count = frames.shape[0]!;
  synthesizeFours(
    { spec, stages: stageTwiddles(spec, n), twiddles: twiddles(spec, n) },
    { frames },
    { ...scaling, count, rounds: roundsFor(count) },
    constantsOf(n / 2),
  );
}

/** Bytes of workgroup memory: M complex numbers of four frames, twice. */
export function fusedBytes(points: number): number {
  return 64 * points;
}

/** Fours of frames per invocation: memory is cleared once for all of them, but threads want their share. */
function roundsFor(count: number): number {
  return Math.min(8, Math.max(1, Math.floor(count / 64)));
}

const launch = ({ count, rounds }: { readonly count: number; readonly rounds: number }) =>
  Math.ceil(count / (4 * rounds));

// See groupTransform for the way from the transform of M complex numbers to that of 2 · M real ones.
export const analyzeFours = /* @__PURE__ */ defineKernel({
  name: 'fourier.analyzeFours',
  read: { x: 'f32', window: 'f32?', stages: 'f32', twiddles: 'f32' },
  write: { spec: 'vec2f' },
  params: { ...FRAMING_PARAMS, rounds: 'u32', bins: 'u32', inner: 'f32', edge: 'f32' },
  constants: CONSTANTS,
  workgroup: 1,
  grid: launch,
  functions: STAGES + FRAMING,
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u) {
  let first = linearGroup(group) * params.rounds;
  let behind = min(first + params.rounds, (params.count + 3u) / 4u);
  for (var four = first; four < behind; four++) {
    gather(four);
    transform();
    untangle();
    put(four);
  }
}

fn quad(at: u32) -> vec4f { return vec4f(x[at], x[at + 1u], x[at + 2u], x[at + 3u]); }

fn weights(i: u32) -> vec4f {
  if (HAS_WINDOW) { return vec4f(window[i], window[i + 1u], window[i + 2u], window[i + 3u]); }
  return vec4f(1.0);
}

// Sample t of four frames to z[t]. Frames past the last repeat it; nothing reads them.
fn gather(four: u32) {
  let members = min(four * 4u + vec4u(0u, 1u, 2u, 3u), vec4u(params.count - 1u));
  let a = originOf(members.x);
  let b = originOf(members.y);
  let c = originOf(members.z);
  let d = originOf(members.w);
  let at = vec4i(a.at, b.at, c.at, d.at);
  var t = 0u;
  if (all(at >= vec4i(0)) && all(at + vec4i(2 * i32(M)) <= vec4i(i32(params.samples)))) {
    let starts = vec4u(a.row, b.row, c.row, d.row) + vec4u(at);
    for (; t + 3u < 2u * M; t += 4u) {
      let w = weights(t);
      let p = quad(starts.x + t) * w;
      let q = quad(starts.y + t) * w;
      let r = quad(starts.z + t) * w;
      let s = quad(starts.w + t) * w;
      z[t] = vec4f(p.x, q.x, r.x, s.x);
      z[t + 1u] = vec4f(p.y, q.y, r.y, s.y);
      z[t + 2u] = vec4f(p.z, q.z, r.z, s.z);
      z[t + 3u] = vec4f(p.w, q.w, r.w, s.w);
    }
  }
  for (; t < 2u * M; t++) {
    z[t] = vec4f(sampled(a, t), sampled(b, t), sampled(c, t), sampled(d, t)) * weight(t);
  }
}

// The spectrum to the half that the transform is not in; its two edge bins, which are real, as one complex number.
fn untangle() {
  const goal = 2u * M - DONE;
  let re = z[DONE];
  let im = z[DONE + 1u];
  z[goal] = (re + im) * params.edge;
  z[goal + 1u] = (re - im) * params.edge;
  let scale = 0.5 * params.inner;
  for (var k = 1u; k <= M / 2u; k++) {
    let up = 2u * k;
    let down = 2u * M - 2u * k;
    let aRe = z[DONE + up];
    let aIm = z[DONE + up + 1u];
    let bRe = z[DONE + down];
    let bIm = z[DONE + down + 1u];
    let wRe = twiddles[up];
    let wIm = twiddles[up + 1u];
    let dr = aRe - bRe;
    let di = aIm + bIm;
    let evenRe = aRe + bRe;
    let evenIm = aIm - bIm;
    let oddRe = wRe * di - wIm * dr;
    let oddIm = wRe * dr + wIm * di;
    z[goal + up] = (evenRe + oddRe) * scale;
    z[goal + up + 1u] = (evenIm - oddIm) * scale;
    z[goal + down] = (evenRe - oddRe) * scale;
    z[goal + down + 1u] = -(evenIm + oddIm) * scale;
  }
}

fn put(four: u32) {
  const source = 2u * M - DONE;
  let frame = four * 4u;
  let base = frame * params.bins;
  if (frame + 4u <= params.count) {
    let b = base + params.bins;
    let c = b + params.bins;
    let d = c + params.bins;
    for (var k = 1u; k < min(M, params.bins); k++) {
      let re = z[source + 2u * k];
      let im = z[source + 2u * k + 1u];
      spec[base + k] = vec2f(re.x, im.x);
      spec[b + k] = vec2f(re.y, im.y);
      spec[c + k] = vec2f(re.z, im.z);
      spec[d + k] = vec2f(re.w, im.w);
    }
  } else {
    for (var f = 0u; f < params.count - frame; f++) {
      for (var k = 1u; k < min(M, params.bins); k++) {
        spec[base + f * params.bins + k] = vec2f(z[source + 2u * k][f], z[source + 2u * k + 1u][f]);
      }
    }
  }
  for (var f = 0u; f < min(4u, params.count - frame); f++) {
    spec[base + f * params.bins] = vec2f(z[source][f], 0.0);
    if (params.bins > M) { spec[base + f * params.bins + M] = vec2f(z[source + 1u][f], 0.0); }
  }
}`,
});

// The way back: Z[k] = A + B + i exp(2πik / n) (A - B) with A = X[k], B = conj X[M - k]. Real and imaginary part trade
// places before and after, which turns the forward transform into the inverse one.
export const synthesizeFours = /* @__PURE__ */ defineKernel({
  name: 'fourier.synthesizeFours',
  read: { spec: 'vec2f', stages: 'f32', twiddles: 'f32' },
  write: { frames: 'vec2f' },
  params: { count: 'u32', rounds: 'u32', bins: 'u32', inner: 'f32', edge: 'f32' },
  constants: CONSTANTS,
  workgroup: 1,
  grid: launch,
  functions: STAGES,
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u) {
  let first = linearGroup(group) * params.rounds;
  let behind = min(first + params.rounds, (params.count + 3u) / 4u);
  for (var four = first; four < behind; four++) {
    gather(four);
    tangle();
    transform();
    put(four);
  }
}

// Bins 0 to M of four frames to the second half of z and two more; those that are not stored are 0. Frames past the last repeat it.
fn gather(four: u32) {
  let members = min(four * 4u + vec4u(0u, 1u, 2u, 3u), vec4u(params.count - 1u));
  let at = members * params.bins;
  let stored = min(params.bins, M);
  for (var k = 0u; k < stored; k++) {
    let a = spec[at.x + k];
    let b = spec[at.y + k];
    let c = spec[at.z + k];
    let d = spec[at.w + k];
    z[2u * M + 2u * k] = vec4f(a.x, b.x, c.x, d.x);
    z[2u * M + 2u * k + 1u] = vec4f(a.y, b.y, c.y, d.y);
  }
  for (var i = 2u * stored; i < 2u * M; i++) { z[2u * M + i] = vec4f(); }
  // The imaginary part of bin 0 does not count: bin M, which is real, takes its place.
  z[2u * M + 1u] = vec4f();
  if (params.bins > M) {
    z[2u * M + 1u] = vec4f(spec[at.x + M].x, spec[at.y + M].x, spec[at.z + M].x, spec[at.w + M].x);
  }
}

fn tangle() {
  let a0 = z[2u * M] * params.edge;
  let b0 = z[2u * M + 1u] * params.edge;
  z[0] = a0 - b0;
  z[1] = a0 + b0;
  let scale = params.inner;
  for (var k = 1u; k <= M / 2u; k++) {
    let up = 2u * k;
    let down = 2u * M - 2u * k;
    let aRe = z[2u * M + up] * scale;
    let aIm = z[2u * M + up + 1u] * scale;
    let bRe = z[2u * M + down] * scale;
    let bIm = z[2u * M + down + 1u] * scale;
    let wRe = twiddles[up];
    let wIm = twiddles[up + 1u];
    let re = aRe - bRe;
    let im = aIm + bIm;
    let turnedRe = wRe * re - wIm * im;
    let turnedIm = wRe * im + wIm * re;
    z[up] = aIm - bIm + turnedRe;
    z[up + 1u] = aRe + bRe - turnedIm;
    z[down] = bIm - aIm + turnedRe;
    z[down + 1u] = aRe + bRe + turnedIm;
  }
}

fn put(four: u32) {
  let frame = four * 4u;
  let base = frame * M;
  if (frame + 4u <= params.count) {
    for (var i = 0u; i < M; i++) {
      let re = z[DONE + 2u * i + 1u];
      let im = z[DONE + 2u * i];
      frames[base + i] = vec2f(re.x, im.x);
      frames[base + M + i] = vec2f(re.y, im.y);
      frames[base + 2u * M + i] = vec2f(re.z, im.z);
      frames[base + 3u * M + i] = vec2f(re.w, im.w);
    }
    return;
  }
  for (var f = 0u; f < params.count - frame; f++) {
    for (var i = 0u; i < M; i++) {
      frames[base + f * M + i] = vec2f(z[DONE + 2u * i + 1u][f], z[DONE + 2u * i][f]);
    }
  }
}`,
});
