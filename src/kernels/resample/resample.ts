import { cached } from '../../tensor/engine/deviceCache.ts';
import { ShapeError } from '../../tensor/engine/errors.ts';
import { defineKernel } from '../../tensor/engine/kernel.ts';
import { type Nd, nd } from '../../tensor/engine/nd.ts';
import { defineOp } from '../../tensor/engine/op.ts';
import type { Shape } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import {
  type FilterDirection,
  filterShape,
  type PolyphaseFilter,
  polyphaseFilter,
  type ResampleOptions,
  type ResampleRatio,
  resampledLength,
  resampleRatio,
} from './polyphaseFilter.ts';

/**
 * Signals at another sample rate, by a windowed sinc with torchaudio's defaults: x [..., samples at `from` Hz] →
 * [..., ceil(samples · to / from)]. Outside the signal x counts as 0; equal rates give x itself. The filter is computed in
 * float64. Gradient for x, without atomics. For signals that are no tensors there is `resampleSignal`.
 *
 * @throws RangeError for rates that are not positive integers, options out of range, or a ratio whose filter has more than
 *   2^26 weights; ShapeError for a tensor without axes.
 */
export function resample(x: Tensor, from: number, to: number, options: ResampleOptions = {}): Tensor {
  return resampleOp([x], resampleRatio('resample', from, to, options));
}

const resampleOp = /* @__PURE__ */ defineOp({
  name: 'resample',
  inputs: ['x'],
  shape: ([x]: readonly [Shape], ratio: ResampleRatio) => resampledShape(x, ratio),
  forward([x]: readonly [x: Tensor], ratio) {
    const saved = { shape: x.shape };
    if (ratio.from === ratio.to) return { y: x.view(x.shape), saved };
    return { y: filtered(x, resampledShape(x.shape, ratio), ratio, 'forward'), saved };
  },
  backward(dy, { shape }, ratio) {
    return [ratio.from === ratio.to ? dy : filtered(dy, shape, ratio, 'transposed')];
  },
});

function resampledShape(x: Shape, ratio: ResampleRatio): number[] {
  if (x.length === 0) throw new ShapeError('resample: x must be [..., samples], got a single number: []');
  return [...x.slice(0, -1), resampledLength(x.at(-1)!, ratio)];
}

function filtered(x: Tensor, shape: Shape, ratio: ResampleRatio, direction: FilterDirection): Tensor {
  const y = x.derive(shape);
  const key = `resample/${direction}/${Object.values(ratio).join('/')}`;
  const weights = cached(x, `${key}/weights`, () => quadsOf(polyphaseFilter(ratio, direction)));
  const starts = cached(x, `${key}/starts`, () => Float32Array.from(polyphaseFilter(ratio, direction).starts));
  const { rows, columns, taps } = filterShape(ratio, direction);
  const params = {
    size: y.size,
    samples: x.shape.at(-1)!,
    results: shape.at(-1)!,
    rows,
    columns,
    quads: Math.ceil(taps / 4),
  };
  filterSignals({ x, weights, starts }, { y }, params);
  return y;
}

/** The weights with zeros behind each row, so that it begins at a vec4. */
function quadsOf({ rows, taps, weights }: PolyphaseFilter): Float32Array {
  const padded = 4 * Math.ceil(taps / 4);
  const quads = new Float32Array(rows * padded);
  for (let row = 0; row < rows; row++) quads.set(weights.subarray(row * taps, (row + 1) * taps), row * padded);
  return quads;
}

export const filterSignals = /* @__PURE__ */ defineKernel({
  name: 'resample.filterSignals',
  read: { x: 'f32', weights: 'vec4f', starts: 'f32' },
  write: { y: 'f32' },
  params: { size: 'u32', samples: 'u32', results: 'u32', rows: 'u32', columns: 'u32', quads: 'u32' },
  workgroup: 64,
  grid: ({ size }) => Math.ceil(size / 64),
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i >= params.size) { return; }
  let n = i % params.results;
  let signal = i / params.results * params.samples;
  let row = n % params.rows;
  let first = i32(n / params.rows * params.columns) + i32(starts[row]);
  let end = i32(params.samples);
  let weight = row * params.quads;
  var total = 0.0;
  if (first >= 0 && first + i32(4u * params.quads) <= end) {
    var at = signal + u32(first);
    for (var q = 0u; q < params.quads; q++) {
      total += dot(weights[weight + q], vec4f(x[at], x[at + 1u], x[at + 2u], x[at + 3u]));
      at += 4u;
    }
  } else {
    for (var k = 0; k < i32(4u * params.quads); k++) {
      let at = first + k;
      if (at >= 0 && at < end) { total += weights[weight + u32(k) / 4u][u32(k) % 4u] * x[signal + u32(at)]; }
    }
  }
  y[i] = total;
}`,
});

export function resampleReference(
  [x]: readonly [Nd],
  { from, to, options = {} }: { from: number; to: number; options?: ResampleOptions },
): Nd {
  const ratio = resampleRatio('resample', from, to, options);
  if (ratio.from === ratio.to) return x;
  const { rows, columns, taps, starts, weights } = polyphaseFilter(ratio);
  const samples = x.shape.at(-1)!;
  return nd(resampledShape(x.shape, ratio), (i, at) => {
    const n = at.at(-1)!;
    const signal = ((i - n) / resampledLength(samples, ratio)) * samples;
    const first = Math.floor(n / rows) * columns + starts[n % rows]!;
    let total = 0;
    for (let k = 0; k < taps; k++) {
      const inside = first + k >= 0 && first + k < samples;
      if (inside) total += weights[(n % rows) * taps + k]! * x.data[signal + first + k]!;
    }
    return total;
  });
}
