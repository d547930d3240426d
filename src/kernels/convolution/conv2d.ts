import { type Nd, nd } from '../../tensor/engine/nd.ts';
import { defineOp } from '../../tensor/engine/op.ts';
import { biasAndOptions } from '../../tensor/engine/optionalBias.ts';
import type { Shape } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { convolve, convolveBackward } from './convolve.ts';
import { type Conv2dOptions, convolvedShape, type Pair, type Windows, windowsOf } from './geometry.ts';

export type { Conv2dOptions } from './geometry.ts';

/**
 * Two-dimensional convolution (cross-correlation, as in every deep-learning library):
 *
 *   y[n, o, i, j] = bias[o] + Σ over c, a, b of  weight[o, c, a, b] · x[n, c, i·stride + a·dilation - padding, …]
 *
 * `x`: [batch, channels, height, width], `weight`: [outputs, channels / groups, kh, kw], `bias`: [outputs] or left out. Outside the
 * image x counts as 0. All gradients are deterministic.
 *
 * @throws ShapeError when shapes do not fit or the window is longer than the padded image; RangeError for options that
 * are not integers in range.
 */
export function conv2d(x: Tensor, weight: Tensor, bias?: Tensor | null, options?: Conv2dOptions): Tensor;
export function conv2d(x: Tensor, weight: Tensor, options?: Conv2dOptions): Tensor;
export function conv2d(
  x: Tensor,
  weight: Tensor,
  third?: Tensor | null | Conv2dOptions,
  fourth?: Conv2dOptions,
): Tensor {
  const [bias, options = {}] = biasAndOptions(third, fourth);
  return conv2dOp([x, weight, bias], windowsOf('conv2d', options));
}

const conv2dOp = /* @__PURE__ */ defineOp({
  name: 'conv2d',
  inputs: ['x', 'weight', 'bias'],
  strided: true,
  shape: ([x, weight, bias]: readonly [Shape, Shape, Shape | null], windows: Windows) =>
    convolvedShape('conv2d', x, weight, bias, windows),
  forward([x, weight, bias]: readonly [x: Tensor, weight: Tensor, bias: Tensor | null], windows) {
    const [, , height, width] = convolvedShape('conv2d', x.shape, weight.shape, bias?.shape ?? null, windows);
    const output: Pair = [height!, width!];
    return { y: convolve(x, weight, bias, output, windows), saved: { x, weight } };
  },
  backward: (dy, saved, windows, needs) => convolveBackward(dy, saved, windows, needs),
});

export function conv2dReference([x, weight, bias]: readonly [Nd, Nd, Nd | null], options: Conv2dOptions): Nd {
  const windows = windowsOf('conv2d', options);
  const shape = convolvedShape('conv2d', x.shape, weight.shape, bias?.shape ?? null, windows);
  const { stride, padding, dilation, groups } = windows;
  const [, channels, height, width] = x.shape as readonly [number, number, number, number];
  const [outputs, perGroup, kh, kw] = weight.shape as readonly [number, number, number, number];
  return nd(shape, (_, [n, o, i, j]) => {
    let total = bias?.data[o!] ?? 0;
    const firstChannel = Math.floor(o! / (outputs / groups)) * perGroup;
    for (let c = 0; c < perGroup; c++) {
      for (let a = 0; a < kh; a++) {
        for (let b = 0; b < kw; b++) {
          const row = i! * stride[0] + a * dilation[0] - padding[0];
          const column = j! * stride[1] + b * dilation[1] - padding[1];
          if (row < 0 || row >= height || column < 0 || column >= width) continue;
          const tap = weight.data[((o! * perGroup + c) * kh + a) * kw + b]!;
          total += tap * x.data[((n! * channels + firstChannel + c) * height + row) * width + column]!;
        }
      }
    }
    return total;
  });
}
