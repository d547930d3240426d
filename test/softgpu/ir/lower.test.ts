import { describe, expect, it } from 'vitest';
import { printKernel } from '../../../src/softgpu/ir/print.ts';
import { kernelOf } from './program.ts';

const print = (source: string) => `\n${printKernel(kernelOf(source))}\n`;

describe('variables', () => {
  it('keep an array of accumulators in registers', () => {
    const text = print(`
      @group(0) @binding(0) var<storage, read> x: array<vec4f>;
      @group(0) @binding(1) var<storage, read_write> y: array<vec4f, 2>;
      @compute @workgroup_size(1) fn main() {
        var acc: array<vec4f, 2>;
        for (var k = 0u; k < arrayLength(&x); k++) {
          for (var r = 0u; r < 2u; r++) { acc[r] = fma(vec4f(x[k][r]), x[0], acc[r]); }
        }
        for (var r = 0u; r < 2u; r++) { y[r] = acc[r]; }
      }`);
    expect(text).toMatchInlineSnapshot(`
      "
      kernel main (1, 1, 1)
      buffer x 0 storage
      buffer y 1 storage writable
        %0 = length x
        %1 = shrU i32 %0, 4
        %2 = add i32 %1, -1
        $acc = (0.0 0.0 0.0 0.0)
        $acc+16 = (0.0 0.0 0.0 0.0)
        $k = 0
        loop @0
          %3 = $k
          %4 = leU bool %1, %3
          if %4
            exit @0
          %5 = minU i32 %3, %2
          %6 = shl i32 %5, 4
          %7 = load f32 x[%6]
          %8 = splat f32x4 %7
          %9 = load f32x4 x[0]
          %10 = $acc
          %11 = fma f32x4 %8, %9, %10
          $acc = %11
          %12 = load f32 x[%6 + 4]
          %13 = splat f32x4 %12
          %14 = $acc+16
          %15 = fma f32x4 %13, %9, %14
          $acc+16 = %15
          %16 = add i32 %3, 1
          $k = %16
        %17 = $acc
        y[0] = f32x4 %17
        %18 = $acc+16
        y[16] = f32x4 %18
      "
    `);
  });

  it('are plain values where no control flow comes between', () => {
    const text = print(`
      @group(0) @binding(0) var<storage, read_write> y: array<f32, 4>;
      fn twice(p: ptr<function, f32>) { *p = *p + *p; }
      @compute @workgroup_size(1) fn main() { var v = y[0]; twice(&v); v *= 3; var w = vec2f(v, 1); w.y = v; y[1] = w.x + w.y; }`);
    expect(text).toMatchInlineSnapshot(`
      "
      kernel main (1, 1, 1)
      buffer y 0 storage writable
        %0 = load f32 y[0]
        %1 = add f32 %0, %0
        %2 = mul f32 %1, 3.0
        %3 = add f32 %2, %2
        y[4] = %3
      "
    `);
  });

  it('lie in memory where an array is indexed dynamically', () => {
    const text = print(`
      @group(0) @binding(0) var<storage, read_write> y: array<u32, 4>;
      @compute @workgroup_size(1) fn main() { var a: array<u32, 4>; a[y[0]] = 5; a[2] += 1; y[1] = a[y[2]]; }`);
    expect(text).toMatchInlineSnapshot(`
      "
      kernel main (1, 1, 1)
      buffer y 0 storage writable
      slot a private 16
        zero a
        %0 = load i32 y[0]
        %1 = minU i32 %0, 3
        %2 = shl i32 %1, 2
        a[%2] = 5
        %3 = load i32 a[8]
        %4 = add i32 %3, 1
        a[8] = %4
        %5 = load i32 y[8]
        %6 = minU i32 %5, 3
        %7 = shl i32 %6, 2
        %8 = load i32 a[%7]
        y[4] = %8
      "
    `);
  });
});

