import type { Tensor } from '../../tensor/tensor.ts';
import { sum } from '../reduce/sum.ts';
import { correlate } from './correlate.ts';
import { forwardCorrelation, imageOf, transposedCorrelation } from './correlation.ts';
import type { Pair, Windows } from './geometry.ts';
import { gradWeight } from './gradWeight.ts';

/** What conv1d and conv2d share: arguments of [batch, channels, height, width], any views. */
export function convolve(x: Tensor, weight: Tensor, bias: Tensor | null, output: Pair, windows: Windows): Tensor {
  return correlate(x, weight, bias, forwardCorrelation(x, weight, output, windows), false);
}

export interface ConvolutionInputs {
  readonly x: Tensor;
  readonly weight: Tensor;
}

/** Gradients of x, weight and bias, null where not needed. */
export function convolveBackward(
  dy: Tensor,
  { x, weight }: ConvolutionInputs,
  windows: Windows,
  needs: readonly boolean[],
): [Tensor | null, Tensor | null, Tensor | null] {
  const transposed = transposedCorrelation(dy, weight, imageOf(x), windows);
  return [
    needs[0] ? correlate(dy, weight, null, transposed, true) : null,
    needs[1] ? gradWeight(dy, x, weight.shape, windows) : null,
    needs[2] ? sum(dy, [0, 2, 3]) : null,
  ];
}
