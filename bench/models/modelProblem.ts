/** What of BSAST is timed, with weights and signals that a peer in another language makes as easily. */

import type { BsastConfig } from '../../src/models/bsast/config.ts';
import { signal } from '../peers/problem.ts';

export type ModelPart = 'agreement' | 'block forward' | 'block forward and backward' | 'forward' | 'training step';

export interface ModelProblem {
  readonly part: ModelPart;
  readonly config: BsastConfig;
  readonly batch: number;
  readonly samples: number;
  /** Blocks that tympan runs again in backward to stay within the memory of its device. */
  readonly checkpointedBlocks: number;
}

/** Values of a parameter: of the order of what a model starts with, other ones for each place in the state dict. */
export function weight(name: string, shape: readonly number[], place: number): Float32Array<ArrayBuffer> {
  const size = shape.reduce((product, extent) => product * extent, 1);
  const isNorm = name.endsWith('norm.weight');
  const scale = shape.length < 2 ? 0.1 : 1 / Math.sqrt(shape[shape.length - 1]!);
  const values = signal(size, place + 1, scale);
  return isNorm ? values.map((value) => 1 + value) : values;
}

export const mixtureOf = ({ config, batch, samples }: ModelProblem) =>
  signal(batch * config.channels * samples, 1001, 0.1);
export const targetOf = ({ batch, samples }: ModelProblem) => signal(batch * samples, 1002, 0.1);
export const queryOf = ({ config, batch }: ModelProblem) => signal(batch * config.embedding, 1003);
/** The input of a block alone. */
export const latentOf = (problem: ModelProblem) =>
  signal(
    problem.batch * problem.config.channels * framesOf(problem) * problem.config.bands.length * problem.config.dim,
    1004,
  );

export function framesOf({ config, samples }: ModelProblem): number {
  return 1 + Math.floor(samples / config.hopLength);
}

/** A multiply-add counts as two, backward as twice the forward; what checkpoints repeat, and all but products, not at all. */
export function flopsOf(problem: ModelProblem): number {
  const { part, config } = problem;
  const { dim, heads, headDim = dim / heads, bands, channels, blocks, feedForward = 'axis' } = config;
  const [frames, width] = [framesOf(problem), heads * headDim];
  const tokens = problem.batch * channels * frames * bands.length;
  const attention = 3 * (4 * dim * width + dim * heads) + 2 * width * (frames + bands.length + channels);
  const block = tokens * (attention + (feedForward === 'axis' ? 3 : 1) * 8 * dim * dim);
  const bins = bands.reduce((sum, width) => sum + width, 0);
  const perFrame = 2 * bins * dim + bands.length * 4 * dim * dim + 4 * bins * 4 * dim;
  const whole = blocks * block + problem.batch * channels * frames * perFrame;
  switch (part) {
    case 'block forward':
      return 2 * block;
    case 'block forward and backward':
      return 6 * block;
    case 'forward':
      return 2 * whole;
    default:
      return 6 * whole;
  }
}
