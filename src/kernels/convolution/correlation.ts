import type { Tensor } from '../../tensor/tensor.ts';
import type { Pair, Windows } from './geometry.ts';

/**
 * One form for convolutions, transposed convolutions and their gradients to the
 * input: output pixel i reads, through tap a, the input pixel
 *
 *   t = (i · stride + a · dilation - padding) / up      where that is a whole number inside the input
 *
 * A convolution has up = 1. Its transpose has stride 1, up = the convolution's
 * stride, and dilation and padding negated, which walks the taps backwards.
 */
export interface Correlation {
  readonly batch: number;
  readonly groups: number;
  /** Channels per group. */
  readonly inChannels: number;
  readonly outChannels: number;
  readonly input: Pair;
  readonly output: Pair;
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly dilation: Pair;
  readonly padding: Pair;
  readonly up: Pair;
}

/** x [batch, channels, h, w] with weight [outputs, channels / groups, kh, kw]. */
export function forwardCorrelation(x: Tensor, weight: Tensor, output: Pair, windows: Windows): Correlation {
  const { stride, dilation, padding, groups } = windows;
  return {
    batch: x.shape[0]!,
    groups,
    inChannels: weight.shape[1]!,
    outChannels: weight.shape[0]! / groups,
    input: imageOf(x),
    output,
    kernel: imageOf(weight),
    stride,
    dilation,
    padding,
    up: [1, 1],
  };
}

/** The transpose of `forwardCorrelation`: y [batch, outputs, h, w] back through the same weight. */
export function transposedCorrelation(y: Tensor, weight: Tensor, output: Pair, windows: Windows): Correlation {
  const { stride, dilation, padding, groups } = windows;
  return {
    batch: y.shape[0]!,
    groups,
    inChannels: weight.shape[0]! / groups,
    outChannels: weight.shape[1]!,
    input: imageOf(y),
    output,
    kernel: imageOf(weight),
    stride: [1, 1],
    dilation: [-dilation[0], -dilation[1]],
    padding: [-padding[0], -padding[1]],
    up: stride,
  };
}

export function imageOf(x: Tensor): Pair {
  return [x.shape[2]!, x.shape[3]!];
}

/**
 * Output pixels whose index has the same remainder by `up` (a phase) are reached
 * by the same taps. Kernels handle one phase at a time, so that every tap they
 * visit counts. These are the parameters they share.
 */
export function correlationParams(problem: Correlation) {
  const { batch, groups, inChannels, outChannels, input, output, kernel, stride, dilation, padding, up } = problem;
  const tapStep = [0, 1].map((axis) => up[axis]! / greatestCommonDivisor(Math.abs(dilation[axis]!), up[axis]!));
  return {
    batch,
    groups,
    inChannels,
    outChannels,
    input,
    output,
    kernel,
    grid: [Math.ceil(output[0] / up[0]), Math.ceil(output[1] / up[1])],
    rowRule: [stride[0], dilation[0], padding[0], up[0]],
    columnRule: [stride[1], dilation[1], padding[1], up[1]],
    tapStep,
  };
}

export const CORRELATION_PARAMS = {
  batch: 'u32',
  groups: 'u32',
  inChannels: 'u32',
  outChannels: 'u32',
  input: 'vec2u',
  output: 'vec2u',
  kernel: 'vec2u',
  grid: 'vec2u',
  rowRule: 'vec4i',
  columnRule: 'vec4i',
  tapStep: 'vec2u',
} as const;

/** Pixels of one phase over the whole batch, and the number of phases. */
export function pixelsPerPhase({ batch, output, up }: Correlation): number {
  return batch * Math.ceil(output[0] / up[0]) * Math.ceil(output[1] / up[1]);
}

