import type { ValType } from '../wasm/instructions.ts';
import type { Emitter, Value } from './emitter.ts';

/** A v128 with what its lanes hold, or a wasm scalar. */
export type MathType = 'f32x4' | 'i32x4' | 'i32' | 'i64' | 'f32' | 'f64';

/**
 * Where a function is written: 'always' at its uses, 'few' for the first uses in each function, then once in the module,
 * 'never' at a use. In place it runs up to twice as fast, for its constants leave the loop; but code takes time to compile.
 */
export type Inlining = 'always' | 'few' | 'never';

/** A built-in that is no wasm instruction, as code on values. */
export interface MathFunction {
  readonly name: string;
  readonly params: readonly MathType[];
  readonly result: MathType;
  readonly inline: Inlining;
  /** The code of the result. Parameters may be used many times; what else is, goes through `e.let`. */
  readonly emit: (e: Emitter, ...args: Value[]) => Value;
  /** What `callScalar` takes instead, where scalars have a shorter way than one lane of four. */
  readonly scalar?: MathFunction;
}

/** The wasm type that holds a value. */
export function wasmType(type: MathType): ValType {
  return type === 'f32x4' || type === 'i32x4' ? 'v128' : type;
}

/** The type of one lane; scalars are their own. */
export function laneType(type: MathType): Exclude<MathType, 'f32x4' | 'i32x4'> {
  if (type === 'f32x4') return 'f32';
  return type === 'i32x4' ? 'i32' : type;
}
