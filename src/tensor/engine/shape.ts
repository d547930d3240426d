import { ShapeError } from './errors.ts';

export type Shape = readonly number[];

export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const extent of shape) size *= extent;
  return size;
}

/** Row-major strides, in elements. */
export function denseStrides(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    strides[d] = stride;
    stride *= shape[d]!;
  }
  return strides;
}

/** Axes of extent 1 may carry any stride, and a tensor without elements any strides at all. */
export function isDense(shape: Shape, strides: Shape): boolean {
  let stride = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    const extent = shape[d]!;
    if (extent === 0) return true;
    if (extent !== 1 && strides[d] !== stride) return false;
    stride *= extent;
  }
  return true;
}

export function formatShape(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}

export function sameShape(a: Shape, b: Shape): boolean {
  if (a.length !== b.length) return false;
  for (let d = 0; d < a.length; d++) if (a[d] !== b[d]) return false;
  return true;
}

/** Throws `ShapeError: layerNorm: weight must be [8], got [9]` for the first argument whose shape differs. */
export function expectShape(op: string, args: Record<string, Shape | null>, expected: Shape): void {
  for (const name in args) {
    const shape = args[name] ?? null;
    if (shape !== null && !sameShape(shape, expected)) {
      throw new ShapeError(`${op}: ${name} must be ${formatShape(expected)}, got ${formatShape(shape)}`);
    }
  }
}

export function expectRank(op: string, name: string, shape: Shape, rank: number, layout: string): void {
  if (shape.length !== rank) {
    throw new ShapeError(`${op}: ${name} must be ${layout} with ${rank} axes, got ${formatShape(shape)}`);
  }
}

/** Turns an axis that may count from the end into one from the start. */
export function resolveDim(op: string, dim: number, rank: number): number {
  const resolved = dim < 0 ? dim + rank : dim;
  if (!Number.isInteger(dim) || resolved < 0 || resolved >= rank) {
    throw new RangeError(`${op}: dim must be an integer in [${-rank}, ${rank - 1}] for ${rank} axes, got ${dim}`);
  }
  return resolved;
}

/** NumPy's broadcasting rule: align at the last axis; extents must be equal or 1. */
export function broadcastShapes(op: string, a: Shape, b: Shape): number[] {
  const rank = Math.max(a.length, b.length);
  const out = new Array<number>(rank);
  for (let d = 0; d < rank; d++) {
    const x = a[a.length - rank + d] ?? 1;
    const y = b[b.length - rank + d] ?? 1;
    if (x !== y && x !== 1 && y !== 1) {
      throw new ShapeError(
        `${op}: shapes ${formatShape(a)} and ${formatShape(b)} do not broadcast: axis ${d - rank} is ${x} against ${y}`,
      );
    }
    out[d] = x === 1 ? y : x;
  }
  return out;
}

export function checkShape(op: string, shape: Shape): void {
  if (!shape.every((extent) => Number.isInteger(extent) && extent >= 0)) {
    throw new ShapeError(`${op}: every extent must be a non-negative integer, got ${formatShape(shape)}`);
  }
  if (shape.length > 8) throw new ShapeError(`${op}: at most 8 axes are supported, got ${shape.length}`);
  if (sizeOf(shape) > 0xffffffff) {
    throw new ShapeError(`${op}: ${formatShape(shape)} has more than 2^32 - 1 elements, the reach of a u32 index`);
  }
}
