import { RandomStream } from '../../../src/audio/scene/random.ts';
import type { EvaluationExample, EvaluationSet } from '../../../src/train/evaluate/evaluationSet.ts';
import type { QueryModel } from '../../../src/train/evaluate/queryModel.ts';

const SAMPLES = 2000;
const noise = (stream: number) => {
  const random = new RandomStream(77, stream);
  return Float32Array.from({ length: SAMPLES }, () => random.normal());
};

/** Mixtures of a target and an interferer of the same power; every fifth asks for what is not there. */
export function toySet(size: number, { channels = 4 } = {}): EvaluationSet & { readonly made: number[] } {
  const made: number[] = [];
  return {
    size,
    made,
    fingerprint: `toy ${channels}`,
    id: (index) => `toy-${index}`,
    async example(index): Promise<EvaluationExample> {
      made.push(index);
      const present = index % 5 !== 4;
      const [sound, other] = [noise(2 * index), noise(2 * index + 1)];
      const mixture = sound.map((value, n) => value + other[n]!);
      return {
        id: `toy-${index}`,
        sampleRate: 8000,
        mixture: Array.from({ length: channels }, () => mixture),
        target: present ? sound : new Float32Array(SAMPLES),
        clip: noise(index),
        text: `sound, "${index}"`,
        label: ['bell', 'rain'][index % 2]!,
        sources: 2 + (index % 2),
      };
    },
    async close() {},
  };
}

/** Takes a share of the interferer away, more when asked by example: improvements are known in closed form. */
export function toyModel(more: Partial<QueryModel> = {}): QueryModel & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    name: 'toy',
    hash: 'f00d',
    channels: 4,
    sampleRate: 8000,
    parameters: 12,
    async extract(mixture, { kind }, { id, target }) {
      asked.push(`${id} ${kind}`);
      const left = leftOver[kind];
      return target.map((value, n) => value + left * (mixture[0]![n]! - value));
    },
    ...more,
  };
}

/** Of the interferer's amplitude: -20 dB and -6.02 dB. */
export const leftOver = { audio: 0.1, text: 0.5, perturbed: 0.25 } as const;
