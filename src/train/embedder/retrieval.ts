import type { AudioTextEncoder } from '../../models/audioTextEncoder/audioTextEncoder.ts';
import { tensor } from '../../tensor/create.ts';
import { noGrad } from '../../tensor/engine/tape.ts';
import type { PairBatch } from './clipPairs.ts';

export interface Retrieval {
  readonly pairs: number;
  /** Share of clips whose own caption is the nearest of those in the batch. */
  readonly recallAt1: number;
  /** Mean cosine of a clip and its caption. */
  readonly cosine: number;
}

/** How well clips find their captions among those of their batch. */
export async function measureRetrieval(model: AudioTextEncoder, batches: readonly PairBatch[]): Promise<Retrieval> {
  let [pairs, found, cosines] = [0, 0, 0];
  model.eval();
  for (const { clips, captions } of batches) {
    const count = captions.length;
    using input = tensor(clips, { shape: [count, clips.length / count] });
    using audio = noGrad(() => model.embedAudio(input));
    using text = noGrad(() => model.embedText(captions));
    const [a, t] = await Promise.all([audio.data<'f32'>(), text.data<'f32'>()]);
    for (let i = 0; i < count; i++) {
      const similarities = captions.map((_, j) => dot(a, i, t, j, model.embedding));
      pairs++;
      cosines += similarities[i]!;
      if (similarities.every((value, j) => j === i || value < similarities[i]!)) found++;
    }
  }
  return { pairs, recallAt1: found / pairs, cosine: cosines / pairs };
}

function dot(a: Float32Array, i: number, b: Float32Array, j: number, size: number): number {
  let sum = 0;
  for (let k = 0; k < size; k++) sum += a[i * size + k]! * b[j * size + k]!;
  return sum;
}
