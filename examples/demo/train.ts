import { type Clip, sampleScene } from '../../src/audio/scene/anechoicScene.ts';
import { RandomStream } from '../../src/audio/scene/random.ts';
import { separationLoss } from '../../src/models/bsast/loss.ts';
import type { ClipSeparator } from '../../src/models/clipSeparator.ts';
import { AdamW } from '../../src/nn/optimizer/adamW.ts';
import { clipGradNorm } from '../../src/nn/optimizer/clipGradNorm.ts';
import { cosineSchedule } from '../../src/nn/schedule.ts';
import { zeros } from '../../src/tensor/create.ts';
import { record } from '../../src/tensor/engine/record.ts';
import { SCENE_SAMPLES } from './config.ts';

const BATCH = 2;
const LEARNING_RATE = 4e-3;
const REPORT_EVERY = 10; // steps; reading the loss back waits for the device

export interface TrainOptions {
  readonly steps: number;
  readonly seed: number;
  readonly onStep: (done: number, loss: number) => void;
}

/**
 * Trains on mixtures drawn anew at each step. The step is recorded once and replayed: what is left to JavaScript is drawing
 * scenes and writing them into the three input tensors.
 */
export async function train(
  model: ClipSeparator,
  clips: readonly Clip[],
  { steps, seed, onStep }: TrainOptions,
): Promise<void> {
  using mixture = zeros([BATCH, 4, SCENE_SAMPLES]);
  using query = zeros([BATCH, SCENE_SAMPLES]);
  using target = zeros([BATCH, SCENE_SAMPLES]);
  using optimizer = new AdamW(model.parameters(), { lr: LEARNING_RATE });
  const rate = cosineSchedule({
    base: LEARNING_RATE,
    warmup: Math.min(10, steps / 10),
    total: steps,
    min: LEARNING_RATE / 20,
  });

  const fill = (step: number) => {
    const scenes = Array.from({ length: BATCH }, (_, i) =>
      sampleScene(new RandomStream(seed, step * BATCH + i), clips, { samples: SCENE_SAMPLES }),
    );
    mixture.write(joined(scenes.flatMap((scene) => [...scene.mixture])));
    query.write(joined(scenes.map((scene) => scene.query.subarray(0, SCENE_SAMPLES))));
    target.write(joined(scenes.map((scene) => scene.target)));
    optimizer.lr = rate(step);
  };

  fill(0);
  using step = record(() => {
    optimizer.zeroGrad();
    const loss = separationLoss(model.train().forward(mixture, query), target);
    loss.backward();
    clipGradNorm(model.parameters(), 5);
    optimizer.step();
    return loss;
  });
  for (let done = 1; done <= steps; done++) {
    if (done % REPORT_EVERY === 0 || done === steps) onStep(done, await step.outputs.item());
    if (done === steps) break;
    fill(done);
    step.replay();
  }
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((total, { length }) => total + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
