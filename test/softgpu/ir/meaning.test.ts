import { describe, expect, it } from 'vitest';
import { interpret } from './interpret.ts';
import { kernelOf, run } from './program.ts';

describe('control flow', () => {
  it('adds up a loop with an unknown end', () => {
    const body = 'var s = 0u; for (var i = 0u; i < in[0]; i++) { s += i * in[i % 3]; } out[0] = s;';
    expect(run('u32', body, { input: [5, 7, 9] })[0]).toBe(7 + 18 + 15 + 28);
  });

  it('unrolls loops with break and continue', () => {
    const body = `
      var s = 0u;
      for (var i = 0u; i < 10u; i++) {
        if (in[i] == 3u) { continue; }
        if (in[i] == 9u) { break; }
        s = s * 10u + in[i];
      }
      out[0] = s;`;
    expect(run('u32', body, { input: [1, 3, 2, 3, 5, 9, 1, 1, 1, 1] })[0]).toBe(125);
  });

  it('unrolls a loop of at most so many rounds that fills an array', () => {
    const body = `
      var a = array<u32, 4>(7u, 7u, 7u, 7u);
      for (var i = 0u; i < min(4u, in[0]); i++) { if (in[i] == 1u) { continue; } a[i] = in[i]; }
      out[0] = a[0]; out[1] = a[1]; out[2] = a[2]; out[3] = a[3];`;
    expect(run('u32', body, { input: [3, 1, 5, 6] }).slice(0, 4)).toEqual([3, 7, 5, 7]);
    expect(run('u32', body, { input: [0, 1, 5, 6] }).slice(0, 4)).toEqual([7, 7, 7, 7]);
    expect(run('u32', body, { input: [9, 1, 5, 6] }).slice(0, 4)).toEqual([9, 7, 5, 6]);
  });

  it('leaves a loop whose body starts with a break', () => {
    const body = `
      var i = 0u; var s = 0u;
      loop { if (i >= 3u) { break; } s += in[i]; continuing { i++; } }
      loop { if (i == in[0]) { break; } s += 100u; i++; }
      out[0] = s; out[1] = i;`;
    expect(run('u32', body, { input: [5, 1, 1] }).slice(0, 2)).toEqual([207, 5]);
  });

  it('continues into a continuing block that uses the lets of the body', () => {
    const body = `
      var i = 0u; var s = 0u;
      loop {
        let step = in[i];
        if (step == 2u) { continue; }
        s += 100u;
        continuing { s += step; i += 1u; break if i >= in[0]; }
      }
      out[0] = s;`;
    expect(run('u32', body, { input: [4, 2, 7, 2] })[0]).toBe(200 + 4 + 2 + 7 + 2);
  });

  it('takes the case of a switch, its default, and breaks out of it', () => {
    const body = `
      for (var i = 0u; i < in[0]; i++) {
        switch in[i + 1u] {
          case 1u, 2u { out[i] = 10u; }
          case 3u { if (i > 2u) { break; } out[i] = 30u; }
          default { out[i] = 99u; }
        }
      }`;
    expect(run('u32', body, { input: [5, 1, 3, 2, 3, 7] })).toEqual([10, 30, 10, 0, 99, 0, 0, 0]);
  });

  it('returns early from functions, also out of loops', () => {
    const declarations = `
      fn find(wanted: u32, n: u32) -> u32 {
        for (var i = 0u; i < n; i++) { if (in[i] == wanted) { return i; } }
        return 77u;
      }
      fn sign(x: u32) -> u32 { if (x > 10u) { return 1u; } else if (x > 5u) { return 2u; } else { return 3u; } }`;
    const body =
      'out[0] = find(9u, in[0]); out[1] = find(8u, in[0]); out[2] = sign(in[0]); out[3] = sign(in[1]) + sign(find(4u, 4u));';
    expect(run('u32', body, { input: [6, 20, 4, 9], declarations })).toEqual([3, 77, 2, 4, 0, 0, 0, 0]);
  });

  it('evaluates the right side of && and || only where it must', () => {
    const declarations = 'var<private> calls: u32; fn yes() -> bool { calls++; return true; }';
    const body =
      'let a = in[0] > 1u && yes(); let b = in[0] > 1u || yes(); out[0] = calls; out[1] = u32(a); out[2] = u32(b);';
    expect(run('u32', body, { input: [0], declarations }).slice(0, 3)).toEqual([1, 0, 1]);
    expect(run('u32', body, { input: [5], declarations }).slice(0, 3)).toEqual([1, 1, 1]);
  });

  it('keeps variables of a loop body apart from round to round', () => {
    const body =
      'for (var i = 0u; i < in[0]; i++) { var x: u32; var a: array<u32, 4>; x += i; a[i] += x; out[i] = x + a[0] + a[i]; }';
    expect(run('u32', body, { input: [4] }).slice(0, 4)).toEqual([0, 2, 4, 6]);
  });
});

