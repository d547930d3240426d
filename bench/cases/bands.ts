import { bandMerge } from '../../src/kernels/matmul/bandMerge.ts';
import { bandSplit } from '../../src/kernels/matmul/bandSplit.ts';
import { type BenchCase, bytesOf, operation, textOf } from '../benchCase.ts';
import type { ModelShapes } from '../shapes.ts';

/**
 * BSAST's ragged projections, re and im side by side. The split multiplies each value with `dim` columns, 2 · total · dim
 * operations a row; the merge has 2 · bands · hidden · dim in its first layer and 4 · total · hidden in the second.
 */
export function bandCases({ bsast }: ModelShapes): BenchCase[] {
  const { channels, frames, dim } = bsast;
  const widths = bsast.widths.map((width) => 2 * width);
  const total = widths.reduce((sum, width) => sum + width, 0);
  const bands = widths.length;
  const hidden = 4 * dim;
  const rows = channels * frames;
  const spectrum = [channels, frames, total];
  const latent = [channels, frames, bands, dim];
  const split = 2 * rows * total * dim;
  const merge = 2 * rows * hidden * (bands * dim + 2 * total);
  const splitWeights = bytesOf([total, dim], [bands, dim]);
  const mergeWeights = bytesOf([bands, hidden, dim], [2 * total, hidden]);
  return [
    ...operation({
      name: 'bandSplit',
      shape: `${textOf(spectrum)} to ${bands} bands of ${dim}`,
      forward: { flops: split, bytes: bytesOf(spectrum, latent) + splitWeights },
      backward: { flops: 2 * split, bytes: bytesOf(spectrum, spectrum, latent) + 2 * splitWeights },
      make: (inputs) => {
        const x = inputs.randn(spectrum);
        const weights = {
          norm: inputs.randn([total]),
          weight: inputs.randn([total * dim]),
          bias: inputs.randn([bands, dim]),
        };
        return () => bandSplit(x, weights, { widths }).latent;
      },
    }),
    ...operation({
      name: 'bandMerge',
      shape: `${textOf(latent)} to ${total}, hidden ${hidden}`,
      forward: { flops: merge, bytes: bytesOf(spectrum, latent) + mergeWeights },
      backward: { flops: 2 * merge, bytes: bytesOf(spectrum, latent, latent) + 2 * mergeWeights },
      make: (inputs) => {
        const z = inputs.randn(latent);
        const weights = {
          inWeight: inputs.randn([bands, hidden, dim], { scale: dim ** -0.5 }),
          inBias: inputs.randn([bands, hidden]),
          outWeight: inputs.randn([2 * total * hidden], { scale: hidden ** -0.5 }),
          outBias: inputs.randn([2 * total]),
        };
        return () => bandMerge(z, weights, { widths });
      },
    }),
  ];
}
