import { directionVector } from '../ambisonics.ts';
import { directionOf, type Matrix3, turnedVector, type Vector } from '../soundFieldRotation.ts';
import type { Hdf5File } from './hdf5/hdf5File.ts';
import type { SourcePosition } from './measuredRoom.ts';
import { ResponseFileError } from './responseFileError.ts';

/**
 * Where each source stood as the listener, turned as it is, had it; for each measurement, its emitters one after the other. AES69:
 * positions are cartesian, in meters, or spherical, as azimuth and elevation in degrees and a distance. Where source and
 * listener are in one place, nothing tells.
 */
export async function readSofaPositions(
  file: Hdf5File,
  measurements: number,
  emitters: number,
): Promise<(SourcePosition | undefined)[]> {
  const source = await readVectors(file, 'SourcePosition', measurements);
  const listener = await readVectors(file, 'ListenerPosition', measurements);
  const view = await readVectors(file, 'ListenerView', measurements);
  const up = await readVectors(file, 'ListenerUp', measurements);
  const emitter = emitters > 1 ? await readVectors(file, 'EmitterPosition', emitters) : undefined;
  return Array.from({ length: measurements * emitters }, (_, n) => {
    const m = Math.floor(n / emitters);
    const from = source?.(m) ?? (emitter ? ([0, 0, 0] as const) : undefined);
    if (!from) return undefined;
    const shift = emitter?.(n % emitters) ?? [0, 0, 0];
    const at = listener?.(m) ?? [0, 0, 0];
    const way: Vector = [from[0] + shift[0] - at[0], from[1] + shift[1] - at[1], from[2] + shift[2] - at[2]];
    const distance = Math.hypot(...way);
    if (!(distance > 1e-6)) return undefined;
    return { ...directionOf(turnedVector(listenerAxes(view?.(m), up?.(m)), way)), distance };
  });
}

/** Rows: the listener's front, left and up. */
function listenerAxes(view: Vector = [1, 0, 0], up: Vector = [0, 0, 1]): Matrix3 {
  const front = unit(view) ?? [1, 0, 0];
  const left = unit(cross(up, front)) ?? unit(cross([0, 0, 1], front)) ?? [0, 1, 0];
  return [front, left, cross(front, left)];
}

function unit(vector: Vector): Vector | undefined {
  const length = Math.hypot(...vector);
  return length > 1e-9 ? [vector[0] / length, vector[1] / length, vector[2] / length] : undefined;
}

function cross([a, b, c]: Vector, [d, e, f]: Vector): Vector {
  return [b * f - c * e, c * d - a * f, a * e - b * d];
}

/** One vector for each of `count`, or the same for all. undefined where the file has none. */
async function readVectors(file: Hdf5File, name: string, count: number): Promise<((n: number) => Vector) | undefined> {
  const dataset = await file.dataset(name);
  if (!dataset) return undefined;
  // Emitters are [E, C], [E, C, I] or [E, C, M]: those of the first measurement are taken.
  const [rows = 0, columns = 0, last = 1] = dataset.shape;
  const values = await dataset.values();
  if (columns !== 3 || (rows !== 1 && rows !== count) || !values.every(Number.isFinite)) {
    const shape = `[${dataset.shape.join(', ')}]`;
    throw new ResponseFileError(file.name, name, `must be 1 or ${count} finite places of 3 numbers, got ${shape}`);
  }
  const type = dataset.attributes.get('Type') ?? 'cartesian';
  if (type !== 'cartesian' && type !== 'spherical') {
    throw new ResponseFileError(file.name, name, `must be cartesian or spherical, got ${String(type)}`);
  }
  return (n) => {
    const at = (rows === 1 ? 0 : n) * 3 * last;
    const [a, b, c] = [values[at]!, values[at + last]!, values[at + 2 * last]!];
    if (type === 'cartesian') return [a, b, c];
    const [x, y, z] = directionVector({ azimuth: a, elevation: b });
    return [c * x, c * y, c * z];
  };
}
