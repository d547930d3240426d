import { conv1d } from '../../src/kernels/convolution/conv1d.ts';
import { conv2d } from '../../src/kernels/convolution/conv2d.ts';
import { convTranspose2d } from '../../src/kernels/convolution/convTranspose2d.ts';
import type { Shape } from '../../src/tensor/engine/shape.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { type BenchCase, bytesOf, operation, sizeOf, textOf } from '../benchCase.ts';
import type { ModelShapes } from '../shapes.ts';

interface Convolution {
  readonly name: string;
  readonly x: Shape;
  readonly weight: Shape;
  readonly y: Shape;
  readonly note: string;
  readonly call: (x: Tensor, weight: Tensor, bias: Tensor) => Tensor;
}

/** Every weight meets every position of its output once: one multiply-add each, twice as many backward. */
export function convolutionCases({ htsat, seldnet }: ModelShapes): BenchCase[] {
  const side = htsat.image / 4;
  const { batch, frames, mels } = seldnet;
  const map = [batch, 64, frames, mels];
  const half = [batch, 64, Math.floor(frames / 2), mels / 2];
  return [
    convolution({
      name: 'conv2d',
      x: [1, 1, htsat.image, htsat.image],
      weight: [htsat.dim, 1, 4, 4],
      y: [1, htsat.dim, side, side],
      note: 'stride 4',
      call: (x, weight, bias) => conv2d(x, weight, bias, { stride: 4 }),
    }),
    convolution({
      name: 'conv2d',
      x: map,
      weight: [64, 64, 3, 3],
      y: map,
      note: 'padding 1',
      call: (x, weight, bias) => conv2d(x, weight, bias, { padding: 1 }),
    }),
    convolution({
      name: 'conv2d',
      x: map,
      weight: [64, 64, 1, 1],
      y: map,
      note: '1 × 1',
      call: (x, weight, bias) => conv2d(x, weight, bias),
    }),
    convolution({
      name: 'conv1d',
      x: [batch, 128, frames],
      weight: [128, 128, 3],
      y: [batch, 128, frames],
      note: 'padding 1',
      call: (x, weight, bias) => conv1d(x, weight, bias, { padding: 1 }),
    }),
    convolution({
      name: 'convTranspose2d',
      x: half,
      weight: [64, 64, 2, 2],
      y: [batch, 64, 2 * half[2]!, 2 * half[3]!],
      note: 'stride 2',
      call: (x, weight, bias) => convTranspose2d(x, weight, bias, { stride: 2 }),
    }),
  ].flat();
}

function convolution({ name, x, weight, y, note, call }: Convolution): BenchCase[] {
  const transposed = name === 'convTranspose2d';
  const multiplyAdds = transposed ? (sizeOf(x) / x[1]!) * sizeOf(weight) : (sizeOf(y) / y[1]!) * sizeOf(weight);
  const outputs = y[1]!;
  return operation({
    name,
    shape: `${textOf(x, weight)}, ${note}`,
    forward: { flops: 2 * multiplyAdds, bytes: bytesOf(x, weight, y) },
    backward: { flops: 4 * multiplyAdds, bytes: bytesOf(x, x, weight, weight, y) },
    make: (inputs) => {
      const [image, filters, bias] = [inputs.randn(x), inputs.randn(weight), inputs.randn([outputs])];
      return () => call(image, filters, bias);
    },
  });
}
