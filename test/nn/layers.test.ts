import { beforeAll, describe, expect, test } from 'vitest';
import { mseLoss } from '../../src/kernels/loss/mseLoss.ts';
import { AxialAttention } from '../../src/nn/axialAttention.ts';
import { BandEstimator } from '../../src/nn/bandEstimator.ts';
import { BandSplit } from '../../src/nn/bandSplit.ts';
import { BatchNorm } from '../../src/nn/batchNorm.ts';
import { Conv1d, Conv2d, ConvTranspose2d } from '../../src/nn/conv.ts';
import { Dropout } from '../../src/nn/dropout.ts';
import { Embedding } from '../../src/nn/embedding.ts';
import { FeedForward } from '../../src/nn/feedForward.ts';
import { Film } from '../../src/nn/film.ts';
import { GroupNorm } from '../../src/nn/groupNorm.ts';
import { kaimingUniform, normal, packedUniform, truncatedNormal, xavierUniform } from '../../src/nn/initialize.ts';
import { LayerNorm } from '../../src/nn/layerNorm.ts';
import { Linear } from '../../src/nn/linear.ts';
import { RmsNorm } from '../../src/nn/rmsNorm.ts';
import { SelfAttention } from '../../src/nn/selfAttention.ts';
import { type Layer, Sequential } from '../../src/nn/sequential.ts';
import { tensor } from '../../src/tensor/create.ts';
import { defaultDevice, init } from '../../src/tensor/engine/device/init.ts';
import { tidy } from '../../src/tensor/engine/scope.ts';
import { noGrad } from '../../src/tensor/engine/tape.ts';
import { manualSeed } from '../../src/tensor/random.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { formulaInput } from '../fixtures/formula.ts';
import { expectClose } from '../setup/checkOp.ts';

beforeAll(async () => {
  await init();
  manualSeed(7);
});

const input = (shape: number[]) => tensor(formulaInput({ name: 'x', shape }), { shape });

/** Each layer with the shape it takes, the shape it gives, and its parameter shapes by name. */
const layers: [string, () => Layer, number[], number[], Record<string, number[]>][] = [
  ['Linear', () => new Linear(3, 5), [2, 4, 3], [2, 4, 5], { weight: [5, 3], bias: [5] }],
  [
    'Linear without bias',
    () => new Linear(3, 5, { bias: false, activation: 'gelu' }),
    [2, 3],
    [2, 5],
    { weight: [5, 3] },
  ],
  ['LayerNorm', () => new LayerNorm(6), [2, 3, 6], [2, 3, 6], { weight: [6], bias: [6] }],
  ['RmsNorm', () => new RmsNorm(6), [2, 3, 6], [2, 3, 6], { weight: [6] }],
  ['GroupNorm', () => new GroupNorm(2, 6), [2, 6, 5], [2, 6, 5], { weight: [6], bias: [6] }],
  ['BatchNorm', () => new BatchNorm(4), [3, 4, 5], [3, 4, 5], { weight: [4], bias: [4] }],
  [
    'Conv1d',
    () => new Conv1d(4, 6, 3, { padding: 1, groups: 2 }),
    [2, 4, 9],
    [2, 6, 9],
    { weight: [6, 2, 3], bias: [6] },
  ],
  [
    'Conv2d',
    () => new Conv2d(2, 3, [3, 2], { stride: 2 }),
    [1, 2, 7, 6],
    [1, 3, 3, 3],
    { weight: [3, 2, 3, 2], bias: [3] },
  ],
  [
    'ConvTranspose2d',
    () => new ConvTranspose2d(2, 3, 4, { stride: 2, padding: 1, bias: false }),
    [1, 2, 3, 5],
    [1, 3, 6, 10],
    { weight: [2, 3, 4, 4] },
  ],
  [
    'SelfAttention',
    () => new SelfAttention({ dim: 8, heads: 2 }),
    [2, 5, 8],
    [2, 5, 8],
    { 'qkv.weight': [24, 8], 'qkv.bias': [24], 'out.weight': [8, 8], 'out.bias': [8] },
  ],
  [
    'FeedForward',
    () => new FeedForward(4),
    [2, 3, 4],
    [2, 3, 4],
    { 'norm.weight': [4], 'in.weight': [16, 4], 'in.bias': [16], 'out.weight': [4, 16], 'out.bias': [4] },
  ],
  [
    'Sequential',
    () => new Sequential(new Linear(3, 4), new LayerNorm(4)),
    [2, 3],
    [2, 4],
    { 'layers.0.weight': [4, 3], 'layers.0.bias': [4], 'layers.1.weight': [4], 'layers.1.bias': [4] },
  ],
];

describe.each(layers)('%s', (_, make, given, expected, shapes) => {
  test('has its shapes, and backward reaches its parameters and its input', () => {
    using layer = make();
    using x = input(given);
    x.requiresGrad = true;
    expect(Object.fromEntries([...layer.namedParameters()].map(([name, { shape }]) => [name, [...shape]]))).toEqual(
      shapes,
    );
    const before = defaultDevice().memory().tensors;
    using y = layer.forward(x);
    expect(y.shape).toEqual(expected);
    using dy = input(expected);
    y.backward(dy);
    for (const [name, { grad, shape }] of layer.namedParameters()) expect(grad?.shape, name).toEqual(shape);
    expect(x.grad?.shape).toEqual(given);
    x.grad = null;
    for (const parameter of layer.parameters()) parameter.grad = null;
    expect(defaultDevice().memory().tensors).toBe(before + 2); // y and dy
  });
});

