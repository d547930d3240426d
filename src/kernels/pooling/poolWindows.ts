import { ShapeError } from '../../tensor/engine/errors.ts';
import { expectRank, formatShape, type Shape } from '../../tensor/engine/shape.ts';
import { type Pair, pairOf } from '../convolution/geometry.ts';

export interface PoolOptions {
  /** Window, one number or [rows, columns]. */
  readonly kernel: number | Pair;
  /** Distance between neighboring windows. Default: the window, so that they do not overlap. */
  readonly stride?: number | Pair;
  /** Pixels assumed on each side, at most half the window. Default 0. */
  readonly padding?: number | Pair;
}

export interface PoolWindows {
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly padding: Pair;
}

export function poolWindows(op: string, { kernel, stride = kernel, padding = 0 }: PoolOptions): PoolWindows {
  const windows = {
    kernel: pairOf(op, 'kernel', kernel, 1),
    stride: pairOf(op, 'stride', stride, 1),
    padding: pairOf(op, 'padding', padding, 0),
  };
  for (const axis of [0, 1] as const) {
    // More would make windows that see nothing of the image.
    if (2 * windows.padding[axis] > windows.kernel[axis]) {
      throw new RangeError(
        `${op}: padding must be at most half the kernel of ${windows.kernel[axis]}, got ${windows.padding[axis]}`,
      );
    }
  }
  return windows;
}

export function pooledShape(op: string, x: Shape, { kernel, stride, padding }: PoolWindows): number[] {
  expectRank(op, 'x', x, 4, '[batch, channels, height, width]');
  const extents = ([0, 1] as const).map((axis) => {
    const extent = x[2 + axis]!;
    const room = extent + 2 * padding[axis] - kernel[axis];
    if (extent === 0 || room < 0) {
      throw new ShapeError(
        `${op}: the kernel of ${kernel[axis]} is longer than x ${formatShape(x)} with padding ${padding[axis]} along axis ${2 + axis}`,
      );
    }
    return Math.floor(room / stride[axis]) + 1;
  });
  return [x[0]!, x[1]!, ...extents];
}

export const POOL_PARAMS = {
  size: 'u32',
  input: 'vec2u',
  output: 'vec2u',
  kernel: 'vec2u',
  stride: 'vec2u',
  padding: 'vec2u',
} as const;

export function poolParams(size: number, x: Shape, y: Shape, windows: PoolWindows) {
  return { ...windows, size, input: x.slice(2), output: y.slice(2) };
}

/** Ranges as (first, end). `within` clips a window to the image; `reaching` finds the windows over a pixel. */
export const POOL_WGSL = /* wgsl */ `
fn within(window: u32, stride: u32, padding: u32, kernel: u32, extent: u32) -> vec2u {
  let start = window * stride;
  return vec2u(max(start, padding) - padding, min(start + kernel - min(padding, start + kernel), extent));
}

fn reaching(pixel: u32, stride: u32, padding: u32, kernel: u32, windows: u32) -> vec2u {
  let at = pixel + padding;
  let first = select(0u, (at - kernel) / stride + 1u, at >= kernel);
  return vec2u(first, min(at / stride + 1u, windows));
}
`;
