import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { type Conv1dOptions, conv1d, conv1dReference } from '../../../src/kernels/convolution/conv1d.ts';
import { zeros } from '../../../src/tensor/create.ts';
import { init } from '../../../src/tensor/engine/device/init.ts';
import { checkOp, property, views } from '../../setup/checkOp.ts';
import { testFixtures } from '../../setup/fixtureCase.ts';

beforeAll(async () => {
  await init();
});

const cases = fc.record({
  batch: fc.integer({ min: 0, max: 2 }),
  perGroup: fc.integer({ min: 1, max: 5 }),
  outputs: fc.integer({ min: 1, max: 9 }),
  groups: fc.integer({ min: 1, max: 2 }),
  taps: fc.integer({ min: 1, max: 4 }),
  extra: fc.integer({ min: 0, max: 12 }),
  stride: fc.integer({ min: 1, max: 3 }),
  padding: fc.integer({ min: 0, max: 2 }),
  dilation: fc.integer({ min: 1, max: 3 }),
  view: views,
  seed: fc.nat(),
});

test('any window over any view of a signal equals the float64 sums, with its gradients', () =>
  property(cases, ({ batch, perGroup, outputs, taps, extra, view, seed, ...options }) => {
    const length = Math.max(1, options.dilation * (taps - 1) + 1 - 2 * options.padding + extra);
    const weight = [outputs * options.groups, perGroup, taps];
    return checkOp({
      run: ([x, w, b]) => conv1d(x!, w!, b!, options),
      reference: ([x, w, b]) => conv1dReference([x!, w!, b!], options),
      inputs: [
        { shape: [batch, perGroup * options.groups, length], view },
        { shape: weight, view },
        { shape: [weight[0]!], view },
      ],
      gradTolerance: 1e-5,
      samples: 12,
      seed,
    });
  }));

test('a signal with too many axes is refused in its own words', () => {
  using x = zeros([1, 4, 5, 5]);
  using w = zeros([6, 4, 3]);
  expect(() => conv1d(x, w)).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: conv1d: x must be [batch, channels, length] with 3 axes, got [1, 4, 5, 5]]`,
  );
});

testFixtures<Conv1dOptions>(
  'conv1d',
  ({ x, weight, bias }, options) => (bias ? conv1d(x!, weight!, bias, options) : conv1d(x!, weight!, options)),
  {
    tolerance: 2e-6,
  },
);
