import { defineKernel } from '../../tensor/engine/kernel.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { BUTTERFLIES, COMPLEX, type Radix } from './butterfly.ts';
import { FRAMING, FRAMING_PARAMS, type Framing, framingParams } from './framing.ts';
import { factor, twiddles } from './plan.ts';
import type { Scaling } from './realTransform.ts';

/**
 * Real transforms of n = 2 · points samples in one launch per stage, without barriers: the variant for processors, and
 * for sizes that workgroup memory cannot hold. Four frames lie side by side in the lanes of a vec4f, so that every
 * operation of a butterfly is one vector instruction. The first launch reads frames or spectra, the last launch of the
 * inverse writes frames.
 */
export function stagedForward(
  x: Tensor,
  window: Tensor | null,
  framing: Framing,
  n: number,
  scaling: Scaling,
  spec: Tensor,
): void {
  const params = framingParams(framing);
  const work = runStages(x, n, { ...NOTHING, x, window }, { ...NO_PARAMS, ...params }, null);
  untangle({ work, twiddles: twiddles(x, n) }, { spec }, { ...scaling, points: n / 2, count: params.count });
}

export function stagedInverse(spec: Tensor, n: number, scaling: Scaling, frames: Tensor): void {
  runStages(spec, n, { ...NOTHING, spec }, { ...NO_PARAMS, ...scaling, count: frames.shape[0]! }, frames);
}

const NOTHING = { work: null, x: null, window: null, spec: null };
const NO_PARAMS = { count: 0, frames: 1, hop: 0, pad: 0, samples: 0, mode: 0, bins: 0, inner: 1, edge: 1 };

/** All stages, the first one from `source`, the last one into `frames` if given. Gives what the last one wrote. */
function runStages(
  like: Tensor,
  n: number,
  source: { [K in keyof typeof NOTHING]: Tensor | null },
  params: typeof NO_PARAMS,
  frames: Tensor | null,
): Tensor {
  const points = n / 2;
  const groups = Math.ceil(params.count / 4);
  const table = twiddles(like, n);
  const radices = factor(points)!;
  const free: Tensor[] = [];
  let from = source;
  let ns = 1;
  for (const [i, radix] of radices.entries()) {
    const last = frames !== null && i === radices.length - 1;
    const next = last ? null : (free.pop() ?? like.derive([groups * points * 8]));
    STAGES[radix](
      { ...from, twiddles: table },
      { next, frames: last ? frames : null },
      { ...params, groups, points, ns },
    );
    if (from.work) free.push(from.work);
    from = { ...NOTHING, work: next };
    ns *= radix;
  }
  return from.work ?? frames!;
}

/** One pass of Stockham's algorithm over all frames: sub-transforms of `ns` points become ones of RADIX · ns. */
/* @__NO_SIDE_EFFECTS__ */
function stageKernel(radix: Radix) {
  return defineKernel({
    name: `fourier.stage${radix}`,
    read: { work: 'vec4f?', x: 'f32?', window: 'f32?', spec: 'vec2f?', twiddles: 'vec2f' },
    write: { next: 'vec4f?', frames: 'vec2f?' },
    params: { ...FRAMING_PARAMS, groups: 'u32', points: 'u32', ns: 'u32', bins: 'u32', inner: 'f32', edge: 'f32' },
    workgroup: 64,
    grid: ({ points, groups }) => Math.ceil(((points / radix) * groups) / 64),
    functions: `const RADIX = ${radix}u;${COMPLEX}${BUTTERFLIES[radix]}
fn butterfly(v: ptr<function, array<Complex, 8>>) { butterfly${radix}(v); }${FRAMING}`,
    wgsl: STAGE,
  });
}

