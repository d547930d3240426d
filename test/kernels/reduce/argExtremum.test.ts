import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { argmax, argmin, argReference } from '../../../src/kernels/reduce/argExtremum.ts';
import { full, tensor, zeros } from '../../../src/tensor/create.ts';
import { init } from '../../../src/tensor/engine/device/init.ts';
import { checkOp, property, shapes, views } from '../../setup/checkOp.ts';
import { withLanes } from './withLanes.ts';

beforeAll(async () => {
  await init();
});

const cases = fc
  .record({ shape: shapes({ min: 1, max: 4 }, { min: 1, max: 7 }), view: views, keepdim: fc.boolean(), seed: fc.nat() })
  .chain((made) => fc.tuple(fc.constant(made), fc.option(fc.nat(made.shape.length - 1))));

describe.each([
  ['argmax', argmax, (a: number, b: number) => a > b],
  ['argmin', argmin, (a: number, b: number) => a < b],
] as const)('%s', (name, run, better) => {
  test('along any axis of any view finds the first', () =>
    property(cases, ([{ shape, view, keepdim, seed }, dim]) =>
      checkOp({
        run: ([x]) => run(x!, dim, { keepdim }),
        reference: ([x]) => argReference([x!], { dims: dim === null ? [...shape.keys()] : [dim], keepdim, better }),
        // Few different values, so that equal ones abound.
        inputs: [{ shape, view, values: fewValues(shape, seed), gradient: false }],
        tolerance: 0,
      }),
    ));

  test.each([1, 32, 256] as const)('%i invocations per row', (lanes) =>
    withLanes(lanes, [`${name}.rows`, `${name}.join`], () =>
      checkOp({
        run: ([x]) => run(x!, 1),
        reference: ([x]) => argReference([x!], { dims: [1], keepdim: false, better }),
        inputs: [{ shape: [2, 30_001], gradient: false }],
        tolerance: 0,
      }),
    ),
  );

  test('the first of many equal elements counts, infinite ones too', async () => {
    for (const value of [0, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]) {
      using x = full([3, 5000], value);
      using y = run(x, 1);
      expect(y.dtype).toBe('i32');
      expect([...(await y.data())]).toEqual([0, 0, 0]);
    }
  });

  test('has no gradient, and says so', () => {
    using x = tensor([1, 2], { requiresGrad: true });
    expect(() => run(x)).toThrowError(`${name} has no gradient: call it inside noGrad() or detach() its inputs`);
  });

  test('nothing has no extremum', () => {
    using x = zeros([2, 0]);
    expect(() => run(x, 1)).toThrowError(`${name}: nothing to choose from along the axes of [2, 0]`);
  });
});

test('more rows than 65,535 workgroups of 64', async () => {
  using x = full([2_100_000, 2], 3);
  using y = argmax(x, 1);
  expect((await y.data()).every((value) => value === 0)).toBe(true);
});

function fewValues(shape: readonly number[], seed: number): number[] {
  const size = shape.reduce((product, extent) => product * extent, 1);
  return Array.from({ length: size }, (_, i) => (Math.imul(i + 1, 2654435761 ^ seed) >>> 29) - 3);
}
