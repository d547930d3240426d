import { describe, expect, test } from 'vitest';
import { relaxedSimd } from '../../../src/softgpu/wasm/features.ts';
import type { FunctionBuilder } from '../../../src/softgpu/wasm/functionBuilder.ts';
import {
  INSTRUCTIONS,
  type Instruction,
  type LaneOp,
  type MemoryLaneOp,
  type MemoryOp,
  type PlainOp,
  type ValType,
} from '../../../src/softgpu/wasm/instructions.ts';
import { WasmModule } from '../../../src/softgpu/wasm/module.ts';
import { printWat } from '../../../src/softgpu/wasm/wat.ts';

const LETTERS: Readonly<Record<string, ValType>> = { i: 'i32', l: 'i64', f: 'f32', d: 'f64', v: 'v128', '?': 'f32' };

function typesOf(letters: string): ValType[] {
  return [...letters].map((letter) => LETTERS[letter]!);
}

function emit(builder: FunctionBuilder, { name, immediate }: Instruction): void {
  if (immediate === 'none') builder.op(name as PlainOp);
  else if (immediate === 'memory') builder.memory(name as MemoryOp, 16);
  else if (immediate === 'lane') builder.lane(name as LaneOp, 1);
  else builder.memoryLane(name as MemoryLaneOp, 16, 1);
}

/** A module whose function passes its parameters to the instruction and returns what it leaves. */
function moduleOf(instruction: Instruction): Uint8Array {
  const [params, results] = instruction.signature.split(':').map(typesOf) as [ValType[], ValType[]];
  const module = new WasmModule();
  module.importMemory('env', 'memory', { min: 1, max: 1, shared: true });
  const builder = module.addFunction('use', params, results);
  params.forEach((_, index) => {
    builder.get(index);
  });
  emit(builder, instruction);
  return module.finish();
}

describe('instruction table', () => {
  test.each(Object.values(INSTRUCTIONS))('$name validates in a function of its signature', (instruction) => {
    const bytes = moduleOf(instruction);
    if (!instruction.relaxed || relaxedSimd()) expect(WebAssembly.validate(bytes as BufferSource)).toBe(true);
    expect(printWat(bytes)).toMatch(
      new RegExp(`\\n    ${instruction.name.replaceAll('.', '\\.')}( offset=16)?( 1)?\\n  \\)`),
    );
  });

  test.each(Object.values(INSTRUCTIONS).filter(({ signature }) => signature.includes(':') && signature !== ':'))(
    '$name is refused with another result type, so its signature is the true one',
    (instruction) => {
      const [params, results] = instruction.signature.split(':') as [string, string];
      const other = results === 'l' ? 'i' : 'l';
      expect(WebAssembly.validate(moduleOf({ ...instruction, signature: `${params}:${other}` }) as BufferSource)).toBe(
        false,
      );
    },
  );

  test('no two instructions share a code', () => {
    const codes = Object.values(INSTRUCTIONS).map(({ prefix, code }) => `${prefix}:${code}`);
    expect(new Set(codes).size).toBe(codes.length);
    expect(codes.length).toBe(new Set(Object.keys(INSTRUCTIONS)).size);
  });

  test.each<[PlainOp, number[], number]>([
    ['i32.sub', [7, 2], 5],
    ['i32.shr_s', [-8, 1], -4],
    ['i32.rem_u', [-1, 10], 5],
    ['i32.rotr', [1, 1], -2147483648],
    ['i32.clz', [1], 31],
    ['f32.copysign', [2, -0], -2],
    ['f64.nearest', [2.5], 2],
    ['i32.trunc_sat_f32_u', [1e20], -1],
    ['i32.extend8_s', [255], -1],
    ['f64.max', [1, 3], 3],
  ])('%s of %j is %d', (name, args, expected) => {
    const instruction = INSTRUCTIONS[name];
    const [params, results] = instruction.signature.split(':').map(typesOf) as [ValType[], ValType[]];
    const module = new WasmModule();
    const builder = module.addFunction('use', params, results);
    for (const index of args.keys()) builder.get(index);
    builder.op(name);
    module.exportFunction('use', builder);
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.finish() as BufferSource));
    expect((exports.use as (...args: number[]) => number)(...args)).toBe(expected);
  });
});
