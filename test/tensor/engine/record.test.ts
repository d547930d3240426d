import { beforeAll, expect, test } from 'vitest';
import { sum } from '../../../src/kernels/reduce/sum.ts';
import { tensor, zeros } from '../../../src/tensor/create.ts';
import { copyInto } from '../../../src/tensor/engine/copyInto.ts';
import { defaultDevice, init } from '../../../src/tensor/engine/device/init.ts';
import { profile } from '../../../src/tensor/engine/profiler.ts';
import { record } from '../../../src/tensor/engine/record.ts';
import { tidy } from '../../../src/tensor/engine/scope.ts';
import { warmup } from '../../../src/tensor/engine/warmup.ts';
import { square } from '../../setup/squareOp.ts';

beforeAll(async () => {
  await init();
});

test('a replay computes with what its inputs hold by then', async () => {
  using x = tensor([1, 2, 3]);
  using recording = record(() => sum(square([square([x], {})], {})));
  expect(await recording.outputs.item()).toBe(1 + 16 + 81);
  x.write([2, 0, 1]);
  recording.replay();
  x.write([10, 0, 0]); // after the replay was submitted: it must not see this
  expect(await recording.outputs.item()).toBe(16 + 1);
});

test('nobody else gets a recorded buffer, before or after replays', async () => {
  using x = tensor([1, 2, 3]);
  using recording = record(() => square([square([x], {})], {}));
  using other = tensor([5, 5, 5]);
  recording.replay();
  expect([...(await other.data())]).toEqual([5, 5, 5]);
});

test('an input may be disposed: its buffer stays with the recording', async () => {
  const x = tensor([1, 2, 3]);
  using recording = record(() => square([x], {}));
  x.dispose();
  using other = tensor([5, 5, 5]); // must not get the buffer of x
  recording.replay();
  expect([...(await recording.outputs.data())]).toEqual([1, 4, 9]);
  expect([...(await other.data())]).toEqual([5, 5, 5]);
});

test('values uploaded inside the function stay for the replays', async () => {
  using x = tensor([1]);
  using recording = record(() =>
    tidy(() => {
      const c = tensor([7]);
      const y = square([c], {});
      c.dispose();
      square([zeros([1])], {});
      return [y, square([x], {})];
    }),
  );
  recording.replay();
  expect(await recording.outputs[0]!.item()).toBe(49);
});

test('a recorded training step leaves gradients that each replay renews', async () => {
  using x = tensor([1, 2], { requiresGrad: true });
  using recording = record(() => {
    x.grad = null;
    const loss = sum(square([x], {}));
    loss.backward();
    return loss;
  });
  x.write([5, 6]);
  recording.replay();
  expect(await recording.outputs.item()).toBe(61);
  expect([...(await x.grad!.data())]).toEqual([10, 12]);
});

test('reading inside the function is refused', () => {
  using x = tensor([1]);
  expect(() => record(() => void x.data())).toThrowErrorMatchingInlineSnapshot(
    `[Error: data: a function under record() cannot read tensors back; return them instead]`,
  );
});

test('disposing a recording gives its buffers back', () => {
  const device = defaultDevice();
  device.trim();
  using x = tensor(new Float32Array(5000));
  const before = device.memory();
  record(() => square([square([x], {})], {})).dispose();
  expect(device.memory().bytes).toBe(before.bytes);
  expect(device.memory().pooledBytes).toBeGreaterThanOrEqual(2 * 20_000);
});

test('warmup compiles without running, allocating or touching gradients', async () => {
  const device = defaultDevice();
  using x = tensor([1, 2], { requiresGrad: true });
  const { buffers, serial } = { buffers: device.pool.created, serial: device.recorder.serial };
  const count = await warmup(() => sum(square([x], {})).backward());
  expect(count).toBeGreaterThanOrEqual(2);
  expect(x.grad).toBe(null);
  expect({ buffers: device.pool.created, serial: device.recorder.serial }).toEqual({ buffers, serial });
});

test('the profiler times each kernel', async () => {
  using x = tensor(new Float32Array(1000));
  const { kernels, totalMs } = await profile(() => tidy(() => void sum(square([square([x], {})], {}))));
  expect(kernels.find(({ kernel }) => kernel === 'square.map')?.count).toBe(2);
  expect(totalMs).toBeGreaterThan(0);
});

test('a copy between tensors, which no replay would repeat, is refused', () => {
  using a = tensor([1]);
  using b = tensor([2]);
  expect(() => record(() => copyInto(a, b))).toThrowErrorMatchingInlineSnapshot(
    `[Error: record: a copy of a whole tensor would be lost in the replays: do it outside]`,
  );
});

test('a replay that cannot happen says so', () => {
  using x = tensor([1]);
  const recording = record(() => square([x], {}));
  expect(() => record(() => recording.replay())).toThrowErrorMatchingInlineSnapshot(
    `[Error: replay: a replay under record() would be lost: call the function itself there]`,
  );
  recording.dispose();
  recording.dispose();
  expect(() => recording.replay()).toThrowErrorMatchingInlineSnapshot(
    `[DisposedError: replay: the recording was disposed: record() the function again]`,
  );
});
