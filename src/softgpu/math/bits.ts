import type { Emitter, Value } from './emitter.ts';
import type { Inlining, MathFunction, MathType } from './mathFunction.ts';

function unary(name: string, inline: Inlining, emit: (e: Emitter, x: Value) => Value): MathFunction {
  return { name, params: ['i32x4'], result: 'i32x4', inline, emit };
}

/** With the one wasm instruction that does it for scalars. */
function counting(op: 'i32.clz' | 'i32.ctz' | 'i32.popcnt', vector: MathFunction): MathFunction {
  const scalar: MathFunction = {
    name: vector.name,
    params: ['i32'],
    result: 'i32',
    inline: 'always',
    emit: (e, x) => e.op(op, x),
  };
  return { ...vector, scalar };
}

/** 127 plus the index of the highest bit, 0 for 0: the exponent of x as f32, with its lower bits cut so that it cannot round up. */
function biasedHighestBit(e: Emitter, x: Value): Value {
  const cut = e.op('v128.andnot', x, e.shrU(x, 1));
  return e.shrU(e.op('f32x4.convert_i32x4_u', cut), 23);
}

/** 127 plus the index of the lowest bit, 0 for 0. */
function biasedLowestBit(e: Emitter, x: Value): Value {
  return e.shrU(e.op('f32x4.convert_i32x4_u', e.and(x, e.op('i32x4.neg', x))), 23);
}

export const countOneBits = counting(
  'i32.popcnt',
  unary('countOneBits', 'always', (e, x) =>
    e.op('i32x4.extadd_pairwise_i16x8_u', e.op('i16x8.extadd_pairwise_i8x16_u', e.op('i8x16.popcnt', x))),
  ),
);

export const countLeadingZeros = counting(
  'i32.clz',
  unary('countLeadingZeros', 'always', (e, x) =>
    e.op('i32x4.min_s', e.op('i32x4.sub', e.i32(158), biasedHighestBit(e, x)), e.i32(32)),
  ),
);

export const countTrailingZeros = counting(
  'i32.ctz',
  unary('countTrailingZeros', 'always', (e, x) =>
    e.op('i32x4.min_u', e.op('i32x4.sub', biasedLowestBit(e, x), e.i32(127)), e.i32(32)),
  ),
);

export const firstLeadingBitU32 = unary('firstLeadingBitU32', 'always', (e, x) =>
  e.op('i32x4.max_s', e.op('i32x4.sub', biasedHighestBit(e, x), e.i32(127)), e.i32(-1)),
);

export const firstLeadingBitI32 = unary('firstLeadingBitI32', 'always', (e, x) => {
  const magnitude = e.let(e.op('v128.xor', x, e.shrS(x, 31)));
  return e.op('i32x4.max_s', e.op('i32x4.sub', biasedHighestBit(e, magnitude), e.i32(127)), e.i32(-1));
});

export const firstTrailingBit = unary('firstTrailingBit', 'always', (e, x) =>
  e.op('i32x4.max_s', e.op('i32x4.sub', biasedLowestBit(e, x), e.i32(127)), e.i32(-1)),
);

const REVERSED_BYTES = [3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12];

export const reverseBits = unary('reverseBits', 'never', (e, x) => {
  const bytes = e.let(e.shuffle(x, x, REVERSED_BYTES));
  // The reversal of each nibble 0 to 15, one byte each.
  const nibbles: Value = () => e.f.i32x4Const(0x0c040800, 0x0e060a02, 0x0d050901, 0x0f070b03);
  const low = e.op('i8x16.swizzle', nibbles, e.and(bytes, e.i32(0x0f0f0f0f)));
  const high = e.op('i8x16.swizzle', nibbles, e.op('i8x16.shr_u', bytes, e.int(4)));
  return e.or(e.op('i8x16.shl', low, e.int(4)), high);
});

