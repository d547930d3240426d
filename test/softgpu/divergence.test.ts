import { describe, expect, test } from 'vitest';
import { runKernel } from './runKernel.ts';

const bindings = `
  @group(0) @binding(0) var<storage, read_write> y: array<u32>;
  @group(0) @binding(1) var<storage, read> x: array<u32>;`;

/** Each case gives the body of `fn f(i: u32) -> u32` and the same in JavaScript. */
const cases: readonly [name: string, body: string, truth: (i: number, x: readonly number[]) => number][] = [
  [
    'an if and an else',
    'if (i % 3 == 0) { return 10 * i; } else { return i + 1; }',
    (i) => (i % 3 === 0 ? 10 * i : i + 1),
  ],
  [
    'a loop whose rounds differ',
    'var s = 0u; for (var k = 0u; k < x[i]; k++) { s += k * i; } return s;',
    (i, x) => Array.from({ length: x[i]! }, (_, k) => k * i).reduce((a, b) => a + b, 0),
  ],
  [
    'break and continue',
    `var s = 0u;
     for (var k = 0u; k < 20; k++) { if (k % 2 == i % 2) { continue; } if (k > x[i]) { break; } s += k; }
     return s;`,
    (i, x) => {
      let s = 0;
      for (let k = 0; k < 20; k++) {
        if (k % 2 === i % 2) continue;
        if (k > x[i]!) break;
        s += k;
      }
      return s;
    },
  ],
  [
    'a return from nested loops',
    'for (var a = 0u; a < 6; a++) { for (var b = 0u; b < 6; b++) { if (a * b == x[i]) { return 100 * a + b; } } } return 7u;',
    (i, x) => {
      for (let a = 0; a < 6; a++) for (let b = 0; b < 6; b++) if (a * b === x[i]) return 100 * a + b;
      return 7;
    },
  ],
  [
    'a switch',
    `var r = 1u;
     switch (x[i] % 5) { case 0: { r = 5; } case 1, 2: { if (i > 6) { break; } r = 6; } default: { r += i; } }
     return r;`,
    (i, x) => {
      const v = x[i]! % 5;
      if (v === 0) return 5;
      if (v === 1 || v === 2) return i > 6 ? 1 : 6;
      return 1 + i;
    },
  ],
  [
    'a continuing block with break if',
    'var k = 0u; var s = 0u; loop { if (k == 3) { continue; } s += 10; continuing { k += 1; s += 1; break if k > x[i]; } } return s;',
    (i, x) => {
      let [k, s] = [0, 0];
      for (;;) {
        if (k !== 3) s += 10;
        k++;
        s++;
        if (k > x[i]!) return s;
      }
    },
  ],
  [
    'an array indexed by the invocation',
    'var list = array<u32, 5>(); for (var k = 0u; k < 9; k++) { list[(k * x[i]) % 5] += k + i; } return list[i % 5];',
    (i, x) => {
      const list = [0, 0, 0, 0, 0];
      for (let k = 0; k < 9; k++) list[(k * x[i]!) % 5]! += k + i;
      return list[i % 5]!;
    },
  ],
  [
    'vectors with dynamic components',
    'var v = vec4u(1, 2, 3, 4); v[x[i] % 4] += i; let w = v.wzyx + vec4u(x[i]); return w[i % 4] * 2 + dot(v.xy, w.zw);',
    (i, x) => {
      const v = [1, 2, 3, 4];
      v[x[i]! % 4]! += i;
      const w = [...v].reverse().map((each) => each + x[i]!);
      return w[i % 4]! * 2 + v[0]! * w[2]! + v[1]! * w[3]!;
    },
  ],
  [
    'a shared condition behind a private one',
    'var s = i; if (i > 4) { for (var k = 0u; k < 4; k++) { s += k; if (k == x[16]) { break; } } } return s;',
    (i, x) => (i > 4 ? i + Array.from({ length: Math.min(4, x[16]! + 1) }, (_, k) => k).reduce((a, b) => a + b, 0) : i),
  ],
  [
    'division by what may be zero',
    'return (100 + i) / (x[i] % 3) + (100 + i) % (x[i] % 3);',
    (i, x) => {
      const d = x[i]! % 3;
      return d === 0 ? 100 + i : Math.floor((100 + i) / d) + ((100 + i) % d);
    },
  ],
];

const x = Array.from({ length: 17 }, (_, i) => (i * 7 + 3) % 11);
x[16] = 2;

describe.each(cases)('%s', (_, body, truth) => {
  const expected = Array.from({ length: 16 }, (_v, i) => truth(i, x) >>> 0);

  test.each([
    [1, 16],
    [4, 16],
    [4, 8],
    [4, 7],
    [4, 5],
  ] as const)('is the same %i at a time in workgroups of %i', (width, size) => {
    const code = `${bindings}
      fn f(i: u32) -> u32 { ${body} }
      @compute @workgroup_size(${size}) fn main(@builtin(global_invocation_id) id: vec3u) {
        if (id.x >= 16) { return; }
        y[id.x] = f(id.x);
      }`;
    const buffers = [new Uint32Array(16), Uint32Array.from(x)];
    expect([...runKernel(code, { buffers, groups: [Math.ceil(16 / size)], width })[0]!]).toEqual(expected);
  });
});

