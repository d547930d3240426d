import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { type GruOptions, gru, gruReference } from '../../../src/kernels/recurrent/gru.ts';
import { ones, tensor, zeros } from '../../../src/tensor/create.ts';
import { init } from '../../../src/tensor/engine/device/init.ts';
import type { Nd } from '../../../src/tensor/engine/nd.ts';
import { tidy } from '../../../src/tensor/engine/scope.ts';
import type { Tensor } from '../../../src/tensor/tensor.ts';
import { checkOp, expectClose, type Input, property, type View, views } from '../../setup/checkOp.ts';
import { testFixtures } from '../../setup/fixtureCase.ts';
import { withVariant } from '../matmul/withVariant.ts';

beforeAll(async () => {
  await init();
});

interface Problem extends GruOptions {
  readonly batch: number;
  readonly time: number;
  readonly features: number;
}

const problems: fc.Arbitrary<Problem> = fc.record({
  batch: fc.integer({ min: 1, max: 6 }),
  time: fc.integer({ min: 1, max: 5 }),
  features: fc.integer({ min: 1, max: 5 }),
  hidden: fc.integer({ min: 1, max: 9 }),
  layers: fc.integer({ min: 1, max: 2 }),
  bidirectional: fc.boolean(),
  batchFirst: fc.boolean(),
});

/** x, h0 and the weights in PyTorch's order. */
function inputsOf(problem: Problem, view: View = 'dense'): Input[] {
  const { batch, time, features, hidden, layers = 1, bidirectional = false, batchFirst = true } = problem;
  const directions = bidirectional ? 2 : 1;
  const spread = Math.min(1, 3 / Math.sqrt(hidden)); // keeps the sums over all units in the range where gates are not flat
  const inputs: Input[] = [
    { shape: batchFirst ? [batch, time, features] : [time, batch, features], view },
    { shape: [layers * directions, batch, hidden], view },
  ];
  for (let pass = 0; pass < layers * directions; pass++) {
    const below = pass < directions ? features : directions * hidden;
    inputs.push({ shape: [3 * hidden, below], view, spread }, { shape: [3 * hidden, hidden], view, spread });
    inputs.push({ shape: [3 * hidden], spread: 0.6 }, { shape: [3 * hidden], spread: 0.6 });
  }
  return inputs;
}

function call([x, h0, ...weights]: readonly (Tensor | undefined)[], options: GruOptions): Tensor[] {
  const { y, hN } = gru(x!, h0!, ...(weights as Tensor[]), options);
  return [y, hN];
}

const check = (problem: Problem, seed = 1, view: View = 'dense') =>
  checkOp({
    run: (inputs) => call(inputs, problem),
    reference: (inputs) => gruReference(inputs, problem),
    inputs: inputsOf(problem, view),
    seed,
    samples: 12,
  });

describe.each(['steps', 'group'])('in %s', (variant) => {
  test('states, last states and all gradients equal the float64 recurrence', () =>
    withVariant('gru', variant, () =>
      property(fc.tuple(problems, fc.nat(), views), ([problem, seed, view]) => check(problem, seed, view), 12),
    ));

  test.each([32, 33, 65])('%i units are right', (hidden) =>
    withVariant('gru', variant, () => check({ batch: 2, time: 3, features: 2, hidden })),
  );
});

test('states of over 256 units are right', () => check({ batch: 1, time: 2, features: 2, hidden: 258 }));

test('gates stay finite for huge inputs, and their gradients vanish', async () => {
  using x = tensor([1e6, -1e6, 300, -300], { shape: [1, 2, 2], requiresGrad: true });
  using h0 = tensor([0.5], { shape: [1, 1, 1] });
  using ih = tensor([1, 0.5, -1, 2, 3, -1], { shape: [3, 2] });
  using hh = tensor([2, -3, 1e4], { shape: [3, 1] });
  const { y, dx } = tidy(() => {
    const { y } = gru(x, h0, ih, hh, { hidden: 1 });
    y.sum().backward();
    return { y: y.data(), dx: x.grad!.data() };
  });
  expect([...(await y)].every(Number.isFinite)).toBe(true);
  expect([...(await dx)].every(Number.isFinite)).toBe(true);
});

/** Weights of one layer in one direction with 3 features and 2 units. */
function smallWeights(): Record<string, Tensor> {
  const spread = (count: number) => Float32Array.from({ length: count }, (_, i) => Math.sin(1 + 3 * i));
  return {
    weight_ih_l0: tensor(spread(18), { shape: [6, 3] }),
    weight_hh_l0: tensor(spread(12), { shape: [6, 2] }),
    bias_ih_l0: tensor(spread(6)),
    bias_hh_l0: tensor(spread(6)),
  };
}

async function yOf(run: () => Tensor): Promise<ArrayLike<number>> {
  const { y } = tidy(() => ({ y: run().data() }));
  return y;
}

test('a record, a map and positions of the same weights give the same states', async () => {
  const weights = smallWeights();
  using x = ones([2, 4, 3]);
  const options = { hidden: 2 };
  const named = await yOf(() => gru(x, null, weights, options).y);
  expect(await yOf(() => gru(x, null, new Map(Object.entries(weights)), options).y)).toEqual(named);
  expect(await yOf(() => gru(x, null, ...Object.values(weights), options).y)).toEqual(named);
  for (const weight of Object.values(weights)) weight.dispose();
});

