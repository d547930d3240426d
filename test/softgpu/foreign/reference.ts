/** What the operations of any array library compute, as float64 loops over row-major arrays. */

import { expect } from 'vitest';

export interface Values {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** Exactly representable in f32, spread over [-scale, scale), the same for the same seed. */
export function values(shape: readonly number[], { seed = 1, scale = 1 } = {}): Values {
  let state = seed >>> 0;
  const data = Float64Array.from({ length: sizeOf(shape) }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.fround(scale * ((state >>> 8) / 2 ** 23 - 1));
  });
  return { shape, data };
}

/** Makes an array from a function of the index along each axis. */
export function tabulate(shape: readonly number[], at: (index: readonly number[]) => number): Values {
  const index = shape.map(() => 0);
  const data = Float64Array.from({ length: sizeOf(shape) }, () => {
    const value = at(index);
    for (let axis = shape.length - 1; axis >= 0 && ++index[axis]! === shape[axis]; axis--) index[axis] = 0;
    return value;
  });
  return { shape, data };
}

/** The element at an index; axes of length 1 are broadcast, missing leading axes too; outside it is 0. */
export function element({ shape, data }: Values, index: readonly number[]): number {
  let offset = 0;
  const skipped = index.length - shape.length;
  for (const [axis, length] of shape.entries()) {
    const i = length === 1 ? 0 : index[axis + skipped]!;
    if (i < 0 || i >= length) return 0;
    offset = offset * length + i;
  }
  return data[offset]!;
}

export function map({ shape, data }: Values, f: (value: number) => number): Values {
  return { shape, data: data.map(f) };
}

export function zip(a: Values, b: Values, f: (a: number, b: number) => number): Values {
  const axes = Math.max(a.shape.length, b.shape.length);
  const shape = Array.from({ length: axes }, (_, i) =>
    Math.max(a.shape[i + a.shape.length - axes] ?? 1, b.shape[i + b.shape.length - axes] ?? 1),
  );
  return tabulate(shape, (index) => f(element(a, index), element(b, index)));
}

/** [..., m, k] · [..., k, n] */
export function matmul(a: Values, b: Values): Values {
  const [m, k] = a.shape.slice(-2) as [number, number];
  const batch = a.shape.slice(0, -2);
  return tabulate([...batch, m, b.shape.at(-1)!], (index) => {
    const [row, column] = index.slice(-2) as [number, number];
    const outer = index.slice(0, -2);
    let sum = 0;
    for (let i = 0; i < k; i++) sum += element(a, [...outer, row, i]) * element(b, [...outer, i, column]);
    return sum;
  });
}

export interface ConvolutionOptions {
  readonly stride?: number;
  readonly padding?: number;
  readonly dilation?: number;
}

/** x: [batch, channel, height, width], weight: [out, channel, height, width] */
export function conv2d(x: Values, weight: Values, options: ConvolutionOptions = {}): Values {
  const { stride = 1, padding = 0, dilation = 1 } = options;
  const [batch, channels, height, width] = x.shape as [number, number, number, number];
  const [out, , rows, columns] = weight.shape as [number, number, number, number];
  const length = (size: number, kernel: number) =>
    Math.floor((size + 2 * padding - dilation * (kernel - 1) - 1) / stride) + 1;
  return tabulate([batch, out, length(height, rows), length(width, columns)], ([n, o, y0, x0]) => {
    let sum = 0;
    for (let c = 0; c < channels; c++) {
      for (let r = 0; r < rows; r++) {
        for (let s = 0; s < columns; s++) {
          const at = [n!, c, y0! * stride + r * dilation - padding, x0! * stride + s * dilation - padding];
          sum += element(x, at) * element(weight, [o!, c, r, s]);
        }
      }
    }
    return sum;
  });
}

/** Folds each run along `axis`, which goes. */
export function reduce(x: Values, axis: number, fold: (run: readonly number[]) => number): Values {
  const length = x.shape[axis]!;
  return tabulate(x.shape.toSpliced(axis, 1), (index) =>
    fold(Array.from({ length }, (_, i) => element(x, index.toSpliced(axis, 0, i)))),
  );
}

export const sum = (run: readonly number[]): number => run.reduce((total, value) => total + value, 0);
export const mean = (run: readonly number[]): number => sum(run) / run.length;
export const variance = (run: readonly number[]): number => mean(run.map((value) => (value - mean(run)) ** 2));
export const argmax = (run: readonly number[]): number => run.indexOf(Math.max(...run));

/** Over the last axis. */
export function softmax(x: Values): Values {
  const powers = map(x, Math.exp);
  const totals = reduce(powers, x.shape.length - 1, sum);
  return tabulate(x.shape, (index) => element(powers, index) / element(totals, index.slice(0, -1)));
}

/** Over the last axis, without weights. */
export function layerNorm(x: Values, epsilon: number): Values {
  const axis = x.shape.length - 1;
  const means = reduce(x, axis, mean);
  const variances = reduce(x, axis, variance);
  return tabulate(x.shape, (index) => {
    const row = index.slice(0, -1);
    return (element(x, index) - element(means, row)) / Math.sqrt(element(variances, row) + epsilon);
  });
}

export function transpose(x: Values, axes: readonly number[]): Values {
  return tabulate(
    axes.map((axis) => x.shape[axis]!),
    (index) =>
      element(
        x,
        axes.map((_, axis) => index[axes.indexOf(axis)]!),
      ),
  );
}

/** Takes the given entries along `axis`. */
export function gather(x: Values, indices: readonly number[], axis: number): Values {
  return tabulate(x.shape.with(axis, indices.length), (index) => element(x, index.with(axis, indices[index[axis]!]!)));
}

export function cumulativeSum(x: Values, axis: number): Values {
  return tabulate(x.shape, (index) => {
    let total = 0;
    for (let i = 0; i <= index[axis]!; i++) total += element(x, index.with(axis, i));
    return total;
  });
}

/** Of the last axis, forward, unscaled. */
export function dft(real: Values, imag: Values): { readonly real: Values; readonly imag: Values } {
  const length = real.shape.at(-1)!;
  const part = (ofReal: (angle: number) => number, ofImag: (angle: number) => number) =>
    tabulate(real.shape, (index) => {
      let total = 0;
      for (let i = 0; i < length; i++) {
        const angle = (-2 * Math.PI * i * index.at(-1)!) / length;
        const at = [...index.slice(0, -1), i];
        total += element(real, at) * ofReal(angle) + element(imag, at) * ofImag(angle);
      }
      return total;
    });
  return { real: part(Math.cos, (angle) => -Math.sin(angle)), imag: part(Math.sin, Math.cos) };
}

/** Each element within `tolerance` of the expected one, relative to it where it is above 1. */
export function expectClose(actual: ArrayLike<number>, { data }: Values, tolerance = 1e-5): void {
  expect(actual.length).toBe(data.length);
  const worst = { at: -1, error: tolerance };
  for (const [at, value] of data.entries()) {
    const error = Math.abs(actual[at]! - value) / Math.max(1, Math.abs(value));
    if (!(error <= worst.error)) Object.assign(worst, { at, error });
  }
  const { at, error } = worst;
  if (at >= 0) expect.fail(`element ${at} is ${actual[at]}, not ${data[at]}: error ${error.toExponential(1)}`);
}
