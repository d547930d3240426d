import { expect, test } from 'vitest';
import { tensor } from '../../../src/tensor/create.ts';
import { init } from '../../../src/tensor/engine/device/init.ts';
import { cached } from '../../../src/tensor/engine/deviceCache.ts';
import { tidy } from '../../../src/tensor/engine/scope.ts';

test('a table is made once per device and key, outlives scopes, and is no leak', async () => {
  const device = await init();
  using x = tensor([1]);
  const before = device.memory().tensors;
  let made = 0;
  const make = () => {
    made++;
    return Float32Array.of(3, 1, 4);
  };
  const table = tidy(() => {
    cached(x, 'test/pi', make);
    return null;
  });
  expect(table).toBe(null);
  expect([...(await cached(x, 'test/pi', make).data())]).toEqual([3, 1, 4]);
  expect(cached(x, 'test/e', () => Float32Array.of(2, 7)).shape).toEqual([2]);
  expect(made).toBe(1);
  expect(device.memory().tensors).toBe(before);
});

test('a dry run keeps no table: its values were never uploaded', async () => {
  const device = await init();
  using x = tensor([1]);
  device.dryRun = new Set();
  tidy(() => {
    cached(x, 'test/dry', () => Float32Array.of(5));
  });
  device.dryRun = undefined;
  expect([...(await cached(x, 'test/dry', () => Float32Array.of(5)).data())]).toEqual([5]);
});

test('a destroyed device gives its tables back', async () => {
  const device = await init();
  {
    using x = tensor([1]);
    cached(x, 'test/gone', () => new Float32Array(1000));
  }
  const { bytes } = device.memory();
  expect(bytes).toBeGreaterThanOrEqual(4000);
  await init();
  expect(device.memory()).toMatchObject({ bytes: 0, tensors: 0 });
});
