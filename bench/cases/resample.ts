import { resample } from '../../src/kernels/resample/resample.ts';
import { type BenchCase, bytesOf, operation, sizeOf, textOf } from '../benchCase.ts';
import type { ModelShapes } from '../shapes.ts';

/** Rates that the models bring together: microphones at 44.1 kHz, BSAST at 32, CLAP at 48, SELDNet at 16. */
const RATES = [
  { from: 44_100, to: 32_000, taps: 17 },
  { from: 32_000, to: 48_000, taps: 13 },
  { from: 48_000, to: 16_000, taps: 37 },
] as const;

/** A multiply-add per result and tap of the filter. The gradient reads as many, from the other side. */
export function resampleCases({ bsast }: ModelShapes): BenchCase[] {
  const signal = [bsast.channels, bsast.samples];
  return RATES.flatMap(({ from, to, taps }) => {
    const results = [bsast.channels, Math.ceil((bsast.samples * to) / from)];
    const cost = { flops: 2 * taps * sizeOf(results), bytes: bytesOf(signal, results) };
    return operation({
      name: 'resample',
      shape: `${textOf(signal)}, ${from / 1000} to ${to / 1000} kHz`,
      forward: cost,
      backward: cost,
      make: (inputs) => {
        const x = inputs.randn(signal);
        return () => resample(x, from, to);
      },
    });
  });
}
