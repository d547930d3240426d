import { defineKernel } from '../../tensor/engine/kernel.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { type Framing, framingParams } from './framing.ts';

/** Sums what frames hold of each sample of a padded signal: windowed frames lie one after another in `parts`. */
const OVERLAP = /* wgsl */ `
// The frames that hold position p of the padded signal: from x up to y, none where x > y.
fn holders(p: u32) -> vec2u {
  let first = select(0u, (p - params.n) / params.hop + 1u, p >= params.n);
  return vec2u(first, min(p / params.hop, params.frames - 1u));
}
`;

const GATHER_PARAMS = {
  size: 'u32',
  frames: 'u32',
  hop: 'u32',
  pad: 'u32',
  samples: 'u32',
  mode: 'u32',
  n: 'u32',
} as const;

const GATHER = /* wgsl */ `
fn gathered(row: u32, p: u32) -> f32 {
  let range = holders(p);
  var total = 0.0;
  for (var f = range.x; f <= range.y; f++) {
    let at = p - f * params.hop;
    let part = parts[(row * params.frames + f) * params.n + at];
    if (HAS_WINDOW) { total += window[at] * part; } else { total += part; }
  }
  return total;
}
`;

/** Where the squared windows sum to less, nothing is left of the signal; as torch.istft has it. */
export const LEAST_ENVELOPE = 1e-11;

/** The gradient of framing: each sample gathers from its frames, and from its mirror images in the padding. */
export function gatherFrames(parts: Tensor, window: Tensor | null, framing: Framing, n: number): Tensor {
  const dx = parts.derive([framing.rows, framing.samples]);
  const { count: _, ...shared } = framingParams(framing);
  const params = { ...shared, n, size: dx.size };
  if (divisible([framing.hop, n, framing.pad, framing.samples])) {
    gatherFours({ parts, window }, { dx }, { ...params, size: dx.size / 4 });
  } else {
    gatherSamples({ parts, window }, { dx }, params);
  }
  if (framing.mode !== 'constant' && framing.pad > 0 && dx.size > 0) foldPadding({ parts, window }, { dx }, params);
  return dx;
}

export interface OverlapAdd {
  readonly rows: number;
  readonly frames: number;
  readonly hop: number;
  readonly n: number;
  /** Position in the padded signal where the result begins. */
  readonly start: number;
  /** Length of each result; 0 past the last frame. */
  readonly length: number;
}

/** Windowed overlap-add of the inverse STFT, divided by the sum of squared windows. */
export function overlapAdd(parts: Tensor, window: Tensor | null, layout: OverlapAdd): Tensor {
  const { rows, ...params } = layout;
  const y = parts.derive([rows, layout.length]);
  const inFours = divisible([params.hop, params.n, params.start, params.length]);
  const kernel = inFours ? addFours : addSamples;
  kernel({ parts, window }, { y }, { ...params, size: inFours ? y.size / 4 : y.size });
  return y;
}

/** Whether four neighboring samples always lie in the same frames. */
function divisible(extents: readonly number[]): boolean {
  return extents.every((extent) => extent % 4 === 0);
}

/** dy over the sum of squared windows: the gradient of the overlapped sum before that division. */
export function overEnvelope(dy: Tensor, window: Tensor | null, { rows: _, ...params }: OverlapAdd): Tensor {
  const dsum = dy.derive(dy.shape);
  divideEnvelope({ dy, window }, { dsum }, { ...params, size: dy.size });
  return dsum;
}

export const gatherSamples = /* @__PURE__ */ defineKernel({
  name: 'fourier.gatherSamples',
  read: { parts: 'f32', window: 'f32?' },
  write: { dx: 'f32' },
  params: GATHER_PARAMS,
  workgroup: 64,
  grid: ({ size }) => Math.ceil(size / 64),
  functions: OVERLAP + GATHER,
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i >= params.size) { return; }
  let row = i / params.samples;
  dx[i] = gathered(row, i - row * params.samples + params.pad);
}`,
});

// Where hop, n, pad and samples are multiples of four, so are the positions at which frames begin and end: four
// neighbors lie in the same frames.
export const gatherFours = /* @__PURE__ */ defineKernel({
  name: 'fourier.gatherFours',
  read: { parts: 'vec4f', window: 'vec4f?' },
  write: { dx: 'vec4f' },
  params: GATHER_PARAMS,
  workgroup: 64,
  grid: ({ size }) => Math.ceil(size / 64),
  functions: OVERLAP,
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i >= params.size) { return; }
  let row = i / (params.samples / 4u);
  let p = 4u * i - row * params.samples + params.pad;
  let range = holders(p);
  var total = vec4f();
  for (var f = range.x; f <= range.y; f++) {
    let at = (p - f * params.hop) / 4u;
    let part = parts[(row * params.frames + f) * (params.n / 4u) + at];
    if (HAS_WINDOW) { total += window[at] * part; } else { total += part; }
  }
  dx[i] = total;
}`,
});

