import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import type { Dims } from '../../../src/kernels/reduce/reduction.ts';
import { sum, sumReference } from '../../../src/kernels/reduce/sum.ts';
import { zeros } from '../../../src/tensor/create.ts';
import { init } from '../../../src/tensor/engine/device/init.ts';
import { checkOp, property, shapes, views } from '../../setup/checkOp.ts';
import { testFixtures } from '../../setup/fixtureCase.ts';

beforeAll(async () => {
  await init();
});

const cases = fc
  .record({ shape: shapes({ min: 1, max: 4 }, { min: 0, max: 7 }), view: views, keepdim: fc.boolean(), seed: fc.nat() })
  .chain((made) => fc.record({ ...constants(made), dims: fc.subarray([...made.shape.keys()], { minLength: 1 }) }));

function constants<T extends object>(made: T): { [K in keyof T]: fc.Arbitrary<T[K]> } {
  return Object.fromEntries(Object.entries(made).map(([key, value]) => [key, fc.constant(value)])) as never;
}

test('sums over any axes of any view equal the float64 sums, with their gradients', () =>
  property(cases, ({ shape, view, keepdim, dims, seed }) =>
    checkOp({
      run: ([x]) => sum(x!, dims, { keepdim }),
      reference: ([x]) => sumReference([x!], { dims, keepdim }),
      inputs: [{ shape, view }],
      seed,
    }),
  ));

test('a long row keeps its precision', () =>
  checkOp({
    run: ([x]) => sum(x!),
    reference: ([x]) => sumReference([x!], { dims: [0] }),
    inputs: [{ shape: [100_003], center: 1 }],
  }));

test('more rows than 65,535 workgroups', () =>
  checkOp({
    run: ([x]) => sum(x!, 1),
    reference: ([x]) => sumReference([x!], { dims: [1] }),
    inputs: [{ shape: [65_537, 2] }],
    samples: 3,
  }));

test('an axis outside the tensor is named with its range', () => {
  using x = zeros([2, 3]);
  expect(() => sum(x, 2)).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: sum: dim must be an integer in [-2, 1] for 2 axes, got 2]`,
  );
});

testFixtures<{ dim: Dims; keepdim: boolean }>('sum', ({ x }, { dim, keepdim }) => sum(x!, dim, { keepdim }));
