import { ShapeError } from '../../tensor/engine/errors.ts';
import { expectRank, expectShape, formatShape, type Shape } from '../../tensor/engine/shape.ts';

/** A value for rows and columns. */
export type Pair = readonly [rows: number, columns: number];

/** How the windows of a convolution lie over its input. */
export interface Windows {
  readonly stride: Pair;
  readonly padding: Pair;
  readonly dilation: Pair;
  readonly groups: number;
}

export interface Conv2dOptions {
  /** Distance between neighboring windows; one number for both axes. Default 1. */
  readonly stride?: number | Pair;
  /** Zeros assumed on each side. Default 0. */
  readonly padding?: number | Pair;
  /** Distance between the taps of a window. Default 1. */
  readonly dilation?: number | Pair;
  /** Channels are split into this many parts that do not see each other. Default 1. */
  readonly groups?: number;
}

export function windowsOf(op: string, { stride = 1, padding = 0, dilation = 1, groups = 1 }: Conv2dOptions): Windows {
  expectInteger(op, 'groups', groups, 1);
  return {
    stride: pairOf(op, 'stride', stride, 1),
    padding: pairOf(op, 'padding', padding, 0),
    dilation: pairOf(op, 'dilation', dilation, 1),
    groups,
  };
}

/** The same number twice, or the pair itself. Throws RangeError for anything but integers of at least `least`. */
export function pairOf(op: string, name: string, value: number | Pair, least: number): Pair {
  const pair: Pair = typeof value === 'number' ? [value, value] : value;
  if (pair.length !== 2) {
    throw new RangeError(`${op}: ${name} must be one integer or [rows, columns], got [${String(value)}]`);
  }
  for (const part of pair) expectInteger(op, name, part, least);
  return pair;
}

export function expectInteger(op: string, name: string, value: number, least: number): void {
  if (!Number.isInteger(value) || value < least) {
    throw new RangeError(`${op}: ${name} must be an integer of at least ${least}, got ${value}`);
  }
}

/** Checks the arguments of a convolution of [batch, channels, height, width] and gives the shape of its result. */
export function convolvedShape(op: string, x: Shape, weight: Shape, bias: Shape | null, windows: Windows): number[] {
  expectRank(op, 'x', x, 4, '[batch, channels, height, width]');
  expectRank(op, 'weight', weight, 4, '[outputs, channels / groups, height, width]');
  const { stride, padding, dilation, groups } = windows;
  const [batch, channels] = x as [number, number];
  const [outputs, perGroup] = weight as [number, number];
  if (channels !== perGroup * groups) {
    throw new ShapeError(
      `${op}: weight ${formatShape(weight)} reads ${perGroup} channels per group, but x ${formatShape(x)} has ${channels} channels for ${groups} groups`,
    );
  }
  if (outputs % groups !== 0) {
    throw new RangeError(`${op}: groups must divide the ${outputs} output channels, got ${groups}`);
  }
  expectShape(op, { bias }, [outputs]);
  const extents = [0, 1].map((axis) => {
    const [input, taps] = [x[2 + axis]!, weight[2 + axis]!];
    expectInteger(op, "weight's window", taps, 1);
    const room = input + 2 * padding[axis]! - dilation[axis]! * (taps - 1) - 1;
    if (room < 0) {
      throw new ShapeError(
        `${op}: the window of weight ${formatShape(weight)} with dilation ${dilation[axis]} is longer than x ${formatShape(x)} with padding ${padding[axis]} along axis ${2 + axis}`,
      );
    }
    return Math.floor(room / stride[axis]!) + 1;
  });
  return [batch, outputs, ...extents];
}
