/** pffft compiled to WebAssembly with SIMD: real transforms of rows that lie in its memory, in the order of frequency. */

import { pathToFileURL } from 'node:url';
import { PACKAGES, peerFile } from './packages.ts';
import { inputsOf, type Problem } from './problem.ts';
import { serve, type Work } from './serve.ts';

interface Pffft {
  readonly HEAPF32: Float32Array;
  _pffft_new_setup(points: number, kind: number): number;
  _pffft_destroy_setup(setup: number): void;
  _pffft_transform_ordered(setup: number, input: number, output: number, work: number, direction: number): void;
  _pffft_aligned_malloc(bytes: number): number;
  _pffft_aligned_free(address: number): void;
}

const REAL = 0;
const FORWARD = 0;

const { default: create } = (await import(pathToFileURL(peerFile('@echogarden/pffft-wasm/simd')).href)) as {
  default: () => Promise<Pffft>;
};
const pffft = await create();

function prepare(problem: Problem): Work | undefined {
  const { operation, rows, columns } = problem;
  if (operation !== 'rfft') return undefined;
  const setup = pffft._pffft_new_setup(columns, REAL);
  const rowBytes = 4 * columns;
  const [input, output] = [pffft._pffft_aligned_malloc(rows * rowBytes), pffft._pffft_aligned_malloc(rows * rowBytes)];
  const work = pffft._pffft_aligned_malloc(rowBytes);
  pffft.HEAPF32.set(inputsOf(problem).a(), input / 4);
  return {
    run: () => {
      for (let at = 0; at < rows * rowBytes; at += rowBytes) {
        pffft._pffft_transform_ordered(setup, input + at, output + at, work, FORWARD);
      }
    },
    lastRow: () => {
      const last = output / 4 + (rows - 1) * columns;
      const [first, middle, ...rest] = pffft.HEAPF32.slice(last, last + columns);
      return [first!, 0, ...rest, middle!, 0]; // the real one of the last bin lies where the first has its imaginary one
    },
    dispose: () => {
      for (const address of [input, output, work]) pffft._pffft_aligned_free(address);
      pffft._pffft_destroy_setup(setup);
    },
  };
}

await serve({ title: `pffft-wasm ${PACKAGES['@echogarden/pffft-wasm']} with SIMD, 1 thread`, prepare });
