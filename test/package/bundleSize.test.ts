import { describe, expect, test } from 'vitest';
import { bundle } from '../../scripts/bundleSize.ts';

/** Kernels of the engine itself: packing a view, summing gradients, filling with a constant. */
const ENGINE = ['backward', 'contiguous', 'full'];
/** What sums weight gradients over rows. */
const SUM = ['sum', 'fold'];

const families: Readonly<Record<string, readonly string[]>> = {
  relu: ['relu', 'elementwise'],
  softmax: ['softmax'],
  rmsNorm: ['rmsNorm', ...SUM],
  matmul: ['matmul', ...SUM],
  axialAttention: ['attention', 'rotaryEmbedding'],
  stft: ['fourier'],
};

function operationOf(kernel: string): string {
  return kernel.split('.')[0]!;
}

describe('a browser bundle', () => {
  test('of an error class alone holds no kernel and nothing of the engine', async () => {
    const { kernels, bytes } = await bundle(['ShapeError']);
    expect(kernels).toEqual([]);
    expect(bytes).toBeLessThan(1000);
  });

  test.each(Object.entries(families))('of %s alone holds no other kernels', async (op, own) => {
    const { kernels } = await bundle([op]);
    expect(kernels.map(operationOf)).toContain(own[0]);
    expect(kernels.filter((kernel) => ![...own, ...ENGINE].includes(operationOf(kernel)))).toEqual([]);
  });

  test('of the whole package holds all of them', async () => {
    const operations = (await bundle('everything')).kernels.map(operationOf);
    expect(operations).toEqual(expect.arrayContaining([...ENGINE, ...Object.values(families).flat()]));
  });
});
