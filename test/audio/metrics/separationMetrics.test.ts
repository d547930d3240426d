import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bssEvalSdrOf } from '../../../src/audio/metrics/bssEvalSdr.ts';
import { siSdrOf } from '../../../src/audio/metrics/siSdr.ts';
import { snrOf } from '../../../src/audio/metrics/snr.ts';
import { type FormulaSignal, formulaSignal, formulaValues } from '../../fixtures/formula.ts';

type Values = { siSdr: number; siSdrZeroMean: number; snr: number; bssEvalSdr: number };
interface Case {
  id: string;
  signals: { target: FormulaSignal; interference: FormulaSignal; error: FormulaSignal };
  leak: number;
  values: { mixture: Values; estimate: Values; delayed: Values };
  improvement: { siSdri: number; snri: number; bssEvalSdri: number };
}
const manifest = JSON.parse(
  readFileSync(new URL('../../fixtures/reference/metrics.json', import.meta.url), 'utf8'),
) as {
  known: { reference: number[]; estimate: number[]; siSdr: number; siSdrZeroMean: number; snr: number }[];
  cases: Case[];
};

// Measured: 6e-12 relative for bssEvalSdr, 3e-13 for the others.
function expectClose(name: string, actual: number, expected: number) {
  const off = Math.abs(actual - expected) / Math.abs(expected);
  expect(off, `${name}: ${actual}, reference ${expected}`).toBeLessThan(1e-10);
}

describe.each(manifest.cases)('$id', ({ signals, leak, values, improvement }) => {
  const target = formulaSignal(signals.target);
  const interference = formulaSignal(signals.interference);
  const error = formulaSignal(signals.error);
  const length = target.length;
  const combine = (value: (n: number) => number) => Float32Array.from({ length }, (_, n) => value(n));
  const estimates = {
    mixture: combine((n) => target[n]! + interference[n]!),
    estimate: combine((n) => 0.8 * target[n]! + leak * interference[n]! + error[n]!),
    delayed: combine((n) => 0.9 * target[(n - 3 + length) % length]! + 0.5 * error[n]!),
  };

  test.each(['mixture', 'estimate', 'delayed'] as const)('%s has the values of the reference', (kind) => {
    const expected = values[kind];
    expectClose('siSdr', siSdrOf(estimates[kind], target), expected.siSdr);
    expectClose('siSdrZeroMean', siSdrOf(estimates[kind], target, { zeroMean: true }), expected.siSdrZeroMean);
    expectClose('snr', snrOf(estimates[kind], target), expected.snr);
    expectClose('bssEvalSdr', bssEvalSdrOf(estimates[kind], target), expected.bssEvalSdr);
  });

  test('improvements over the mixture have the values of the reference', () => {
    const { estimate, mixture } = estimates;
    expectClose('siSdri', siSdrOf(estimate, target) - siSdrOf(mixture, target), improvement.siSdri);
    expectClose('snri', snrOf(estimate, target) - snrOf(mixture, target), improvement.snri);
    expectClose('bssi', bssEvalSdrOf(estimate, target) - bssEvalSdrOf(mixture, target), improvement.bssEvalSdri);
  });
});

test('the values of a worked example', () => {
  for (const { reference, estimate, siSdr, siSdrZeroMean, snr } of manifest.known) {
    expect(siSdrOf(estimate, reference)).toBeCloseTo(siSdr, 12);
    expect(siSdrOf(estimate, reference, { zeroMean: true })).toBeCloseTo(siSdrZeroMean, 12);
    expect(snrOf(estimate, reference)).toBeCloseTo(snr, 12);
  }
});

