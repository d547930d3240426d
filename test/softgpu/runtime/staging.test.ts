import { expect, test } from 'vitest';
import { Allocator } from '../../../src/softgpu/runtime/executor/allocator.ts';
import { Staging } from '../../../src/softgpu/runtime/executor/staging.ts';

function stagingOf(most = Number.POSITIVE_INFINITY) {
  let top = 0;
  const allocator = new Allocator(0, (end) => {
    if (end > most) return false;
    top = Math.max(top, end);
    return true;
  });
  return { staging: new Staging(allocator), allocator, top: () => top };
}

test('work that never pauses needs no more memory than its first steps', () => {
  const { staging, top } = stagingOf();
  let after: number | undefined;
  for (let step = 1; step <= 200; step++) {
    for (const bytes of [4, 3000, 70_000, 4]) {
      const address = staging.take(bytes, step - 3); // two steps are under way
      expect(address).not.toBeNull();
      staging.give(address!, bytes, step);
    }
    if (step === 5) after = top();
  }
  expect(top()).toBe(after);
});

test('what work still reads is not handed out', () => {
  const { staging } = stagingOf();
  const first = staging.take(1000, 0)!;
  staging.give(first, 1000, 5);
  const second = staging.take(1000, 4)!;
  expect(Math.abs(second - first)).toBeGreaterThanOrEqual(1000);
  expect(staging.take(900, 5)).toBe(first);
});

test('where memory runs out, what lies idle is given back', () => {
  const { staging, allocator } = stagingOf(4096);
  const first = staging.take(2000, 0)!;
  staging.give(first, 2000, 1);
  expect(allocator.bytesInUse).toBe(2048);
  expect(staging.take(4000, 0)).toBeNull();
  expect(staging.take(4000, 1)).not.toBeNull();
});
