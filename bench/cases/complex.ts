import { complexMul } from '../../src/kernels/complex/complexMul.ts';
import { complexAbs2, magnitude, phase } from '../../src/kernels/complex/polar.ts';
import { type BenchCase, bytesOf, operation, sizeOf, textOf } from '../benchCase.ts';
import type { ModelShapes } from '../shapes.ts';

/** Per complex number: a product has 6 operations (12 backward), magnitude and phase 4 (8), the square 3 (4). */
export function complexCases({ bsast }: ModelShapes): BenchCase[] {
  const spectrum = [bsast.channels, bsast.frames, bsast.nFft / 2 + 1, 2];
  const real = spectrum.slice(0, -1);
  const polar = { magnitude: [magnitude, 4, 8], complexAbs2: [complexAbs2, 3, 4], phase: [phase, 4, 8] } as const;
  return [
    ...operation({
      name: 'complexMul',
      shape: textOf(spectrum, spectrum),
      forward: { flops: 6 * sizeOf(real), bytes: bytesOf(spectrum, spectrum, spectrum) },
      backward: { flops: 12 * sizeOf(real), bytes: 5 * bytesOf(spectrum) },
      make: (inputs) => {
        const [a, b] = [inputs.randn(spectrum), inputs.randn(spectrum)];
        return () => complexMul(a, b);
      },
    }),
    ...Object.entries(polar).flatMap(([name, [call, forward, backward]]) =>
      operation({
        name,
        shape: textOf(spectrum),
        forward: { flops: forward * sizeOf(real), bytes: bytesOf(spectrum, real) },
        backward: { flops: backward * sizeOf(real), bytes: bytesOf(spectrum, spectrum, real) },
        make: (inputs) => {
          const x = inputs.randn(spectrum);
          return () => call(x);
        },
      }),
    ),
  ];
}
