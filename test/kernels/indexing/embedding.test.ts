import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { embedding, embeddingReference } from '../../../src/kernels/indexing/embedding.ts';
import { tensor, zeros } from '../../../src/tensor/create.ts';
import { init } from '../../../src/tensor/engine/device/init.ts';
import { checkOp, generator, property, shapes, views } from '../../setup/checkOp.ts';
import { testFixtures } from '../../setup/fixtureCase.ts';

beforeAll(async () => {
  await init();
});

const cases = fc.record({
  count: fc.integer({ min: 1, max: 9 }),
  dim: fc.integer({ min: 0, max: 9 }),
  ids: shapes({ min: 0, max: 3 }, { min: 0, max: 5 }),
  view: views,
  idsView: views,
  seed: fc.nat(),
});

test('rows by number, with a gradient that adds what repeats', () =>
  property(
    cases,
    ({ count, dim, ids, view, idsView, seed }) => {
      const random = generator(seed);
      const values = Array.from({ length: ids.reduce((a, b) => a * b, 1) }, () =>
        Math.floor(random() * (count + 2) - 1),
      );
      return checkOp({
        run: ([weight, i]) => embedding(weight!, i!),
        reference: ([weight, i]) => embeddingReference([weight!, i!]),
        inputs: [
          { shape: [count, dim], view },
          { shape: ids, view: idsView, dtype: 'i32', values },
        ],
        tolerance: 0,
        gradTolerance: 1e-5,
        seed,
      });
    },
    25,
  ));

test('the gradient is a dense table, zero where no id points', async () => {
  using weight = tensor([1, 2, 3, 4, 5, 6], { shape: [3, 2], requiresGrad: true });
  using ids = tensor([2, 0, 2], { dtype: 'i32' });
  using y = embedding(weight, ids);
  using dy = tensor([1, 2, 3, 4, 5, 6], { shape: [3, 2] });
  y.backward(dy);
  expect([...(await weight.grad!.data())]).toEqual([3, 4, 0, 0, 6, 8]);
});

test('what does not fit is named', () => {
  using weight = zeros([3, 2]);
  using none = zeros([0, 2]);
  using ids = zeros([4], { dtype: 'i32' });
  expect(() => embedding(weight, weight)).toThrowErrorMatchingInlineSnapshot(
    `[DTypeError: embedding: ids must be i32, got f32: use cast(ids, 'i32')]`,
  );
  expect(() => embedding(none, ids)).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: embedding: weight must have a row for ids [4], got [0, 2]]`,
  );
  expect(() => embedding(ids, ids)).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: embedding: weight must be [count, dim] with 2 axes, got [4]]`,
  );
});

testFixtures('embedding', ({ weight, ids }) => embedding(weight!, ids!));
