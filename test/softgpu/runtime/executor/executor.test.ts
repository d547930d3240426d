import { afterEach, describe, expect, test } from 'vitest';
import { createExecutor } from '../../../../src/softgpu/runtime/executor/createExecutor.ts';
import type { Command, KernelHandle } from '../../../../src/softgpu/runtime/executor.ts';
import {
  busyKernel,
  countKernel,
  emptyKernel,
  endlessKernel,
  layerKernel,
  reportKernel,
  stepKernel,
  trapKernel,
} from './kernels.ts';

type Made = ReturnType<typeof createExecutor>;

const executors: Made[] = [];

function make(options: Parameters<typeof createExecutor>[0]): Made {
  const executor = createExecutor(options);
  executors.push(executor);
  return executor;
}

afterEach(() => {
  for (const executor of executors.splice(0)) executor.destroy();
});

function u32(executor: Made, address: number, count: number): number[] {
  return [...new Uint32Array(executor.bytes().slice(address, address + 4 * count).buffer)];
}

function write(address: number, ...values: number[]): Command {
  return { op: 'write', address, bytes: new Uint8Array(Uint32Array.from(values).buffer) };
}

function dispatch(kernel: KernelHandle, x: number, y: number, address: number, words: number): Command {
  return { op: 'dispatch', kernel, x, y, z: 1, bindings: Uint32Array.of(address, 4 * words) };
}

/** What `times` runs of the step kernel make of a value. */
function stepped(value: number, workgroup: number, times: number): number {
  let result = value;
  for (let i = 0; i < times; i++) result = (Math.imul(3, result) + workgroup + 1) >>> 0;
  return result;
}

