import { normalInto } from '../kernels/random/normal.ts';
import { uniformInto } from '../kernels/random/uniform.ts';
import { blank } from './create.ts';
import { defaultDevice } from './engine/device/init.ts';
import { nextCounter, randomKey, readEpoch, writeEpoch } from './engine/randomState.ts';
import { tidy } from './engine/scope.ts';
import { checkShape, type Shape } from './engine/shape.ts';
import type { Tensor } from './tensor.ts';

export interface RandomOptions {
  readonly requiresGrad?: boolean;
}

/** Uniform random numbers in [0, 1), f32. The same seed gives the same bits on every device. */
export function rand(shape: Shape, { requiresGrad = false }: RandomOptions = {}): Tensor {
  checkShape('rand', shape);
  const y = blank(shape, 'f32', requiresGrad);
  uniformInto(y, randomKey(y.device), nextCounter(y.device, Math.ceil(y.size / 4)));
  return y;
}

/** Normal random numbers of mean 0 and variance 1, f32. The same seed gives the same bits on every device. */
export function randn(shape: Shape, { requiresGrad = false }: RandomOptions = {}): Tensor {
  checkShape('randn', shape);
  const y = blank(shape, 'f32', requiresGrad);
  normalInto(y, randomKey(y.device), nextCounter(y.device, Math.ceil(y.size / 4)));
  return y;
}

/**
 * Starts the random numbers of the default device anew: `rand`, `randn`, dropout and initializers repeat after it.
 *
 * @throws RangeError when `seed` is not an integer in [0, 2^53).
 */
export function manualSeed(seed: number): void {
  setRandomState({ seed, counter: 0, epoch: 0 });
}

/** Where the random numbers of a device stand, as plain data for a checkpoint. */
export interface RandomState {
  readonly seed: number;
  /** Blocks of four numbers drawn so far. */
  readonly counter: number;
  /** Replays of recorded steps that drew random numbers. */
  readonly epoch: number;
}

/** The state of the default device. It waits for the device: replays advance a part of it there. */
export async function randomState(): Promise<RandomState> {
  const device = defaultDevice();
  const { seed, counter } = device.random;
  return { seed, counter, epoch: await readEpoch(device) };
}

/** Continues from a state that `randomState` gave, bit for bit. Throws RangeError when it is not one. */
export function setRandomState({ seed, counter, epoch }: RandomState): void {
  checkInteger('seed', seed, 2 ** 53);
  checkInteger('counter', counter, 2 ** 53);
  checkInteger('epoch', epoch, 2 ** 32);
  const { random } = defaultDevice();
  random.seed = seed;
  random.counter = counter;
  tidy(() => writeEpoch(blank([0]), epoch));
}

function checkInteger(name: string, value: number, end: number): void {
  if (!Number.isInteger(value) || value < 0 || value >= end) {
    throw new RangeError(`random: ${name} must be an integer in [0, 2^${Math.log2(end)}), got ${value}`);
  }
}
