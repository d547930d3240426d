import { beforeAll, expect, test } from 'vitest';
import { create } from 'webgpu';
import { Bsast } from '../../src/models/bsast/bsast.ts';
import type { BsastConfig } from '../../src/models/bsast/config.ts';
import { separationLoss } from '../../src/models/bsast/loss.ts';
import { AdamW } from '../../src/nn/optimizer/adamW.ts';
import { clipGradNorm } from '../../src/nn/optimizer/clipGradNorm.ts';
import { zeros } from '../../src/tensor/create.ts';
import { defaultDevice, init } from '../../src/tensor/engine/device/init.ts';
import { record } from '../../src/tensor/engine/record.ts';
import { tidy } from '../../src/tensor/engine/scope.ts';

// Dawn's null backend validates everything and computes nothing: what is looked at here are buffers and handles.
beforeAll(async () => {
  await init({ gpu: create(['backend=null']) });
});

const config: BsastConfig = {
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

const STEPS = 1000;

function counters() {
  const { pool, pipelines } = defaultDevice();
  const { tensors, bytes, pooledBytes } = defaultDevice().memory();
  return { tensors, bytes, pooledBytes, buffers: pool.created, ...pipelines.created };
}

test(`memory is flat over ${STEPS} training steps, and none of them creates a buffer, bind group or pipeline`, () => {
  using model = new Bsast(config);
  using mixture = zeros([2, 4, 300]);
  using query = zeros([2, 6]);
  using target = zeros([2, 300]);
  using optimizer = new AdamW(model.parameters());
  const step = () => {
    tidy(() => {
      optimizer.zeroGrad();
      const loss = separationLoss(model.forward(mixture, query), target);
      loss.backward();
      clipGradNorm(model.parameters(), 1);
      optimizer.step();
    });
    defaultDevice().flush();
  };
  for (let i = 0; i < 3; i++) step();
  const before = counters();
  for (let i = 0; i < STEPS; i++) step();
  expect(counters()).toEqual(before);
});

test('replays of a recorded training step create nothing at all', () => {
  using model = new Bsast(config);
  using mixture = zeros([1, 4, 300]);
  using query = zeros([1, 6]);
  using target = zeros([1, 300]);
  using optimizer = new AdamW(model.parameters());
  using step = record(() => {
    optimizer.zeroGrad();
    const loss = separationLoss(model.forward(mixture, query), target);
    loss.backward();
    clipGradNorm(model.parameters(), 1);
    optimizer.step();
    return loss;
  });
  const before = counters();
  for (let i = 0; i < STEPS; i++) step.replay();
  expect(counters()).toEqual(before);
  optimizer.zeroGrad();
});