test('no h0 is one of zeros, and no biases are biases of zeros', async () => {
  const { weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0 } = smallWeights() as Record<string, Tensor> & {
    weight_ih_l0: Tensor;
    weight_hh_l0: Tensor;
  };
  bias_ih_l0!.dispose();
  bias_hh_l0!.dispose();
  using x = ones([2, 4, 3]);
  using h0 = zeros([1, 2, 2]);
  using bias = zeros([6]);
  const plain = await yOf(() => gru(x, null, { weight_ih_l0, weight_hh_l0 }, { hidden: 2 }).y);
  const full = await yOf(() => gru(x, h0, weight_ih_l0, weight_hh_l0, bias, bias, { hidden: 2 }).y);
  expect(plain).toEqual(full);
  weight_ih_l0.dispose();
  weight_hh_l0.dispose();
});

test('the last state is the last step forward and the first step in reverse', async () => {
  const problem = { batch: 2, time: 4, features: 3, hidden: 2, bidirectional: true };
  const leaves = inputsOf(problem).map(({ shape }, i) =>
    tensor(
      Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, k) => Math.sin(i + k)),
      { shape },
    ),
  );
  const { forward, reverse, last } = tidy(() => {
    const [y, hN] = call(leaves, problem) as [Tensor, Tensor];
    return {
      forward: y.slice(1, 3, 4).slice(2, 0, 2).data(),
      reverse: y.slice(1, 0, 1).slice(2, 2, 4).data(),
      last: hN.data(),
    };
  });
  expect([...(await forward), ...(await reverse)]).toEqual([...(await last)]);
  for (const leaf of leaves) leaf.dispose();
});

test('two runs give the same bits, gradients included', async () => {
  const problem = { batch: 3, time: 6, features: 4, hidden: 20, bidirectional: true };
  const leaves = inputsOf(problem).map(({ shape }, i) =>
    tensor(
      Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, k) => Math.sin(i + 7 * k)),
      { shape, requiresGrad: true },
    ),
  );
  const run = () => {
    const grads = tidy(() => {
      call(leaves, problem)[0]!.sum().backward();
      return leaves.map((leaf) => leaf.grad!.data());
    });
    for (const leaf of leaves) {
      leaf.grad?.dispose();
      leaf.grad = null;
    }
    return Promise.all(grads);
  };
  expect(await run()).toEqual(await run());
  for (const leaf of leaves) leaf.dispose();
});

test('over no steps the last state is h0, and over no rows there is nothing', async () => {
  const weights = smallWeights();
  using none = zeros([1, 0, 3]);
  using h0 = tensor([0.25, -0.5], { shape: [1, 1, 2], requiresGrad: true });
  const { last, dh0 } = tidy(() => {
    const { y, hN } = gru(none, h0, weights, { hidden: 2 });
    expect(y.shape).toEqual([1, 0, 2]);
    hN.sum().backward();
    return { last: hN.data(), dh0: h0.grad!.data() };
  });
  expectClose(await last, [0.25, -0.5], 0);
  expectClose(await dh0, [1, 1], 0);
  using empty = zeros([0, 4, 3]);
  tidy(() => expect(gru(empty, null, weights, { hidden: 2 }).y.shape).toEqual([0, 4, 2]));
  for (const weight of Object.values(weights)) weight.dispose();
});

test('mistakes are named', () => {
  const weights = smallWeights();
  using x = zeros([2, 4, 3]);
  const { weight_hh_l0, ...partial } = weights;
  expect(() => gru(x, null, weights, { hidden: 3 })).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: gru: weight_ih_l0 must be [9, 3], got [6, 3]]`,
  );
  expect(() => gru(x, null, weights, { hidden: 0 })).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: gru: hidden must be a positive integer, got 0]`,
  );
  expect(() => gru(x, null, partial, { hidden: 2 })).toThrowErrorMatchingInlineSnapshot(
    `[TypeError: gru: weights must have weight_hh_l0]`,
  );
  expect(() => gru(x, null, { ...weights, weight_ih_l1: x }, { hidden: 2 })).toThrowErrorMatchingInlineSnapshot(
    `[TypeError: gru: weights has weight_ih_l1, which nothing reads: check layers and bidirectional]`,
  );
  expect(() => gru(x, null, x, { hidden: 2 })).toThrowErrorMatchingInlineSnapshot(
    `[TypeError: gru: needs 4 weights, or 2 without biases, got 1: check layers and bidirectional]`,
  );
  expect(() => gru(x, x, weights, { hidden: 2 })).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: gru: h0 must be [1, 2, 2], got [2, 4, 3]]`,
  );
  for (const weight of Object.values(weights)) weight.dispose();
});

testFixtures<GruOptions>(
  'gru',
  ({ x, h0, ...weights }, options) => {
    const { y, hN } = gru(x!, h0!, weights, options);
    return { y, hN };
  },
  { tolerance: 2e-6, gradTolerance: 1e-5 },
);

test('the reference itself is the published cell at one step', () => {
  const one = (value: number, shape: readonly number[]): Nd => ({ shape, data: Float64Array.of(value) });
  const three = (values: readonly number[], shape: readonly number[]): Nd => ({
    shape,
    data: Float64Array.from(values),
  });
  const [y] = gruReference(
    [
      one(0.5, [1, 1, 1]),
      one(-0.25, [1, 1, 1]),
      three([1, 2, 3], [3, 1]),
      three([-1, 0.5, 2], [3, 1]),
      three([0.1, 0.2, 0.3], [3]),
      three([-0.1, 0, 0.4], [3]),
    ],
    { hidden: 1 },
  );
  const sigmoid = (v: number) => 1 / (1 + Math.exp(-v));
  const [r, z] = [sigmoid(0.5 + 0.1 + 0.25 - 0.1), sigmoid(1 + 0.2 - 0.125)];
  const n = Math.tanh(1.5 + 0.3 + r * (-0.5 + 0.4));
  expect(y.data[0]).toBeCloseTo((1 - z) * n - z * 0.25, 14);
});
