import type { Nd } from '../../tensor/engine/nd.ts';
import { defineOp } from '../../tensor/engine/op.ts';
import { biasAndOptions } from '../../tensor/engine/optionalBias.ts';
import { expectRank, type Shape } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { conv2dReference } from './conv2d.ts';
import { convolve, convolveBackward } from './convolve.ts';
import { convolvedShape, type Windows, windowsOf } from './geometry.ts';

export interface Conv1dOptions {
  /** Distance between neighboring windows. Default 1. */
  readonly stride?: number;
  /** Zeros assumed on each side. Default 0. */
  readonly padding?: number;
  /** Distance between the taps of a window. Default 1. */
  readonly dilation?: number;
  /** Channels are split into this many parts that do not see each other. Default 1. */
  readonly groups?: number;
}

/**
 * One-dimensional convolution, `conv2d` over images of one row.
 *
 * `x`: [batch, channels, length], `weight`: [outputs, channels / groups, taps], `bias`: [outputs] or left out. Outside the signal x
 * counts as 0. All gradients are deterministic.
 *
 * @throws ShapeError when shapes do not fit or the window is longer than the padded signal; RangeError for options that
 * are not integers in range.
 */
export function conv1d(x: Tensor, weight: Tensor, bias?: Tensor | null, options?: Conv1dOptions): Tensor;
export function conv1d(x: Tensor, weight: Tensor, options?: Conv1dOptions): Tensor;
export function conv1d(
  x: Tensor,
  weight: Tensor,
  third?: Tensor | null | Conv1dOptions,
  fourth?: Conv1dOptions,
): Tensor {
  const [bias, options = {}] = biasAndOptions(third, fourth);
  return conv1dOp([x, weight, bias], rowWindows(options));
}

const conv1dOp = /* @__PURE__ */ defineOp({
  name: 'conv1d',
  inputs: ['x', 'weight', 'bias'],
  strided: true,
  shape: ([x, weight, bias]: readonly [Shape, Shape, Shape | null], windows: Windows) =>
    signalShape(x, weight, bias, windows),
  forward([x, weight, bias]: readonly [x: Tensor, weight: Tensor, bias: Tensor | null], windows) {
    const shape = signalShape(x.shape, weight.shape, bias?.shape ?? null, windows);
    const y = convolve(asRow(x), asRow(weight), bias, [1, shape[2]!], windows);
    return { y: y.view(shape), saved: { x, weight } };
  },
  backward(dy, { x, weight }, windows, needs) {
    const saved = { x: asRow(x), weight: asRow(weight) };
    const [dx, dweight, dbias] = convolveBackward(asRow(dy), saved, windows, needs);
    return [dx?.view(x.shape) ?? null, dweight?.view(weight.shape) ?? null, dbias];
  },
});

function rowWindows({ stride = 1, padding = 0, dilation = 1, groups = 1 }: Conv1dOptions): Windows {
  return windowsOf('conv1d', { stride: [1, stride], padding: [0, padding], dilation: [1, dilation], groups });
}

function signalShape(x: Shape, weight: Shape, bias: Shape | null, windows: Windows): number[] {
  expectRank('conv1d', 'x', x, 3, '[batch, channels, length]');
  expectRank('conv1d', 'weight', weight, 3, '[outputs, channels / groups, taps]');
  return convolvedShape('conv1d', rowShape(x), rowShape(weight), bias, windows).toSpliced(2, 1);
}

function rowShape(shape: Shape): Shape {
  return shape.toSpliced(2, 0, 1);
}

function asRow(x: Tensor): Tensor {
  return x.view(rowShape(x.shape), x.strides.toSpliced(2, 0, 0));
}

export function conv1dReference([x, weight, bias]: readonly [Nd, Nd, Nd | null], options: Conv1dOptions): Nd {
  const row = ({ shape, data }: Nd): Nd => ({ shape: rowShape(shape), data });
  const y = conv2dReference([row(x), row(weight), bias], rowWindows(options));
  return { shape: y.shape.toSpliced(2, 1), data: y.data };
}
