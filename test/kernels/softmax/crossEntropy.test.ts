import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { crossEntropy, crossEntropyReference } from '../../../src/kernels/softmax/crossEntropy.ts';
import { tensor, zeros } from '../../../src/tensor/create.ts';
import { init } from '../../../src/tensor/engine/device/init.ts';
import { tidy } from '../../../src/tensor/engine/scope.ts';
import { checkOp, property, type View, views } from '../../setup/checkOp.ts';
import { testFixtures } from '../../setup/fixtureCase.ts';

beforeAll(async () => {
  await init();
});

interface Case {
  readonly lead: readonly number[];
  readonly classes: number;
  readonly views?: readonly [View, View];
  readonly options?: {
    readonly reduction?: 'mean' | 'sum' | 'none';
    readonly labelSmoothing?: number;
    readonly ignoreIndex?: number;
  };
  readonly spread?: number;
  readonly seed?: number;
}

function check({
  lead,
  classes,
  views: [first, second] = ['dense', 'dense'],
  options = {},
  spread = 3,
  seed = 1,
}: Case) {
  const rows = lead.reduce((a, b) => a * b, 1);
  const labels = Array.from({ length: rows }, (_, i) => (Math.imul(i + 1, 2654435761 ^ seed) >>> 3) % classes);
  return checkOp({
    run: ([logits, target]) => crossEntropy(logits!, target!, options),
    reference: ([logits, target]) => crossEntropyReference([logits!, target!], options),
    inputs: [
      { shape: [...lead, classes], view: first, spread },
      { shape: lead, view: second, dtype: 'i32', values: labels },
    ],
    seed,
    samples: 12,
    tolerance: 1e-6,
    gradTolerance: 2e-5,
  });
}

const cases = fc.record({
  lead: fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 3 }),
  classes: fc.integer({ min: 2, max: 9 }),
  views: fc.tuple(views, views),
  options: fc.record({
    reduction: fc.constantFrom('mean' as const, 'sum' as const, 'none' as const),
    labelSmoothing: fc.constantFrom(0, 0.1, 1),
    ignoreIndex: fc.constantFrom(-100, 1),
  }),
  seed: fc.nat(),
});

// Logits within 1 of each other: the loss of a row that is nearly sure is log(1 + δ), and 1 + δ is rounded by 6e-8.
test('rows of any views equal the float64 loss, with the gradient of the logits', () =>
  property(cases, (made) => check({ ...made, spread: 1 }), 30));

test.each(['mean', 'sum', 'none'] as const)('many rows, %s', (reduction) =>
  check({ lead: [3001], classes: 3, options: { reduction } }),
);

test('many classes', () => check({ lead: [3], classes: 4001 }));

test('far apart logits', () => check({ lead: [4], classes: 6, spread: 2000 }));

test('more rows than 65,535 workgroups of 64', async () => {
  using logits = zeros([4_200_001, 1]);
  using target = zeros([4_200_001], { dtype: 'i32' });
  using y = crossEntropy(logits, target, { reduction: 'none' });
  expect((await y.data()).every((value) => value === 0)).toBe(true);
});

test('where every row is ignored, loss and gradient are 0', async () => {
  using logits = tensor([1, 2, 3, 4], { shape: [2, 2], requiresGrad: true });
  using target = tensor([-1, -1], { dtype: 'i32' });
  const { y, gradient } = tidy(() => {
    const y = crossEntropy(logits, target, { ignoreIndex: -1 });
    y.backward();
    return { y: y.item(), gradient: logits.grad!.data() };
  });
  expect([await y, ...(await gradient)]).toEqual([0, 0, 0, 0, 0]);
});

test('a target that is no class makes its loss NaN', async () => {
  using logits = zeros([3, 2]);
  using target = tensor([0, 2, -1], { dtype: 'i32' });
  using y = crossEntropy(logits, target, { reduction: 'none' });
  const losses = [...(await y.data())];
  expect(losses[0]).toBeCloseTo(Math.LN2, 6);
  expect(losses.slice(1)).toEqual([Number.NaN, Number.NaN]);
});

test('a masked class gets no gradient', async () => {
  using logits = tensor([0, Number.NEGATIVE_INFINITY, 0], { shape: [1, 3], requiresGrad: true });
  using target = tensor([0], { dtype: 'i32' });
  const gradient = tidy(() => {
    crossEntropy(logits, target).backward();
    return logits.grad!.view([3]);
  });
  using kept = gradient;
  expect([...(await kept.data())]).toEqual([-0.5, 0, 0.5]);
});

test('arguments are checked', () => {
  using logits = zeros([2, 3]);
  using target = zeros([3], { dtype: 'i32' });
  using numbers = zeros([2]);
  expect(() => crossEntropy(logits, target)).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: crossEntropy: target must be [2], got [3]]`,
  );
  expect(() => crossEntropy(logits, numbers)).toThrowErrorMatchingInlineSnapshot(
    `[DTypeError: crossEntropy: target must be i32, got f32: use cast(target, 'i32')]`,
  );
  expect(() => crossEntropy(target, target)).toThrowErrorMatchingInlineSnapshot(
    `[DTypeError: crossEntropy: logits must be f32, got i32: cast them]`,
  );
  using labels = zeros([2], { dtype: 'i32' });
  expect(() => crossEntropy(logits, labels, { labelSmoothing: 2 })).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: crossEntropy: labelSmoothing must be in [0, 1], got 2]`,
  );
});

testFixtures('crossEntropy', ({ logits, target }) => crossEntropy(logits!, target!));