test('BatchNorm normalizes by the batch in training and by running statistics in eval', async () => {
  using layer = new BatchNorm(2, { momentum: 1 });
  using x = tensor([
    [1, 10],
    [3, 30],
    [5, 50],
  ]);
  using trained = layer.forward(x);
  expectClose(
    await trained.data(),
    [-1, -1, 0, 0, 1, 1].map((v) => v * Math.sqrt(1.5)),
    1e-5,
  );
  expectClose(await layer.running_var.data(), [4, 400], 1e-5);
  using evaluated = layer.eval().forward(x);
  expectClose(await evaluated.data(), [-1, -1, 0, 0, 1, 1], 1e-5);
  expect([...layer.stateDict().keys()]).toEqual(['weight', 'bias', 'running_mean', 'running_var']);
});

test('Dropout draws in training and passes everything in eval', async () => {
  using layer = new Dropout(0.5);
  using x = tensor(new Float32Array(1000).fill(1));
  using dropped = layer.forward(x);
  expect(new Set(await dropped.data())).toEqual(new Set([0, 2]));
  using kept = layer.eval().forward(x);
  expect(new Set(await kept.data())).toEqual(new Set([1]));
  expect(() => new Dropout(1)).toThrowErrorMatchingInlineSnapshot(`[RangeError: Dropout: p must be in [0, 1), got 1]`);
});

test('Embedding looks rows up', async () => {
  using layer = new Embedding(4, 2);
  layer.weight.write([0, 1, 10, 11, 20, 21, 30, 31]);
  using ids = tensor([[3, 1]], { dtype: 'i32' });
  using y = layer.forward(ids);
  expect(y.shape).toEqual([1, 2, 2]);
  expect([...(await y.data())]).toEqual([30, 31, 10, 11]);
});

test('AxialAttention attends along the axis it is told, and mixes nothing else', async () => {
  using layer = new AxialAttention({ dim: 4, heads: 2 });
  using x = input([1, 3, 2, 4]);
  using other = noGrad(() => tidy(() => x.add(tensor([1, 0], { shape: [1, 1, 2, 1] })))); // changes column 0 only
  using a = tidy(() => noGrad(() => layer.forward(x, 1).slice(2, 1)));
  using b = tidy(() => noGrad(() => layer.forward(other, 1).slice(2, 1)));
  expect(await b.data()).toEqual(await a.data());
  expect(() => new AxialAttention({ dim: 10, heads: 4 })).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: AxialAttention: dim must be a multiple of heads, got dim 10 and heads 4]`,
  );
});

test('Film with onePlus leaves its input alone at first; literal does not', async () => {
  using x = input([2, 3, 4]);
  using condition = input([2, 5]);
  const apply = async (gain: 'literal' | 'onePlus') => {
    using layer = new Film({ embedding: 5, hidden: 6, dim: 4, gain });
    using y = noGrad(() => layer.forward(x, condition));
    return y.data();
  };
  expect(await apply('onePlus')).toEqual(await x.data());
  expect(await apply('literal')).not.toEqual(await x.data());
});

test('the band split names its parts per band, and the estimator fills the axis it split', () => {
  using split = new BandSplit([4, 6], 8);
  using estimator = new BandEstimator([4, 6], 8);
  using x = input([3, 10]);
  const { latent, rms } = noGrad(() => split.forward(x));
  expect([latent.shape, rms.shape]).toEqual([
    [3, 2, 8],
    [3, 2],
  ]);
  using back = noGrad(() => estimator.forward(latent, rms));
  expect(back.shape).toEqual([3, 10]);
  latent.dispose();
  rms.dispose();
  expect([...split.namedParameters().keys()].filter((name) => name.startsWith('1.'))).toEqual([
    '1.norm.weight',
    '1.proj.weight',
    '1.proj.bias',
  ]);
  expect(estimator.namedParameters().get('0.out.weight')!.shape).toEqual([8, 32]);
});

test('initializers stay in their bounds and fill them', async () => {
  const range = async (made: Tensor) => {
    const values = await made.data();
    made.dispose();
    return [Math.min(...values), Math.max(...values)] as const;
  };
  const fills = ([low, high]: readonly [number, number], bound: number) => {
    expect(Math.max(-low, high)).toBeLessThanOrEqual(bound * (1 + 1e-6));
    expect(Math.min(-low, high)).toBeGreaterThan(bound * 0.9);
  };
  fills(await range(kaimingUniform([50, 16])), 1 / 4);
  fills(await range(xavierUniform([30, 24])), Math.sqrt(6 / 54));
  fills(await range(truncatedNormal([1000], 0.02)), 0.04);
  using parts = packedUniform([
    { size: 500, bound: 1 },
    { size: 500, bound: 0.01 },
  ]);
  const values = await parts.data();
  expect(Math.max(...values.subarray(0, 500).map(Math.abs))).toBeGreaterThan(0.9);
  expect(Math.max(...values.subarray(500).map(Math.abs))).toBeLessThanOrEqual(0.01);
  using made = normal([4000], 3);
  const squares = (await made.data<'f32'>()).reduce((sum, value) => sum + value * value, 0) / 4000;
  expect(Math.abs(squares - 9)).toBeLessThan(1); // five standard errors of a variance: 5 · 9 · sqrt(2 / 4000)
});

test('two layers learn XOR', async () => {
  using model = new Sequential(new Linear(2, 8, { activation: 'tanh' }), new Linear(8, 1));
  const { AdamW } = await import('../../src/nn/optimizer/adamW.ts');
  using optimizer = new AdamW(model.parameters(), { lr: 0.05 });
  using x = tensor([
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ]);
  using y = tensor([[0], [1], [1], [0]]);
  const step = () =>
    tidy(() => {
      const loss = mseLoss(model.forward(x), y);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      return loss;
    });
  for (let i = 0; i < 150; i++) step().dispose();
  using last = step();
  expect(await last.item()).toBeLessThan(0.02);
});
