import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import {
  type RotaryOptions,
  rotaryEmbedding,
  rotaryEmbeddingReference,
} from '../../../src/kernels/attention/rotaryEmbedding.ts';
import { sum } from '../../../src/kernels/reduce/sum.ts';
import { tensor, zeros } from '../../../src/tensor/create.ts';
import { init } from '../../../src/tensor/engine/device/init.ts';
import { checkOp, expectClose, generator, property, views } from '../../setup/checkOp.ts';
import { testFixtures } from '../../setup/fixtureCase.ts';

beforeAll(async () => {
  await init();
});

const cases = fc.record({
  outer: fc.integer({ min: 0, max: 3 }),
  positions: fc.integer({ min: 1, max: 9 }),
  heads: fc.integer({ min: 1, max: 3 }),
  pairs: fc.integer({ min: 1, max: 9 }),
  base: fc.constantFrom(1, 100, 10_000),
  interleaved: fc.boolean(),
  dim: fc.constantFrom(0, 1, -2),
  view: views,
  seed: fc.nat(),
});

test('rotates any view along any axis like the float64 formula, and back in the gradient', () =>
  property(cases, ({ outer, positions, heads, pairs, base, interleaved, dim, view, seed }) =>
    checkOp({
      run: ([x]) => rotaryEmbedding(x!, { dim, base, interleaved }),
      reference: ([x]) => rotaryEmbeddingReference([x!], { dim, base, interleaved }),
      inputs: [{ shape: [outer, positions, heads, 2 * pairs], view }],
      tolerance: 5e-7,
      gradTolerance: 1e-6,
      seed,
    }),
  ));

test.each([true, false])('angles stay exact at far positions, interleaved %s', async (interleaved) => {
  const random = generator(3);
  const x = { shape: [100_000, 4], data: Float64Array.from({ length: 400_000 }, () => Math.fround(random() * 2 - 1)) };
  using leaf = tensor(x.data, { shape: x.shape, dtype: 'f32' });
  using y = rotaryEmbedding(leaf, { dim: 0, interleaved });
  expectClose(await y.data(), rotaryEmbeddingReference([x], { dim: 0, interleaved }).data, 3e-7);
});

test('dot products depend on the distance of two positions only', async () => {
  const row = [0.3, -1.2, 0.8, 0.5, -0.7, 1.1, 0.2, -0.4];
  using x = tensor(Array.from({ length: 6 }, () => row));
  using y = rotaryEmbedding(x, { dim: 0 });
  const data = await y.data();
  const product = (a: number, b: number) => row.reduce((total, _, c) => total + data[a * 8 + c]! * data[b * 8 + c]!, 0);
  expect(product(0, 2)).toBeCloseTo(product(3, 5), 5);
  expect(product(4, 1)).toBeCloseTo(product(3, 0), 5);
});

test('a gradient that repeats one element through stride 0 is read as it is', () =>
  checkOp({
    run: ([x]) => sum(rotaryEmbedding(x!, { dim: 0 })),
    reference: ([x]) => {
      const { data } = rotaryEmbeddingReference([x!], { dim: 0 });
      return { shape: [], data: Float64Array.of(data.reduce((a, b) => a + b, 0)) };
    },
    inputs: [{ shape: [3, 8] }],
  }));

test('what cannot be rotated is named', () => {
  using odd = zeros([2, 3]);
  using even = zeros([2, 4]);
  expect(() => rotaryEmbedding(odd, { dim: 0 })).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: rotaryEmbedding: rotated rows must have an even extent, got 3]`,
  );
  expect(() => rotaryEmbedding(even, { dim: -1 })).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: rotaryEmbedding: dim must be an axis of positions, got the last axis of [2, 4], which is rotated]`,
  );
  expect(() => rotaryEmbedding(even, { dim: 2 })).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: rotaryEmbedding: dim must be an integer in [-2, 1] for 2 axes, got 2]`,
  );
  expect(() => rotaryEmbedding(even, { dim: 0, base: 0.5 })).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: rotaryEmbedding: base must be a finite number of at least 1, got 0.5]`,
  );
});

testFixtures<RotaryOptions>('rotaryEmbedding', ({ x }, options) => rotaryEmbedding(x!, options));
