import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { film, filmReference } from '../../../src/kernels/norm/film.ts';
import { full, zeros } from '../../../src/tensor/create.ts';
import { init } from '../../../src/tensor/engine/device/init.ts';
import { checkOp, property, type View, views } from '../../setup/checkOp.ts';
import { testFixtures } from '../../setup/fixtureCase.ts';

beforeAll(async () => {
  await init();
});

interface Case {
  readonly shape: readonly number[];
  readonly view?: View;
  readonly seed?: number;
}

function check({ shape, view = 'dense', seed = 1 }: Case): Promise<void> {
  const condition = [shape[0]!, shape[shape.length - 1]!];
  return checkOp({
    run: ([x, gamma, beta]) => film(x!, gamma!, beta!),
    reference: ([x, gamma, beta]) => filmReference([x!, gamma!, beta!]),
    inputs: [
      { shape, view },
      { shape: condition, view },
      { shape: condition, view },
    ],
    seed,
    tolerance: 1e-6,
    gradTolerance: 1e-5,
    samples: 20,
  });
}

const cases = fc.record({
  shape: fc
    .record({
      batch: fc.integer({ min: 0, max: 3 }),
      middle: fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 3 }),
      channels: fc.constantFrom(1, 3, 4, 8, 13),
    })
    .map(({ batch, middle, channels }) => [batch, ...middle, channels]),
  view: views,
  seed: fc.nat(),
});

test('any grid of any view is scaled and shifted by its batch entry, with all gradients', () => property(cases, check));

test.each([
  ['one position past a block', [2, 17, 4]],
  ['thousands of positions', [2, 3001, 8]],
])('%s', (_, shape) => check({ shape: shape as number[] }));

test('more than 65,535 workgroups of 64', async () => {
  using x = full([65_537, 1, 65], 2);
  using gamma = full([65_537, 65], 3);
  using y = film(x, gamma, gamma);
  expect((await y.data()).every((value) => value === 9)).toBe(true);
});

test('gamma must have one row per batch entry', () => {
  using x = zeros([2, 5, 8]);
  using gamma = zeros([1, 8]);
  expect(() => film(x, gamma, gamma)).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: film: gamma must be [2, 8], got [1, 8]]`,
  );
});

test('x needs a batch and a channel axis', () => {
  using x = zeros([8]);
  expect(() => film(x, x, x)).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: film: x must be [batch, ..., channels], got [8]]`,
  );
});

testFixtures('film', ({ x, gamma, beta }) => film(x!, gamma!, beta!));
