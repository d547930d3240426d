import { describe, expect, test } from 'vitest';
import type { Label } from '../../../src/softgpu/wasm/functionBuilder.ts';
import { WasmModule } from '../../../src/softgpu/wasm/module.ts';
import { printWat } from '../../../src/softgpu/wasm/wat.ts';

type Callable = (...args: number[]) => number;

function instantiate(module: WasmModule, imports: WebAssembly.Imports = {}): Record<string, Callable> {
  const compiled = new WebAssembly.Module(module.finish({ names: true }) as BufferSource);
  return new WebAssembly.Instance(compiled, imports).exports as Record<string, Callable>;
}

function addSum(module: WasmModule) {
  const sum = module.addFunction('sum', ['i32', 'i32'], ['f32']);
  sum.nameLocal(0, 'from');
  sum.nameLocal(1, 'count');
  const total = sum.local('v128', 'total');
  const done = sum.block();
  const next = sum.loop();
  sum.get(1);
  sum.op('i32.eqz');
  sum.brIf(done);
  sum.get(total);
  sum.get(0);
  sum.memory('v128.load', 16, 2);
  sum.op('f32x4.add');
  sum.set(total);
  sum.get(0);
  sum.i32Const(16);
  sum.op('i32.add');
  sum.set(0);
  sum.get(1);
  sum.i32Const(1);
  sum.op('i32.sub');
  sum.set(1);
  sum.br(next);
  sum.end();
  sum.end();
  sum.get(total);
  sum.lane('f32x4.extract_lane', 3);
  module.exportFunction('sum', sum);
  return sum;
}

describe('WasmModule', () => {
  test('runs a loop over imported shared memory', () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 2, shared: true });
    new Float32Array(memory.buffer).set([0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8]);
    const module = new WasmModule();
    module.importMemory('env', 'memory', { min: 1, max: 2, shared: true });
    addSum(module);
    expect(instantiate(module, { env: { memory } }).sum!(0, 2)).toBe(12);
  });

  test('keeps constants bit for bit', () => {
    const module = new WasmModule();
    const f32 = module.addFunction('f32', [], ['i32']);
    f32.f32Bits(0x7fa12345);
    f32.op('i32.reinterpret_f32');
    const lane = module.addFunction('lane', [], ['i32']);
    lane.i32x4Const(1, 2, 0xfedcba98, 4);
    lane.lane('i32x4.extract_lane', 2);
    const big = module.addFunction('big', [], ['f64']);
    big.i64Const(-(2n ** 63n));
    big.op('f64.convert_i64_s');
    const pair = module.addFunction('pair', [], ['f64']);
    pair.f64x2Const(1, Math.PI);
    pair.lane('f64x2.extract_lane', 1);
    for (const builder of [f32, lane, big, pair]) module.exportFunction(builder.name, builder);
    const run = instantiate(module);
    expect(run.f32!()).toBe(0x7fa12345);
    expect(run.lane!() >>> 0).toBe(0xfedcba98);
    expect(run.big!()).toBe(-(2 ** 63));
    expect(run.pair!()).toBe(Math.PI);
  });

  test.each([0, 63, 64, -64, -65, 127, 128, 8191, -8192, 2 ** 31 - 1, -(2 ** 31)])('encodes i32 %d', (value) => {
    const module = new WasmModule();
    const builder = module.addFunction('value', [], ['i32']);
    builder.i32Const(value);
    module.exportFunction('value', builder);
    expect(instantiate(module).value!()).toBe(value);
    expect(printWat(module.finish())).toContain(`i32.const ${value}\n`);
  });

  test('branches by table', () => {
    const module = new WasmModule();
    const pick = module.addFunction('pick', ['i32'], ['i32']);
    const labels: Label[] = [pick.block(), pick.block(), pick.block()];
    pick.get(0);
    pick.brTable([labels[2]!, labels[1]!], labels[0]!);
    for (const value of [10, 20]) {
      pick.end();
      pick.i32Const(value);
      pick.op('return');
    }
    pick.end();
    pick.i32Const(30);
    module.exportFunction('pick', pick);
    const { pick: run } = instantiate(module);
    expect([0, 1, 2, -1].map((index) => run!(index))).toEqual([10, 20, 30, 30]);
  });

  test('calls imported and built functions, copies and fills memory, and moves lanes', () => {
    const memory = new WebAssembly.Memory({ initial: 1 });
    const module = new WasmModule();
    module.importMemory('env', 'memory', { min: 1 });
    const twice = module.importFunction('env', 'twice', ['i32'], ['i32']);
    const reverse = module.addFunction('reverse', ['v128'], ['v128']);
    reverse.get(0);
    reverse.get(0);
    reverse.shuffle32(3, 2, 1, 0);
    const main = module.addFunction('main', [], ['i32']);
    main.i32Const(0);
    main.i32Const(1);
    main.i32Const(4);
    main.memoryFill();
    main.i32Const(8);
    main.i32Const(0);
    main.i32Const(4);
    main.memoryCopy();
    main.i32Const(0);
    main.memory('v128.load');
    main.call(reverse);
    main.lane('i32x4.extract_lane', 1);
    main.call(twice);
    main.memorySize();
    main.op('i32.add');
    module.exportFunction('main', main);
    const run = instantiate(module, { env: { memory, twice: (x: number) => 2 * x } });
    expect(run.main!()).toBe(0x02020202 + 1);
  });

  test('shares one type among functions of the same signature', () => {
    const module = new WasmModule();
    for (const name of ['a', 'b', 'c']) module.addFunction(name, ['i32', 'v128'], []);
    const one = new WasmModule();
    one.addFunction('a', ['i32', 'v128'], []);
    expect(module.finish().length - one.finish().length).toBe(2 + 2 * 3);
  });

  test('names the function in errors about blocks', () => {
    const module = new WasmModule();
    const builder = module.addFunction('kernel', [], []);
    const label = builder.block();
    expect(() => module.finish()).toThrowErrorMatchingInlineSnapshot(
      `[Error: wasm: function kernel leaves 1 blocks open]`,
    );
    builder.end();
    expect(() => builder.br(label)).toThrowErrorMatchingInlineSnapshot(
      `[Error: wasm: function kernel branches to a block that has ended]`,
    );
    expect(() => builder.end()).toThrowErrorMatchingInlineSnapshot(
      `[Error: wasm: function kernel ends a block that was never opened]`,
    );
  });
});

