import { ShapeError } from '../../tensor/engine/errors.ts';
import { defineKernel } from '../../tensor/engine/kernel.ts';
import { type Nd, nd } from '../../tensor/engine/nd.ts';
import { defineOp } from '../../tensor/engine/op.ts';
import { expectRank, formatShape, type Shape } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { type Pair, pairOf } from '../convolution/geometry.ts';

export type InterpolationMode = 'nearest' | 'bilinear' | 'bicubic';

export interface InterpolateOptions {
  /** Rows and columns of the result; one number for both. */
  readonly size: number | Pair;
  /** Default 'nearest'. */
  readonly mode?: InterpolationMode;
  /** Whether the corner pixels of input and result coincide, instead of the corners of their outer pixels. Default false. */
  readonly alignCorners?: boolean;
}

interface Attributes {
  readonly size: Pair;
  readonly mode: InterpolationMode;
  readonly alignCorners: boolean;
}

const TAPS = { nearest: 1, bilinear: 2, bicubic: 4 } as const;

/**
 * Resizes the images of `x` [batch, channels, height, width] as PyTorch does, without antialiasing. Result pixel i lies
 * at input position (i + 1/2) · in / out - 1/2, with `alignCorners` at i · (in - 1) / (out - 1), and for 'nearest' at
 * floor(i · in / out). 'bicubic' is Keys' convolution with a = -0.75, https://doi.org/10.1109/TASSP.1981.1163711.
 *
 * @throws RangeError for an unknown mode, a size that is not positive, or axes whose product of old and new extent
 * reaches 2^30 (positions are computed as exact fractions of 32-bit integers); ShapeError for an image without pixels.
 */
export function interpolate(x: Tensor, { size, mode = 'nearest', alignCorners = false }: InterpolateOptions): Tensor {
  return interpolateOp([x], { size: pairOf('interpolate', 'size', size, 1), mode, alignCorners });
}

const interpolateOp = /* @__PURE__ */ defineOp({
  name: 'interpolate',
  inputs: ['x'],
  shape: ([x]: readonly [Shape], attributes: Attributes) => resizedShape(x, attributes),
  forward([x]: readonly [x: Tensor], attributes) {
    const y = x.derive(resizedShape(x.shape, attributes));
    const params = {
      size: y.size,
      input: x.shape.slice(2),
      output: attributes.size,
      corners: +attributes.alignCorners,
    };
    resample({ x }, { y }, params, { TAPS: TAPS[attributes.mode] });
    return { y, saved: { shape: x.shape } };
  },
  backward(dy, { shape }, { size, mode, alignCorners }) {
    const dx = dy.derive(shape);
    const params = { size: dx.size, input: shape.slice(2), output: size, corners: +alignCorners };
    gradOfResample({ dy }, { dx }, params, { TAPS: TAPS[mode] });
    return [dx];
  },
});

function resizedShape(x: Shape, { size, mode, alignCorners }: Attributes): number[] {
  expectRank('interpolate', 'x', x, 4, '[batch, channels, height, width]');
  if (!(mode in TAPS)) {
    throw new RangeError(`interpolate: mode must be nearest, bilinear or bicubic, got ${String(mode)}`);
  }
  if (alignCorners && mode === 'nearest') {
    throw new RangeError("interpolate: alignCorners applies to mode 'bilinear' and 'bicubic', got 'nearest'");
  }
  for (const axis of [0, 1] as const) {
    const extent = x[2 + axis]!;
    if (extent === 0) throw new ShapeError(`interpolate: x must have pixels, got ${formatShape(x)}`);
    if (extent * size[axis] >= 2 ** 30) {
      throw new RangeError(
        `interpolate: resizing ${extent} to ${size[axis]} is over the limit: their product must stay below 2^30`,
      );
    }
  }
  return [x[0]!, x[1]!, ...size];
}

const SAMPLING_PARAMS = { size: 'u32', input: 'vec2u', output: 'vec2u', corners: 'u32' } as const;

/** Shared by both kernels: the input pixels a result pixel reads along one axis, and the weight it gives to one of them. */
const SAMPLING_WGSL = /* wgsl */ `
// Weights of the pixels first, first + 1, …; those outside the image stand for its edge.
struct Taps { first: i32, weights: vec4f }

// The position is a fraction of integers, so that its whole part is exact and its rest loses no digits to it.
fn tapsOf(pixel: u32, input: u32, output: u32) -> Taps {
  var numerator = (2 * i32(pixel) + 1) * i32(input) - i32(output);
  var denominator = 2 * i32(output);
  if (params.corners == 1u || TAPS == 1u) {
    numerator = i32(pixel) * i32(select(input - 1u, input, TAPS == 1u));
    denominator = max(i32(select(output - 1u, output, TAPS == 1u)), 1);
  }
  if (TAPS == 2u) { numerator = max(numerator, 0); }
  var whole = numerator / denominator;
  if (numerator < whole * denominator) { whole--; }
  let t = f32(numerator - whole * denominator) / f32(denominator);
  if (TAPS == 1u) { return Taps(whole, vec4f(1.0, 0.0, 0.0, 0.0)); }
  if (TAPS == 2u) { return Taps(whole, vec4f(1.0 - t, t, 0.0, 0.0)); }
  let s = 1.0 - t;
  return Taps(whole - 1, vec4f(-0.75 * t * s * s, inner(t), inner(s), -0.75 * s * t * t));
}

// Keys' kernel up to distance 1. From 1 to 2 it is a · t · (1 - t)², which, unlike the expanded cubic, cancels nothing.
fn inner(d: f32) -> f32 { return (1.25 * d - 2.25) * d * d + 1.0; }

fn clipped(at: i32, extent: u32) -> u32 { return u32(clamp(at, 0, i32(extent) - 1)); }
`;

