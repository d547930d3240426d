import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { RealFft } from '../../../src/audio/fourier/realFft.ts';
import { irfft, irfftReference } from '../../../src/kernels/fourier/irfft.ts';
import { rfft, rfftReference } from '../../../src/kernels/fourier/rfft.ts';
import { tensor, zeros } from '../../../src/tensor/create.ts';
import { init } from '../../../src/tensor/engine/device/init.ts';
import { checkOp, expectClose, generator, property, shapes, views } from '../../setup/checkOp.ts';
import { VARIANTS, withVariant } from './variants.ts';

beforeAll(async () => {
  await init();
});

// Every radix alone and in mixtures; odd sizes and 11, 13, 22, 26 take the direct sum.
const sizes = fc.constantFrom(1, 2, 3, 4, 5, 6, 8, 10, 11, 12, 14, 15, 16, 18, 20, 22, 26, 28, 30, 32, 42, 48, 60, 64);
const lead = shapes({ min: 0, max: 2 }, { min: 0, max: 5 });

describe.each(VARIANTS)('transforms of the %s kind', (variant) => {
  test('spectra of any size equal their sums in float64, with their gradients', () =>
    withVariant(variant, () =>
      property(
        fc.record({ lead, samples: sizes, n: fc.option(sizes, { nil: undefined }), view: views, seed: fc.nat() }),
        ({ lead, samples, n, view, seed }) =>
          checkOp({
            run: ([x]) => rfft(x!, n === undefined ? {} : { n }),
            reference: ([x]) => rfftReference([x!], n === undefined ? {} : { n }),
            inputs: [{ shape: [...lead, samples], view }],
            tolerance: 1e-6,
            gradTolerance: 1e-5,
            seed,
          }),
        25,
      ),
    ));

  test('signals of any size equal their sums in float64, with their gradients', () =>
    withVariant(variant, () =>
      property(
        fc.record({ lead, bins: fc.integer({ min: 1, max: 40 }), n: sizes, view: views, seed: fc.nat() }),
        ({ lead, bins, n, view, seed }) =>
          checkOp({
            run: ([spec]) => irfft(spec!, { n }),
            reference: ([spec]) => irfftReference([spec!], { n }),
            inputs: [{ shape: [...lead, bins, 2], view }],
            tolerance: 1e-6,
            gradTolerance: 1e-5,
            seed,
          }),
        25,
      ),
    ));

  // Software drivers take seconds to compile a large transform in workgroup memory: that kind gets one size.
  test.each(variant === 'group' ? [4096] : [512, 4096, 16_384])('%i points agree with float64 and come back', (n) =>
    withVariant(variant, async () => {
      const rows = 3;
      const random = generator(n);
      const data = Float32Array.from({ length: rows * n }, () => random() * 2 - 1);
      using x = tensor(data, { shape: [rows, n] });
      using spec = rfft(x);
      using back = irfft(spec);
      const found = await spec.data();
      for (let row = 0; row < rows; row++) {
        const truth = fft64(data.subarray(row * n, (row + 1) * n));
        expectClose(found.subarray(row * (n + 2), (row + 1) * (n + 2)), truth, 1e-6, `row ${row}`);
      }
      expectClose(await back.data(), data, 1e-6);
    }),
  );

  test.each(variant === 'group' ? [240] : [400, 882, 1920])('%i points come back', (n) =>
    withVariant(variant, async () => {
      const random = generator(n);
      const data = Float32Array.from({ length: 5 * n }, () => random() * 2 - 1);
      using x = tensor(data, { shape: [5, n] });
      using spec = rfft(x);
      using back = irfft(spec);
      expectClose(await back.data(), data, 1e-6);
      // Parseval: the inner bins stand for two.
      const parts = await spec.data();
      let energy = 0;
      for (let i = 0; i < n + 2; i++) energy += parts[i]! ** 2 * (i < 2 || i >= n ? 1 : 2);
      const inTime = data.subarray(0, n).reduce((sum, value) => sum + value ** 2, 0);
      expect(energy / n / inTime).toBeCloseTo(1, 5);
    }),
  );

  test('the same input gives the same bits', () =>
    withVariant(variant, async () => {
      const random = generator(1);
      using x = tensor(Float32Array.from({ length: 3 * 240 }, random), { shape: [3, 240] });
      using first = rfft(x);
      using second = rfft(x);
      expect(await first.data()).toEqual(await second.data());
    }));
});

test('more than 65,535 frames, one workgroup each', () =>
  withVariant('group', async () => {
    const rows = 65_537;
    using x = tensor(
      Float32Array.from({ length: 4 * rows }, (_, i) => i % 7),
      { shape: [rows, 4] },
    );
    using spec = rfft(x);
    const found = await spec.data();
    const data = await x.data();
    for (const row of [0, 32_767, 32_768, 65_535, 65_536]) {
      const [a, b, c, d] = data.subarray(4 * row, 4 * row + 4) as unknown as [number, number, number, number];
      expect([...found.subarray(6 * row, 6 * row + 6)]).toEqual([a + b + c + d, 0, a - c, d - b, a - b + c - d, 0]);
    }
  }));

test('more than 65,535 workgroups of sums', async () => {
  const rows = 65_536 * 64 + 1;
  using x = tensor(
    Float32Array.from({ length: rows }, (_, i) => i),
    { shape: [rows, 1] },
  );
  using spec = rfft(x);
  const found = await spec.data();
  for (const row of [0, 1, 65_535 * 64, 65_536 * 64]) expect([found[2 * row], found[2 * row + 1]]).toEqual([row, 0]);
});

test('the imaginary parts of the edge bins are exactly 0', async () => {
  const random = generator(3);
  using x = tensor(Float32Array.from({ length: 48 }, random), { shape: [48] });
  using spec = rfft(x);
  const parts = await spec.data();
  expect([parts[1], parts[49]]).toEqual([0, 0]);
});

test('the imaginary parts of the edge bins do not count and get gradient 0', async () => {
  using spec = tensor([1, 5, 2, 3, 4, 7], { shape: [3, 2], requiresGrad: true });
  using x = irfft(spec);
  using seed = tensor([1, 2, 3, 5]);
  x.backward(seed);
  expect([...(await x.data())]).toEqual([2.25, -2.25, 0.25, 0.75]);
  expect([...(await spec.grad!.data())]).toEqual([2.75, 0, -1, 1.5, -0.75, 0]);
});

test('errors say what must hold', () => {
  using x = zeros([2, 8]);
  using scalar = zeros([]);
  expect(() => rfft(x, { n: 0 })).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: rfft: n must be a positive integer, got 0]`,
  );
  expect(() => rfft(scalar)).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: rfft: x must have at least one axis, got a scalar]`,
  );
  expect(() => irfft(x)).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: irfft: spec must be [..., bins, 2] with (re, im) last, got [2, 8]]`,
  );
  using one = zeros([1, 2]);
  expect(() => irfft(one)).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: irfft: n must be a positive integer, got 0]`,
  );
});

function fft64(signal: Float32Array): Float64Array {
  const fft = new RealFft(signal.length);
  const [re, im] = [new Float64Array(fft.bins), new Float64Array(fft.bins)];
  fft.forward(signal, re, im);
  return Float64Array.from({ length: 2 * fft.bins }, (_, i) => (i % 2 === 0 ? re[i >> 1]! : im[i >> 1]!));
}
