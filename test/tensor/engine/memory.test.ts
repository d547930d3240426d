import { beforeAll, expect, test } from 'vitest';
import { sum } from '../../../src/kernels/reduce/sum.ts';
import { full, tensor, zeros } from '../../../src/tensor/create.ts';
import { defaultDevice, init } from '../../../src/tensor/engine/device/init.ts';
import { tidy } from '../../../src/tensor/engine/scope.ts';
import { sizeClass } from '../../../src/tensor/engine/storage.ts';
import { square } from '../../setup/squareOp.ts';

beforeAll(async () => {
  await init();
});

test('a recycled buffer is cleared where zeros are promised', async () => {
  full([300], 7).dispose();
  using x = zeros([300]);
  expect(new Set(await x.data())).toEqual(new Set([0]));
});

test('an upload into a recycled buffer does not overtake a recorded dispatch that reads it', async () => {
  const a = tensor([3, 4]);
  using y = square([a], {}); // recorded, not submitted
  a.dispose(); // its buffer goes back to the pool
  using b = tensor([100, 200]); // takes the same buffer
  expect([...(await y.data())]).toEqual([9, 16]);
  expect([...(await b.data())]).toEqual([100, 200]);
});

test('a steady-state step creates no buffer, bind group or pipeline', () => {
  const device = defaultDevice();
  using x = tensor(new Float32Array(1000), { requiresGrad: true });
  const step = () => {
    tidy(() => sum(square([square([x], {})], {})).backward());
    x.grad = null;
    device.flush();
  };
  for (let i = 0; i < 3; i++) step();
  const created = () => ({ buffers: device.pool.created, ...device.pipelines.created });
  const before = created();
  for (let i = 0; i < 20; i++) step();
  expect(created()).toEqual(before);
});

test('size classes waste at most a fifth and keep vec4 alignment', () => {
  for (let bytes = 1; bytes < 1e6; bytes = Math.ceil(bytes * 1.07)) {
    const size = sizeClass(bytes);
    expect(size).toBeGreaterThanOrEqual(bytes);
    expect(size % 16).toBe(0);
    if (bytes > 256) expect(size).toBeLessThanOrEqual(bytes * 1.25);
  }
});

test('a tensor over the device limit names its size and the limit', () => {
  const limit = defaultDevice().limits.maxStorageBufferBindingSize;
  expect(() => zeros([limit / 4 + 1])).toThrow(
    `a tensor of ${limit + 16} bytes is over this device's limit of ${limit} bytes per buffer: split it along an axis`,
  );
});

test('memory() follows what is held, and trim() empties the pool', () => {
  const device = defaultDevice();
  const before = device.memory();
  const x = zeros([1024]);
  expect(device.memory().bytes).toBe(before.bytes + 4096);
  expect(device.memory().peakBytes).toBeGreaterThanOrEqual(before.bytes + 4096);
  x.dispose();
  expect(device.memory().bytes).toBe(before.bytes);
  expect(device.memory().pooledBytes).toBeGreaterThan(0);
  device.trim();
  expect(device.memory().pooledBytes).toBe(0);
});
