import { WasmModule } from './module.ts';

let relaxed: boolean | undefined;

/**
 * Whether this engine accepts relaxed SIMD. Node 20 has it behind a V8 flag, which this sets: it acts on modules
 * compiled afterwards, in this thread and the workers it starts, so ask before compiling the first kernel.
 */
export function relaxedSimd(): boolean {
  relaxed ??= acceptsRelaxedSimd() || (setRelaxedSimdFlag() && acceptsRelaxedSimd());
  return relaxed;
}

function acceptsRelaxedSimd(): boolean {
  const module = new WasmModule();
  const probe = module.addFunction('probe', ['v128'], ['v128']);
  for (let i = 0; i < 3; i++) probe.get(0);
  probe.op('f32x4.relaxed_madd');
  return WebAssembly.validate(module.finish() as BufferSource);
}

/** V8's flags, where there is Node: `getBuiltinModule` needs no import, so bundlers and pages see nothing of it. */
function setRelaxedSimdFlag(): boolean {
  if (typeof process === 'undefined') return false;
  const v8: unknown = process.getBuiltinModule?.('node:v8');
  if (typeof v8 !== 'object' || v8 === null || !('setFlagsFromString' in v8)) return false;
  if (typeof v8.setFlagsFromString !== 'function') return false;
  v8.setFlagsFromString('--experimental-wasm-relaxed-simd');
  return true;
}
