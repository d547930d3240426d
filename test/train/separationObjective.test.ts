import { beforeAll, expect, test } from 'vitest';
import { siSdr } from '../../src/audio/metrics/separationMetrics.ts';
import { RandomStream } from '../../src/audio/scene/random.ts';
import { separationLoss } from '../../src/models/bsast/loss.ts';
import { tensor } from '../../src/tensor/create.ts';
import { init } from '../../src/tensor/engine/device/init.ts';
import { tidy } from '../../src/tensor/engine/scope.ts';
import { separationObjective } from '../../src/train/separationObjective.ts';

beforeAll(async () => {
  await init();
});

const SAMPLES = 50;

function noise(seed: number, count: number): Float32Array {
  const random = new RandomStream(seed);
  return Float32Array.from({ length: count }, () => random.normal());
}

async function objective(estimate: Float32Array, target: Float32Array, present: readonly number[]) {
  const batch = present.length;
  using made = tensor(estimate, { shape: [batch, SAMPLES], requiresGrad: true });
  using wanted = tensor(target, { shape: [batch, SAMPLES] });
  using mixture = tensor(noise(3, batch * 2 * SAMPLES), { shape: [batch, 2, SAMPLES] });
  using there = tensor(present);
  const { loss, terms } = separationObjective({ estimate: made, target: wanted, mixture, present: there }, 100);
  using plain = tidy(() => separationLoss(made, wanted));
  loss.backward();
  const values = {
    loss: await loss.item(),
    plain: await plain.item(),
    siSdr: await terms['siSdr']!.item(),
    l1: await terms['l1']!.item(),
    gradient: await made.grad!.data(),
    mixture: await mixture.data(),
  };
  for (const one of [loss, ...Object.values(terms)]) one.dispose();
  return values;
}

test('where there is a target in each example it is the loss of the paper', async () => {
  const [estimate, target] = [noise(1, 2 * SAMPLES), noise(2, 2 * SAMPLES)];
  const { loss, plain, siSdr: ratio, l1 } = await objective(estimate, target, [1, 1]);
  expect(loss).toBeCloseTo(plain, 4);
  const row = (values: Float32Array, i: number) => values.subarray(i * SAMPLES, (i + 1) * SAMPLES);
  expect(ratio).toBeCloseTo((siSdr(row(estimate, 0), row(target, 0)) + siSdr(row(estimate, 1), row(target, 1))) / 2, 3);
  expect(l1).toBeCloseTo(estimate.reduce((sum, value, i) => sum + Math.abs(value - target[i]!), 0) / (2 * SAMPLES), 5);
});

test('where the target is silence the energy over that of W counts, and SI-SDR is of the others', async () => {
  const [estimate, target] = [noise(1, 2 * SAMPLES), noise(2, 2 * SAMPLES)];
  target.fill(0, SAMPLES);
  const { loss, siSdr: ratio, l1, mixture } = await objective(estimate, target, [1, 0]);
  const power = (values: ArrayLike<number>, from: number) =>
    Array.from({ length: SAMPLES }, (_, i) => values[from + i]! ** 2).reduce((sum, value) => sum + value, 0);
  const leak = 10 * Math.log10(power(estimate, SAMPLES) / power(mixture, 2 * SAMPLES) + 1e-3);
  const first = siSdr(estimate.subarray(0, SAMPLES), target.subarray(0, SAMPLES));
  expect(ratio).toBeCloseTo(first, 3); // nearly orthogonal: α is as good as 1e-7 of |ŝ| / |s|
  expect(loss).toBeCloseTo(100 * l1 + (leak - first) / 2, 3);
});

test('silence for silence, in all examples, has a finite loss and gradient', async () => {
  const silence = new Float32Array(2 * SAMPLES);
  const { loss, siSdr: ratio, gradient } = await objective(silence, silence, [0, 0]);
  expect(loss).toBeCloseTo(-30, 4); // what is quieter than 30 dB below W is quiet enough
  expect(ratio).toBe(0);
  expect([...gradient].every(Number.isFinite)).toBe(true);
});
