import { barkBands } from '../../src/models/bsast/config.ts';
import type { ClipSeparatorConfig } from '../../src/models/clipSeparator.ts';

export const SAMPLE_RATE = 8000; // Hz
export const SCENE_SAMPLES = 6000; // 0.75 s

const N_FFT = 256;
const EMBEDDING = 32;

/** Small enough to train in minutes on a processor. */
export const demoModel: ClipSeparatorConfig = {
  encoder: { sampleRate: SAMPLE_RATE, nFft: N_FFT, hopLength: 128, mels: 32, hidden: 64, embedding: EMBEDDING },
  separator: {
    sampleRate: SAMPLE_RATE,
    nFft: N_FFT,
    hopLength: 128,
    bands: barkBands({ bins: N_FFT / 2 + 1, sampleRate: SAMPLE_RATE, count: 16 }),
    dim: 32,
    heads: 4,
    blocks: 1,
    embedding: EMBEDDING,
    filmHidden: 64,
    channels: 4,
    mode: 'mask',
    filmGain: 'onePlus',
  },
};
