import { afterEach, expect, test } from 'vitest';
import {
  conv2d,
  init,
  Linear,
  layerNorm,
  matmul,
  mseLoss,
  randn,
  rfft,
  scaledDotProductAttention,
  shutdown,
  softmax,
  type Tensor,
  tidy,
} from '../../src/index.ts';
import { createSoftGPU } from '../../src/softgpu/index.ts';

afterEach(shutdown);

/** Sizes beside those of tiles and workgroups, where an index goes astray. */
const CASES: Record<string, () => Tensor> = {
  'a matrix product': () => matmul(randn([70, 33]), randn([33, 65])),
  'many small matrix products': () => matmul(randn([2, 3, 17, 9]), randn([2, 3, 9, 5])),
  'layer norm': () => layerNorm(randn([5, 129]), randn([129]), randn([129])),
  'softmax over long rows': () => softmax(randn([3, 1000]), { dim: -1 }),
  'sums of rows and columns': () =>
    randn([37, 130])
      .sum(0)
      .add(randn([130, 37]).sum(1).sum()),
  'a Fourier transform': () => rfft(randn([3, 480])),
  attention: () => scaledDotProductAttention(randn([2, 3, 70, 16]), randn([2, 3, 70, 16]), randn([2, 3, 70, 16])),
  'a convolution': () => conv2d(randn([2, 3, 19, 21]), randn([8, 3, 3, 3])),
};

test.each(['bounds', 'races'] as const)('check %s finds nothing in kernels of the library', async (check) => {
  const reports: string[] = [];
  const gpu = createSoftGPU({ check, threads: 1, onReport: ({ message }) => reports.push(message) });
  await init({ gpu });
  for (const [name, make] of Object.entries(CASES)) {
    const y = tidy(make);
    const values = (await y.data()) as Float32Array;
    y.dispose();
    expect(values.every(Number.isFinite), name).toBe(true);
    expect(reports, name).toEqual([]);
  }
  const layer = new Linear(33, 17);
  const loss = tidy(() => mseLoss(layer.forward(randn([10, 33])), randn([10, 17])));
  loss.backward();
  expect(Number.isFinite(await loss.item())).toBe(true);
  loss.dispose();
  layer.dispose();
  expect(reports).toEqual([]);
});
