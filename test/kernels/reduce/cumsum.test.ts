import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { cumsum, cumsumReference } from '../../../src/kernels/reduce/cumsum.ts';
import { full, zeros } from '../../../src/tensor/create.ts';
import { init } from '../../../src/tensor/engine/device/init.ts';
import { checkOp, property, shapes, type View, views } from '../../setup/checkOp.ts';

beforeAll(async () => {
  await init();
});

interface Case {
  readonly shape: readonly number[];
  readonly dim: number;
  readonly view?: View;
  readonly center?: number;
  readonly seed?: number;
}

function check({ shape, dim, view = 'dense', center = 0, seed = 1 }: Case): Promise<void> {
  return checkOp({
    run: ([x]) => cumsum(x!, dim),
    reference: ([x]) => cumsumReference([x!], { dim }),
    inputs: [{ shape, view, center }],
    seed,
    tolerance: 1e-6,
    gradTolerance: 1e-5,
    samples: 5,
  });
}

const cases = fc
  .record({ shape: shapes({ min: 1, max: 4 }, { min: 0, max: 7 }), view: views, seed: fc.nat() })
  .chain((made) => fc.nat(made.shape.length - 1).map((dim) => ({ ...made, dim })));

test('along any axis of any view equals the float64 sums, with its gradient', () => property(cases, check));

test.each([
  ['one chunk', [2, 64], 1],
  ['one past a chunk', [2, 65], 1],
  ['chunks of a long row', [1, 100_003], 1],
  ['chunks of long columns', [9001, 3], 0],
] as const)('%s', (_, shape, dim) => check({ shape, dim }));

test('a long rising sum keeps its precision', () => check({ shape: [50_000], dim: 0, center: 1 }));

test('more rows than 65,535 workgroups of 64', async () => {
  using x = full([2_100_000, 2], 1);
  using y = cumsum(x, 1);
  expect((await y.data()).every((value, i) => value === 1 + (i % 2))).toBe(true);
});

test('the axis must exist', () => {
  using x = zeros([3]);
  expect(() => cumsum(x, 1)).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: cumsum: dim must be an integer in [-1, 0] for 1 axes, got 1]`,
  );
});
