import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { siSdr, siSdrReference } from '../../../src/kernels/loss/siSdr.ts';
import { snr, snrReference } from '../../../src/kernels/loss/snr.ts';
import { ones, tensor, zeros } from '../../../src/tensor/create.ts';
import { init } from '../../../src/tensor/engine/device/init.ts';
import { tidy } from '../../../src/tensor/engine/scope.ts';
import { checkOp, generator, type Input, property, type View, views } from '../../setup/checkOp.ts';

beforeAll(async () => {
  await init();
});

const EPS = 2 ** -23;

const cases = fc.record({
  shape: fc
    .tuple(fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 2 }), fc.integer({ min: 3, max: 40 }))
    .map(([lead, samples]) => [...lead, samples]),
  views: fc.tuple(views, views),
  zeroMean: fc.boolean(),
  seed: fc.nat(),
});

/** Signals that have something in common: between orthogonal ones a ratio is rounding and nothing else. */
function signals(shape: readonly number[], seed: number, [first, second]: readonly [View, View]): Input[] {
  const random = generator(seed);
  const size = shape.reduce((product, extent) => product * extent, 1);
  const target = Float32Array.from({ length: size }, () => 2 * random() - 1);
  const estimate = target.map((value) => 0.7 * value + random() - 0.5);
  return [
    { shape, view: first, values: estimate },
    { shape, view: second, values: target },
  ];
}

describe('siSdr', () => {
  test('of any two views equals the float64 ratio, with both gradients', () =>
    property(cases, ({ shape, views: [first, second], zeroMean, seed }) =>
      checkOp({
        run: ([estimate, target]) => siSdr(estimate!, target!, { zeroMean }),
        reference: ([estimate, target]) => siSdrReference([estimate!, target!], { zeroMean, eps: EPS }),
        inputs: signals(shape, seed, [first, second]),
        seed,
        tolerance: 3e-6, // dB near 0 are a logarithm of 1: the error is that of the ratio, 4.3 dB times some 1e-7
      }),
    ));

  test('of the published example is 18.40299 dB, and 15.09176 dB without means', async () => {
    using estimate = tensor([2.5, 0, 2, 8]);
    using target = tensor([3, -0.5, 2, 7]);
    using plain = siSdr(estimate, target);
    using centered = siSdr(estimate, target, { zeroMean: true });
    expect(await plain.item()).toBeCloseTo(18.40299157, 4);
    expect(await centered.item()).toBeCloseTo(15.09175617, 4);
  });

  test('does not see a scale, and its gradient is orthogonal to the estimate', async () => {
    const random = generator(3);
    const values = Float32Array.from({ length: 1000 }, () => random() - 0.5);
    using estimate = tensor(values, { requiresGrad: true });
    using louder = tensor(values.map((value) => value * 8));
    using target = tensor(Float32Array.from(values, (value) => value + 0.1 * (random() - 0.5)));
    using other = siSdr(louder, target);
    const { y, gradient } = tidy(() => {
      const y = siSdr(estimate, target);
      y.backward();
      return { y: y.item(), gradient: estimate.grad!.data() };
    });
    expect(await other.item()).toBeCloseTo(await y, 4);
    const grad = await gradient;
    const norm = Math.hypot(...grad) * Math.hypot(...values);
    expect(Math.abs(values.reduce((sum, value, i) => sum + value * grad[i]!, 0)) / norm).toBeLessThan(1e-5);
  });

  test('a silent target gives a finite ratio and gradient', async () => {
    using estimate = tensor([1, 2, 3], { requiresGrad: true });
    using target = zeros([3]);
    const { y, gradient } = tidy(() => {
      const y = siSdr(estimate, target);
      y.backward();
      return { y: y.item(), gradient: estimate.grad!.data() };
    });
    expect(await y).toBeCloseTo(10 * Math.log10(EPS / 14), 3);
    expect((await gradient).every(Number.isFinite)).toBe(true);
  });
});

describe('snr', () => {
  test('of any two views equals the float64 ratio, with both gradients', () =>
    property(cases, ({ shape, views: [first, second], seed }) =>
      checkOp({
        run: ([estimate, target]) => snr(estimate!, target!),
        reference: ([estimate, target]) => snrReference([estimate!, target!], { eps: EPS }),
        inputs: signals(shape, seed, [first, second]),
        seed,
        tolerance: 3e-6, // as above
      }),
    ));

  test('of the published example is 16.18048 dB', async () => {
    using estimate = tensor([2.5, 0, 2, 8]);
    using target = tensor([3, -0.5, 2, 7]);
    using y = snr(estimate, target);
    expect(await y.item()).toBeCloseTo(16.18048097, 4);
  });
});

/** A target of 320,000 samples, 10 s at 32 kHz, and an estimate that many dB better than noise. */
function longSignals(decibels: number) {
  const random = generator(7);
  const target = Float32Array.from({ length: 320_000 }, (_, n) => 0.3 * Math.sin(0.05 * n) + 0.1 * (random() - 0.5));
  const level = 0.21 * Math.sqrt(3) * 10 ** (-decibels / 20);
  const estimate = target.map((value) => 0.8 * (value + level * (random() * 2 - 1)));
  return { estimate, target };
}

test.each([-20, 0, 30, 60, 80])('10 s at 32 kHz near %i dB are exact to 2e-5 dB', async (decibels) => {
  const { estimate, target } = longSignals(decibels);
  using e = tensor(estimate, { shape: [1, 320_000] });
  using s = tensor(target, { shape: [1, 320_000] });
  using ratio = siSdr(e, s);
  using plain = snr(e, s);
  const hosts = [estimate, target].map((x) => ({ shape: [1, x.length], data: Float64Array.from(x) }));
  const truth = siSdrReference([hosts[0]!, hosts[1]!], { eps: EPS }).data[0]!;
  const plainTruth = snrReference([hosts[0]!, hosts[1]!], { eps: EPS }).data[0]!;
  expect(Math.abs((await ratio.item()) - truth)).toBeLessThan(2e-5);
  expect(Math.abs((await plain.item()) - plainTruth)).toBeLessThan(2e-5);
});

test('signals must have one shape, and samples', () => {
  using two = ones([2, 5]);
  using one = ones([5]);
  using none = ones([2, 0]);
  expect(() => siSdr(two, one)).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: siSdr: target must be [2, 5], got [5]]`,
  );
  expect(() => snr(none, none)).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: snr: estimate must be [..., samples] with at least one sample, got [2, 0]]`,
  );
});