describe.each([0, 1, 2, 4])('with %i threads', (threads) => {
  test('nothing submitted is done', async () => {
    await make({ threads }).done();
  });

  test('every workgroup of a dispatch runs once', async () => {
    const executor = make({ threads });
    const kernel = executor.loadKernel(stepKernel(executor.shared));
    for (const count of [1, 2, 7, 1000, 65_535]) {
      const address = executor.allocate(4 * count + 4)!;
      executor.submit([dispatch(kernel, count, 1, address, count)]);
      await executor.done();
      expect(u32(executor, address, count + 1)).toEqual([
        ...Array.from({ length: count }, (_, i) => stepped(0, i, 1)),
        0,
      ]);
    }
  });

  test('the three counts are multiplied', async () => {
    const executor = make({ threads });
    const kernel = executor.loadKernel(countKernel(executor.shared));
    const address = executor.allocate(4)!;
    const bindings = Uint32Array.of(address, 4);
    executor.submit([
      { op: 'dispatch', kernel, x: 3, y: 5, z: 7, bindings },
      { op: 'dispatch', kernel, x: 3, y: 0, z: 7, bindings },
    ]);
    await executor.done();
    expect(u32(executor, address, 1)).toEqual([105]);
  });

  test('more workgroups than 32 bits count run in layers of z', async () => {
    const executor = make({ threads });
    const kernel = executor.loadKernel(layerKernel(executor.shared));
    const address = executor.allocate(12)!;
    const bindings = Uint32Array.of(address, 12);
    executor.submit([{ op: 'dispatch', kernel, x: 65_535, y: 65_535, z: 3, bindings }]);
    await executor.done();
    expect(u32(executor, address, 3)).toEqual([(3 * 65_535 ** 2) % 2 ** 32, 3, 0 + 1 + 2]);
    executor.submit([{ op: 'clear', address, bytes: 12 }]);
    executor.submit([{ op: 'dispatch', kernel, x: 65_535, y: 257, z: 65_535, bindings }]);
    await executor.done();
    // A layer has floor((2³² - 1) / (65535 · 257)) = 255 of z, so that the 257th ends it.
    expect(u32(executor, address, 3)).toEqual([Number((65_535n ** 2n * 257n) % 2n ** 32n), 257, (255 * 257 * 256) / 2]);
  });

  test('writes, dispatches, copies and clears keep their order', async () => {
    const executor = make({ threads });
    const kernel = executor.loadKernel(stepKernel(executor.shared));
    const count = 3000;
    const [a, b] = [executor.allocate(4 * count)!, executor.allocate(4 * count)!];
    const values = Array.from({ length: count }, (_, i) => i * 7);
    executor.submit([
      write(a, ...values),
      dispatch(kernel, count, 1, a, count),
      { op: 'copy', source: a, destination: b, bytes: 4 * count },
      dispatch(kernel, count, 1, a, count),
      write(b, 1, 2, 3),
      { op: 'clear', address: b + 12, bytes: 8 },
      dispatch(kernel, count, 1, b, count),
    ]);
    await executor.done();
    expect(u32(executor, a, count)).toEqual(values.map((value, i) => stepped(value, i, 2)));
    const copied = values.map((value, i) => (i < 3 ? i + 1 : i < 5 ? 0 : stepped(value, i, 1)));
    expect(u32(executor, b, count)).toEqual(copied.map((value, i) => stepped(value, i, 1)));
  });

  test('bytes to write are read before submit returns', async () => {
    const executor = make({ threads });
    const kernel = executor.loadKernel(stepKernel(executor.shared));
    const address = executor.allocate(4)!;
    const bytes = new Uint8Array(4).fill(1);
    executor.submit([
      dispatch(kernel, 1, 1, address, 1),
      { op: 'write', address, bytes },
      dispatch(kernel, 1, 1, address, 1),
    ]);
    bytes.fill(9);
    await executor.done();
    expect(u32(executor, address, 1)).toEqual([stepped(0x01010101, 0, 1)]);
  });

  test('large copies and clears reach every byte and no other', async () => {
    const executor = make({ threads });
    const bytes = 5 * 2 ** 20 + 4;
    const [a, b] = [executor.allocate(bytes + 8)!, executor.allocate(bytes + 8)!];
    const data = new Uint8Array(bytes + 8).map((_, i) => i % 251);
    executor.submit([
      { op: 'write', address: a, bytes: data },
      { op: 'write', address: b, bytes: new Uint8Array(bytes + 8).fill(0xee) },
      { op: 'copy', source: a + 4, destination: b + 4, bytes },
      { op: 'clear', address: a + 4, bytes },
    ]);
    await executor.done();
    const expected = data.slice();
    expected.fill(0xee, 0, 4).fill(0xee, bytes + 4);
    expect(Buffer.compare(executor.bytes().slice(b, b + bytes + 8), expected)).toBe(0);
    expect(Buffer.compare(executor.bytes().slice(a, a + bytes + 8), data.fill(0, 4, bytes + 4))).toBe(0);
  });

  test('atomic additions of all threads are counted', async () => {
    const executor = make({ threads });
    const kernel = executor.loadKernel(countKernel(executor.shared));
    const address = executor.allocate(4)!;
    executor.submit(Array.from({ length: 5 }, () => dispatch(kernel, 1000, 300, address, 1)));
    await executor.done();
    expect(u32(executor, address, 1)).toEqual([1_500_000]);
  });

  test('thousands of submissions run, each after the one before', async () => {
    const executor = make({ threads });
    const kernel = executor.loadKernel(stepKernel(executor.shared));
    const address = executor.allocate(16)!;
    for (let i = 0; i < 5000; i++) executor.submit([dispatch(kernel, 4, 1, address, 4)]);
    await executor.done();
    expect(u32(executor, address, 4)).toEqual([0, 1, 2, 3].map((i) => stepped(0, i, 5000)));
    for (let i = 0; i < 300; i++) {
      executor.submit([dispatch(kernel, 4, 1, address, 4)]);
      await executor.done();
    }
    expect(u32(executor, address, 1)).toEqual([stepped(0, 0, 5300)]);
  });

  // With workers, a lost wake-up showed itself once in some ten thousand waits.
  test('every wait ends, wherever the fence before it is passed', async () => {
    const executor = make({ threads });
    const address = executor.allocate(64)!;
    for (let i = 0; i < 20_000; i++) {
      for (let submission = 0; submission <= i % 4; submission++)
        executor.submit([{ op: 'clear', address, bytes: 64 }]);
      await executor.done();
    }
  });

  test('one submission may hold more commands than any chunk of the stream', async () => {
    const executor = make({ threads });
    const kernel = executor.loadKernel(stepKernel(executor.shared));
    const address = executor.allocate(4)!;
    executor.submit(Array.from({ length: 20_000 }, () => dispatch(kernel, 1, 1, address, 1)));
    const bindings = new Uint32Array(40_000);
    bindings.set([address, 4]);
    executor.submit([{ op: 'dispatch', kernel, x: 1, y: 1, z: 1, bindings }]);
    await executor.done();
    expect(u32(executor, address, 1)).toEqual([stepped(0, 0, 20_001)]);
  });

  test('indirect counts are read when their turn comes, and do nothing above the limit', async () => {
    const executor = make({ threads });
    const step = executor.loadKernel(stepKernel(executor.shared));
    const count = executor.loadKernel(countKernel(executor.shared));
    const [counts, address] = [executor.allocate(12)!, executor.allocate(4)!];
    const indirect: Command = {
      op: 'dispatchIndirect',
      kernel: count,
      counts,
      limit: 1000,
      bindings: Uint32Array.of(address, 4),
    };
    executor.submit([
      write(counts, 3, 1, 3),
      dispatch(step, 3, 1, counts, 3), // 10, 5, 12
      indirect,
      write(counts, 1001, 1, 1),
      indirect,
      write(counts, 1000, 0, 1),
      indirect,
    ]);
    await executor.done();
    expect(u32(executor, address, 1)).toEqual([600]);
  });

  test('timestamps count nanoseconds and do not go back', async () => {
    const executor = make({ threads });
    const busy = executor.loadKernel(busyKernel(executor.shared, 1000));
    const [times, address] = [executor.allocate(24)!, executor.allocate(400)!];
    const before = performance.now();
    executor.submit([
      { op: 'timestamp', address: times },
      dispatch(busy, 100, 1, address, 100),
      { op: 'timestamp', address: times + 8 },
      { op: 'timestamp', address: times + 16 },
    ]);
    await executor.done();
    const passed = (performance.now() - before) * 1e6;
    const [a, b, c] = new BigUint64Array(executor.bytes().slice(times, times + 24).buffer);
    expect(b! > a!).toBe(true);
    expect(c! >= b!).toBe(true);
    expect(Number(c! - a!)).toBeLessThanOrEqual(passed);
  });

  test('memory grows while work is under way', async () => {
    const executor = make({ threads });
    const kernel = executor.loadKernel(stepKernel(executor.shared));
    const addresses: number[] = [];
    for (let i = 0; i < 40; i++) {
      const address = executor.allocate(3_000_000)!;
      addresses.push(address);
      executor.submit([
        write(address, i),
        dispatch(kernel, 500, 1, address, 500),
        { op: 'copy', source: address, destination: address + 2_000_000, bytes: 4 },
      ]);
    }
    await executor.done();
    expect(addresses.map((address) => u32(executor, address + 2_000_000, 1)[0])).toEqual(
      addresses.map((_, i) => stepped(i, 0, 1)),
    );
  });

  test('allocations are zero and apart from each other, reused or not', async () => {
    const executor = make({ threads });
    const kernel = executor.loadKernel(stepKernel(executor.shared));
    for (const access of ['host', 'commands'] as const) {
      for (let round = 0; round < 20; round++) {
        const sizes = [4, 300_000, 256, 70_000];
        const addresses = sizes.map((bytes) => executor.allocate(bytes, access)!);
        if (access === 'commands') await executor.done();
        for (const [i, address] of addresses.entries()) {
          expect(address % 256).toBe(0);
          expect(
            executor
              .bytes()
              .subarray(address, address + sizes[i]!)
              .every((byte) => byte === 0),
          ).toBe(true);
        }
        executor.submit(
          addresses.map((address, i) => ({ op: 'write', address, bytes: new Uint8Array(sizes[i]!).fill(255) })),
        );
        executor.submit(addresses.map((address) => dispatch(kernel, 1, 1, address, 1)));
        for (const address of addresses) executor.free(address);
      }
    }
    await executor.done();
  });

  test('a freed buffer that work under way uses keeps its bytes until that is done', async () => {
    const executor = make({ threads });
    const kernel = executor.loadKernel(stepKernel(executor.shared));
    const result = executor.allocate(4)!;
    for (let i = 0; i < 200; i++) {
      const address = executor.allocate(4000, 'commands')!;
      executor.submit([
        write(address, i),
        dispatch(kernel, 1000, 1, address, 1000),
        { op: 'copy', source: address, destination: result, bytes: 4 },
      ]);
      executor.free(address);
    }
    await executor.done();
    expect(u32(executor, result, 1)).toEqual([stepped(199, 0, 1)]);
  });

  test('where memory runs out, allocate returns null and the rest goes on', async () => {
    const executor = make({ threads, mostPages: 128 });
    expect(executor.allocate(executor.capacity)).toBeNull();
    const address = executor.allocate(4_000_000)!;
    expect(executor.allocate(6_000_000)).toBeNull();
    executor.free(address);
    expect(executor.allocate(6_000_000)).toBe(address);
  });

  test('released kernels make room for others', async () => {
    const executor = make({ threads });
    const address = executor.allocate(4)!;
    const [step, count] = [stepKernel(executor.shared), countKernel(executor.shared)];
    for (let i = 0; i < 50; i++) {
      const kernel = executor.loadKernel(i % 2 === 0 ? step : count);
      executor.submit([dispatch(kernel, 1, 1, address, 1)]);
      executor.releaseKernel(kernel);
    }
    await executor.done();
    let expected = 0;
    for (let i = 0; i < 50; i++) expected = i % 2 === 0 ? stepped(expected, 0, 1) : expected + 1;
    expect(u32(executor, address, 1)).toEqual([expected >>> 0]);
  });

  test('a trap is reported with the label of the kernel, and nothing hangs', async () => {
    const executor = make({ threads });
    const kernel = executor.loadKernel(trapKernel(executor.shared, 900_000), { label: 'broken' });
    executor.submit([dispatch(kernel, 1000, 1000, 0, 0)]);
    const done = executor.done();
    await expect(done).rejects.toThrow(/kernel broken failed: RuntimeError/);
    expect((await executor.failure).message).toContain('broken');
    executor.submit([dispatch(kernel, 1, 1, 0, 0)]);
    await expect(executor.done()).rejects.toThrow(/broken/);
  });

  test('code that is no WebAssembly is a failure with the label of the kernel', async () => {
    const executor = make({ threads });
    executor.loadKernel({ ...emptyKernel(executor.shared), code: Uint8Array.of(1, 2, 3) }, { label: 'garbage' });
    expect((await executor.failure).message).toContain('garbage');
  });

  test('reports reach the callback before done resolves', async () => {
    const reports: [string, number[]][] = [];
    const executor = make({ threads, onReport: (label, words) => reports.push([label, [...words]]) });
    const kernel = executor.loadKernel(reportKernel(executor.shared), { label: 'checked', reports: true });
    executor.submit([dispatch(kernel, 100_000, 1, 0, 0)]);
    await executor.done();
    expect(reports.length).toBeGreaterThanOrEqual(1);
    expect(reports).toContainEqual(['checked', [0, 100_000]]);
    expect(reports.every(([label, [, x]]) => label === 'checked' && x === 100_000)).toBe(true);
    reports.length = 0;
    executor.submit([dispatch(kernel, 1, 1, 0, 0)]);
    await executor.done();
    expect(reports).toEqual([['checked', [0, 1]]]);
  });

  test('destroy rejects what waits, and can be called again', async () => {
    const executor = make({ threads });
    executor.submit([]);
    executor.destroy();
    executor.destroy();
    await expect(executor.done()).rejects.toThrow(/destroyed/);
    expect(executor.bytes()).toHaveLength(0);
    expect(executor.allocate(4)).toBeNull();
    executor.free(0);
    executor.submit([]);
  });
});