describe('indexes', () => {
  it('are clamped unless their range is known', () => {
    const text = print(`
      var<workgroup> t: array<f32, 64>;
      @group(0) @binding(0) var<storage, read_write> y: array<f32>;
      @compute @workgroup_size(64) fn main(@builtin(local_invocation_index) i: u32, @builtin(global_invocation_id) g: vec3u) {
        y[g.x] = t[i] + t[(i + 1) % 64] + t[63 - i] + t[i + 1] + t[y_index(g.x) & 31];
      }
      fn y_index(x: u32) -> u32 { return u32(y[x]); }`);
    expect(text).toMatchInlineSnapshot(`
      "
      kernel main (64, 1, 1)
      buffer y 0 storage writable
      slot t workgroup 256
        %0 = input local_id.x
        %1 = input workgroup_id.x
        %2 = shl i32 %1, 6
        %3 = add i32 %2, %0
        %4 = length y
        %5 = shrU i32 %4, 2
        %6 = add i32 %5, -1
        zero t
        barrier
        %7 = minU i32 %3, %6
        %8 = shl i32 %7, 2
        %9 = shl i32 %0, 2
        %10 = load f32 t[%9]
        %11 = add i32 %0, 1
        %12 = and i32 %11, 63
        %13 = shl i32 %12, 2
        %14 = load f32 t[%13]
        %15 = add f32 %10, %14
        %16 = sub i32 63, %0
        %17 = shl i32 %16, 2
        %18 = load f32 t[%17]
        %19 = add f32 %15, %18
        %20 = minU i32 %11, 63
        %21 = shl i32 %20, 2
        %22 = load f32 t[%21]
        %23 = add f32 %19, %22
        %24 = load f32 y[%8]
        %25 = unsignedFromFloat i32 %24
        %26 = and i32 %25, 31
        %27 = shl i32 %26, 2
        %28 = load f32 t[%27]
        %29 = add f32 %23, %28
        y[%8] = %29
      "
    `);
  });

  it('below the bound of a long loop need no clamp', () => {
    const text = print(`
      var<workgroup> t: array<f32, 100>;
      @compute @workgroup_size(1) fn main() { for (var i = 0; i < 100; i++) { t[i] = f32(i); } }`);
    expect(text).not.toContain('minU');
  });
});

describe('control flow', () => {
  it('takes one branch of a constant condition and one case of a constant selector', () => {
    const text = print(`
      const MODE = 2u;
      @group(0) @binding(0) var<storage, read_write> y: array<f32, 4>;
      @compute @workgroup_size(1) fn main() {
        if (MODE == 1u) { y[0] = 1; } else { y[1] = 2; }
        switch MODE { case 1u { y[2] = 3; } case 2u, default { y[3] = 4; break; } }
      }`);
    expect(text).toMatchInlineSnapshot(`
      "
      kernel main (1, 1, 1)
      buffer y 0 storage writable
        y[4] = 2.0
        y[12] = 4.0
      "
    `);
  });

  it('leaves a function early through a scope', () => {
    const text = print(`
      @group(0) @binding(0) var<storage, read_write> y: array<f32, 4>;
      fn f(x: f32) -> f32 { if (x < 0) { return 1; } return x; }
      @compute @workgroup_size(1) fn main() { y[0] = f(y[1]); }`);
    expect(text).toMatchInlineSnapshot(`
      "
      kernel main (1, 1, 1)
      buffer y 0 storage writable
        %0 = load f32 y[4]
        scope @0
          %1 = lt bool %0, 0.0
          if %1
            $f = 1.0
            exit @0
          $f = %0
        %2 = $f
        y[0] = %2
      "
    `);
  });
});

describe('inputs', () => {
  it('are computed once, from what the workgroup size leaves open', () => {
    const text = print(`
      @group(0) @binding(0) var<storage, read_write> y: array<vec3u, 2>;
      @compute @workgroup_size(4, 1, 2) fn main(@builtin(global_invocation_id) g: vec3u, @builtin(local_invocation_id) l: vec3u) { y[0] = g; y[1] = l; }`);
    expect(text).toMatchInlineSnapshot(`
      "
      kernel main (4, 1, 2)
      buffer y 0 storage writable
        %0 = input workgroup_id.x
        %1 = shl i32 %0, 2
        %2 = input local_id.x
        %3 = add i32 %1, %2
        %4 = input workgroup_id.y
        %5 = input workgroup_id.z
        %6 = shl i32 %5, 1
        %7 = input local_id.z
        %8 = add i32 %6, %7
        %9 = build i32x3 %3, %4, %8
        %10 = build i32x3 %2, 0, %7
        y[0] = i32x3 %9
        y[16] = i32x3 %10
      "
    `);
  });
});

it('refuses calls that multiply without end, even of functions that do nothing', () => {
  const levels = Array.from({ length: 40 }, (_, i) => `fn f${i + 1}() { f${i}(); f${i}(); }`);
  const source = `fn f0() {} ${levels.join('\n')} @compute @workgroup_size(1) fn main() { f40(); }`;
  expect(() => kernelOf(source)).toThrow(/once every call is inlined/);
});

it('refuses a program that explodes when its calls are inlined', () => {
  const levels = Array.from({ length: 24 }, (_, i) => `fn f${i + 1}() { f${i}(); f${i}(); }`);
  const source = `
    @group(0) @binding(0) var<storage, read_write> y: array<u32, 4>;
    fn f0() { y[0] += y[1]; }
    ${levels.join('\n')}
    @compute @workgroup_size(1) fn main() { f24(); }`;
  expect(() => kernelOf(source)).toThrowErrorMatchingInlineSnapshot(
    `[LoweringError: main: more than 400000 instructions once every call is inlined; call large functions from fewer places]`,
  );
});