describe('variables', () => {
  it('mixes static and dynamic indexes of an array', () => {
    const body = `
      var a = array<u32, 4>(1u, 2u, 3u, 4u);
      a[1] = 20u;
      let before = a[in[0]];
      a[in[0]] = 50u;
      a[2] += a[1];
      out[0] = before; out[1] = a[0]; out[2] = a[1]; out[3] = a[2]; out[4] = a[3]; out[5] = a[in[1]];`;
    expect(run('u32', body, { input: [1, 3] }).slice(0, 6)).toEqual([20, 1, 50, 53, 4, 4]);
  });

  it('clamps an index out of range to the last element', () => {
    const body =
      'var a = array<u32, 3>(1u, 2u, 3u); out[0] = a[in[0]]; out[1] = in[in[0]]; out[in[0]] = 9u; let v = vec2u(4u, 5u); out[2] = v[in[0]];';
    expect(run('u32', body, { input: [100, 8] })).toEqual([3, 8, 5, 0, 0, 0, 0, 9]);
  });

  it('writes components and columns by dynamic index', () => {
    const body = `
      var v = vec3f(1, 2, 3); var m = mat2x3f(1, 2, 3, 4, 5, 6); let i = u32(in[0]);
      v[i] = 10; v.z += 0.5; m[i] = v; m[0].y = 7; m[i][u32(in[1])] *= 2;
      out[0] = v.x; out[1] = v.y; out[2] = v.z; out[3] = m[0].x; out[4] = m[0].y; out[5] = m[1].x; out[6] = m[1].y; out[7] = m[1].z;`;
    expect(run('f32', body, { input: [1, 2] })).toEqual([1, 10, 3.5, 1, 7, 1, 10, 7]);
  });

  it('passes pointers to members and elements', () => {
    const declarations = `
      struct S { a: vec2u, b: array<u32, 3> }
      fn bump(p: ptr<function, u32>) -> u32 { *p += 5u; return *p; }
      fn fill(p: ptr<function, array<u32, 3>>, x: u32) { for (var i = 0u; i < 3u; i++) { (*p)[i] = x + i; } }`;
    const body = `
      var s: S; fill(&s.b, in[0]); let q = &s.b[1]; out[0] = bump(q); *q += 1u;
      var t = s; t.b[0] = 0u; s.a = vec2u(3u, 4u);
      out[1] = s.b[0]; out[2] = s.b[1]; out[3] = s.b[2]; out[4] = t.b[1]; out[5] = s.a.y; out[6] = t.b[0]; out[7] = t.a.x;`;
    expect(run('u32', body, { input: [10], declarations })).toEqual([16, 10, 17, 12, 17, 4, 0, 0]);
  });

  it('copies arrays that are too large to take apart', () => {
    const declarations = `fn total(a: array<u32, 100>) -> u32 { var s = 0u; for (var i = 0u; i < 100u; i++) { s += a[i]; } return s; }`;
    const body = `
      var a: array<u32, 100>;
      for (var i = 0u; i < 100u; i++) { a[i] = i; }
      var b = a; a[3] = 1000u; b[in[0]] += 7u;
      out[0] = total(a); out[1] = total(b); a = b; out[2] = a[3]; out[3] = total(a);`;
    expect(run('u32', body, { input: [5], declarations }).slice(0, 4)).toEqual([4950 + 997, 4957, 3, 4957]);
  });

  it('reads constant arrays by dynamic index', () => {
    const declarations = 'const table = array<f32, 6>(1, 2, 4, 8, 16, 32);';
    expect(
      run('f32', 'out[0] = table[u32(in[0])]; out[1] = table[u32(in[1])];', { input: [3, 5], declarations }).slice(
        0,
        2,
      ),
    ).toEqual([8, 32]);
  });
});

