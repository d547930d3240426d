import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { pad } from '../../src/kernels/indexing/pad.ts';
import { sum } from '../../src/kernels/reduce/sum.ts';
import { AdamW } from '../../src/nn/optimizer/adamW.ts';
import { clipGradNorm } from '../../src/nn/optimizer/clipGradNorm.ts';
import { Ema } from '../../src/nn/optimizer/ema.ts';
import { SGD } from '../../src/nn/optimizer/sgd.ts';
import { cosineSchedule } from '../../src/nn/schedule.ts';
import { tensor, zeros } from '../../src/tensor/create.ts';
import { defaultDevice, init } from '../../src/tensor/engine/device/init.ts';
import { record } from '../../src/tensor/engine/record.ts';
import { tidy } from '../../src/tensor/engine/scope.ts';
import { warmup } from '../../src/tensor/engine/warmup.ts';
import { readNpz } from '../../src/tensor/files/npz.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { formulaInput } from '../fixtures/formula.ts';
import { expectClose, generator } from '../setup/checkOp.ts';
import { square } from '../setup/squareOp.ts';

beforeAll(async () => {
  await init();
});

const root = new URL('../fixtures/reference/', import.meta.url);
const stored = JSON.parse(readFileSync(new URL('optim.json', root), 'utf8')) as {
  clipGradNorm: {
    maxNorm: number;
    totalNorm: number;
    gradients: { name: string; scale: number; clipped: { key: string; shape: number[] } }[];
  }[];
  cosineWithWarmup: {
    cases: { base: number; warmup: number; total: number; min: number; steps: number[]; values: number[] }[];
  };
  ema: { decay: number; tensors: string[]; shape: number[]; after: { key: string } };
};
const truth = async (key: string) => (await readNpz(new URL('optim.npz', root))).get(key)!.data as Float32Array;

const SIZES = [1, 3, 4, 65, 7, 130, 2]; // seven tensors: more than two launches of three

function randomTensors(seed: number): Float32Array[] {
  const random = generator(seed);
  return SIZES.map((size) => Float32Array.from({ length: size }, () => random() * 2 - 1));
}

/** Takes `steps` steps with the same random gradients in float64 and on the device, and compares the parameters. */
async function follow(
  make: (parameters: Tensor[]) => AdamW | SGD,
  reference: (p: number, g: number, state: number[], step: number) => number,
  tolerance: number,
): Promise<void> {
  const values = randomTensors(1);
  const truths = values.map((value) => Float64Array.from(value));
  const states = values.map((value) => Array.from(value, () => [0, 0]));
  const parameters = values.map((value) => tensor(value, { requiresGrad: true }));
  using optimizer = make(parameters);
  for (let step = 1; step <= 8; step++) {
    const grads = randomTensors(100 + step);
    optimizer.zeroGrad();
    for (const [i, parameter] of parameters.entries()) parameter.grad = tensor(grads[i]!);
    optimizer.step();
    for (const [i, truth] of truths.entries()) {
      for (let j = 0; j < truth.length; j++) truth[j] = reference(truth[j]!, grads[i]![j]!, states[i]![j]!, step);
    }
  }
  for (const [i, parameter] of parameters.entries()) {
    expectClose(await parameter.data(), truths[i]!, tolerance, `parameter ${i}`);
    parameter.dispose();
  }
}

test('AdamW follows its equations for tensors of any size', () => {
  const [lr, b1, b2, eps, wd] = [0.05, 0.8, 0.95, 1e-6, 0.1];
  return follow(
    (parameters) => new AdamW(parameters, { lr, betas: [b1, b2], eps, weightDecay: wd }),
    (p, g, state, t) => {
      state[0] = b1 * state[0]! + (1 - b1) * g;
      state[1] = b2 * state[1]! + (1 - b2) * g * g;
      const denominator = Math.sqrt(state[1] / (1 - b2 ** t)) + eps;
      return p * (1 - lr * wd) - ((lr / (1 - b1 ** t)) * state[0]) / denominator;
    },
    2e-6, // eight steps of f32 rounding, each about 1e-7 of values near 1
  );
});

