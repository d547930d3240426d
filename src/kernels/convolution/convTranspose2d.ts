import { ShapeError } from '../../tensor/engine/errors.ts';
import { type Nd, nd } from '../../tensor/engine/nd.ts';
import { defineOp } from '../../tensor/engine/op.ts';
import { biasAndOptions } from '../../tensor/engine/optionalBias.ts';
import { expectRank, expectShape, formatShape, type Shape } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { sum } from '../reduce/sum.ts';
import { correlate } from './correlate.ts';
import { forwardCorrelation, imageOf, transposedCorrelation } from './correlation.ts';
import { type Conv2dOptions, expectInteger, type Pair, pairOf, type Windows, windowsOf } from './geometry.ts';
import { gradWeight } from './gradWeight.ts';

export interface ConvTranspose2dOptions extends Conv2dOptions {
  /** Rows and columns added at the end, to pick one of the sizes that `conv2d` would map to the same. Default 0. */
  readonly outputPadding?: number | Pair;
}

interface Attributes extends Windows {
  readonly outputPadding: Pair;
}

/**
 * Transposed convolution: the gradient of `conv2d` with respect to its input. Each input pixel adds its value times the
 * window to the output, at steps of `stride`:
 *
 *   y[n, o, i·stride + a·dilation - padding, …] = bias[o] + Σ over c, a, b, i, j of  weight[c, o, a, b] · x[n, c, i, j]
 *
 * `x`: [batch, channels, height, width], `weight`: [channels, outputs / groups, kh, kw], `bias`: [outputs] or left out. Result:
 * (height - 1) · stride - 2 · padding + dilation · (kh - 1) + outputPadding + 1 rows. All gradients are deterministic.
 *
 * @throws ShapeError when shapes do not fit or nothing would be left; RangeError for options that are not integers in
 * range, or an outputPadding not below stride or dilation.
 */
export function convTranspose2d(
  x: Tensor,
  weight: Tensor,
  bias?: Tensor | null,
  options?: ConvTranspose2dOptions,
): Tensor;
export function convTranspose2d(x: Tensor, weight: Tensor, options?: ConvTranspose2dOptions): Tensor;
export function convTranspose2d(
  x: Tensor,
  weight: Tensor,
  third?: Tensor | null | ConvTranspose2dOptions,
  fourth?: ConvTranspose2dOptions,
): Tensor {
  const [bias, options = {}] = biasAndOptions(third, fourth);
  return convTranspose2dOp([x, weight, bias], attributesOf(options));
}

const convTranspose2dOp = /* @__PURE__ */ defineOp({
  name: 'convTranspose2d',
  inputs: ['x', 'weight', 'bias'],
  strided: true,
  shape: ([x, weight, bias]: readonly [Shape, Shape, Shape | null], attributes: Attributes) =>
    resultShape(x, weight, bias, attributes),
  forward([x, weight, bias]: readonly [x: Tensor, weight: Tensor, bias: Tensor | null], attributes) {
    const [, , height, width] = resultShape(x.shape, weight.shape, bias?.shape ?? null, attributes);
    const problem = transposedCorrelation(x, weight, [height!, width!], attributes);
    return { y: correlate(x, weight, bias, problem, true), saved: { x, weight } };
  },
  backward(dy, { x, weight }, attributes, needs) {
    const problem = forwardCorrelation(dy, weight, imageOf(x), attributes);
    return [
      needs[0] ? correlate(dy, weight, null, problem, false) : null,
      needs[1] ? gradWeight(x, dy, weight.shape, attributes) : null,
      needs[2] ? sum(dy, [0, 2, 3]) : null,
    ];
  },
});

function attributesOf({ outputPadding = 0, ...options }: ConvTranspose2dOptions): Attributes {
  const op = 'convTranspose2d';
  const windows = windowsOf(op, options);
  const added = pairOf(op, 'outputPadding', outputPadding, 0);
  for (const axis of [0, 1] as const) {
    const limit = Math.max(windows.stride[axis], windows.dilation[axis]);
    if (added[axis] >= limit) {
      throw new RangeError(
        `${op}: outputPadding must be smaller than stride or dilation, ${limit} on this axis, got ${added[axis]}`,
      );
    }
  }
  return { ...windows, outputPadding: added };
}

function resultShape(x: Shape, weight: Shape, bias: Shape | null, attributes: Attributes): number[] {
  const op = 'convTranspose2d';
  expectRank(op, 'x', x, 4, '[batch, channels, height, width]');
  expectRank(op, 'weight', weight, 4, '[channels, outputs / groups, height, width]');
  const { stride, padding, dilation, outputPadding, groups } = attributes;
  const [batch, channels] = x as [number, number];
  const outputs = weight[1]! * groups;
  if (weight[0] !== channels) {
    throw new ShapeError(
      `${op}: weight ${formatShape(weight)} reads ${weight[0]} channels, but x ${formatShape(x)} has ${channels}`,
    );
  }
  if (channels % groups !== 0) {
    throw new RangeError(`${op}: groups must divide the ${channels} channels of x, got ${groups}`);
  }
  expectShape(op, { bias }, [outputs]);
  const extents = ([0, 1] as const).map((axis) => {
    const taps = weight[2 + axis]!;
    expectInteger(op, "weight's window", taps, 1);
    const steps = Math.max(x[2 + axis]! - 1, 0) * stride[axis];
    const extent = steps - 2 * padding[axis] + dilation[axis] * (taps - 1) + outputPadding[axis] + 1;
    if (extent < 1) {
      throw new ShapeError(
        `${op}: padding ${padding[axis]} leaves nothing of x ${formatShape(x)} along axis ${2 + axis}: it must be smaller`,
      );
    }
    return extent;
  });
  return [batch, outputs, ...extents];
}

export function convTranspose2dReference(
  [x, weight, bias]: readonly [Nd, Nd, Nd | null],
  options: ConvTranspose2dOptions,
): Nd {
  const attributes = attributesOf(options);
  const { stride, padding, dilation, groups } = attributes;
  const shape = resultShape(x.shape, weight.shape, bias?.shape ?? null, attributes);
  const [, outputs, height, width] = shape as [number, number, number, number];
  const [channels, perGroup, kh, kw] = weight.shape as readonly [number, number, number, number];
  const y = nd(shape, (_, at) => bias?.data[at[1]!] ?? 0);
  nd(x.shape, (index, [n, c, i, j]) => {
    const firstOutput = Math.floor(c! / (channels / groups)) * perGroup;
    for (let o = 0; o < perGroup; o++) {
      for (let a = 0; a < kh; a++) {
        for (let b = 0; b < kw; b++) {
          const row = i! * stride[0] + a * dilation[0] - padding[0];
          const column = j! * stride[1] + b * dilation[1] - padding[1];
          if (row < 0 || row >= height || column < 0 || column >= width) continue;
          const at = ((n! * outputs + firstOutput + o) * height + row) * width + column;
          y.data[at]! += weight.data[((c! * perGroup + o) * kh + a) * kw + b]! * x.data[index]!;
        }
      }
    }
    return 0;
  });
  return y;
}
