import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { Bsast } from '../../src/models/bsast/bsast.ts';
import { type BsastConfig, type BsastMode, bandPresets, barkBands, bsastBase } from '../../src/models/bsast/config.ts';
import { separationLoss } from '../../src/models/bsast/loss.ts';
import { AdamW } from '../../src/nn/optimizer/adamW.ts';
import { tensor, zeros } from '../../src/tensor/create.ts';
import { defaultDevice, init } from '../../src/tensor/engine/device/init.ts';
import { tidy } from '../../src/tensor/engine/scope.ts';
import { noGrad } from '../../src/tensor/engine/tape.ts';
import { readNpz } from '../../src/tensor/files/npz.ts';
import { manualSeed } from '../../src/tensor/random.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { type FormulaSignal, formulaInput, formulaSignal, formulaWeight } from '../fixtures/formula.ts';
import { expectClose } from '../setup/checkOp.ts';

beforeAll(async () => {
  await init();
});

interface Slice {
  readonly slice: string;
  readonly key: string;
  readonly shape: readonly number[];
}

interface StoredOutput {
  readonly mode: BsastMode;
  readonly spectrum: Slice;
  readonly waveform: Slice;
  readonly loss: number;
  readonly gradients?: readonly { parameter: string; key: string; maxAbs: number; note?: string }[];
}

interface StoredCase {
  readonly id: string;
  readonly config: BsastConfig;
  readonly parameterCount: number;
  readonly parameters: Readonly<Record<string, readonly number[]>> | string;
  readonly mixture: readonly FormulaSignal[];
  readonly target: readonly FormulaSignal[];
  readonly embedding: { readonly name: string; readonly shape: readonly number[]; readonly scale: number };
  readonly outputs: readonly StoredOutput[];
}

const root = new URL('../fixtures/reference/', import.meta.url);
const { cases } = JSON.parse(readFileSync(new URL('bsast.json', root), 'utf8')) as { cases: StoredCase[] };
let arrays: ReturnType<typeof readNpz> | undefined;

async function truth({ key }: { key: string }): Promise<Float32Array> {
  arrays ??= readNpz(new URL('bsast.npz', root));
  return (await arrays).get(key)!.data as Float32Array;
}

/** The model of a stored case with the weights that follow from their names. */
function build({ config }: StoredCase, mode: BsastMode): Bsast {
  const model = new Bsast({ ...config, mode });
  tidy(() => {
    const state = [...model.stateDict()].map(
      ([name, { shape }]) => [name, tensor(formulaWeight(name, shape), { shape })] as const,
    );
    model.loadStateDict(new Map(state));
  });
  return model;
}

function signals(recipes: readonly FormulaSignal[], channels: number): Tensor {
  const data = recipes.flatMap((recipe) => [...formulaSignal(recipe)]);
  const samples = recipes[0]!.samples;
  return tensor(data, { shape: channels === 0 ? [recipes.length, samples] : [recipes.length, channels, samples] });
}

describe.each(cases)('BSAST case $id', (stored) => {
  test('has the stored parameters', () => {
    using model = new Bsast(stored.config);
    expect(model.parameterCount).toBe(stored.parameterCount);
    if (typeof stored.parameters === 'string') return; // "as in the other cases"
    const shapes = Object.fromEntries([...model.namedParameters()].map(([name, { shape }]) => [name, [...shape]]));
    expect(shapes).toEqual(stored.parameters);
  });

  test.each(stored.outputs)('agrees with its PyTorch twin in mode $mode', async (output) => {
    using model = build(stored, output.mode);
    using mixture = signals(stored.mixture, stored.config.channels);
    using target = signals(stored.target, 0);
    using embedding = tensor(formulaInput(stored.embedding), { shape: stored.embedding.shape });
    const results = tidy(() => {
      const run = () => {
        const estimate = model.forward(mixture, embedding);
        const loss = separationLoss(estimate, target);
        return { estimate, loss };
      };
      const { estimate, loss } = output.gradients ? run() : noGrad(run);
      if (output.gradients) loss.backward();
      return { waveform: estimate.data(), loss: loss.item() };
    });
    const waveform = await results.waveform;
    const expected = await truth(output.waveform);
    expectClose(waveform.subarray(0, expected.length), expected, 2e-5, 'waveform');
    // The loss adds −SI-SDR, 8.7 dB per relative error of the estimate, to 100 times a mean of magnitudes below 1.
    expect(Math.abs((await results.loss) - output.loss)).toBeLessThan(2e-4);
    const parameters = model.namedParameters();
    for (const { parameter, key, maxAbs, note } of output.gradients ?? []) {
      const gradient = await parameters.get(parameter)!.grad!.data();
      const stored = await truth({ key });
      const scale = Math.max(maxAbs, ...stored.map(Math.abs));
      // The manifest's note: with one channel this is what remains of large terms that cancel; it allows 2e-3 of its size.
      const allowed = (note ? 2e-3 : 1e-4) * scale;
      for (const [i, value] of stored.entries()) {
        expect(Math.abs(gradient[i]! - value), `${parameter}[${i}]`).toBeLessThanOrEqual(allowed);
      }
    }
  });
});

