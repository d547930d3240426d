import { avgPool2d } from '../../src/kernels/pooling/avgPool2d.ts';
import { interpolate } from '../../src/kernels/pooling/interpolate.ts';
import { maxPool2d } from '../../src/kernels/pooling/maxPool2d.ts';
import { type BenchCase, bytesOf, operation, sizeOf, textOf } from '../benchCase.ts';
import type { ModelShapes } from '../shapes.ts';

/** Pooling reads each pixel once, an operation each. Bicubic resizing of one axis takes four multiply-adds a pixel. */
export function poolingCases({ htsat, seldnet }: ModelShapes): BenchCase[] {
  const { batch, frames, mels } = seldnet;
  const map = [batch, 64, frames, mels];
  const pooled = [batch, 64, Math.floor(frames / 5), mels / 4];
  const pooling = { flops: sizeOf(map), bytes: bytesOf(map, pooled) };
  const mel = [1, 1, htsat.frames, htsat.mels];
  const resized = [1, 1, 4 * htsat.image, htsat.mels];
  return [
    ...operation({
      name: 'maxPool2d',
      shape: `${textOf(map)}, 5 × 4`,
      forward: pooling,
      backward: pooling,
      make: (inputs) => {
        const x = inputs.randn(map);
        return () => maxPool2d(x, { kernel: [5, 4] });
      },
    }),
    ...operation({
      name: 'avgPool2d',
      shape: `${textOf(map)}, 5 × 4`,
      forward: pooling,
      backward: pooling,
      make: (inputs) => {
        const x = inputs.randn(map);
        return () => avgPool2d(x, { kernel: [5, 4] });
      },
    }),
    ...(['bicubic', 'bilinear'] as const).flatMap((mode) =>
      operation({
        name: 'interpolate',
        shape: `${textOf(mel)} to [${4 * htsat.image}, ${htsat.mels}], ${mode}`,
        forward: { flops: (mode === 'bicubic' ? 8 : 4) * sizeOf(resized), bytes: bytesOf(mel, resized) },
        backward: { flops: (mode === 'bicubic' ? 8 : 4) * sizeOf(resized), bytes: bytesOf(mel, resized) },
        make: (inputs) => {
          const x = inputs.randn(mel);
          return () => interpolate(x, { size: [4 * htsat.image, htsat.mels], mode, alignCorners: true });
        },
      }),
    ),
  ];
}
