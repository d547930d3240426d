import type { Tensor } from '../../tensor/tensor.ts';

/** What extraction needs of a model; a `QuerySeparator` is one. */
export interface ExtractionModel {
  readonly config: {
    readonly separator: {
      /** Hz */
      readonly sampleRate: number;
      /** Channels of the mixture: 4 are first-order ambisonics (ACN, SN3D), 1 is W. */
      readonly channels: number;
      /** Samples of an STFT frame, and from one to the next. Chunks begin at frames. */
      readonly nFft: number;
      readonly hopLength: number;
    };
  };
  /** mixture: [1, channels, samples], query: [1, embedding] → [1, samples]. */
  extract(mixture: Tensor, query: Tensor): Tensor;
}
