import { type Inlining, laneType, type MathFunction, wasmType } from '../../../src/softgpu/math/mathFunction.ts';
import { MathLibrary } from '../../../src/softgpu/math/mathLibrary.ts';
import type { FunctionBuilder } from '../../../src/softgpu/wasm/functionBuilder.ts';
import { WasmModule } from '../../../src/softgpu/wasm/module.ts';

/** The code under test, over whole arrays. */
export interface ArrayFunction {
  /** Lane by lane; all arguments as long as the first, and as bits: f32 functions take a Float32Array's. */
  apply(...args: readonly ArrayBufferView[]): ArrayBuffer;
}

type Width = 'vector' | 'scalar';

/** A module that maps the function over arrays in its memory: four lanes at a time, or one by `callScalar`. */
export function arrayFunction(
  callee: MathFunction,
  { relaxed, width = 'vector', inline = callee.inline }: { relaxed: boolean; width?: Width; inline?: Inlining },
): ArrayFunction {
  const module = new WasmModule();
  module.importMemory('env', 'memory', { min: 1 });
  const library = new MathLibrary(module, { relaxed });
  const arity = callee.params.length;
  const map = module.addFunction(
    'map',
    Array.from({ length: arity + 2 }, () => 'i32' as const),
    [],
  );
  const [destination, end] = [arity, arity + 1];
  const step = width === 'vector' ? 16 : 4;
  const done = map.block();
  const next = map.loop();
  map.get(destination);
  map.get(end);
  map.op('i32.ge_u');
  map.brIf(done);
  map.get(destination);
  for (let i = 0; i < arity; i++) {
    map.get(i);
    if (width === 'vector') map.memory('v128.load', 0, 2);
    else map.memory(laneType(callee.params[i]!) === 'f32' ? 'f32.load' : 'i32.load');
  }
  if (width === 'vector') library.call(map, callee, { inline });
  else library.callScalar(map, callee, { inline });
  store(map, callee, width);
  for (let i = 0; i <= arity; i++) {
    map.get(i);
    map.i32Const(step);
    map.op('i32.add');
    map.set(i);
  }
  map.br(next);
  map.end();
  map.end();
  module.exportFunction('map', map);
  return { apply: runner(module.finish({ names: true }), arity) };
}

function store(map: FunctionBuilder, callee: MathFunction, width: Width): void {
  if (width === 'vector') {
    if (wasmType(callee.result) !== 'v128') throw new TypeError(`${callee.name} gives no vector`);
    map.memory('v128.store', 0, 2);
  } else map.memory(laneType(callee.result) === 'f32' ? 'f32.store' : 'i32.store');
}

function runner(code: Uint8Array, arity: number): ArrayFunction['apply'] {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(code as BufferSource), { env: { memory } });
  const map = exports.map as (...args: number[]) => void;
  return (...args) => {
    const bytes = args[0]!.byteLength;
    const stride = Math.ceil(bytes / 16) * 16;
    const missing = stride * (arity + 1) - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / 65536));
    for (const [i, { buffer, byteOffset }] of args.entries()) {
      new Uint8Array(memory.buffer).set(new Uint8Array(buffer as ArrayBuffer, byteOffset, bytes), i * stride);
    }
    map(...Array.from({ length: arity + 1 }, (_, i) => i * stride), arity * stride + bytes);
    return memory.buffer.slice(arity * stride, arity * stride + bytes);
  };
}

/** A module with one function of scalars that calls it, for arguments and results that are not lanes. */
export function scalarFunction(
  callee: MathFunction,
  body: (f: FunctionBuilder, call: () => void) => void,
  params: ('i32' | 'f32')[],
  result: 'i32' | 'f32',
): (...args: number[]) => number {
  const module = new WasmModule();
  const library = new MathLibrary(module, { relaxed: false });
  const f = module.addFunction('run', params, [result]);
  body(f, () => library.call(f, callee));
  module.exportFunction('run', f);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.finish() as BufferSource));
  return exports.run as (...args: number[]) => number;
}