describe.each([false, true])('SGD with nesterov %s', (nesterov) => {
  test('follows its equations', () => {
    const [lr, momentum, wd] = [0.1, 0.9, 0.01];
    return follow(
      (parameters) => new SGD(parameters, { lr, momentum, weightDecay: wd, nesterov }),
      (p, g, state) => {
        const decayed = g + wd * p;
        state[0] = momentum * state[0]! + decayed;
        return p - lr * (nesterov ? decayed + momentum * state[0] : state[0]);
      },
      2e-6, // as above
    );
  });
});

test('a parameter without a gradient stays as it is', async () => {
  using a = tensor([1, 2], { requiresGrad: true });
  using b = tensor([3], { requiresGrad: true });
  using optimizer = new AdamW([a, b], { lr: 0.1, weightDecay: 0 });
  b.grad = tensor([1]);
  optimizer.step();
  expect([...(await a.data())]).toEqual([1, 2]);
  expect((await b.data())[0]).toBeCloseTo(2.9, 6);
});

test('a recorded step counts on, and sees a new learning rate', async () => {
  const run = async (recorded: boolean) => {
    using a = tensor([1, -2, 3], { requiresGrad: true });
    using optimizer = new AdamW([a], { lr: 0.1 });
    a.grad = tensor([1, 2, -3]);
    if (recorded) {
      using step = record(() => optimizer.step());
      step.replay();
      optimizer.lr = 0.01;
      step.replay();
    } else {
      optimizer.step();
      optimizer.step();
      optimizer.lr = 0.01;
      optimizer.step();
    }
    return [...(await a.data())];
  };
  expect(await run(true)).toEqual(await run(false));
});

test.each(stored.clipGradNorm)(
  'gradients are clipped to norm $maxNorm as PyTorch does',
  async ({ maxNorm, totalNorm, gradients }) => {
    const parameters = gradients.map(({ clipped }) => zeros(clipped.shape, { requiresGrad: true }));
    for (const [i, { name, scale, clipped }] of gradients.entries()) {
      parameters[i]!.grad = tensor(formulaInput({ name, shape: clipped.shape, scale }), { shape: clipped.shape });
    }
    using norm = clipGradNorm(parameters, maxNorm);
    expectClose(await norm.data(), [totalNorm], 1e-6);
    for (const [i, { clipped }] of gradients.entries()) {
      expectClose(await parameters[i]!.grad!.data(), await truth(clipped.key), 1e-6, clipped.key);
      parameters[i]!.dispose();
    }
  },
);

test('the norm of many large gradients keeps its precision', async () => {
  const sizes = [100_003, 17, 255, 256, 257, 4096, 1, 30_000, 3];
  const random = generator(5);
  const values = sizes.map((size) => Float32Array.from({ length: size }, () => random() - 0.5));
  const parameters = sizes.map((size) => zeros([size], { requiresGrad: true }));
  for (const [i, parameter] of parameters.entries()) parameter.grad = tensor(values[i]!);
  using norm = clipGradNorm(parameters, 1e9);
  const squares = values.reduce((total, value) => total + value.reduce((sum, v) => sum + v * v, 0), 0);
  expectClose(await norm.data(), [Math.sqrt(squares)], 1e-6);
  for (const parameter of parameters) parameter.dispose();
});

test('the moving average equals the stored one', async () => {
  const { decay, tensors, shape, after } = stored.ema;
  const values = tensors.map((name) => formulaInput({ name, shape }));
  const expected = await truth(after.key);
  using parameter = tensor(values[0]!, { shape, requiresGrad: true });
  using ema = new Ema([parameter], { decay });
  for (const [k, value] of values.slice(1).entries()) {
    parameter.write(value);
    ema.update();
    const row = expected.subarray(k * value.length, (k + 1) * value.length);
    expectClose(await ema.shadows[0]!.data(), row, 1e-6, `after ${k + 1}`);
  }
  const inside = await ema.use(() => parameter.data());
  expectClose(inside, expected.subarray(-values[0]!.length), 1e-6);
  expect([...(await parameter.data())]).toEqual([...values.at(-1)!]);
});