const STAGE = /* wgsl */ `
alias V = vec4f;

// Points (2i, 2i + 1) of four frames. Frames past the last repeat it; nothing reads them.
fn windowed(o: array<Origin, 4>, i: u32) -> Complex {
  let j = 2u * i;
  let even = vec4f(sampled(o[0], j), sampled(o[1], j), sampled(o[2], j), sampled(o[3], j));
  let odd = vec4f(sampled(o[0], j + 1u), sampled(o[1], j + 1u), sampled(o[2], j + 1u), sampled(o[3], j + 1u));
  return Complex(even * weight(j), odd * weight(j + 1u));
}

// The same where no frame reaches into the padding, by the positions of their first samples.
fn inside(starts: vec4u, i: u32) -> Complex {
  let j = 2u * i;
  let at = starts + j;
  let even = vec4f(x[at.x], x[at.y], x[at.z], x[at.w]);
  let odd = vec4f(x[at.x + 1u], x[at.y + 1u], x[at.z + 1u], x[at.w + 1u]);
  return Complex(even * weight(j), odd * weight(j + 1u));
}

fn bin(frames: vec4u, k: u32) -> Complex {
  if (k >= params.bins) { return Complex(); }
  let at = frames * params.bins + k;
  let a = spec[at.x];
  let b = spec[at.y];
  let c = spec[at.z];
  let d = spec[at.w];
  return Complex(vec4f(a.x, b.x, c.x, d.x), vec4f(a.y, b.y, c.y, d.y));
}

// Z[k] = A + B + i exp(2πik / n) (A - B) with A = X[k], B = conj X[points - k]; its parts swapped, which turns the
// forward transform into the inverse one. The imaginary parts of the two edge bins do not count.
fn tangled(frames: vec4u, k: u32) -> Complex {
  var a = bin(frames, k);
  var b = bin(frames, params.points - k);
  if (k == 0u) {
    a = Complex(a.re, vec4f());
    b = Complex(b.re, vec4f());
  }
  let w = twiddles[k];
  let re = a.re - b.re;
  let im = a.im + b.im;
  let scale = select(params.inner, params.edge, k == 0u);
  return Complex((a.im - b.im + w.x * re - w.y * im) * scale, (a.re + b.re - w.x * im - w.y * re) * scale);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = linearGroup(group) * WORKGROUP + lane;
  let span = params.points / RADIX;
  let four = index / span;
  if (four >= params.groups) { return; }
  let j = index - four * span;
  let k = j % params.ns;
  let base = four * params.points;
  let members = min(four * 4u + vec4u(0u, 1u, 2u, 3u), vec4u(params.count - 1u));

  var v: array<Complex, 8>;
  if (HAS_X) {
    let o = array<Origin, 4>(originOf(members.x), originOf(members.y), originOf(members.z), originOf(members.w));
    let at = vec4i(o[0].at, o[1].at, o[2].at, o[3].at);
    if (all(at >= vec4i(0)) && all(at + vec4i(2 * i32(params.points)) <= vec4i(i32(params.samples)))) {
      let starts = vec4u(o[0].row, o[1].row, o[2].row, o[3].row) + vec4u(at);
      for (var q = 0u; q < RADIX; q++) { v[q] = inside(starts, j + q * span); }
    } else {
      for (var q = 0u; q < RADIX; q++) { v[q] = windowed(o, j + q * span); }
    }
  } else if (HAS_SPEC) {
    for (var q = 0u; q < RADIX; q++) { v[q] = tangled(members, j + q * span); }
  } else {
    let turn = k * (2u * span / params.ns);
    for (var q = 0u; q < RADIX; q++) {
      let at = 2u * (base + j + q * span);
      v[q] = rotated(Complex(work[at], work[at + 1u]), twiddles[q * turn]);
    }
  }
  butterfly(&v);

  let first = (j - k) * RADIX + k;
  if (HAS_FRAMES) {
    for (var q = 0u; q < RADIX; q++) {
      let point = first + q * params.ns;
      for (var f = 0u; f < 4u; f++) {
        let frame = four * 4u + f;
        if (frame < params.count) { frames[frame * params.points + point] = vec2f(v[q].im[f], v[q].re[f]); }
      }
    }
  } else {
    for (var q = 0u; q < RADIX; q++) {
      let at = 2u * (base + first + q * params.ns);
      next[at] = v[q].re;
      next[at + 1u] = v[q].im;
    }
  }
}`;

export const STAGES = {
  2: /* @__PURE__ */ stageKernel(2),
  3: /* @__PURE__ */ stageKernel(3),
  4: /* @__PURE__ */ stageKernel(4),
  5: /* @__PURE__ */ stageKernel(5),
  7: /* @__PURE__ */ stageKernel(7),
  8: /* @__PURE__ */ stageKernel(8),
} as const;

// The spectrum of the real frames from that of their complex halves; see groupForward. One invocation takes bins k and
// points - k of four frames.
export const untangle = /* @__PURE__ */ defineKernel({
  name: 'fourier.untangle',
  read: { work: 'vec4f', twiddles: 'vec2f' },
  write: { spec: 'vec2f' },
  params: { count: 'u32', points: 'u32', bins: 'u32', inner: 'f32', edge: 'f32' },
  workgroup: 64,
  grid: ({ count, points }) => Math.ceil((Math.ceil(count / 4) * (Math.floor(points / 2) + 1)) / 64),
  wgsl: /* wgsl */ `
fn put(four: u32, k: u32, re: vec4f, im: vec4f) {
  if (k >= params.bins) { return; }
  for (var f = 0u; f < 4u; f++) {
    let frame = four * 4u + f;
    if (frame < params.count) { spec[frame * params.bins + k] = vec2f(re[f], im[f]); }
  }
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = linearGroup(group) * WORKGROUP + lane;
  let half = params.points / 2u + 1u;
  let four = index / half;
  if (four >= (params.count + 3u) / 4u) { return; }
  let k = index - four * half;
  let a = 2u * (four * params.points + k);
  let b = 2u * (four * params.points + (params.points - k) % params.points);
  let w = twiddles[k];
  let edge = k == 0u;
  let scale = 0.5 * select(params.inner, params.edge, edge);
  let dr = work[a] - work[b];
  let di = work[a + 1u] + work[b + 1u];
  let evenRe = work[a] + work[b];
  let evenIm = work[a + 1u] - work[b + 1u];
  let oddRe = w.x * di - w.y * dr;
  let oddIm = -w.x * dr - w.y * di;
  put(four, k, (evenRe + oddRe) * scale, select((evenIm + oddIm) * scale, vec4f(), edge));
  put(four, params.points - k, (evenRe - oddRe) * scale, select((oddIm - evenIm) * scale, vec4f(), edge));
}`,
});
