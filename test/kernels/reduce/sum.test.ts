import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import type { Dims } from '../../../src/kernels/reduce/reduction.ts';
import { sum, sumReference, sumTo } from '../../../src/kernels/reduce/sum.ts';
import { full, zeros } from '../../../src/tensor/create.ts';
import { init } from '../../../src/tensor/engine/device/init.ts';
import { checkOp, property, shapes, views } from '../../setup/checkOp.ts';
import { testFixtures } from '../../setup/fixtureCase.ts';
import { withLanes } from './withLanes.ts';

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

test.each([
  ['rows in quads', [300, 8], [1]],
  ['columns in quads', [2000, 8], [0]],
  ['odd columns', [2000, 7], [0]],
  ['one column', [3000, 1], [0]],
  ['long rows in quads', [2, 20_000], [1]],
  ['columns of a middle axis', [3, 1200, 12], [1]],
  ['axes around another', [70, 5, 90], [0, 2]],
  ['nothing', [3, 4], []],
] as const)('%s', (_, shape, dims) =>
  checkOp({
    run: ([x]) => sum(x!, dims),
    reference: ([x]) => sumReference([x!], { dims }),
    inputs: [{ shape }],
    tolerance: 1e-6,
    samples: 4,
  }),
);

test.each([32, 256] as const)('%i invocations per row', (lanes) =>
  withLanes(lanes, ['sum.rows', 'sum.rows4'], async () => {
    for (const shape of [
      [3, 131],
      [3, 132],
      [2, 9001],
      [2, 40_000],
    ]) {
      await checkOp({
        run: ([x]) => sum(x!, 1),
        reference: ([x]) => sumReference([x!], { dims: [1] }),
        inputs: [{ shape }],
        samples: 3,
      });
    }
  }),
);

test('ten million equal numbers add up', async () => {
  using x = full([10_000_000], 0.1);
  using y = sum(x);
  const truth = 1e7 * Math.fround(0.1);
  expect(Math.abs((await y.item()) - truth)).toBeLessThan(1e-6 * truth);
});

test('sumTo undoes a broadcast', () =>
  checkOp({
    run: ([x]) => sumTo(x!, [3, 1]),
    reference: ([x]) => ({ ...sumReference([x!], { dims: [0, 2] }), shape: [3, 1] }),
    inputs: [{ shape: [4, 3, 5] }],
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
