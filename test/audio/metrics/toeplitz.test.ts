import fc from 'fast-check';
import { expect, test } from 'vitest';
import { solveToeplitz } from '../../../src/audio/metrics/toeplitz.ts';
import { formulaValues } from '../../fixtures/formula.ts';

const autocorrelation = (signal: Float64Array, lags: number) =>
  Float64Array.from({ length: lags }, (_, lag) => {
    let sum = 0;
    for (let n = 0; n + lag < signal.length; n++) sum += signal[n]! * signal[n + lag]!;
    return sum;
  });

test('the solution satisfies every row of the system', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.string(), (order, name) => {
      const r = autocorrelation(formulaValues(name, 200), order);
      const b = formulaValues(`${name}.b`, order);
      const h = solveToeplitz(r, b, 1e-15);
      for (let i = 0; i < order; i++) {
        let row = 0;
        for (let j = 0; j < order; j++) row += r[Math.abs(i - j)]! * h[j]!;
        // White noise of 200 samples: condition number below 100 at these orders.
        expect(row).toBeCloseTo(b[i]!, 12);
      }
    }),
  );
});

test('a singular system ends early with finite taps', () => {
  // A cosine obeys x[n] = 2 cos(w) x[n-1] - x[n-2]: rank 2.
  const r = Float64Array.from({ length: 8 }, (_, lag) => Math.cos(0.7 * lag));
  const h = solveToeplitz(r, r, 1e-15);
  expect(h[0]).toBeCloseTo(1, 12);
  expect([...h.subarray(2)]).toEqual([0, 0, 0, 0, 0, 0]);
  expect([...solveToeplitz(new Float64Array(3), new Float64Array(3), 0)]).toEqual([0, 0, 0]);
});
