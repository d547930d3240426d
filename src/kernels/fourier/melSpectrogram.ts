import { cached } from '../../tensor/engine/deviceCache.ts';
import { ShapeError } from '../../tensor/engine/errors.ts';
import { defineKernel } from '../../tensor/engine/kernel.ts';
import type { Nd } from '../../tensor/engine/nd.ts';
import { nd } from '../../tensor/engine/nd.ts';
import { defineOp } from '../../tensor/engine/op.ts';
import { tidy } from '../../tensor/engine/scope.ts';
import { formatShape, type Shape } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { type MelOptions, melFilterBankMatrix, type ResolvedMel, resolveMel } from './melFilterBank.ts';
import { type PowerToDbOptions, powerToDb } from './powerToDb.ts';
import { type StftOptions, stft, stftReference } from './stft.ts';

export interface MelSpectrogramOptions extends StftOptions, MelOptions {
  /** 2 (default): |X|², 1: |X|. */
  readonly power?: 1 | 2;
}

/**
 * Mel spectrogram of real signals: x [..., samples] → [..., frames, nMels], the power spectrogram of `stft` times the
 * filters of `melFilterBank`. Gradient for x.
 *
 * @throws RangeError and ShapeError as `stft` and `melFilterBank` do.
 */
export function melSpectrogram(x: Tensor, { power = 2, ...options }: MelSpectrogramOptions): Tensor {
  const mel = resolveMel('melSpectrogram', options);
  if (power !== 1 && power !== 2) throw new RangeError(`melSpectrogram: power must be 1 or 2, got ${String(power)}`);
  return tidy(() => melBandsOp([stft(x, options)], { mel, power }));
}

/** Mel spectrogram in decibels: `powerToDb` of `melSpectrogram`. */
export function logMelSpectrogram(
  x: Tensor,
  { amin, topDb = null, ...options }: MelSpectrogramOptions & PowerToDbOptions,
): Tensor {
  return tidy(() => powerToDb(melSpectrogram(x, options), { ...(amin === undefined ? {} : { amin }), topDb }));
}

interface Attributes {
  readonly mel: ResolvedMel;
  readonly power: 1 | 2;
}

/** spec [..., frames, bins, 2] → [..., frames, nMels] */
const melBandsOp = /* @__PURE__ */ defineOp({
  name: 'melSpectrogram',
  inputs: ['spec'],
  shape([spec]: readonly [Shape], { mel }: Attributes) {
    const bins = Math.floor(mel.nFft / 2) + 1;
    if (spec.at(-1) !== 2 || spec.at(-2) !== bins) {
      throw new ShapeError(`melSpectrogram: spec must be [..., ${bins}, 2], got ${formatShape(spec)}`);
    }
    return [...spec.slice(0, -2), mel.nMels];
  },
  forward([spec]: readonly [spec: Tensor], { mel, power }) {
    const y = spec.derive([...spec.shape.slice(0, -2), mel.nMels]);
    const bins = spec.shape.at(-2)!;
    sumBands({ spec, bands: bandTable(spec, mel, 'mels') }, { y }, { size: y.size, bins, mels: mel.nMels, power });
    return { y, saved: { spec } };
  },
  backward(dy, { spec }, { mel, power }) {
    const dspec = spec.derive(spec.shape);
    const bins = spec.shape.at(-2)!;
    const params = { size: spec.size / 2, bins, mels: mel.nMels, power };
    spreadBands({ spec, dy, bands: bandTable(spec, mel, 'bins') }, { dspec }, params);
    return [dspec];
  },
});

/**
 * The filter bank by rows (one per mel, or per bin), without its zeros: for each row the first column, the count and
 * where its weights begin in this same table; then the weights. Positions are exact in f32 up to 2²⁴.
 */
function bandTable(like: Tensor, mel: ResolvedMel, rowsAre: 'mels' | 'bins'): Tensor {
  const key = `fourier.bands/${rowsAre}/${Object.values(mel).join('/')}`;
  return cached(like, key, () => {
    const matrix = melFilterBankMatrix(mel);
    const bins = Math.floor(mel.nFft / 2) + 1;
    return rowsAre === 'mels'
      ? packRows(mel.nMels, bins, (m, k) => matrix[m * bins + k]!)
      : packRows(bins, mel.nMels, (k, m) => matrix[m * bins + k]!);
  });
}

function packRows(rows: number, columns: number, at: (row: number, column: number) => number): Float32Array {
  const table = new Array<number>(3 * rows);
  for (let row = 0; row < rows; row++) {
    let first = 0;
    while (first < columns && at(row, first) === 0) first++;
    let end = columns;
    while (end > first && at(row, end - 1) === 0) end--;
    table.splice(3 * row, 3, first, end - first, table.length);
    for (let column = first; column < end; column++) table.push(at(row, column));
  }
  return Float32Array.from(table);
}

export const sumBands = /* @__PURE__ */ defineKernel({
  name: 'melSpectrogram.sumBands',
  read: { spec: 'vec2f', bands: 'f32' },
  write: { y: 'f32' },
  params: { size: 'u32', bins: 'u32', mels: 'u32', power: 'u32' },
  workgroup: 64,
  grid: ({ size }) => Math.ceil(size / 64),
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i >= params.size) { return; }
  let row = 3u * (i % params.mels);
  let first = (i / params.mels) * params.bins + u32(bands[row]);
  let count = u32(bands[row + 1u]);
  let weights = u32(bands[row + 2u]);
  var total = 0.0;
  for (var k = 0u; k < count; k++) {
    let z = spec[first + k];
    let squared = dot(z, z);
    total += bands[weights + k] * select(sqrt(squared), squared, params.power == 2u);
  }
  y[i] = total;
}`,
});

// d|X|² = 2 X dX, d|X| = X / |X| dX, 0 at the origin.
export const spreadBands = /* @__PURE__ */ defineKernel({
  name: 'melSpectrogram.spreadBands',
  read: { spec: 'vec2f', dy: 'f32', bands: 'f32' },
  write: { dspec: 'vec2f' },
  params: { size: 'u32', bins: 'u32', mels: 'u32', power: 'u32' },
  workgroup: 64,
  grid: ({ size }) => Math.ceil(size / 64),
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i >= params.size) { return; }
  let row = 3u * (i % params.bins);
  let first = (i / params.bins) * params.mels + u32(bands[row]);
  let count = u32(bands[row + 1u]);
  let weights = u32(bands[row + 2u]);
  var total = 0.0;
  for (var m = 0u; m < count; m++) {
    total += bands[weights + m] * dy[first + m];
  }
  let z = spec[i];
  if (params.power == 2u) {
    dspec[i] = 2.0 * total * z;
  } else {
    let length = sqrt(dot(z, z));
    dspec[i] = select(vec2f(), z * (total / max(length, 1e-37)), length > 0.0);
  }
}`,
});

export function melSpectrogramReference([x]: readonly [Nd], { power = 2, ...options }: MelSpectrogramOptions): Nd {
  const spec = stftReference([x], options);
  const matrix = melFilterBankMatrix(options);
  const bins = spec.shape.at(-2)!;
  return nd([...spec.shape.slice(0, -2), options.nMels], (index) => {
    const frame = Math.floor(index / options.nMels);
    const mel = index % options.nMels;
    let total = 0;
    for (let k = 0; k < bins; k++) {
      const at = 2 * (frame * bins + k);
      total += matrix[mel * bins + k]! * Math.hypot(spec.data[at]!, spec.data[at + 1]!) ** power;
    }
    return total;
  });
}