// Adds what the padding holds to the samples it was made from: those up to `pad` from an end. In place, and in a launch
// of its own, so that the many samples between need not ask.
export const foldPadding = /* @__PURE__ */ defineKernel({
  name: 'fourier.foldPadding',
  read: { parts: 'f32', window: 'f32?' },
  write: { dx: 'f32' },
  params: GATHER_PARAMS,
  workgroup: 64,
  grid: ({ size, samples, pad }) => Math.ceil(((size / samples) * 2 * (pad + 1)) / 64),
  functions: OVERLAP + GATHER,
  wgsl: /* wgsl */ `
const REFLECT = 1u;
const REPLICATE = 2u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  let pad = params.pad;
  let last = params.samples - 1u;
  let row = i / (2u * (pad + 1u));
  if (row >= params.size / params.samples) { return; }
  let edge = i - row * 2u * (pad + 1u);
  let fromRight = edge - (pad + 1u);
  // A short signal's two ends meet: those near the left end are taken from there.
  if (edge > pad && (fromRight > last || last - fromRight <= pad)) { return; }
  let t = select(last - fromRight, edge, edge <= pad);
  if (t > last) { return; }
  var total = 0.0;
  if (params.mode == REFLECT) {
    if (t > 0u && t <= pad) { total += gathered(row, pad - t); }
    if (t < last && last - t <= pad) { total += gathered(row, 2u * last - t + pad); }
  }
  if (params.mode == REPLICATE) {
    for (var p = 0u; p < pad && t == 0u; p++) { total += gathered(row, p); }
    for (var p = 1u; p <= pad && t == last; p++) { total += gathered(row, last + pad + p); }
  }
  dx[row * params.samples + t] += total;
}`,
});

export const addSamples = /* @__PURE__ */ defineKernel({
  name: 'fourier.addSamples',
  read: { parts: 'f32', window: 'f32?' },
  write: { y: 'f32' },
  params: { size: 'u32', frames: 'u32', hop: 'u32', n: 'u32', start: 'u32', length: 'u32' },
  workgroup: 64,
  grid: ({ size }) => Math.ceil(size / 64),
  functions: OVERLAP,
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i >= params.size) { return; }
  let row = i / params.length;
  let p = i - row * params.length + params.start;
  let range = holders(p);
  var total = 0.0;
  var envelope = 0.0;
  for (var f = range.x; f <= range.y; f++) {
    let at = p - f * params.hop;
    var w = 1.0;
    if (HAS_WINDOW) { w = window[at]; }
    total += w * parts[(row * params.frames + f) * params.n + at];
    envelope += w * w;
  }
  y[i] = select(0.0, total / max(envelope, 1e-11), envelope > 1e-11);
}`,
});

// See gatherFours.
export const addFours = /* @__PURE__ */ defineKernel({
  name: 'fourier.addFours',
  read: { parts: 'vec4f', window: 'vec4f?' },
  write: { y: 'vec4f' },
  params: { size: 'u32', frames: 'u32', hop: 'u32', n: 'u32', start: 'u32', length: 'u32' },
  workgroup: 64,
  grid: ({ size }) => Math.ceil(size / 64),
  functions: OVERLAP,
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i >= params.size) { return; }
  let row = i / (params.length / 4u);
  let p = 4u * i - row * params.length + params.start;
  let range = holders(p);
  var total = vec4f();
  var envelope = vec4f();
  for (var f = range.x; f <= range.y; f++) {
    let at = (p - f * params.hop) / 4u;
    var w = vec4f(1.0);
    if (HAS_WINDOW) { w = window[at]; }
    total += w * parts[(row * params.frames + f) * (params.n / 4u) + at];
    envelope += w * w;
  }
  y[i] = select(vec4f(), total / max(envelope, vec4f(1e-11)), envelope > vec4f(1e-11));
}`,
});

export const divideEnvelope = /* @__PURE__ */ defineKernel({
  name: 'fourier.divideEnvelope',
  read: { dy: 'f32', window: 'f32?' },
  write: { dsum: 'f32' },
  params: { size: 'u32', frames: 'u32', hop: 'u32', n: 'u32', start: 'u32', length: 'u32' },
  workgroup: 64,
  grid: ({ size }) => Math.ceil(size / 64),
  functions: OVERLAP,
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i >= params.size) { return; }
  let p = i % params.length + params.start;
  let range = holders(p);
  var envelope = 0.0;
  for (var f = range.x; f <= range.y; f++) {
    var w = 1.0;
    if (HAS_WINDOW) { w = window[p - f * params.hop]; }
    envelope += w * w;
  }
  dsum[i] = select(0.0, dy[i] / max(envelope, 1e-11), envelope > 1e-11);
}`,
});