describe('printWat', () => {
  test('prints names, indentation and constants', () => {
    const module = new WasmModule();
    module.importMemory('env', 'memory', { min: 1, max: 2, shared: true });
    addSum(module);
    const odd = module.addFunction('odd name', ['f32'], ['f32']);
    const label = odd.block('f32');
    odd.f32Const(-0.1);
    odd.f64Const(-Infinity);
    odd.i32x4Const(0x3f800000, 0, 0x7fc00001, 0x80000000);
    for (let i = 0; i < 2; i++) odd.op('drop');
    odd.get(0);
    odd.i32Const(1);
    odd.if();
    odd.br(label);
    odd.else();
    odd.atomicFence();
    odd.op('return');
    odd.end();
    odd.selectTyped('f32');
    odd.end();
    expect(printWat(module.finish({ names: true }))).toMatchInlineSnapshot(`
      "(module
        (import "env" "memory" (memory 1 2 shared))
        (func $sum (export "sum") (param $from i32) (param $count i32) (result f32)
          (local $total v128)
          block $block0
            loop $loop1
              local.get $count
              i32.eqz
              br_if $block0
              local.get $total
              local.get $from
              v128.load offset=16 align=4
              f32x4.add
              local.set $total
              local.get $from
              i32.const 16
              i32.add
              local.set $from
              local.get $count
              i32.const 1
              i32.sub
              local.set $count
              br $loop1
            end
          end
          local.get $total
          f32x4.extract_lane 3
        )
        (func $odd_name (param $0 f32) (result f32)
          block $block0 (result f32)
            f32.const -0.1
            f64.const -inf
            v128.const i32x4 0x3f800000 0x00000000 0x7fc00001 0x80000000 ;; f32 1 0 nan:0x400001 -0
            drop
            drop
            local.get $0
            i32.const 1
            if $if1
              br $block0
            else
              atomic.fence
              return
            end
            select (result f32)
          end
        )
      )
      "
    `);
  });

  test('refuses what is no module, and what ends early', () => {
    expect(() => printWat(new Uint8Array(8))).toThrowErrorMatchingInlineSnapshot(
      `[Error: wasm: not a WebAssembly module, version 1]`,
    );
    const module = new WasmModule();
    addSum(module);
    const bytes = module.finish();
    for (let length = 0; length < bytes.length; length++) {
      if (length === 8) continue; // a module without sections
      try {
        printWat(bytes.slice(0, length));
      } catch (error) {
        expect(String(error)).toContain('wasm: ');
      }
    }
  });
});