describe('laws', () => {
  // Long enough that the error's energy stands far above ε at every scale used here.
  const pair = fc.tuple(fc.string(), fc.integer({ min: 20, max: 300 })).map(([name, length]) => {
    const target = formulaValues(name, length);
    const error = formulaValues(`${name}.error`, length);
    return { target, estimate: target.map((s, n) => s + 0.3 * error[n]!) };
  });

  test('siSdr and bssEvalSdr do not see the scale of the estimate', () => {
    fc.assert(
      fc.property(pair, fc.double({ min: 0.1, max: 100, noNaN: true }), ({ target, estimate }, scale) => {
        const scaled = estimate.map((x) => -scale * x);
        expect(siSdrOf(scaled, target)).toBeCloseTo(siSdrOf(estimate, target), 8);
        const filterLength = 1;
        expect(bssEvalSdrOf(scaled, target, { filterLength })).toBeCloseTo(
          bssEvalSdrOf(estimate, target, { filterLength }),
          8,
        );
      }),
    );
  });

  test('bssEvalSdr with one tap is siSdr', () => {
    fc.assert(
      fc.property(pair, ({ target, estimate }) => {
        expect(bssEvalSdrOf(estimate, target, { filterLength: 1 })).toBeCloseTo(siSdrOf(estimate, target), 8);
      }),
    );
  });

  test('more taps never make bssEvalSdr worse', () => {
    fc.assert(
      fc.property(pair, fc.integer({ min: 1, max: 30 }), ({ target, estimate }, taps) => {
        const shorter = bssEvalSdrOf(estimate, target, { filterLength: taps });
        expect(bssEvalSdrOf(estimate, target, { filterLength: taps + 5 })).toBeGreaterThan(shorter - 1e-6);
      }),
    );
  });

  test('bssEvalSdr forgives a delay and an echo that siSdr counts as distortion', () => {
    const target = formulaValues('echo', 4000);
    target.fill(0, 3900);
    const estimate = target.map((_, n) => (target[n - 20] ?? 0) + 0.5 * (target[n - 70] ?? 0));
    expect(siSdrOf(estimate, target)).toBeLessThan(-20);
    expect(bssEvalSdrOf(estimate, target, { filterLength: 128 })).toBeGreaterThan(120);
    expect(bssEvalSdrOf(estimate, target, { filterLength: 16 })).toBeLessThan(0);
  });

  test('snr falls by 20 dB when the error grows tenfold', () => {
    const target = formulaValues('snr', 100);
    const withError = (scale: number) => target.map((s, n) => s + scale * Math.cos(n));
    expect(snrOf(withError(0.1), target) - snrOf(withError(1), target)).toBeCloseTo(20, 10);
  });
});

describe('edges', () => {
  const silence = new Float32Array(600);
  const tone = Float32Array.from(silence, (_, n) => Math.sin(0.1 * n));

  test('silence and perfection stay finite where ε is in the definition', () => {
    expect(snrOf(silence, silence)).toBe(0);
    expect(snrOf(silence, tone)).toBeCloseTo(0, 12);
    expect(snrOf(tone, tone)).toBeGreaterThan(170);
    expect(siSdrOf(silence, silence)).toBe(0);
    expect(Number.isFinite(siSdrOf(silence, tone))).toBe(true);
    expect(Number.isFinite(siSdrOf(tone, silence))).toBe(true);
    expect(siSdrOf(tone, tone)).toBeGreaterThan(170);
  });

  test('bssEvalSdr of silence is -156.5 dB, of a perfect estimate at most 156.6 dB', () => {
    expect(bssEvalSdrOf(silence, tone)).toBeCloseTo(10 * Math.log10(Number.EPSILON), 9);
    expect(bssEvalSdrOf(tone, silence)).toBeCloseTo(10 * Math.log10(Number.EPSILON), 9);
    const noise = formulaValues('perfect', 1000);
    expect(bssEvalSdrOf(noise, noise)).toBeGreaterThan(120);
    expect(bssEvalSdrOf(noise, noise)).toBeLessThan(156.6);
  });

  test('a target that its past predicts exactly gives a finite bssEvalSdr', () => {
    const other = tone.map((s, n) => 0.5 * s + 0.1 * Math.cos(1.3 * n));
    const expected = 10 * Math.log10(0.25 / 0.01);
    // The tone ends abruptly, so a filter gains a little over scaling alone.
    expect(Math.abs(bssEvalSdrOf(other, tone) - expected)).toBeLessThan(3);
  });

  test('NaN in a signal is NaN in every metric', () => {
    const broken = tone.slice();
    broken[5] = Number.NaN;
    for (const metric of [siSdrOf, snrOf, bssEvalSdrOf]) {
      expect(metric(broken, tone)).toBeNaN();
      expect(metric(tone, broken)).toBeNaN();
    }
  });

  test('one sample is enough, and signals shorter than the filter are measured', () => {
    expect(bssEvalSdrOf([0.5], [1], { filterLength: 1 })).toBeGreaterThan(150);
    expect(Number.isNaN(bssEvalSdrOf([0.5, 0.1, 0.3], [1, -0.5, 0.2]))).toBe(false);
  });

  test('signals of different length, without samples, or a bad filterLength are errors with the values', () => {
    expect(() => siSdrOf([1, 2], [1])).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: siSdr: estimate and target must have the same length, got 2 and 1 samples]`,
    );
    expect(() => snrOf([], [])).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: snr: the signals must have at least one sample, got 0]`,
    );
    expect(() => bssEvalSdrOf([1], [1, 2])).toThrow(RangeError);
    expect(() => bssEvalSdrOf([1], [1], { filterLength: 0 })).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: bssEvalSdr: filterLength must be a whole number of taps from 1, got 0]`,
    );
  });
});
