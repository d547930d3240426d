import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { l1Loss, l1LossReference } from '../../../src/kernels/loss/l1Loss.ts';
import { mseLoss, mseLossReference } from '../../../src/kernels/loss/mseLoss.ts';
import { tensor, zeros } from '../../../src/tensor/create.ts';
import { init } from '../../../src/tensor/engine/device/init.ts';
import { tidy } from '../../../src/tensor/engine/scope.ts';
import { checkOp, property, shapes, views } from '../../setup/checkOp.ts';

beforeAll(async () => {
  await init();
});

const cases = fc.record({
  shape: shapes({ min: 0, max: 3 }, { min: 0, max: 7 }),
  views: fc.tuple(views, views),
  reduction: fc.constantFrom('mean' as const, 'sum' as const, 'none' as const),
  seed: fc.nat(),
});

describe.each([
  ['l1Loss', l1Loss, l1LossReference],
  ['mseLoss', mseLoss, mseLossReference],
] as const)('%s', (name, loss, reference) => {
  test('of any two views equals the float64 loss, with both gradients', () =>
    property(cases, ({ shape, views: [first, second], reduction, seed }) =>
      checkOp({
        run: ([x, target]) => loss(x!, target!, { reduction }),
        reference: ([x, target]) => reference([x!, target!], { reduction }),
        // The values lie apart, so that no difference crosses the kink of |d| within the step of the differences.
        inputs: [
          { shape, view: first, avoid: (value) => Math.abs(value) < 0.3 },
          { shape, view: second, spread: 0.2 },
        ],
        seed,
        tolerance: 1e-6,
      }),
    ));

  test('of a long signal keeps its precision', () =>
    checkOp({
      run: ([x, target]) => loss(x!, target!),
      reference: ([x, target]) => reference([x!, target!], { reduction: 'mean' }),
      inputs: [
        { shape: [2, 160_000], center: 1.5 },
        { shape: [2, 160_000], spread: 0.1, gradient: false },
      ],
      tolerance: 1e-6,
      samples: 3,
      step: 1e-2, // one of 320,000 samples moves the mean by 1e-8: a smaller step drowns in the rounding of the sum
    }));

  test('is 0 where both agree, with gradient 0', async () => {
    using x = tensor([1, -2, 3], { requiresGrad: true });
    using target = tensor([1, -2, 3], { requiresGrad: true });
    const { y, grads } = tidy(() => {
      const y = loss(x, target);
      y.backward();
      return { y: y.data(), grads: [x.grad!.data(), target.grad!.data()] };
    });
    expect((await y)[0]).toBe(0);
    for (const grad of grads) expect([...(await grad)].map(Math.abs)).toEqual([0, 0, 0]);
  });

  test('wants two tensors of one shape', () => {
    using x = zeros([2, 3]);
    using target = zeros([3, 2]);
    expect(() => loss(x, target)).toThrowError(`${name}: target must be [2, 3], got [3, 2]`);
  });
});
