import type { AmbisonicFormat } from '../../ambisonicFormat.ts';
import type { Vector3 } from '../room/absorption.ts';
import type { JsonFields } from './jsonFields.ts';
import { readFormat } from './roomConfig.ts';

export type RecordedRoom =
  | {
      readonly kind: 'simulated';
      /** Width, depth and height in meters. */
      readonly size: Vector3;
      /** In seconds. */
      readonly decayTime: number;
      /** In meters from the corner at the back, right and floor. */
      readonly receiver: Vector3;
    }
  /** `path`: a SOFA file or a folder of WAV files. */
  | { readonly kind: 'measured'; readonly path: string; readonly ambisonics?: AmbisonicFormat }
  | { readonly kind: 'freeField' };

export type RecordedPlace =
  /** The seed is that of the response's diffuse tail. */
  | { readonly kind: 'simulated'; readonly position: Vector3; readonly seed: number }
  /** The number of the response in its room. */
  | { readonly kind: 'measured'; readonly response: number }
  /** In degrees. */
  | { readonly kind: 'freeField'; readonly azimuth: number; readonly elevation: number };

export type OfKind<T extends { readonly kind: string }, K extends T['kind']> = Extract<T, { readonly kind: K }>;

const KINDS = ['simulated', 'measured', 'freeField'] as const;

/** Whole, below 2^32. */
export const SEED = { least: 0, most: 2 ** 32 - 1, whole: true };

/** @throws RangeError naming the field that does not fit. */
export function readRecordedRoom(fields: JsonFields): RecordedRoom {
  const kind = fields.choice('kind', KINDS);
  const room = roomOfKind(kind, fields);
  fields.end();
  return room;
}

function roomOfKind(kind: RecordedRoom['kind'], fields: JsonFields): RecordedRoom {
  if (kind === 'freeField') return { kind };
  if (kind === 'measured') return { kind, path: fields.text('path'), ...readFormat(fields) };
  return {
    kind,
    size: fields.vector('size', { least: 0.1, most: 1000 }),
    decayTime: fields.number('decayTime', { least: 0.01, most: 100 }),
    receiver: fields.vector('receiver', { least: 0, most: 1000 }),
  };
}

/** @throws RangeError naming the field that does not fit. */
export function readRecordedPlace(fields: JsonFields): RecordedPlace {
  const kind = fields.choice('kind', KINDS);
  const place = placeOfKind(kind, fields);
  fields.end();
  return place;
}

function placeOfKind(kind: RecordedPlace['kind'], fields: JsonFields): RecordedPlace {
  if (kind === 'measured') return { kind, response: fields.number('response', { least: 0, most: 1e9, whole: true }) };
  if (kind === 'simulated') {
    return { kind, position: fields.vector('position', { least: 0, most: 1000 }), seed: fields.number('seed', SEED) };
  }
  const azimuth = fields.number('azimuth', { least: -360, most: 360 });
  return { kind, azimuth, elevation: fields.number('elevation', { least: -90, most: 90 }) };
}
