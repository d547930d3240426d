import { concat } from '../../src/kernels/indexing/concat.ts';
import { contiguous } from '../../src/kernels/indexing/contiguous.ts';
import { embedding } from '../../src/kernels/indexing/embedding.ts';
import { flip } from '../../src/kernels/indexing/flip.ts';
import { gather } from '../../src/kernels/indexing/gather.ts';
import { pad } from '../../src/kernels/indexing/pad.ts';
import { roll } from '../../src/kernels/indexing/roll.ts';
import { scatterAdd } from '../../src/kernels/indexing/scatterAdd.ts';
import { stack } from '../../src/kernels/indexing/stack.ts';
import { permute } from '../../src/kernels/view/permute.ts';
import { type BenchCase, bytesOf, operation, textOf } from '../benchCase.ts';
import type { ModelShapes } from '../shapes.ts';

/** Nothing is computed but the additions of gradients: what is read and written counts. */
export function indexingCases({ bsast, htsat, roberta }: ModelShapes): BenchCase[] {
  const side = htsat.image / 4;
  const tokens = [1, side, side, htsat.dim];
  const windows = [1, side / htsat.window, htsat.window, side / htsat.window, htsat.window, htsat.dim];
  const grid = [bsast.channels, bsast.frames, bsast.bands, bsast.dim];
  const signal = [bsast.channels, bsast.samples];
  const padded = [bsast.channels, bsast.samples + bsast.nFft];
  const table = [roberta.vocabulary, roberta.dim];
  const words = [roberta.tokens, roberta.dim];
  const moved = (bytes: number) => ({ flops: 0, bytes });
  return [
    ...operation({
      name: 'contiguous',
      shape: `windows of ${textOf(tokens)}`,
      forward: moved(bytesOf(tokens, tokens)),
      make: (inputs) => {
        const x = inputs.randn(windows);
        return () => contiguous(permute(x, [0, 1, 3, 2, 4, 5]));
      },
    }),
    ...operation({
      name: 'roll',
      shape: `${textOf(tokens)} by -4, -4`,
      forward: moved(bytesOf(tokens, tokens)),
      backward: moved(bytesOf(tokens, tokens)),
      make: (inputs) => {
        const x = inputs.randn(tokens);
        return () => roll(x, [-4, -4], [1, 2]);
      },
    }),
    ...operation({
      name: 'flip',
      shape: `${textOf(grid)} along axis 1`,
      forward: moved(2 * bytesOf(grid)),
      make: (inputs) => {
        const x = inputs.randn(grid);
        return () => flip(x, 1);
      },
    }),
    ...operation({
      name: 'concat',
      shape: `${textOf(grid, grid)} along the last axis`,
      forward: moved(4 * bytesOf(grid)),
      backward: moved(4 * bytesOf(grid)),
      make: (inputs) => {
        const [a, b] = [inputs.randn(grid), inputs.randn(grid)];
        return () => concat([a, b], { dim: -1 });
      },
    }),
    ...operation({
      name: 'stack',
      shape: `${textOf(grid, grid)} along axis 0`,
      forward: moved(4 * bytesOf(grid)),
      make: (inputs) => {
        const [a, b] = [inputs.randn(grid), inputs.randn(grid)];
        return () => stack([a, b], { dim: 0 });
      },
    }),
    ...operation({
      name: 'pad',
      shape: `${textOf(signal)}, reflect ${bsast.nFft / 2}`,
      forward: moved(bytesOf(signal, padded)),
      backward: moved(bytesOf(signal, padded)),
      make: (inputs) => {
        const x = inputs.randn(signal);
        const half = bsast.nFft / 2;
        return () =>
          pad(x, {
            pads: [
              [0, 0],
              [half, half],
            ],
            mode: 'reflect',
          });
      },
    }),
    ...operation({
      name: 'embedding',
      shape: `${textOf(table)} at [${roberta.tokens}]`,
      forward: moved(2 * bytesOf(words)),
      backward: moved(bytesOf(table, words)), // the gradient of the whole table is written
      make: (inputs) => {
        const [weight, ids] = [inputs.randn(table), inputs.indices([roberta.tokens], roberta.vocabulary)];
        return () => embedding(weight, ids);
      },
    }),
    ...operation({
      name: 'gather',
      shape: `${textOf(words)} along axis 0`,
      forward: moved(3 * bytesOf(words)),
      backward: moved(3 * bytesOf(words)),
      make: (inputs) => {
        const [x, index] = [inputs.randn(words), inputs.indices(words, roberta.tokens)];
        return () => gather(x, index, { dim: 0 });
      },
    }),
    ...operation({
      name: 'scatterAdd',
      shape: `${textOf(words)} along axis 0`,
      forward: { flops: words[0]! * words[1]!, bytes: 4 * bytesOf(words) },
      make: (inputs) => {
        const [x, source, index] = [inputs.randn(words), inputs.randn(words), inputs.indices(words, roberta.tokens)];
        return () => scatterAdd(x, index, source, { dim: 0 });
      },
    }),
  ];
}