export const signI32 = unary('signI32', 'always', (e, x) =>
  e.op('i32x4.max_s', e.op('i32x4.min_s', x, e.i32(1)), e.i32(-1)),
);

/** 2^n for n in [0, 31]. */
function powerOfTwo(e: Emitter, n: Value): Value {
  return e.op('i32x4.trunc_sat_f32x4_u', e.shl(e.op('i32x4.add', n, e.i32(127)), 23));
}

/** Each lane by its own count, modulo 32; wasm shifts all lanes by one. */
function shift(name: string, emit: (e: Emitter, x: Value, count: Value) => Value): MathFunction {
  return {
    name,
    params: ['i32x4', 'i32x4'],
    result: 'i32x4',
    inline: 'never',
    emit: (e, x, count) => emit(e, x, e.let(e.and(count, e.i32(31)))),
  };
}

/** x >> n as the upper half of x · 2^(31 - n) · 2. */
function shiftedRight(e: Emitter, x: Value, count: Value): Value {
  const factor = e.let(powerOfTwo(e, e.op('i32x4.sub', e.i32(31), count)));
  const half = (op: 'i64x2.extmul_low_i32x4_u' | 'i64x2.extmul_high_i32x4_u') =>
    e.op('i64x2.shr_u', e.op(op, x, factor), e.int(31));
  return e.shuffle32(half('i64x2.extmul_low_i32x4_u'), half('i64x2.extmul_high_i32x4_u'), [0, 2, 4, 6]);
}

export const shiftLeft = shift('shiftLeft', (e, x, count) => e.op('i32x4.mul', x, powerOfTwo(e, count)));
export const shiftRightU32 = shift('shiftRightU32', shiftedRight);
export const shiftRightI32 = shift('shiftRightI32', (e, x, count) => {
  const sign = e.let(e.shrS(x, 31));
  return e.op('v128.xor', shiftedRight(e, e.let(e.op('v128.xor', x, sign)), count), sign);
});

/** Offset and count cut to the 32 bits there are. */
function field(e: Emitter, offset: Value, count: Value): { from: Value; width: Value } {
  const from = e.let(e.op('i32x4.min_u', offset, e.i32(32)));
  const width = e.let(e.op('i32x4.min_u', count, e.op('i32x4.sub', e.i32(32), from)));
  return { from, width };
}

const FIELD_PARAMS: readonly MathType[] = ['i32x4', 'i32x4', 'i32x4'];

/** Moves the field to the top, then down again; the shifts of an empty field would wrap around. */
function extract(name: string, right: MathFunction): MathFunction {
  return {
    name,
    params: FIELD_PARAMS,
    result: 'i32x4',
    inline: 'never',
    emit: (e, x, offset, count) => {
      const { from, width } = field(e, offset, count);
      const up = e.op('i32x4.sub', e.op('i32x4.sub', e.i32(32), from), width);
      const down = e.op('i32x4.sub', e.i32(32), width);
      const moved = e.call(right, e.call(shiftLeft, x, up), down);
      return e.op('v128.andnot', moved, e.op('i32x4.eq', width, e.i32(0)));
    },
  };
}

export const extractBitsU32 = extract('extractBitsU32', shiftRightU32);
export const extractBitsI32 = extract('extractBitsI32', shiftRightI32);

export const insertBits: MathFunction = {
  name: 'insertBits',
  params: ['i32x4', 'i32x4', 'i32x4', 'i32x4'],
  result: 'i32x4',
  inline: 'never',
  emit: (e, x, inserted, offset, count) => {
    const { from, width } = field(e, offset, count);
    const ones = e.call(shiftRightU32, e.i32(-1), e.op('i32x4.sub', e.i32(32), width));
    const some = e.op('v128.andnot', ones, e.op('i32x4.eq', width, e.i32(0)));
    const mask = e.let(e.call(shiftLeft, some, from));
    return e.op('v128.bitselect', e.call(shiftLeft, inserted, from), x, mask);
  },
};
