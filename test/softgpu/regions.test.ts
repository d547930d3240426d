import { describe, expect, test } from 'vitest';
import { runKernel } from './runKernel.ts';

const output = '@group(0) @binding(0) var<storage, read_write> y: array<u32>;';
const input = '@group(0) @binding(1) var<storage, read> x: array<u32>;';

describe.each([1, 4] as const)('barriers, %i invocations at a time', (width) => {
  const run = (body: string, count: number, x: readonly number[] = [0]) => {
    const buffers = [new Uint32Array(count), Uint32Array.from(x)];
    return [...runKernel(`${output}\n${input}\n${body}`, { buffers, width })[0]!];
  };

  test('what one invocation wrote another reads behind the barrier', () => {
    const body = `
      var<workgroup> shared_: array<u32, 8>;
      @compute @workgroup_size(8) fn main(@builtin(local_invocation_index) i: u32) {
        shared_[i] = 10 * i + x[0];
        workgroupBarrier();
        y[i] = shared_[7 - i];
      }`;
    expect(run(body, 8)).toEqual([70, 60, 50, 40, 30, 20, 10, 0]);
  });

  test('a loop with a barrier runs for the workgroup, its counter once', () => {
    const body = `
      var<workgroup> line: array<u32, 8>;
      @compute @workgroup_size(8) fn main(@builtin(local_invocation_index) i: u32) {
        line[i] = i;
        for (var round = 0u; round < x[0]; round++) {
          workgroupBarrier();
          let next = line[(i + 1) % 8];
          workgroupBarrier();
          line[i] = next;
        }
        y[i] = line[i];
      }`;
    expect(run(body, 8, [3])).toEqual([3, 4, 5, 6, 7, 0, 1, 2]);
  });

  test('variables of every type keep their values across a barrier', () => {
    const body = `
      @compute @workgroup_size(8) fn main(@builtin(local_invocation_index) i: u32) {
        var count = i * x[0];
        var vector = vec3f(f32(i), 2, 3);
        var odd = (i & x[1]) == 1;
        var list = array<u32, 4>(i, i + 1, i + 2, i + 3);
        let product = f32(i) * 1.5 + exp(f32(x[0] - 3)) - 1;
        workgroupBarrier();
        list[i % 4] += 100;
        count += u32(vector.x + vector.z);
        workgroupBarrier();
        y[i] = select(0u, 1000u, odd) + count + list[i % 4] + u32(2 * product);
      }`;
    const expected = Array.from(
      { length: 8 },
      (_, i) => (i & 1) * 1000 + 3 * i + (i + 3) + (i + (i % 4) + 100) + 3 * i,
    );
    expect(run(body, 8, [3, 1])).toEqual(expected);
  });

  test('a branch before a shared write does not see it', () => {
    const body = `
      var<workgroup> turn: array<u32, 8>;
      @compute @workgroup_size(8) fn main(@builtin(local_invocation_index) i: u32) {
        var k = 1u;
        if (x[0] == 3) { turn[i] = i; workgroupBarrier(); k = 2; }
        if (i < 4) { y[i] = k; }
        k = 5;
        workgroupBarrier();
        if (i >= 4) { y[i] = k; }
      }`;
    expect(run(body, 8, [3])).toEqual([2, 2, 2, 2, 5, 5, 5, 5]);
  });

  test('an invocation that returned alone does nothing in later regions', () => {
    const body = `
      var<workgroup> total: atomic<u32>;
      @compute @workgroup_size(8) fn main(@builtin(local_invocation_index) i: u32) {
        atomicAdd(&total, i);
        workgroupBarrier();
        if (i == 2 || i == 5) { return; }
        let sum = atomicLoad(&total);
        if (x[0] == 7) { y[i] = sum; return; }
        y[i] = 1;
      }`;
    expect(run(body, 8, [7])).toEqual([28, 28, 0, 28, 28, 0, 28, 28]);
    expect(run(body, 8, [6])).toEqual([1, 1, 0, 1, 1, 0, 1, 1]);
  });

  test('a break that all take together leaves a loop with barriers', () => {
    const body = `
      var<workgroup> line: array<u32, 8>;
      @compute @workgroup_size(8) fn main(@builtin(local_invocation_index) i: u32) {
        var round = 0u;
        loop {
          if (round == x[0]) { break; }
          line[i] += i + round;
          workgroupBarrier();
          if (round == 100) { return; }
          continuing { round += 1; }
        }
        y[i] = line[i];
      }`;
    expect(run(body, 8, [3])).toEqual(Array.from({ length: 8 }, (_, i) => 3 * i + 3));
  });

  test('workgroupUniformLoad gives all the same value', () => {
    const body = `
      var<workgroup> limit: u32;
      @compute @workgroup_size(8) fn main(@builtin(local_invocation_index) i: u32) {
        if (i == 7) { limit = x[0]; }
        for (var k = 0u; k < workgroupUniformLoad(&limit); k++) {
          workgroupBarrier();
          y[i] += 1;
        }
      }`;
    expect(run(body, 8, [4])).toEqual(new Array(8).fill(4));
  });

  test('workgroup memory begins as zeros in every workgroup', () => {
    const code = `${output}
      var<workgroup> seen: u32;
      @compute @workgroup_size(4) fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) i: u32) {
        if (i == 0) { y[group.x] = seen; seen = 5; }
      }`;
    expect([...runKernel(code, { buffers: [new Uint32Array(6)], groups: [6], width })[0]!]).toEqual(
      new Array(6).fill(0),
    );
  });

  test('three axes of invocations are told apart', () => {
    const code = `${output}
      var<workgroup> line: array<u32, 24>;
      @compute @workgroup_size(4, 3, 2) fn main(@builtin(local_invocation_id) id: vec3u, @builtin(local_invocation_index) i: u32) {
        line[i] = id.x + 10 * id.y + 100 * id.z;
        workgroupBarrier();
        y[23 - i] = line[i];
      }`;
    const expected = Array.from(
      { length: 24 },
      (_, i) => (i % 4) + 10 * (Math.floor(i / 4) % 3) + 100 * Math.floor(i / 12),
    );
    expect([...runKernel(code, { buffers: [new Uint32Array(24)], width })[0]!]).toEqual(expected.reverse());
  });

  test('a long chain of arithmetic crosses a barrier', () => {
    const steps = Array.from({ length: 500 }, (_, k) => `s = (s ^ ${k}) * ${2 * k + 3};`).join('\n');
    const body = `
      fn f(start: u32) -> u32 { var s = start; ${steps} return s; }
      @compute @workgroup_size(4) fn main(@builtin(local_invocation_index) i: u32) {
        var s = i;
        ${'s = f(s);\n'.repeat(30)}
        workgroupBarrier();
        y[i] = s;
      }`;
    const f = (start: number) => {
      let s = start;
      for (let k = 0; k < 500; k++) s = Math.imul(s ^ k, 2 * k + 3) >>> 0;
      return s;
    };
    const chain = (i: number) => Array.from({ length: 30 }).reduce<number>(f, i);
    expect(run(body, 4)).toEqual([0, 1, 2, 3].map(chain));
  });
});
