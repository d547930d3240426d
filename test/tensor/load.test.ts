import { beforeAll, expect, test } from 'vitest';
import { defaultDevice, init } from '../../src/tensor/engine/device/init.ts';
import { encodeSafetensors } from '../../src/tensor/files/safetensors.ts';
import { loadSafetensors } from '../../src/tensor/load.ts';

beforeAll(async () => {
  await init();
});

test('a file with a value that no dtype here holds leaves nothing behind', async () => {
  const bytes = encodeSafetensors([
    ['fine', { dtype: 'f32', shape: [1], data: Float32Array.of(1) }],
    ['large', { dtype: 'i64', shape: [1], data: BigInt64Array.of(2n ** 40n) }],
  ]);
  const before = defaultDevice().memory().tensors;
  await expect(loadSafetensors(bytes)).rejects.toThrow('large');
  expect(defaultDevice().memory().tensors).toBe(before);
});
