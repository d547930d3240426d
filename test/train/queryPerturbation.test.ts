import { beforeAll, expect, test } from 'vitest';
import { full } from '../../src/tensor/create.ts';
import { init } from '../../src/tensor/engine/device/init.ts';
import { type PerturbationConfig, QueryPerturbation } from '../../src/train/queryPerturbation.ts';

beforeAll(async () => {
  await init();
});

const EMBEDDING = 64;

/** Each row of a batch of equal elements, perturbed. */
async function perturbed(
  config: PerturbationConfig,
  { first, batchSize = 4, seed = 1 }: { readonly first: number; readonly batchSize?: number; readonly seed?: number },
): Promise<number[][]> {
  const perturbation = new QueryPerturbation(config, { seed, batchSize, embedding: EMBEDDING });
  using query = full([batchSize, EMBEDDING], 1 / Math.sqrt(EMBEDDING));
  perturbation.draw(first);
  using moved = perturbation.apply(query);
  const values = [...(await moved.data())];
  perturbation.dispose();
  return Array.from({ length: batchSize }, (_, i) => values.slice(i * EMBEDDING, (i + 1) * EMBEDDING));
}

const usual = { sigma: 0.1, dropout: 0.2, dropoutProbability: 0.5 };

test('what is drawn for an example depends on its number and the seed, not on its batch', async () => {
  const four = await perturbed(usual, { first: 8 });
  const two = await perturbed(usual, { first: 10, batchSize: 2 });
  expect(two).toEqual(four.slice(2));
  expect(await perturbed(usual, { first: 8, seed: 2 })).not.toEqual(four);
});

test('rows keep unit length', async () => {
  for (const row of await perturbed(usual, { first: 0, batchSize: 8 })) {
    expect(Math.hypot(...row)).toBeCloseTo(1, 5);
  }
});

test('without noise and dropout nothing changes', async () => {
  const still = { sigma: 0, dropout: 0.2, dropoutProbability: 0 };
  for (const row of await perturbed(still, { first: 0 })) for (const value of row) expect(value).toBeCloseTo(1 / 8, 6);
});

test('elements are dropped in about as many examples, and as often in each, as the config says', async () => {
  const rows = await perturbed({ sigma: 0, dropout: 0.25, dropoutProbability: 0.5 }, { first: 0, batchSize: 400 });
  const zeros = rows.map((row) => row.filter((value) => value === 0).length);
  const touched = zeros.filter((count) => count > 0);
  // 400 draws of 1/2: σ is 10. 12800 draws of 1/4: σ is 49. Four σ each.
  expect(Math.abs(touched.length - 200)).toBeLessThan(40);
  const dropped = touched.reduce((sum, count) => sum + count, 0);
  expect(Math.abs(dropped - touched.length * EMBEDDING * 0.25)).toBeLessThan(200);
});

test('noise moves embeddings as far as its deviation says', async () => {
  const rows = await perturbed({ sigma: 0.2, dropout: 0, dropoutProbability: 0 }, { first: 0, batchSize: 400 });
  // The cosine is near 1 / sqrt(1 + σ² · 64); its mean over σ uniform in [0, 0.2] is asinh(1.6) / 1.6.
  const cosines = rows.map((row) => row.reduce((sum, value) => sum + value / 8, 0));
  const mean = cosines.reduce((sum, value) => sum + value, 0) / cosines.length;
  expect(Math.abs(mean - Math.asinh(1.6) / 1.6)).toBeLessThan(0.04); // deviation 0.16 over 400 rows: 5 σ
});