test.each(stored.cosineWithWarmup.cases)(
  'the cosine schedule from $base over $total steps equals the stored one',
  (made) => {
    expectClose(made.steps.map(cosineSchedule(made)), made.values, 1e-12);
  },
);

test('an optimizer of nothing, or of what needs no gradient, is refused', () => {
  expect(() => new AdamW([])).toThrowErrorMatchingInlineSnapshot(
    `[TypeError: AdamW: there must be at least one parameter]`,
  );
  using x = zeros([2, 3]);
  expect(() => new SGD([x])).toThrowErrorMatchingInlineSnapshot(
    `[TypeError: SGD: parameter 0 [2, 3] needs no gradient: pass model.parameters()]`,
  );
});

test('warmup compiles a whole training step and leaves gradients and parameters as they were', async () => {
  using w = tensor([1, 2, 3], { requiresGrad: true });
  using optimizer = new AdamW([w], { lr: 0.1 });
  const step = () => {
    tidy(() => {
      optimizer.zeroGrad();
      sum(square([w], {})).backward();
      clipGradNorm([w], 1);
      optimizer.step();
    });
  };
  w.grad = tensor([7, 8, 9]);
  await warmup(step);
  expect([...(await w.grad!.data())]).toEqual([7, 8, 9]);
  expect([...(await w.data())]).toEqual([1, 2, 3]);
  const { created } = defaultDevice().pipelines;
  const before = created.pipelines;
  step();
  expect(created.pipelines).toBe(before);
});

test('a gradient that came as a part of a larger tensor is taken by optimizers', async () => {
  using w = tensor([1, 2, 3], { requiresGrad: true });
  using optimizer = new SGD([w], { lr: 1 });
  tidy(() => sum(square([pad(w, { pads: [[0, 60]] })], {})).backward());
  optimizer.step();
  expect([...(await w.data())]).toEqual([-1, -2, -3]);
});

test('settings that are no numbers or out of range are refused', () => {
  using w = tensor([1], { requiresGrad: true });
  expect(() => new AdamW([w], { lr: Number.NaN })).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: AdamW: lr must be in [0, Infinity), got NaN]`,
  );
  expect(() => new AdamW([w], { betas: [0.9, 1] })).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: AdamW: betas[1] must be in [0, 1), got 1]`,
  );
  expect(() => new SGD([w], { momentum: -1 })).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: SGD: momentum must be in [0, Infinity), got -1]`,
  );
  expect(() => new SGD([w], { nesterov: true })).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: SGD: nesterov needs a momentum over 0, got 0]`,
  );
  expect(() => clipGradNorm([w], Number.NaN)).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: clipGradNorm: maxNorm must be a number from 0 on, got NaN]`,
  );
});

test('an optimizer goes on from its saved state as if it had never stopped', async () => {
  using a = tensor([1, -2, 3], { requiresGrad: true });
  using b = tensor([1, -2, 3], { requiresGrad: true });
  using first = new AdamW([a], { lr: 0.1 });
  const step = (parameter: Tensor, optimizer: AdamW) => {
    parameter.grad = tensor([1, 2, -3]);
    optimizer.step();
    optimizer.zeroGrad();
  };
  step(a, first);
  first.lr = 0.02;
  b.write(await a.data());
  using second = new AdamW([b], { lr: 0.5 });
  await second.loadStateDict(first.stateDict());
  expect(second.lr).toBeCloseTo(0.02, 6);
  step(a, first);
  step(b, second);
  expect(await b.data()).toEqual(await a.data());
  using other = new AdamW([a, b]);
  await expect(other.loadStateDict(first.stateDict())).rejects.toThrow(
    /AdamW: missing \[\], unfit \[state: expected \[2, 8\], got \[2, 4\]\]/,
  );
});
