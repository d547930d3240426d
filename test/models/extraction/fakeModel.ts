import { conv1d } from '../../../src/kernels/convolution/conv1d.ts';
import type { ExtractionModel } from '../../../src/models/extraction/extractionModel.ts';
import { tensor } from '../../../src/tensor/create.ts';
import type { Tensor } from '../../../src/tensor/tensor.ts';
import { generator } from '../../setup/checkOp.ts';

export interface FakeModel extends ExtractionModel {
  /** Lengths of the mixtures that `extract` was called with. A replayed recording does not call it. */
  readonly calls: number[];
}

/**
 * A model that sees `reach` samples to each side: a filter of the sum of the channels, times the query's first element. Its
 * estimate of a sample does not depend on the chunk as long as that holds all that it sees.
 */
export function filterModel({ channels = 1, reach = 40, sampleRate = 1000 } = {}): FakeModel {
  const random = generator(3);
  const taps = Float32Array.from({ length: 2 * reach + 1 }, () => random() - 0.5);
  const calls: number[] = [];
  return {
    config: { separator: { sampleRate, channels, nFft: 64, hopLength: 32 } },
    calls,
    extract(mixture: Tensor, query: Tensor) {
      calls.push(mixture.shape[2]!);
      const filtered = conv1d(mixture.sum(1, { keepdim: true }), tensor(taps, { shape: [1, 1, taps.length] }), {
        padding: reach,
      });
      return filtered.reshape([1, -1]).mul(query.slice(1, 0, 1));
    },
  };
}

/** A model whose estimate is W: what comes out of its extraction is what went in. */
export function passModel({ channels = 1, sampleRate = 1000 } = {}): ExtractionModel {
  return {
    config: { separator: { sampleRate, channels, nFft: 64, hopLength: 32 } },
    extract: (mixture) => mixture.slice(1, 0, 1).reshape([1, -1]).mul(1),
  };
}

export function noise(samples: number, seed = 1): Float32Array {
  const random = generator(seed);
  return Float32Array.from({ length: samples }, () => 2 * random() - 1);
}

export function* blocksOf(channels: readonly Float32Array[], size: number): Generator<Float32Array[]> {
  for (let at = 0; at < channels[0]!.length; at += size) yield channels.map((channel) => channel.slice(at, at + size));
}

/** All blocks of a stream, joined, for each query. */
export async function collect(stream: AsyncIterable<readonly Float32Array[]>): Promise<Float32Array[]> {
  const blocks: (readonly Float32Array[])[] = [];
  for await (const block of stream) blocks.push(block);
  return (blocks[0] ?? []).map((_, q) => Float32Array.from(blocks.flatMap((block) => [...block[q]!])));
}
