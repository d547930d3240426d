/**
 * Instruction tables: rows of `[first code, signature, names, alignments]`. The names of a row have consecutive codes.
 * A signature lists operand types, a colon, result types: i = i32, l = i64, f = f32, d = f64, v = v128.
 * Alignments are one digit per name: log2 of the natural alignment in bytes.
 */
export type InstructionRow = readonly [first: number, signature: string, names: string, alignments?: string];

/** The words of a string of names separated by one blank, as a union of literal types. */
export type Words<S extends string> = S extends `${infer Word} ${infer Rest}` ? Word | Words<Rest> : S;

/** MVP and sign-extension instructions without immediates. */
export const CORE_PLAIN = [
  [0x00, ':', 'unreachable nop'],
  [0x0f, ':', 'return'],
  [0x1a, '?:', 'drop'],
  [0x1b, '??i:?', 'select'],
  [0x45, 'i:i', 'i32.eqz'],
  [0x46, 'ii:i', 'i32.eq i32.ne i32.lt_s i32.lt_u i32.gt_s i32.gt_u i32.le_s i32.le_u i32.ge_s i32.ge_u'],
  [0x50, 'l:i', 'i64.eqz'],
  [0x51, 'll:i', 'i64.eq i64.ne i64.lt_s i64.lt_u i64.gt_s i64.gt_u i64.le_s i64.le_u i64.ge_s i64.ge_u'],
  [0x5b, 'ff:i', 'f32.eq f32.ne f32.lt f32.gt f32.le f32.ge'],
  [0x61, 'dd:i', 'f64.eq f64.ne f64.lt f64.gt f64.le f64.ge'],
  [0x67, 'i:i', 'i32.clz i32.ctz i32.popcnt'],
  [0x6a, 'ii:i', 'i32.add i32.sub i32.mul i32.div_s i32.div_u i32.rem_s i32.rem_u i32.and i32.or i32.xor'],
  [0x74, 'ii:i', 'i32.shl i32.shr_s i32.shr_u i32.rotl i32.rotr'],
  [0x79, 'l:l', 'i64.clz i64.ctz i64.popcnt'],
  [0x7c, 'll:l', 'i64.add i64.sub i64.mul i64.div_s i64.div_u i64.rem_s i64.rem_u i64.and i64.or i64.xor'],
  [0x86, 'll:l', 'i64.shl i64.shr_s i64.shr_u i64.rotl i64.rotr'],
  [0x8b, 'f:f', 'f32.abs f32.neg f32.ceil f32.floor f32.trunc f32.nearest f32.sqrt'],
  [0x92, 'ff:f', 'f32.add f32.sub f32.mul f32.div f32.min f32.max f32.copysign'],
  [0x99, 'd:d', 'f64.abs f64.neg f64.ceil f64.floor f64.trunc f64.nearest f64.sqrt'],
  [0xa0, 'dd:d', 'f64.add f64.sub f64.mul f64.div f64.min f64.max f64.copysign'],
  [0xa7, 'l:i', 'i32.wrap_i64'],
  [0xa8, 'f:i', 'i32.trunc_f32_s i32.trunc_f32_u'],
  [0xaa, 'd:i', 'i32.trunc_f64_s i32.trunc_f64_u'],
  [0xac, 'i:l', 'i64.extend_i32_s i64.extend_i32_u'],
  [0xae, 'f:l', 'i64.trunc_f32_s i64.trunc_f32_u'],
  [0xb0, 'd:l', 'i64.trunc_f64_s i64.trunc_f64_u'],
  [0xb2, 'i:f', 'f32.convert_i32_s f32.convert_i32_u'],
  [0xb4, 'l:f', 'f32.convert_i64_s f32.convert_i64_u'],
  [0xb6, 'd:f', 'f32.demote_f64'],
  [0xb7, 'i:d', 'f64.convert_i32_s f64.convert_i32_u'],
  [0xb9, 'l:d', 'f64.convert_i64_s f64.convert_i64_u'],
  [0xbb, 'f:d', 'f64.promote_f32'],
  [0xbc, 'f:i', 'i32.reinterpret_f32'],
  [0xbd, 'd:l', 'i64.reinterpret_f64'],
  [0xbe, 'i:f', 'f32.reinterpret_i32'],
  [0xbf, 'l:d', 'f64.reinterpret_i64'],
  [0xc0, 'i:i', 'i32.extend8_s i32.extend16_s'],
  [0xc2, 'l:l', 'i64.extend8_s i64.extend16_s i64.extend32_s'],
] as const satisfies readonly InstructionRow[];

/** MVP loads and stores. */
export const CORE_MEMORY = [
  [0x28, 'i:i', 'i32.load', '2'],
  [0x29, 'i:l', 'i64.load', '3'],
  [0x2a, 'i:f', 'f32.load', '2'],
  [0x2b, 'i:d', 'f64.load', '3'],
  [0x2c, 'i:i', 'i32.load8_s i32.load8_u i32.load16_s i32.load16_u', '0011'],
  [0x30, 'i:l', 'i64.load8_s i64.load8_u i64.load16_s i64.load16_u i64.load32_s i64.load32_u', '001122'],
  [0x36, 'ii:', 'i32.store', '2'],
  [0x37, 'il:', 'i64.store', '3'],
  [0x38, 'if:', 'f32.store', '2'],
  [0x39, 'id:', 'f64.store', '3'],
  [0x3a, 'ii:', 'i32.store8 i32.store16', '01'],
  [0x3c, 'il:', 'i64.store8 i64.store16 i64.store32', '012'],
] as const satisfies readonly InstructionRow[];

/** Prefix 0xfc: saturating truncation. */
export const SATURATING_PLAIN = [
  [0x00, 'f:i', 'i32.trunc_sat_f32_s i32.trunc_sat_f32_u'],
  [0x02, 'd:i', 'i32.trunc_sat_f64_s i32.trunc_sat_f64_u'],
  [0x04, 'f:l', 'i64.trunc_sat_f32_s i64.trunc_sat_f32_u'],
  [0x06, 'd:l', 'i64.trunc_sat_f64_s i64.trunc_sat_f64_u'],
] as const satisfies readonly InstructionRow[];
