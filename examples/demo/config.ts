import { barkBands } from '../../src/models/bsast/config.ts';
import type { ClipSeparatorConfig } from '../../src/models/clipSeparator.ts';

export const SAMPLE_RATE = 8000; // Hz
export const SCENE_SAMPLES = 8000; // 1 s

const N_FFT = 512; // 64 ms
const HOP = 256;
const EMBEDDING = 32;

/** Small enough to train in minutes on a processor. */
export const demoModel: ClipSeparatorConfig = {
  encoder: { sampleRate: SAMPLE_RATE, nFft: N_FFT, hopLength: HOP, mels: 32, hidden: 64, embedding: EMBEDDING },
  separator: {
    sampleRate: SAMPLE_RATE,
    nFft: N_FFT,
    hopLength: HOP,
    bands: barkBands({ bins: N_FFT / 2 + 1, sampleRate: SAMPLE_RATE, count: 20 }),
    dim: 16,
    heads: 2,
    blocks: 1,
    embedding: EMBEDDING,
    filmHidden: 64,
    channels: 4,
    mode: 'mask',
    feedForward: 'block',
    filmGain: 'onePlus',
  },
};
