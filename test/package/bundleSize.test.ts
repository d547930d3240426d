import { describe, expect, test } from 'vitest';
import { bundle } from '../../scripts/bundleSize.ts';

/** Kernels of the engine itself: packing a view, summing gradients, filling with a constant. */
const ENGINE = ['backward.accumulate', 'contiguous.copy', 'full.fill'];

describe('a browser bundle', () => {
  test('of an error class alone holds no kernel and nothing of the engine', async () => {
    const { kernels, bytes } = await bundle(['ShapeError']);
    expect(kernels).toEqual([]);
    expect(bytes).toBeLessThan(1000);
  });

  test.each(['relu', 'softmax', 'rmsNorm', 'axialAttention'])('of %s alone holds no other kernels', async (op) => {
    const { kernels } = await bundle([op]);
    const own = kernels.filter((name) => name.startsWith(`${op}.`));
    expect(own.length).toBeGreaterThan(0);
    expect(kernels.filter((name) => !own.includes(name) && !ENGINE.includes(name))).toEqual([]);
  });

  test('of the whole package holds all of them', async () => {
    const { kernels } = await bundle('everything');
    expect(kernels).toEqual(expect.arrayContaining([...ENGINE, 'relu.map', 'sum.rows']));
  });
});