describe('arithmetic', () => {
  it('divides, shifts and negates integers as WGSL does', () => {
    const body = `
      let a = in[0]; let b = in[1];
      out[0] = a / b; out[1] = a % b; out[2] = a >> 1u; out[3] = -a; out[4] = a / (b - b); out[5] = a % (b - b); out[6] = abs(a); out[7] = a * b;`;
    expect(run('i32', body, { input: [-7, 2] })).toEqual([-3, -1, -4, 7, -7, 0, 7, -14]);
    expect(
      run('i32', 'out[0] = in[0] / in[1]; out[1] = in[0] % in[1];', { input: [-2147483648, -1] }).slice(0, 2),
    ).toEqual([-2147483648, 0]);
  });

  it('multiplies matrices and vectors', () => {
    const body = `
      let m = mat3x2f(in[0], 2, 3, 4, 5, 6); let v = m * vec3f(1, 2, 3); let w = vec2f(1, 10) * m; let p = m * transpose(m);
      out[0] = v.x; out[1] = v.y; out[2] = w.x; out[3] = w.z; out[4] = p[0].x; out[5] = p[1].y; out[6] = determinant(p); out[7] = (2 * m)[2].y;`;
    expect(run('f32', body, { input: [1] })).toEqual([22, 28, 21, 65, 35, 56, 24, 12]);
  });

  it('computes the geometric built-ins', () => {
    const body = `
      let a = vec3f(in[0], 2, 3); let b = vec3f(4, 5, 6); let c = cross(a, b);
      out[0] = dot(a, b); out[1] = c.x; out[2] = c.y; out[3] = c.z; out[4] = length(vec2f(3, 4)); out[5] = normalize(vec2f(0, in[1])).y;
      out[6] = reflect(vec2f(1, -1), vec2f(0, 1)).y; out[7] = distance(a, b) * distance(a, b);`;
    expect(run('f32', body, { input: [1, 9] }).map((x) => Math.fround(Number(x.toFixed(4))))).toEqual([
      32, -3, 6, -3, 5, 1, 1, 27,
    ]);
  });

  it('clamps, steps, mixes and splits floats', () => {
    const body = `
      let x = in[0];
      out[0] = clamp(x, 0, 2); out[1] = step(1, x); out[2] = mix(10, 20, 0.25 * (x - 1.75)); out[3] = smoothstep(0, 4, x);
      let parts = modf(x); out[4] = parts.fract; out[5] = parts.whole; let e = frexp(x); out[6] = e.fract; out[7] = f32(e.exp) + ldexp(x, 3);`;
    expect(run('f32', body, { input: [2.75] })).toEqual([
      2,
      1,
      12.5,
      Math.fround(0.6875 ** 2 * (3 - 2 * 0.6875)),
      0.75,
      2,
      0.6875,
      24,
    ]);
  });

  it('finds, counts, moves and packs bits', () => {
    const body = `
      let x = in[0];
      out[0] = countOneBits(x); out[1] = firstLeadingBit(x); out[2] = firstTrailingBit(x); out[3] = reverseBits(x);
      out[4] = extractBits(x, in[1], 8u); out[5] = insertBits(0u, x, 4u, 8u); out[6] = pack4x8unorm(unpack4x8unorm(x)); out[7] = pack2x16float(unpack2x16float(x));`;
    expect(run('u32', body, { input: [0x12345678, 8] })).toEqual([
      13, 28, 3, 0x1e6a2c48, 0x56, 0x780, 0x12345678, 0x12345678,
    ]);
  });

  it('converts between numbers with saturation', () => {
    const body =
      'let x = bitcast<f32>(in[0]); out[0] = u32(x); out[1] = u32(i32(-x)); out[2] = u32(bool(in[1])); out[3] = bitcast<u32>(f32(in[1]));';
    // Past the range comes the largest float in it: 2³² - 2⁸.
    expect(run('u32', body, { input: [0x4f800000, 3] }).slice(0, 4)).toEqual([0xffffff00, 0x80000000, 1, 0x40400000]);
  });

  it('rounds f16 after each operation', () => {
    const source = `enable f16;
      @group(0) @binding(0) var<storage, read_write> a: array<f16>;
      @compute @workgroup_size(1) fn main() { a[2] = a[0] + a[1]; a[3] = (a[0] + a[1]) - a[0]; let v = bitcast<u32>(vec2h(a[0], a[1])); let w = bitcast<vec2h>(v); a[4] = w.y; }`;
    const kernel = kernelOf(source);
    const halves = new Uint16Array([0x6800, 0x3c00, 0, 0, 0, 0]); // 2048 and 1
    interpret(kernel, { buffers: [new Uint8Array(halves.buffer)] });
    expect([...halves]).toEqual([0x6800, 0x3c00, 0x6800, 0, 0x3c00, 0]);
  });
});