test('the published size has 9,168,746 parameters, or 7,059,306 with one feed-forward net per block', () => {
  const count = (config: BsastConfig) => {
    using model = new Bsast(config);
    return model.parameterCount;
  };
  expect(count(bsastBase)).toBe(9_168_746);
  expect(count({ ...bsastBase, feedForward: 'block' })).toBe(7_059_306);
  expect(count({ ...bsastBase, headDim: 64 })).toBe(10_741_610);
  expect(count({ ...bsastBase, feedForward: 'block', headDim: 64, bands: bandPresets.uniform25 })).toBe(8_632_170);
});

test('every band preset covers 1025 bins with 25 bands', () => {
  for (const bands of Object.values(bandPresets)) {
    expect(bands).toHaveLength(25);
    expect(bands.reduce((total: number, width) => total + width, 0)).toBe(1025);
  }
  expect(barkBands({ bins: 129, sampleRate: 8000, count: 16 }).reduce((a, b) => a + b)).toBe(129);
});

const tiny: BsastConfig = {
  sampleRate: 8000,
  nFft: 64,
  hopLength: 32,
  bands: [3, 5, 9, 16],
  dim: 8,
  heads: 2,
  blocks: 1,
  embedding: 6,
  filmHidden: 8,
  channels: 4,
};

const noise = (name: string, shape: number[]) => tensor(formulaInput({ name, shape }), { shape });

test.each<Partial<BsastConfig>>([
  {},
  { mode: 'spectrum' },
  { mode: 'mask', feedForward: 'block' },
  { filmGain: 'onePlus', filmPerBlock: true, blocks: 2 },
  { channelPos: 'learned' },
  { channelPos: 'none', mergeHidden: 3 },
  { channels: 1, headDim: 6 },
  { bandLevels: true },
])('option %j runs forward and backward and reaches every parameter', async (options) => {
  using model = new Bsast({ ...tiny, ...options });
  const { channels } = model.config;
  using mixture = noise('mixture', [2, channels, 300]);
  using query = noise('query', [2, 6]);
  using target = noise('target', [2, 300]);
  const loss = tidy(() => {
    const made = separationLoss(model.forward(mixture, query), target);
    made.backward();
    return made;
  });
  expect(Number.isFinite(await loss.item())).toBe(true);
  loss.dispose();
  for (const [name, { grad }] of model.namedParameters()) expect(grad, name).not.toBe(null);
});

test.each([false, true])('spectrum-rescaled follows the gain of its input, with bandLevels %s', async (bandLevels) => {
  manualSeed(3);
  using model = new Bsast({ ...tiny, bandLevels });
  using mixture = noise('mixture', [1, 4, 300]);
  using loud = noGrad(() => mixture.mul(37));
  using query = noise('query', [1, 6]);
  using quietOut = noGrad(() => model.forward(mixture, query));
  using loudOut = noGrad(() => model.forward(loud, query));
  expectClose(
    await loudOut.data(),
    (await quietOut.data()).map((value) => 37 * value),
    2e-5,
  );
});

test('with onePlus the query has no effect before training', async () => {
  manualSeed(4);
  using model = new Bsast({ ...tiny, filmGain: 'onePlus' });
  using mixture = noise('mixture', [1, 4, 300]);
  using a = noise('a', [1, 6]);
  using b = noise('b', [1, 6]);
  using ya = noGrad(() => model.forward(mixture, a));
  using yb = noGrad(() => model.forward(mixture, b));
  expect(await ya.data()).toEqual(await yb.data());
});

test('overfits one batch', async () => {
  manualSeed(5);
  using model = new Bsast({ ...tiny, mode: 'mask', filmGain: 'onePlus', dim: 16 });
  using mixture = noise('mixture', [2, 4, 400]);
  using query = noise('query', [2, 6]);
  using target = tidy(() =>
    mixture
      .slice(1, 0, 1)
      .reshape([2, 400])
      .add(mixture.slice(1, 2, 3).reshape([2, 400]).mul(0.5)),
  );
  using optimizer = new AdamW(model.parameters(), { lr: 5e-3 });
  const step = () =>
    tidy(() => {
      const loss = separationLoss(model.forward(mixture, query), target);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      return loss;
    });
  const first = step();
  const before = await first.item();
  first.dispose();
  for (let i = 0; i < 60; i++) step().dispose();
  using last = step();
  expect(await last.item()).toBeLessThan(before - 15);
});

test('bad inputs and configs are named', () => {
  using model = new Bsast(tiny);
  using mixture = zeros([1, 3, 300]);
  using query = zeros([1, 6]);
  expect(() => model.forward(mixture, query)).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: Bsast: mixture must be [batch, 4, samples], got [1, 3, 300]]`,
  );
  using good = zeros([1, 4, 300]);
  using wrong = zeros([1, 7]);
  expect(() => model.forward(good, wrong)).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: Bsast: query must be [1, 6], got [1, 7]]`,
  );
  const tensors = defaultDevice().memory().tensors;
  expect(() => new Bsast({ ...tiny, bands: [3, 5, 9, 15] })).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: Bsast: bands must be positive widths that sum to nFft / 2 + 1 = 33, got 4 bands summing to 32]`,
  );
  expect(defaultDevice().memory().tensors).toBe(tensors);
});
