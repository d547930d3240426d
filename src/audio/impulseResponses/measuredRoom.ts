import type { Direction } from '../ambisonics.ts';

/** Where a measured source stood, seen from the receiver, in degrees. */
export interface SourcePosition extends Direction {
  /** In meters; left out where only the direction is known. */
  readonly distance?: number;
}

/** The way from one place of a source to the receiver. */
export interface MeasuredResponse {
  /** One for each channel of the receiver, all of one length. Ambisonics are AmbiX: W, Y, Z, X with SN3D gains. */
  readonly channels: readonly Float32Array[];
  /** Left out where nothing tells. */
  readonly position?: SourcePosition;
}

/** Impulse responses measured in one room with one receiver, such as a SOFA file or a folder of WAV files holds. */
export interface MeasuredRoom {
  /** In Hz, of all responses. */
  readonly sampleRate: number;
  /** In the order of the file, or of the files' names. At least one; all have equally many channels. */
  readonly responses: readonly MeasuredResponse[];
}
