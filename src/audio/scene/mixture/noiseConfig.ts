import type { AmbisonicFormat } from '../../ambisonicFormat.ts';
import type { NoiseColor } from '../noise/noiseSpectrum.ts';
import type { JsonFields } from './jsonFields.ts';
import { SEED } from './recordedRoom.ts';
import { readFormat } from './roomConfig.ts';

export type NoiseConfig = MadeNoiseConfig | RecordedNoiseConfig;

export interface MadeNoiseConfig {
  /** Colored noise from everywhere alike: see `diffuseNoise`. Default white. */
  readonly kind: NoiseColor | 'none';
  /** So many recordings of noise, each at least twice as long as a mixture, of which mixtures take parts. Default 8. */
  readonly bank: number;
}

/** Backgrounds from a folder of audio files, at any depth. Those too short begin again. */
export interface RecordedNoiseConfig {
  readonly kind: 'recordings';
  /** Files with the mixture's channels are heard as they are, mono ones from everywhere alike: see `spreadDiffuse`. */
  readonly path: string;
  /** How ambisonics stand in the files. Default: as AmbiX. */
  readonly ambisonics?: AmbisonicFormat;
}

export type RecordedNoise =
  | {
      readonly kind: NoiseColor | 'none';
      readonly seed: number;
      /** Where the part that is heard begins. */
      readonly sourceTime: number;
      /** Of the whole recording. */
      readonly recordingSeconds: number;
    }
  | {
      readonly kind: 'recordings';
      readonly file: string;
      readonly ambisonics?: AmbisonicFormat;
      readonly sourceTime: number;
      /** Of what spreads a mono recording. */
      readonly seed: number;
    };

const COLORS = ['white', 'pink', 'brown', 'hum', 'none'] as const satisfies readonly (NoiseColor | 'none')[];
const KINDS = [...COLORS, 'recordings'] as const;
const TIME = { least: 0, most: 1e6 };

/** @throws RangeError naming the field that does not fit. */
export function readNoiseConfig(fields: JsonFields): NoiseConfig {
  const kind = fields.choice('kind', KINDS, 'white');
  const config: NoiseConfig =
    kind === 'recordings'
      ? { kind, path: fields.text('path'), ...readFormat(fields) }
      : { kind, bank: fields.number('bank', { least: 1, most: 1e6, whole: true }, 8) };
  fields.end();
  return config;
}

/** @throws RangeError naming the field that does not fit. */
export function readRecordedNoise(fields: JsonFields): RecordedNoise {
  const kind = fields.choice('kind', KINDS);
  const [seed, sourceTime] = [fields.number('seed', SEED), fields.number('sourceTime', TIME)];
  const noise: RecordedNoise =
    kind === 'recordings'
      ? { kind, file: fields.text('file'), ...readFormat(fields), sourceTime, seed }
      : { kind, seed, sourceTime, recordingSeconds: fields.number('recordingSeconds', { least: 0, most: 3600 }) };
  fields.end();
  return noise;
}