export const resample = /* @__PURE__ */ defineKernel({
  name: 'interpolate.resample',
  read: { x: 'f32' },
  write: { y: 'f32' },
  params: SAMPLING_PARAMS,
  constants: { TAPS: [1, 2, 4] },
  workgroup: 64,
  grid: ({ size }) => Math.ceil(size / 64),
  functions: SAMPLING_WGSL,
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i >= params.size) { return; }
  let rows = tapsOf((i / params.output.y) % params.output.x, params.input.x, params.output.x);
  let columns = tapsOf(i % params.output.y, params.input.y, params.output.y);
  let plane = i / (params.output.x * params.output.y) * params.input.x;
  var total = 0.0;
  for (var r = 0u; r < TAPS; r++) {
    let row = (plane + clipped(rows.first + i32(r), params.input.x)) * params.input.y;
    var along = 0.0;
    for (var c = 0u; c < TAPS; c++) {
      along += columns.weights[c] * x[row + clipped(columns.first + i32(c), params.input.y)];
    }
    total += rows.weights[r] * along;
  }
  y[i] = total;
}`,
});

// One invocation per input pixel goes through the result pixels near it and takes the weight each gave it.
export const gradOfResample = /* @__PURE__ */ defineKernel({
  name: 'interpolate.gradInput',
  read: { dy: 'f32' },
  write: { dx: 'f32' },
  params: SAMPLING_PARAMS,
  constants: { TAPS: [1, 2, 4] },
  workgroup: 64,
  grid: ({ size }) => Math.ceil(size / 64),
  functions: SAMPLING_WGSL,
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i >= params.size) { return; }
  let row = (i / params.input.y) % params.input.x;
  let column = i % params.input.y;
  let rows = near(row, params.input.x, params.output.x);
  let columns = near(column, params.input.y, params.output.y);
  let plane = i / (params.input.x * params.input.y) * params.output.x;
  var total = 0.0;
  for (var r = rows.x; r < rows.y; r++) {
    let weight = weightOn(row, tapsOf(r, params.input.x, params.output.x), params.input.x);
    if (weight == 0.0) { continue; }
    var along = 0.0;
    for (var c = columns.x; c < columns.y; c++) {
      let across = weightOn(column, tapsOf(c, params.input.y, params.output.y), params.input.y);
      along += across * dy[(plane + r) * params.output.y + c];
    }
    total += weight * along;
  }
  dx[i] = total;
}

// Result pixels (first, end) that may read this input pixel: a few too many, never too few. The edge pixels also stand
// for everything outside.
fn near(pixel: u32, input: u32, output: u32) -> vec2u {
  if (input == 1u || output == 1u) { return vec2u(0u, output); }
  let aligned = params.corners == 1u;
  let scale = select(f32(output) / f32(input), f32(output - 1u) / f32(input - 1u), aligned);
  let reach = (f32(TAPS) / 2.0 + 1.0) * scale + 2.0;
  let middle = f32(pixel) * scale + select(0.5 * scale, 0.0, aligned);
  let first = select(u32(max(middle - reach, 0.0)), 0u, pixel == 0u);
  let end = select(min(u32(middle + reach) + 1u, output), output, pixel == input - 1u);
  return vec2u(first, end);
}

fn weightOn(pixel: u32, taps: Taps, extent: u32) -> f32 {
  var total = 0.0;
  for (var k = 0u; k < TAPS; k++) {
    if (clipped(taps.first + i32(k), extent) == pixel) { total += taps.weights[k]; }
  }
  return total;
}`,
});

export function interpolateReference(
  [x]: readonly [Nd],
  { size, mode = 'nearest', alignCorners = false }: InterpolateOptions,
): Nd {
  const attributes = { size: pairOf('interpolate', 'size', size, 1), mode, alignCorners };
  const [, channels, height, width] = x.shape as readonly [number, number, number, number];
  return nd(resizedShape(x.shape, attributes), (_, [n, c, i, j]) => {
    let total = 0;
    for (const [row, down] of weightsReference(i!, height, attributes.size[0], attributes)) {
      for (const [column, across] of weightsReference(j!, width, attributes.size[1], attributes)) {
        total += down * across * x.data[((n! * channels + c!) * height + row) * width + column]!;
      }
    }
    return total;
  });
}

/** Input pixels and weights that result pixel `i` reads along one axis. */
function weightsReference(i: number, input: number, output: number, { mode, alignCorners }: Attributes) {
  const edge = (at: number) => Math.min(Math.max(at, 0), input - 1);
  if (mode === 'nearest') return [[Math.floor((i * input) / output), 1]] as const;
  const position = alignCorners
    ? output === 1
      ? 0
      : (i * (input - 1)) / (output - 1)
    : ((i + 0.5) * input) / output - 0.5;
  if (mode === 'bilinear') {
    const at = Math.max(position, 0);
    return [0, 1].map((k) => [edge(Math.floor(at) + k), 1 - Math.abs(at - Math.floor(at) - k)] as const);
  }
  const whole = Math.floor(position);
  return [-1, 0, 1, 2].map((k) => {
    const d = Math.abs(position - whole - k);
    const weight = d <= 1 ? 1.25 * d ** 3 - 2.25 * d ** 2 + 1 : -0.75 * d ** 3 + 3.75 * d ** 2 - 6 * d + 3;
    return [edge(whole + k), weight] as const;
  });
}