export function phasesOf({ up }: Correlation): number {
  return up[0] * up[1];
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** Shared by the kernels: which taps count, where pixels lie, and how 4 × 4 sums are stored. `rule` is (stride, dilation, padding, up) of one axis. */
export const CORRELATION_WGSL = /* wgsl */ `
// The taps that reach a phase along one axis: first, first + step, …; the k-th reads input pixel
// q · stride + origin + k · advance, where q counts the pixels of the phase.
struct Taps { first: u32, count: u32, step: u32, origin: i32, advance: i32, stride: i32 }

fn tapsOf(phase: u32, rule: vec4i, taps: u32, step: u32) -> Taps {
  let advance = i32(step) * rule.y / rule.w;
  for (var tap = 0u; tap < min(step, taps); tap++) {
    let at = i32(phase) * rule.x + i32(tap) * rule.y - rule.z;
    if (at % rule.w == 0) {
      return Taps(tap, (taps - tap + step - 1u) / step, step, at / rule.w, advance, rule.x);
    }
  }
  return Taps(0u, 0u, step, 0, advance, rule.x);
}

// Four neighboring pixels of a phase: where tap 0 reads, whether they exist, and where they are written in a channel.
struct Pixels { image: vec4u, row: vec4i, column: vec4i, inside: vec4<bool>, place: vec4u }

fn locate(first: u32, phase: vec2u, rows: Taps, columns: Taps) -> Pixels {
  let line = first / params.grid.y;
  var column = first - line * params.grid.y + vec4u(0u, 1u, 2u, 3u);
  var image = vec4u(line / params.grid.x);
  var row = vec4u(line % params.grid.x);
  if (params.grid.y >= 4u) {
    // Four neighbors are on at most two lines.
    let turn = column >= vec4u(params.grid.y);
    column = select(column, column - params.grid.y, turn);
    let end = turn & (row == vec4u(params.grid.x - 1u));
    row = select(select(row, row + 1u, turn), vec4u(), end);
    image = select(image, image + 1u, end);
  } else {
    row += column / params.grid.y;
    column %= params.grid.y;
    image += row / params.grid.x;
    row %= params.grid.x;
  }
  let y = row * u32(params.rowRule.w) + phase.x;
  let x = column * u32(params.columnRule.w) + phase.y;
  return Pixels(
    image,
    vec4i(row) * rows.stride + rows.origin,
    vec4i(column) * columns.stride + columns.origin,
    (image < vec4u(params.batch)) & (y < vec4u(params.output.x)) & (x < vec4u(params.output.y)),
    y * params.output.y + x,
  );
}

fn put(pixels: Pixels, part: u32, channel: u32, sums: mat4x4f) {
  let byChannel = transpose(sums);
  let together = all(pixels.inside) && all(pixels.place == pixels.place.x + vec4u(0u, 1u, 2u, 3u));
  putChannel(pixels, together, part, channel, byChannel[0]);
  putChannel(pixels, together, part, channel + 1u, byChannel[1]);
  putChannel(pixels, together, part, channel + 2u, byChannel[2]);
  putChannel(pixels, together, part, channel + 3u, byChannel[3]);
}

fn putChannel(pixels: Pixels, together: bool, part: u32, channel: u32, sums: vec4f) {
  if (channel >= params.outChannels) { return; }
  var shift = 0.0;
  if (HAS_BIAS) { shift = bias[part * params.outChannels + channel]; }
  let channels = params.groups * params.outChannels;
  let at = (pixels.image * channels + part * params.outChannels + channel) * params.output.x * params.output.y
    + pixels.place;
  let values = sums + shift;
  if (together) {
    y[at.x] = values.x;
    y[at.x + 1u] = values.y;
    y[at.x + 2u] = values.z;
    y[at.x + 3u] = values.w;
    return;
  }
  if (pixels.inside.x) { y[at.x] = values.x; }
  if (pixels.inside.y) { y[at.y] = values.y; }
  if (pixels.inside.z) { y[at.z] = values.z; }
  if (pixels.inside.w) { y[at.w] = values.w; }
}
`;