describe('with workers', () => {
  test.each([1, 2])('destroy stops a kernel that never ends, with %i of them', async (threads) => {
    const executor = make({ threads });
    const kernel = executor.loadKernel(endlessKernel(true));
    executor.submit([dispatch(kernel, 100, 1, 0, 0)]);
    const done = executor.done();
    await new Promise((resolve) => setTimeout(resolve, 100));
    executor.destroy();
    await expect(done).rejects.toThrow(/destroyed/);
  });

  test('the calling thread is free while kernels run', async () => {
    const executor = make({ threads: 2 });
    const kernel = executor.loadKernel(endlessKernel(true));
    executor.submit([dispatch(kernel, 1, 1, 0, 0)]);
    let done = false;
    executor.done().then(
      () => (done = true),
      () => {},
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(done).toBe(false);
  });

  test('many threads agree with one', async () => {
    const results: number[][] = [];
    for (const threads of [0, 1, 3]) {
      const executor = make({ threads });
      const [step, busy] = [
        executor.loadKernel(stepKernel(executor.shared)),
        executor.loadKernel(busyKernel(executor.shared, 300)),
      ];
      const address = executor.allocate(40_000)!;
      const list: Command[] = [];
      for (let i = 0; i < 200; i++) {
        list.push(dispatch(i % 3 === 0 ? busy : step, 1 + ((i * 977) % 10_000), 1, address, 10_000));
      }
      executor.submit(list);
      await executor.done();
      results.push(u32(executor, address, 10_000));
    }
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });
});

test('a number of threads that is none is refused', () => {
  expect(() => createExecutor({ threads: -1 })).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: threads must be a whole number from 0 to 256, got -1]`,
  );
});
