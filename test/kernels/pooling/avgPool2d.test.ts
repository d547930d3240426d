import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { type AvgPool2dOptions, avgPool2d, avgPool2dReference } from '../../../src/kernels/pooling/avgPool2d.ts';
import { ones } from '../../../src/tensor/create.ts';
import { init } from '../../../src/tensor/engine/device/init.ts';
import { checkOp, property, views } from '../../setup/checkOp.ts';
import { testFixtures } from '../../setup/fixtureCase.ts';

beforeAll(async () => {
  await init();
});

const cases = fc
  .record({
    planes: fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 1, max: 3 })),
    kernel: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
    stride: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
    padded: fc.tuple(fc.boolean(), fc.boolean()),
    extra: fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 6 })),
    countIncludePad: fc.boolean(),
    view: views,
    seed: fc.nat(),
  })
  .map(({ planes, kernel, padded, extra, ...rest }) => ({
    ...rest,
    kernel,
    padding: [0, 1].map((axis) => (padded[axis] ? Math.floor(kernel[axis]! / 2) : 0)) as [number, number],
    shape: [...planes, kernel[0] + extra[0], kernel[1] + extra[1]],
  }));

test('any window over any view gives the float64 means, with their gradients', () =>
  property(cases, ({ shape, view, seed, ...options }) =>
    checkOp({
      run: ([x]) => avgPool2d(x!, options),
      reference: ([x]) => avgPool2dReference([x!], options),
      inputs: [{ shape, view }],
      tolerance: 1e-6,
      gradTolerance: 1e-5,
      seed,
    }),
  ));

test('without counting the padding, the mean of ones is one everywhere', async () => {
  using x = ones([1, 1, 4, 5]);
  using y = avgPool2d(x, { kernel: 3, stride: 2, padding: 1, countIncludePad: false });
  expect((await y.data()).every((value) => value === 1)).toBe(true);
});

testFixtures<AvgPool2dOptions>('avgPool2d', ({ x }, options) => avgPool2d(x!, options));
