import { describe, expect, it } from 'vitest';
import { runKernel } from './runKernel.ts';

describe.each([1, 4] as const)('compound assignment at width %i', (width) => {
  it('reads the target before the right side changes it', () => {
    const code = `
      @group(0) @binding(0) var<storage, read_write> out: array<i32>;
      var<private> p = 3;
      var<private> v = vec2(1, 2);
      fn change() -> i32 { p = 5 - p; v.y += 10; return p; }
      @compute @workgroup_size(4) fn main(@builtin(local_invocation_index) lane: u32) {
        p += change();
        v.y -= change();
        out[lane] += p * 100 + v.y;
      }`;
    // p = 3 + 2, then 5 - 5; v.y = (2 + 10) - 0.
    expect([...runKernel(code, { buffers: [Int32Array.of(0, 1, 2, 3)], width })[0]!]).toEqual([12, 13, 14, 15]);
  });
});
