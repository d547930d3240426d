import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Activation, linear, linearReference } from '../../../src/kernels/matmul/linear.ts';
import { tensor, zeros } from '../../../src/tensor/create.ts';
import { init } from '../../../src/tensor/engine/device/init.ts';
import { checkOp, type Input, property, views } from '../../setup/checkOp.ts';
import { testFixtures } from '../../setup/fixtureCase.ts';
import { withVariant } from './withVariant.ts';

beforeAll(async () => {
  await init();
});

const activations: readonly Activation[] = ['none', 'relu', 'gelu', 'tanh', 'sigmoid', 'silu'];

interface More {
  readonly activation?: Activation;
  readonly seed?: number;
  readonly samples?: number;
  readonly tolerance?: number;
}

const check = (inputs: readonly Input[], { activation = 'none', ...more }: More = {}) =>
  checkOp({
    run: ([x, weight, bias]) => linear(x!, weight!, bias, { activation }),
    reference: ([x, weight, bias = null]) => linearReference([x!, weight!, bias], { activation }),
    inputs,
    tolerance: 2e-6,
    gradTolerance: 1e-5,
    ...more,
  });

const extent = fc.oneof(fc.integer({ min: 0, max: 18 }), fc.constantFrom(4, 8, 32));
const problem = fc.record({
  lead: fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 3 }),
  inputs: extent,
  outputs: extent,
  view: fc.tuple(views, views, views),
  bias: fc.boolean(),
  activation: fc.constantFrom(...activations.filter((name) => name !== 'relu')),
  seed: fc.nat(),
});

test('maps of any shapes and views equal the float64 maps, with their gradients', () =>
  property(
    problem,
    ({ lead, inputs, outputs, view, bias, activation, seed }) =>
      check(
        [
          { shape: [...lead, inputs], view: view[0] },
          { shape: [outputs, inputs], view: view[1] },
          ...(bias ? [{ shape: [outputs], view: view[2] }] : []),
        ],
        // Erf and tanh cost up to 1.5e-7 of 1, here against results that may all be small.
        { activation, seed, tolerance: 4e-6 },
      ),
    20,
  ));

describe.each(activations)('activation %s', (activation) => {
  test('small and large arguments, forward and gradient', () =>
    check(
      [
        // Away from 0, where relu has no derivative.
        { shape: [40, 1], center: 0, spread: 8, avoid: (value) => Math.abs(value) < 0.01 },
        { shape: [2, 1], values: [0.5, -1] },
      ],
      { activation },
    ));

  test('arguments far outside give finite values', async () => {
    using x = zeros([1, 1]);
    using weight = zeros([4, 1]);
    using bias = tensor([1e4, -1e4, 90, -90]);
    using y = linear(x, weight, bias, { activation });
    const expected = linearReference(
      [
        { shape: [1, 1], data: new Float64Array(1) },
        { shape: [4, 1], data: new Float64Array(4) },
        { shape: [4], data: Float64Array.of(1e4, -1e4, 90, -90) },
      ],
      { activation },
    );
    const values = await y.data();
    expected.data.forEach((value, i) => {
      expect(Math.abs(values[i]! - value)).toBeLessThanOrEqual(1e-6 * Math.max(Math.abs(value), 1));
    });
  });
});

test('few rows of many inputs: k is cut into splits, bias and activation follow their sum', () =>
  check([{ shape: [5, 1200] }, { shape: [6, 1200], spread: 0.05 }, { shape: [6] }], {
    activation: 'gelu',
    samples: 6,
  }));

test('many rows: the weight gradient is a long sum', () =>
  check([{ shape: [9000, 3], center: 0.5 }, { shape: [2, 3] }, { shape: [2] }], { samples: 3 }));

test('gate of four heads, with skinny kernels forward and backward', () =>
  withVariant('matmul', 'skinny', () =>
    check([{ shape: [70, 128] }, { shape: [4, 128], spread: 0.1 }, { shape: [4] }], {
      activation: 'sigmoid',
      samples: 8,
    }),
  ));

test('weights and activations that do not fit are named', () => {
  using x = zeros([2, 8]);
  using weight = zeros([3, 9]);
  using fitting = zeros([3, 8]);
  using bias = zeros([4]);
  using scalar = zeros([]);
  expect(() => linear(x, weight)).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: linear: weight must be [out, 8] for x [2, 8], got [3, 9]]`,
  );
  expect(() => linear(x, fitting, bias)).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: linear: bias must be [3], got [4]]`,
  );
  expect(() => linear(scalar, fitting)).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: linear: x must be [..., in], got a scalar]`,
  );
  expect(() => linear(x, fitting, null, { activation: 'swish' as Activation })).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: linear: activation must be one of none, relu, gelu, tanh, sigmoid, silu, got swish]`,
  );
});

testFixtures('linear', ({ x, weight, bias }) => linear(x!, weight!, bias), { tolerance: 2e-6, gradTolerance: 2e-6 });
