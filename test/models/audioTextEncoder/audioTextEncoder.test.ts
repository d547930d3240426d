import { beforeAll, expect, test } from 'vitest';
import { AudioTextEncoder } from '../../../src/models/audioTextEncoder/audioTextEncoder.ts';
import { AdamW } from '../../../src/nn/optimizer/adamW.ts';
import { tensor } from '../../../src/tensor/create.ts';
import { init } from '../../../src/tensor/engine/device/init.ts';
import { tidy } from '../../../src/tensor/engine/scope.ts';
import { noGrad } from '../../../src/tensor/engine/tape.ts';
import { manualSeed } from '../../../src/tensor/random.ts';
import { formulaInput } from '../../fixtures/formula.ts';
import { expectClose } from '../../setup/checkOp.ts';

const config = { sampleRate: 8000, nFft: 64, hopLength: 32, mels: 8, buckets: 32, hidden: 16, embedding: 6 };

beforeAll(async () => {
  await init();
});

const signal = (name: string, shape: number[]) => tensor(formulaInput({ name, shape }), { shape });

test('embeddings have unit length, of clips of any length and of sentences', async () => {
  manualSeed(1);
  using model = new AudioTextEncoder(config);
  for (const samples of [33, 400, 1001]) {
    using clip = signal('clip', [2, samples]);
    using embedded = noGrad(() => model.embedAudio(clip));
    const values = await embedded.data<'f32'>();
    for (const at of [0, 6]) expect(Math.hypot(...values.subarray(at, at + 6))).toBeCloseTo(1, 5);
  }
  using text = noGrad(() => model.embedText(['a dog barks', 'rain']));
  expect(text.shape).toEqual([2, 6]);
  expect(Math.hypot(...(await text.data<'f32'>()).subarray(0, 6))).toBeCloseTo(1, 5);
});

test('loudness does not change the embedding of a clip, and silence has one', async () => {
  manualSeed(2);
  using model = new AudioTextEncoder(config);
  using clip = signal('clip', [1, 300]);
  using loud = noGrad(() => clip.mul(30));
  using a = noGrad(() => model.embedAudio(clip));
  using b = noGrad(() => model.embedAudio(loud));
  expectClose(await b.data(), await a.data(), 2e-5);
  using silence = tensor(new Float32Array(300), { shape: [1, 300] });
  using c = noGrad(() => model.embedAudio(silence));
  for (const value of await c.data()) expect(Number.isFinite(value)).toBe(true);
});

test('training brings clips and their sentences together', async () => {
  manualSeed(3);
  using model = new AudioTextEncoder(config);
  using clips = tensor(
    [0.1, 0.3, 0.7].flatMap((pitch) => Array.from({ length: 256 }, (_, n) => Math.sin(pitch * n))),
    { shape: [3, 256] },
  );
  using bags = tensor(model.bagsOf(['a low hum', 'a horn', 'a shrill whistle']), { shape: [3, config.buckets] });
  using optimizer = new AdamW(model.parameters(), { lr: 5e-3 });
  const step = () =>
    tidy(() => {
      const loss = model.forward(clips, bags);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      return loss;
    });
  for (let i = 0; i < 60; i++) step().dispose();
  using last = step();
  expect(await last.item()).toBeLessThan(0.1); // of log 3 = 1.1 by guessing
});

test('bad clips and sizes are named', () => {
  using model = new AudioTextEncoder(config);
  using short = signal('clip', [1, 32]);
  expect(() => model.embedAudio(short)).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: AudioTextEncoder: clip must be [batch, samples] with more than nFft / 2 = 32 samples, got [1, 32]]`,
  );
  expect(() => new AudioTextEncoder({ ...config, mels: 0 })).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: AudioTextEncoder: mels must be a positive integer, got 0]`,
  );
});
