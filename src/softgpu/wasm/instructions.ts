import { ATOMIC_MEMORY } from './atomicInstructions.ts';
import { CORE_MEMORY, CORE_PLAIN, type InstructionRow, SATURATING_PLAIN, type Words } from './coreInstructions.ts';
import { RELAXED_PLAIN, SIMD_LANE, SIMD_MEMORY, SIMD_MEMORY_LANE, SIMD_PLAIN } from './simdInstructions.ts';

export type ValType = 'i32' | 'i64' | 'f32' | 'f64' | 'v128';

/** Instructions without immediates. */
export type PlainOp = Words<
  (
    | (typeof CORE_PLAIN)[number]
    | (typeof SATURATING_PLAIN)[number]
    | (typeof SIMD_PLAIN)[number]
    | (typeof RELAXED_PLAIN)[number]
  )[2]
>;

/** Instructions with a memory operand: offset and alignment. */
export type MemoryOp = Words<
  ((typeof CORE_MEMORY)[number] | (typeof SIMD_MEMORY)[number] | (typeof ATOMIC_MEMORY)[number])[2]
>;

/** Instructions with a lane. */
export type LaneOp = Words<(typeof SIMD_LANE)[number][2]>;

/** Instructions with a memory operand and a lane. */
export type MemoryLaneOp = Words<(typeof SIMD_MEMORY_LANE)[number][2]>;

export type InstructionName = PlainOp | MemoryOp | LaneOp | MemoryLaneOp;

/** What follows the code of an instruction. */
export type Immediate = 'none' | 'memory' | 'lane' | 'memoryLane';

export interface Instruction {
  readonly name: InstructionName;
  readonly prefix: 0 | 0xfc | 0xfd | 0xfe;
  readonly code: number;
  readonly immediate: Immediate;
  /** As in the tables: operand letters, a colon, result letters. */
  readonly signature: string;
  /** log2 of the natural alignment in bytes; 0 without a memory operand. */
  readonly align: number;
  readonly relaxed: boolean;
}

function* expand(): Generator<Instruction> {
  const tables: [Instruction['prefix'], Immediate, readonly InstructionRow[]][] = [
    [0, 'none', CORE_PLAIN],
    [0, 'memory', CORE_MEMORY],
    [0xfc, 'none', SATURATING_PLAIN],
    [0xfd, 'none', SIMD_PLAIN],
    [0xfd, 'none', RELAXED_PLAIN],
    [0xfd, 'memory', SIMD_MEMORY],
    [0xfd, 'lane', SIMD_LANE],
    [0xfd, 'memoryLane', SIMD_MEMORY_LANE],
    [0xfe, 'memory', ATOMIC_MEMORY],
  ];
  for (const [prefix, immediate, rows] of tables) {
    for (const [first, signature, names, alignments] of rows) {
      for (const [i, name] of names.split(' ').entries()) {
        yield {
          name: name as InstructionName,
          prefix,
          code: first + i,
          immediate,
          signature,
          align: Number(alignments?.[i] ?? 0),
          relaxed: rows === RELAXED_PLAIN,
        };
      }
    }
  }
}

/** Every instruction of the tables by name: what the encoder and the printer share. Structured control, calls, locals and constants are theirs. */
export const INSTRUCTIONS = Object.fromEntries(
  Array.from(expand(), (instruction) => [instruction.name, instruction]),
) as Readonly<Record<InstructionName, Instruction>>;

/** Binary codes of the value types. */
export const VAL_TYPE_CODES: Readonly<Record<ValType, number>> = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
};
