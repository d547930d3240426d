import {
  polyphaseFilter,
  type ResampleOptions,
  resampledLength,
  resampleRatio,
} from '../../kernels/resample/polyphaseFilter.ts';
import { filterInto } from './filterInto.ts';

/**
 * A signal at another sample rate: torchaudio's windowed sinc, in float64 and rounded once. What the op `resample` does to
 * tensors, for signals that are loaded or written. The result has ceil(samples · to / from) samples; equal rates give a copy.
 *
 * @param from Hz, a whole number.
 * @param to Hz, a whole number.
 * @throws RangeError for rates or options out of range.
 */
export function resampleSignal(
  signal: Float32Array,
  from: number,
  to: number,
  options: ResampleOptions = {},
): Float32Array {
  const ratio = resampleRatio('resampleSignal', from, to, options);
  if (ratio.from === ratio.to) return signal.slice();
  const result = new Float32Array(resampledLength(signal.length, ratio));
  filterInto(result, 0, polyphaseFilter(ratio), signal, 0);
  return result;
}
