import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { logSoftmax, logSoftmaxReference } from '../../../src/kernels/softmax/logSoftmax.ts';
import { softmax, softmaxReference } from '../../../src/kernels/softmax/softmax.ts';
import { full, tensor, zeros } from '../../../src/tensor/create.ts';
import { init } from '../../../src/tensor/engine/device/init.ts';
import { tidy } from '../../../src/tensor/engine/scope.ts';
import { checkOp, property, shapes, type View, views } from '../../setup/checkOp.ts';
import { testFixtures } from '../../setup/fixtureCase.ts';
import { withLanes } from '../reduce/withLanes.ts';

beforeAll(async () => {
  await init();
});

const cases = fc
  .record({ shape: shapes({ min: 1, max: 4 }, { min: 0, max: 7 }), view: views, seed: fc.nat() })
  .chain((made) => fc.nat(made.shape.length - 1).map((dim) => ({ ...made, dim })));

interface Case {
  readonly shape: readonly number[];
  readonly dim: number;
  readonly view?: View;
  readonly center?: number;
  readonly seed?: number;
}

describe.each([
  ['softmax', softmax, softmaxReference],
  ['logSoftmax', logSoftmax, logSoftmaxReference],
] as const)('%s', (name, run, reference) => {
  const check = ({ shape, dim, view = 'dense', center = 0, seed = 1 }: Case) =>
    checkOp({
      run: ([x]) => run(x!, dim),
      reference: ([x]) => reference([x!], { dim }),
      inputs: [{ shape, view, center, spread: 3 }],
      seed,
      samples: 12,
      tolerance: 1e-6,
      gradTolerance: 2e-5,
    });

  test('along any axis of any view equals the float64 one, with its gradient', () => property(cases, check));

  test('of numbers around 1000 does not overflow', () => check({ shape: [3, 40], dim: 1, center: 1000 }));

  test('of a row of 5000 keeps its precision', () => check({ shape: [2, 5000], dim: 1 }));

  test.each([32, 256] as const)('%i invocations per row', (lanes) =>
    withLanes(lanes, ['softmax.rows', 'softmax.gradInput'], async () => {
      for (const shape of [
        [9, 5],
        [3, 131],
        [2, 1030],
      ])
        await check({ shape, dim: 1 });
    }),
  );

  test('more rows than 65,535 workgroups of 64', async () => {
    using x = full([4_200_001, 1], 5);
    using y = run(x, 1);
    const wanted = name === 'softmax' ? 1 : 0;
    expect((await y.data()).every((value) => value === wanted)).toBe(true);
  });

  test.each([1, 32] as const)('masked elements and rows get no gradient (%i invocations per row)', (lanes) =>
    withLanes(lanes, ['softmax.rows', 'softmax.gradInput'], async () => {
      const masked = Number.NEGATIVE_INFINITY;
      using x = tensor([0, masked, 0, masked, masked, masked], { shape: [2, 3], requiresGrad: true });
      const { y, gradient } = tidy(() => {
        const y = run(x, 1);
        y.backward(tensor([2, 3, 1, 1, 2, 3], { shape: [2, 3] }));
        return { y: y.data(), gradient: x.grad!.data() };
      });
      const half = name === 'softmax' ? 0.5 : Math.fround(-Math.LN2);
      const none = name === 'softmax' ? 0 : masked;
      const result = [...(await y)];
      expect(result[0]).toBeCloseTo(half, 6);
      expect([result[1], ...result.slice(3)]).toEqual([none, none, none, none]);
      const slopes = name === 'softmax' ? [0.25, 0, -0.25] : [0.5, 0, -0.5];
      (await gradient).forEach((value, i) => {
        expect(value).toBeCloseTo(slopes[i] ?? 0, 6);
      });
    }),
  );

  test('the axis must exist', () => {
    using x = zeros([3]);
    expect(() => run(x, 1)).toThrowError(`${name}: dim must be an integer in [-1, 0] for 1 axes, got 1`);
  });
});

test('shares add up to 1, and do not see a constant', async () => {
  using x = tensor([1, 2, 3, -4, 5, 0.5]);
  using shifted = tensor([101, 102, 103, 96, 105, 100.5]);
  using a = softmax(x, 0);
  using b = softmax(shifted, 0);
  const [first, second] = [await a.data<'f32'>(), await b.data<'f32'>()];
  expect(first.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 6);
  first.forEach((value, i) => {
    expect(second[i]).toBeCloseTo(value, 5);
  });
});

testFixtures<{ dim: number }>('softmax', ({ x }, { dim }) => softmax(x!, dim));
testFixtures<{ dim: number }>('logSoftmax', ({ x }, { dim }) => logSoftmax(x!, dim));
