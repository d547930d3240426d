import { barkBands } from '../../../src/models/bsast/config.ts';
import { QuerySeparator } from '../../../src/models/querySeparator.ts';
import { manualSeed } from '../../../src/tensor/random.ts';

/** An untrained separator of the real kind, small enough for tests: 8 kHz, frames of 16 ms. */
export function smallSeparator(channels = 4): QuerySeparator {
  manualSeed(7);
  return new QuerySeparator({
    separator: {
      sampleRate: 8000,
      nFft: 256,
      hopLength: 128,
      bands: barkBands({ bins: 129, sampleRate: 8000, count: 6 }),
      dim: 16,
      heads: 2,
      blocks: 1,
      embedding: 16,
      filmHidden: 16,
      channels,
    },
    embedder: { sampleRate: 8000, nFft: 256, hopLength: 128, mels: 24, buckets: 64, hidden: 16, embedding: 16 },
  }).eval();
}
