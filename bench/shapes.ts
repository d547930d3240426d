/** The sizes of the models whose shapes are measured, and smaller ones for devices that run on a processor. */
export interface ModelShapes {
  readonly bsast: {
    readonly channels: number;
    readonly frames: number;
    readonly bands: number;
    readonly dim: number;
    readonly heads: number;
    readonly samples: number;
    readonly nFft: number;
    readonly hopLength: number;
    /** Bins per band, summing to nFft / 2 + 1. */
    readonly widths: readonly number[];
    readonly parameters: number;
  };
  readonly htsat: {
    /** Side of the square spectrogram image. */
    readonly image: number;
    /** Samples and frames of the mel spectrogram. */
    readonly samples: number;
    readonly frames: number;
    readonly mels: number;
    /** Embedding size of the first stage; the tokens there are (image / 4)². */
    readonly dim: number;
    readonly heads: number;
    readonly window: number;
  };
  readonly roberta: {
    readonly tokens: number;
    readonly dim: number;
    readonly heads: number;
    readonly vocabulary: number;
  };
  /** Batch of CRNN models (SELDNet) and of contrastive training. */
  readonly seldnet: { readonly batch: number; readonly frames: number; readonly mels: number; readonly hidden: number };
  readonly contrastive: { readonly batch: number; readonly dim: number };
  /** Side of the square matrix product. */
  readonly square: number;
}

export type Scale = 'full' | 'small';

const BARK25 = [6, 7, 6, 7, 7, 7, 9, 10, 10, 12, 14, 15, 18, 20, 25, 29, 35, 45, 57, 71, 83, 115, 160, 224, 33];

export const SHAPES: Readonly<Record<Scale, ModelShapes>> = {
  full: {
    bsast: {
      channels: 4,
      frames: 313,
      bands: 25,
      dim: 128,
      heads: 4,
      samples: 320_000, // 10 s at 32 kHz
      nFft: 2048,
      hopLength: 1024,
      widths: BARK25,
      parameters: 9_168_746,
    },
    htsat: { image: 256, samples: 480_000, frames: 1001, mels: 64, dim: 96, heads: 4, window: 8 }, // HTSAT-tiny
    roberta: { tokens: 77, dim: 768, heads: 12, vocabulary: 50_265 },
    seldnet: { batch: 8, frames: 250, mels: 64, hidden: 128 },
    contrastive: { batch: 256, dim: 512 },
    square: 4096,
  },
  small: {
    bsast: {
      channels: 4,
      frames: 64,
      bands: 8,
      dim: 32,
      heads: 4,
      samples: 16_000, // 2 s at 8 kHz
      nFft: 256,
      hopLength: 128,
      widths: [5, 6, 8, 10, 14, 20, 28, 38],
      parameters: 200_000,
    },
    htsat: { image: 64, samples: 48_000, frames: 101, mels: 64, dim: 48, heads: 4, window: 8 },
    roberta: { tokens: 32, dim: 192, heads: 6, vocabulary: 4096 },
    seldnet: { batch: 2, frames: 50, mels: 32, hidden: 32 },
    contrastive: { batch: 32, dim: 128 },
    square: 256,
  },
};
