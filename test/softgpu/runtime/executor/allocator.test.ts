import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Allocator } from '../../../../src/softgpu/runtime/executor/allocator.ts';

const unlimited = () => true;

describe('allocator', () => {
  test('untouched memory is clean, reused memory dirty', () => {
    const allocator = new Allocator(1024, unlimited);
    expect(allocator.take(1)).toEqual({ address: 1024, dirtyBytes: 0 });
    expect(allocator.take(257)).toEqual({ address: 1280, dirtyBytes: 0 });
    allocator.give(1024, 0);
    expect(allocator.take(200)).toEqual({ address: 1024, dirtyBytes: 256 });
  });

  test('the smallest block that is large enough is taken', () => {
    const allocator = new Allocator(0, unlimited);
    const [a, , c] = [1024, 256, 512, 256].map((bytes) => allocator.take(bytes)!.address);
    allocator.give(a!, 0);
    allocator.give(c!, 0);
    expect(allocator.take(300)!.address).toBe(c);
    expect(allocator.take(300)!.address).toBe(a);
  });

  test('neighbors merge, whatever the order they are freed in', () => {
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [0, 2, 1],
      [1, 0, 2],
    ]) {
      const allocator = new Allocator(0, unlimited);
      const blocks = [256, 512, 256, 256].map((bytes) => allocator.take(bytes)!.address);
      for (const i of order) allocator.give(blocks[i]!, 0);
      expect(allocator.take(1024)).toEqual({ address: 0, dirtyBytes: 1024 });
    }
  });

  test('a freed block at the end is extended by untouched memory', () => {
    const allocator = new Allocator(0, (end) => end <= 2048);
    allocator.take(256);
    allocator.give(allocator.take(1024)!.address, 0);
    expect(allocator.take(1792)).toEqual({ address: 256, dirtyBytes: 1024 });
    expect(allocator.take(1)).toBeNull();
  });

  test('blocks of work that is not done are kept from those who ask for idle ones', () => {
    const allocator = new Allocator(0, unlimited);
    allocator.give(allocator.take(256)!.address, 7);
    expect(allocator.take(256, 6)).toEqual({ address: 256, dirtyBytes: 0 });
    expect(allocator.take(256, 7)).toEqual({ address: 0, dirtyBytes: 256 });
  });

  test('what was not given out cannot be given back', () => {
    const allocator = new Allocator(0, unlimited);
    const { address } = allocator.take(256)!;
    allocator.give(address, 0);
    expect(() => allocator.give(address, 0)).toThrowErrorMatchingInlineSnapshot(
      `[Error: free: 0 is not the address of an allocation]`,
    );
  });

  test('allocations never overlap, and memory comes back whole', () => {
    const steps = fc.array(fc.record({ take: fc.boolean(), bytes: fc.nat(3000), which: fc.nat() }), { maxLength: 200 });
    fc.assert(
      fc.property(steps, (list) => {
        const allocator = new Allocator(256, (end) => end <= 65_536);
        const held: { address: number; end: number }[] = [];
        for (const { take, bytes, which } of list) {
          if (take) {
            const allocation = allocator.take(bytes);
            if (allocation === null) continue;
            const { address } = allocation;
            const end = address + bytes;
            expect(address % 256).toBe(0);
            expect(end <= 65_536 && address >= 256).toBe(true);
            expect(held.filter((other) => other.address < end && address < other.end)).toEqual([]);
            held.push({ address, end });
          } else if (held.length > 0) {
            const [gone] = held.splice(which % held.length, 1);
            allocator.give(gone!.address, 0);
          }
        }
        for (const { address } of held) allocator.give(address, 0);
        expect(allocator.bytesInUse).toBe(0);
        expect(allocator.take(65_536 - 256)?.address).toBe(256);
      }),
    );
  });
});
