import type { PolyphaseFilter } from '../../kernels/resample/polyphaseFilter.ts';

/**
 * Fills `results` with the filtered signal from result number `first` on. `signal` holds the inputs from number `origin` on;
 * all others count as zero. Every result is one sum in float64, in the same order whatever the pieces are: the pieces of a
 * stream have the bits of the whole.
 */
export function filterInto(
  results: Float32Array,
  first: number,
  { rows, columns, taps, starts, weights }: PolyphaseFilter,
  signal: Float32Array,
  origin: number,
): void {
  let row = first % rows;
  let period = Math.floor(first / rows) * columns - origin;
  for (let n = 0; n < results.length; n++) {
    const start = period + starts[row]!;
    const from = Math.max(0, -start);
    const to = Math.min(taps, signal.length - start);
    const weight = row * taps;
    let total = 0;
    for (let tap = from; tap < to; tap++) total += weights[weight + tap]! * signal[start + tap]!;
    results[n] = total;
    if (++row === rows) {
      row = 0;
      period += columns;
    }
  }
}