describe.each([1, 4] as const)('memory, %i invocations at a time', (width) => {
  test('indexes past the end stay inside the buffer, wherever they wrap', () => {
    const code = `${bindings}
      @compute @workgroup_size(8) fn main(@builtin(global_invocation_id) id: vec3u) {
        y[id.x] = x[id.x + x[8]];
      }`;
    for (const shift of [0, 3, 7, 8, 100, 0x3fffffff, 0x40000000, 0x7ffffffe, 0xfffffffc, 0xffffffff]) {
      const values = [10, 11, 12, 13, 14, 15, 16, 17, shift];
      const [y] = runKernel(code, { buffers: [new Uint32Array(8), Uint32Array.from(values)], width });
      for (const [i, each] of [...y!].entries()) {
        const index = (i + shift) >>> 0;
        if (index < 9) expect(each).toBe(values[index]);
        else expect(values).toContain(each);
      }
    }
  });

  test('lanes past the end of a row reach no memory far behind an array', () => {
    const code = `
      @group(0) @binding(0) var<storage, read_write> y: array<u32>;
      @group(0) @binding(1) var<storage, read> x: array<u32, 40000>;
      var<workgroup> far: array<u32, 40000>;
      @compute @workgroup_size(5) fn main(@builtin(local_invocation_index) i: u32) {
        far[i * 9999] = x[i * 9999] + i;
        workgroupBarrier();
        y[i] = far[i * 9999];
      }`;
    const x = Uint32Array.from({ length: 40000 }, (_, i) => i);
    const [y] = runKernel(code, { buffers: [new Uint32Array(5), x], width });
    expect([...y!]).toEqual([0, 10000, 20000, 30000, 40000]);
  });

  test('addresses kept across a barrier are those of lanes at work', () => {
    const code = `${bindings}
      @compute @workgroup_size(6, 2) fn main(@builtin(local_invocation_index) i: u32) {
        var list: array<u32, 4>;
        list[x[i]] = x[i];
        for (var k = 2u; k < 6; k++) {
          y[i] = list[list[3]];
          workgroupBarrier();
        }
      }`;
    const x = Uint32Array.from({ length: 12 }, (_, i) => i % 5);
    const [y] = runKernel(code, { buffers: [new Uint32Array(12), x], width });
    expect([...y!]).toEqual(Array.from(x, (v) => (v < 3 ? 0 : v)));
  });

  test('thousands of early returns follow each other', () => {
    const returns = Array.from({ length: 3000 }, (_, k) => `if (x[i] == ${k + 1}) { y[i] = ${k}; return; }`);
    const code = `${bindings}
      @compute @workgroup_size(4) fn main(@builtin(local_invocation_index) i: u32) { ${returns.join('\n')} }`;
    const [y] = runKernel(code, { buffers: [new Uint32Array(4), new Uint32Array([3000, 0, 1, 77])], width });
    expect([...y!]).toEqual([2999, 0, 0, 76]);
  });

  test('writes under a condition touch nothing else', () => {
    const code = `${bindings}
      @compute @workgroup_size(16) fn main(@builtin(global_invocation_id) id: vec3u) {
        if (x[id.x] == 1) { y[id.x] = 5; }
      }`;
    const on = Array.from({ length: 16 }, (_, i) => Number(i % 5 === 1 || i > 11));
    const [y] = runKernel(code, { buffers: [new Uint32Array(16).fill(9), Uint32Array.from(on)], width });
    expect([...y!]).toEqual(on.map((each) => (each === 1 ? 5 : 9)));
  });

  test('atomics count each invocation at work once', () => {
    const code = `
      @group(0) @binding(0) var<storage, read_write> sum: atomic<u32>;
      @group(0) @binding(1) var<storage, read_write> most: atomic<i32>;
      @group(0) @binding(2) var<storage, read_write> old: array<u32>;
      @compute @workgroup_size(8) fn main(@builtin(global_invocation_id) id: vec3u) {
        if (id.x % 3 == 1) { return; }
        old[id.x] = atomicAdd(&sum, id.x);
        atomicMax(&most, i32(id.x) - 9);
      }`;
    const buffers = [new Uint32Array([100]), new Int32Array([-100]), new Uint32Array(8)];
    const [sum, most, old] = runKernel(code, { buffers, width });
    expect([sum![0], most![0]]).toEqual([100 + 0 + 2 + 3 + 5 + 6, -3]);
    expect([...old!]).toEqual([100, 0, 100, 102, 0, 105, 110, 0]);
  });

  test('vectors of two, three and four components lie as the layout says', () => {
    const code = `
      struct Row { a: vec3f, b: f32, c: vec2f, d: vec4f }
      @group(0) @binding(0) var<storage, read_write> y: array<Row>;
      @group(0) @binding(1) var<storage, read> x: array<Row>;
      @compute @workgroup_size(4) fn main(@builtin(global_invocation_id) id: vec3u) {
        let r = x[id.x];
        y[id.x] = Row(r.a.zxy * 2, r.b + 1, r.c.yx, r.d.wzyx + r.a.xxyz);
      }`;
    const words = Float32Array.from({ length: 48 }, (_, i) => i + 1);
    const [y] = runKernel(code, { buffers: [new Float32Array(48), words], width });
    for (let row = 0; row < 4; row++) {
      const [a0, a1, a2, b, c0, c1, , , d0, d1, d2, d3] = words.subarray(
        12 * row,
        12 * row + 12,
      ) as unknown as number[];
      expect([...y!.subarray(12 * row, 12 * row + 6)]).toEqual([2 * a2!, 2 * a0!, 2 * a1!, b! + 1, c1, c0]);
      expect([...y!.subarray(12 * row + 8, 12 * row + 12)]).toEqual([d3! + a0!, d2! + a0!, d1! + a1!, d0! + a2!]);
    }
  });
});