describe('workgroups', () => {
  const source = `
    var<workgroup> shared_sums: array<u32, 8>;
    var<workgroup> total: atomic<u32>;
    @group(0) @binding(0) var<storage, read_write> data: array<u32>;
    @group(0) @binding(1) var<storage, read_write> sums: array<atomic<u32>>;
    @compute @workgroup_size(4, 2) fn main(@builtin(local_invocation_index) i: u32, @builtin(workgroup_id) w: vec3u, @builtin(global_invocation_id) g: vec3u, @builtin(num_workgroups) n: vec3u) {
      shared_sums[i] = data[w.x * 8u + i];
      atomicAdd(&total, g.x + 100u * g.y);
      workgroupBarrier();
      for (var s = 4u; s > 0u; s /= 2u) { if (i < s) { shared_sums[i] += shared_sums[i + s]; } workgroupBarrier(); }
      let all = workgroupUniformLoad(&shared_sums);
      data[w.x * 8u + i] = all[0] + i;
      if (i == 0u) { atomicMax(&sums[0], all[0]); let r = atomicCompareExchangeWeak(&sums[1], w.x, w.x + 1u); atomicAdd(&sums[2], u32(r.exchanged)); atomicStore(&sums[3], atomicLoad(&total)); atomicAdd(&sums[4], n.x + arrayLength(&data)); }
    }`;

  it('exchange values through workgroup memory, atomics and barriers', () => {
    const kernel = kernelOf(source);
    const data = Uint32Array.from({ length: 16 }, (_, i) => i);
    const sums = new Uint32Array(5);
    const bytes = [data, sums].map((array) => new Uint8Array(array.buffer));
    interpret(kernel, { buffers: bytes, workgroups: [2, 1, 1] });
    expect([...data]).toEqual([
      ...Array.from({ length: 8 }, (_, i) => 28 + i),
      ...Array.from({ length: 8 }, (_, i) => 92 + i),
    ]);
    expect([...sums]).toEqual([92, 2, 2, 2 * (4 + 5 + 6 + 7) + 400, 36]);
  });
});
