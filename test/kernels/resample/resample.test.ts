import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { ResampleOptions } from '../../../src/kernels/resample/polyphaseFilter.ts';
import { resample, resampleReference } from '../../../src/kernels/resample/resample.ts';
import { tensor, zeros } from '../../../src/tensor/create.ts';
import { init } from '../../../src/tensor/engine/device/init.ts';
import { tidy } from '../../../src/tensor/engine/scope.ts';
import { readNpz } from '../../../src/tensor/files/npz.ts';
import { type FormulaSignal, formulaSignal } from '../../fixtures/formula.ts';
import { checkOp, expectClose, property, shapes, views } from '../../setup/checkOp.ts';

beforeAll(async () => {
  await init();
});

const rate = fc.integer({ min: 1, max: 40 });
const cases = fc.record({
  lead: shapes({ min: 0, max: 2 }, { min: 1, max: 3 }),
  samples: fc.integer({ min: 0, max: 60 }),
  from: rate,
  to: rate,
  options: fc.record({
    lowpassFilterWidth: fc.integer({ min: 1, max: 9 }),
    rolloff: fc.constantFrom(0.5, 0.95, 0.99, 1),
    window: fc.constantFrom('sinc_interp_hann', 'sinc_interp_kaiser') as fc.Arbitrary<
      ResampleOptions['window'] & string
    >,
    beta: fc.constantFrom(0, 5, 14.769656459379492),
  }),
  view: views,
  seed: fc.nat(),
});

test('any whole rates, windows, leading axes and views equal the float64 sums, with their gradient', () =>
  property(
    cases,
    ({ lead, samples, from, to, options, view, seed }) =>
      checkOp({
        run: ([x]) => resample(x!, from, to, options),
        reference: ([x]) => resampleReference([x!], { from, to, options }),
        inputs: [{ shape: [...lead, samples], view }],
        tolerance: 1e-6,
        gradTolerance: 1e-5,
        samples: 20,
        seed,
      }),
    30,
  ));

interface StoredCase {
  readonly id: string;
  readonly from: number;
  readonly to: number;
  readonly signal: FormulaSignal;
  readonly output: { readonly key: string };
}

const root = new URL('../../fixtures/reference/', import.meta.url);
const stored = (JSON.parse(readFileSync(new URL('resample.json', root), 'utf8')) as { cases: StoredCase[] }).cases;

describe.each(stored)('$id: $from to $to Hz', ({ from, to, signal, output }) => {
  test('agrees with torchaudio', async () => {
    const truth = (await readNpz(new URL('resample.npz', root))).get(output.key)!.data as Float32Array;
    using y = tidy(() => resample(tensor(formulaSignal(signal)), from, to));
    expectClose(await y.data(), truth, 1e-6);
  });
});

test('the gradient is the transposed filter: ⟨resample(x), y⟩ = ⟨x, gradient of y⟩ over many samples', async () => {
  for (const [from, to] of [
    [44_100, 32_000],
    [16_000, 48_000],
    [48_000, 8000],
  ] as const) {
    const values = Float32Array.from({ length: 3000 }, (_, n) => Math.sin(n * n));
    using x = tensor(values, { requiresGrad: true });
    using y = resample(x, from, to);
    const upstream = Float32Array.from({ length: y.size }, (_, n) => Math.cos(n * n));
    const made = await y.data<'f32'>();
    using seed = tensor(upstream);
    y.backward(seed);
    const back = await x.grad!.data<'f32'>();
    const left = made.reduce((total, value, n) => total + value * upstream[n]!, 0);
    const right = back.reduce((total, value, n) => total + value * values[n]!, 0);
    expect(Math.abs(left - right) / 3000).toBeLessThan(1e-7);
  }
});

test('more results than 65,535 workgroups of 64 hold', async () => {
  const samples = 65_536 * 32 + 5;
  using x = tensor(new Float32Array(samples).fill(1));
  using y = resample(x, 1, 2);
  const made = await y.data();
  expect(made.length).toBe(2 * samples);
  expectClose(made.slice(20, -20), new Float32Array(2 * samples - 40).fill(1), 3e-3);
});

test('equal rates give the same values and pass the gradient on', async () => {
  using x = tensor([1, 2, 3], { requiresGrad: true });
  using y = resample(x, 48_000, 48_000);
  expect([...(await y.data())]).toEqual([1, 2, 3]);
  using seed = tensor([4, 5, 6]);
  y.backward(seed);
  expect([...(await x.grad!.data())]).toEqual([4, 5, 6]);
});

test('what cannot be is named', () => {
  using x = zeros([]);
  using signal = zeros([2, 8]);
  expect(() => resample(x, 1, 2)).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: resample: x must be [..., samples], got a single number: []]`,
  );
  expect(() => resample(signal, 1.5, 2)).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: resample: from must be a positive whole number of Hz, got 1.5: multiply both rates until they are whole]`,
  );
  expect(() => resample(signal, 1, 2, { rolloff: 0 })).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: resample: rolloff must be in (0, 1], got 0]`,
  );
});
