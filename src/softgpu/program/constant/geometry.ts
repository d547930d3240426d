/** Built-in functions of whole vectors and matrices. Every step is rounded, and one that overflows is an error. */

import type { ConstantValue } from '../program.ts';
import type { ScalarKind } from '../wgslType.ts';
import { ConstantError, checkI64, parts, roundFloat } from './number.ts';
import { dotFloat, transpose } from './operator.ts';

/** Parameters that the function does not have are not read. */
export type WholeFunction = (kind: ScalarKind, x: ConstantValue, y: ConstantValue, z: ConstantValue) => ConstantValue;

export const GEOMETRY_FUNCTIONS: ReadonlyMap<string, WholeFunction> = new Map<string, WholeFunction>([
  ['cross', (kind, x, y) => cross(kind, floats(x), floats(y))],
  ['determinant', (kind, m) => roundFloat(kind, determinant(parts(m).map(floats)), 'determinant')],
  ['distance', distance],
  ['dot', (kind, x, y) => dot(kind, parts(x), parts(y))],
  ['faceForward', (kind, x, incident, normal) => faceForward(kind, floats(x), floats(incident), floats(normal))],
  ['length', (kind, x) => (typeof x === 'number' ? Math.abs(x) : length(kind, floats(x)))],
  ['normalize', (kind, x) => normalize(kind, floats(x))],
  ['reflect', (kind, x, normal) => reflect(kind, floats(x), floats(normal))],
  ['refract', (kind, x, normal, ratio) => refract(kind, floats(x), floats(normal), ratio as number)],
  ['transpose', (_kind, m) => transpose(parts(m))],
  ['all', (_kind, x) => (typeof x === 'object' ? x.every(Boolean) : Boolean(x))],
  ['any', (_kind, x) => (typeof x === 'object' ? x.some(Boolean) : Boolean(x))],
]);

function floats(value: ConstantValue): readonly number[] {
  return parts(value) as readonly number[];
}

function dot(kind: ScalarKind, x: readonly ConstantValue[], y: readonly ConstantValue[]): ConstantValue {
  if (kind === 'abstract-int') {
    return x.reduce<bigint>((sum, part, i) => {
      const product = checkI64((part as bigint) * (y[i] as bigint), 'dot');
      return checkI64(sum + product, 'dot');
    }, 0n);
  }
  if (kind !== 'i32' && kind !== 'u32') return dotFloat(kind, x, y);
  const sum = x.reduce<number>((sum, part, i) => (sum + Math.imul(part as number, y[i] as number)) | 0, 0);
  return kind === 'u32' ? sum >>> 0 : sum;
}

function cross(kind: ScalarKind, x: readonly number[], y: readonly number[]): readonly number[] {
  const minor = (i: number, j: number) => {
    const left = roundFloat(kind, x[i]! * y[j]!, 'cross');
    return roundFloat(kind, left - roundFloat(kind, x[j]! * y[i]!, 'cross'), 'cross');
  };
  return [minor(1, 2), minor(2, 0), minor(0, 1)];
}

/** Expanded along the first column, in f64. */
function determinant(columns: readonly (readonly number[])[]): number {
  const [first, ...rest] = columns;
  if (rest.length === 0) return first![0]!;
  return first!.reduce((sum, factor, row) => {
    const minor = determinant(rest.map((column) => column.filter((_, i) => i !== row)));
    return row % 2 === 0 ? sum + factor * minor : sum - factor * minor;
  }, 0);
}

function length(kind: ScalarKind, x: readonly number[]): number {
  return roundFloat(kind, Math.sqrt(dotFloat(kind, x, x)), 'length');
}

function distance(kind: ScalarKind, x: ConstantValue, y: ConstantValue): number {
  if (typeof x === 'number') return Math.abs(roundFloat(kind, x - (y as number), 'distance'));
  const other = floats(y);
  return length(
    kind,
    floats(x).map((part, i) => roundFloat(kind, part - other[i]!, 'distance')),
  );
}

function faceForward(
  kind: ScalarKind,
  x: readonly number[],
  incident: readonly number[],
  normal: readonly number[],
): readonly number[] {
  return dotFloat(kind, incident, normal) < 0 ? x : x.map((part) => -part);
}

function normalize(kind: ScalarKind, x: readonly number[]): readonly number[] {
  const size = length(kind, x);
  if (size === 0) throw new ConstantError(`normalize: the length of (${x.join(', ')}) is 0`);
  return x.map((part) => roundFloat(kind, part / size, 'normalize'));
}

function reflect(kind: ScalarKind, x: readonly number[], normal: readonly number[]): readonly number[] {
  const twice = roundFloat(kind, 2 * dotFloat(kind, normal, x), 'reflect');
  return x.map((part, i) => roundFloat(kind, part - roundFloat(kind, twice * normal[i]!, 'reflect'), 'reflect'));
}

function refract(kind: ScalarKind, x: readonly number[], normal: readonly number[], ratio: number): readonly number[] {
  const round = (value: number) => roundFloat(kind, value, 'refract');
  const cosine = dotFloat(kind, normal, x);
  const sineSquared = round(1 - round(cosine * cosine));
  const k = round(1 - round(round(ratio * ratio) * sineSquared));
  if (k < 0) return x.map(() => 0);
  const along = round(round(ratio * cosine) + round(Math.sqrt(k)));
  return x.map((part, i) => round(round(ratio * part) - round(along * normal[i]!)));
}
