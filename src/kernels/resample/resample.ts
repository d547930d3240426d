import { cached } from '../../tensor/engine/deviceCache.ts';
import { ShapeError } from '../../tensor/engine/errors.ts';
import { defineKernel } from '../../tensor/engine/kernel.ts';
import { type Nd, nd } from '../../tensor/engine/nd.ts';
import { defineOp } from '../../tensor/engine/op.ts';
import type { Shape } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import {
  type FilterDirection,
  type FilterShape,
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
 *   2^24 weights; ShapeError for a tensor without axes.
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
  const [samples, results] = [x.shape.at(-1)!, shape.at(-1)!];
  const { groups, columns, taps } = groupsOf(filterShape(ratio, direction));
  const key = `resample/${direction}/${Object.values(ratio).join('/')}`;
  const weights = cached(x, `${key}/weights`, () => groupWeights(polyphaseFilter(ratio, direction)));
  const starts = cached(x, `${key}/starts`, () => groupStarts(polyphaseFilter(ratio, direction)));
  const quads = Math.ceil(results / 4);
  const size = results === 0 ? 0 : (y.size / results) * quads;
  filterSignals({ x, weights, starts }, { y }, { size, samples, results, quads, groups, columns, taps });
  return y;
}

/**
 * Four results in a row are made together: their windows mostly overlap, so each element is read once and multiplied by
 * four weights that lie side by side. A period of them is as many periods of the filter as make whole groups.
 */
function groupsOf({ rows, columns, taps }: FilterShape): { groups: number; columns: number; taps: number } {
  const periods = rows % 4 === 0 ? 1 : rows % 2 === 0 ? 2 : 4;
  const spread = Math.ceil((3 * columns) / rows); // from the first of four windows to the last, at most
  return { groups: (rows * periods) / 4, columns: columns * periods, taps: taps + spread };
}

/** Where result n of a period begins to read, for n past the filter's own period as well. */
function startOf({ rows, columns, starts }: PolyphaseFilter, n: number): number {
  return Math.floor(n / rows) * columns + starts[n % rows]!;
}

/** Positions are exact in f32 up to 2²⁴, which the limit on weights keeps far away. */
function groupStarts(filter: PolyphaseFilter): Float32Array {
  return Float32Array.from({ length: groupsOf(filter).groups }, (_, group) => startOf(filter, 4 * group));
}

/** [groups, taps, 4] with zeros where a window of the four does not reach. */
function groupWeights(filter: PolyphaseFilter): Float32Array {
  const { groups, taps } = groupsOf(filter);
  const table = new Float32Array(groups * taps * 4);
  for (let n = 0; n < 4 * groups; n++) {
    const group = Math.floor(n / 4);
    const shift = startOf(filter, n) - startOf(filter, 4 * group);
    for (let tap = 0; tap < filter.taps; tap++) {
      table[(group * taps + shift + tap) * 4 + (n % 4)] = filter.weights[(n % filter.rows) * filter.taps + tap]!;
    }
  }
  return table;
}

export const filterSignals = /* @__PURE__ */ defineKernel({
  name: 'resample.filterSignals',
  read: { x: 'f32', weights: 'vec4f', starts: 'f32' },
  write: { y: 'f32' },
  params: { size: 'u32', samples: 'u32', results: 'u32', quads: 'u32', groups: 'u32', columns: 'u32', taps: 'u32' },
  workgroup: 64,
  grid: ({ size }) => Math.ceil(size / 64),
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i >= params.size) { return; }
  let quad = i % params.quads;
  let signal = i / params.quads;
  let row = quad % params.groups;
  let first = i32(quad / params.groups * params.columns) + i32(starts[row]);
  let begin = signal * params.samples;
  let weight = row * params.taps;
  var totals = vec4f();
  if (first >= 0 && first + i32(params.taps) <= i32(params.samples)) {
    for (var k = 0u; k < params.taps; k++) { totals += weights[weight + k] * x[begin + u32(first) + k]; }
  } else {
    let end = clamp(i32(params.samples) - first, 0, i32(params.taps));
    for (var k = max(-first, 0); k < end; k++) { totals += weights[weight + u32(k)] * x[begin + u32(first + k)]; }
  }
  let at = signal * params.results + 4u * quad;
  for (var j = 0u; j < min(params.results - 4u * quad, 4u); j++) { y[at + j] = totals[j]; }
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
