/** A host array in float64: what the reference of an op computes with. */
export interface Nd {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** An array filled by row-major index and multi-index. */
export function nd(shape: readonly number[], fill: (index: number, at: readonly number[]) => number): Nd {
  const data = new Float64Array(shape.reduce((a, b) => a * b, 1));
  const at = shape.map(() => 0);
  for (let i = 0; i < data.length; i++) {
    data[i] = fill(i, at);
    for (let d = shape.length - 1; d >= 0; d--) {
      if (++at[d]! < shape[d]!) break;
      at[d] = 0;
    }
  }
  return { shape, data };
}

/** Row-major index of a multi-index, broadcasting: axes are aligned at the last, extents of 1 repeat. */
export function indexOf(shape: readonly number[], at: readonly number[]): number {
  let index = 0;
  const lead = at.length - shape.length;
  for (let d = 0; d < shape.length; d++) index = index * shape[d]! + (shape[d] === 1 ? 0 : at[d + lead]!);
  return index;
}
