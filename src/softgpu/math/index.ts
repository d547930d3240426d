import * as bits from './bits.ts';
import { cosh, exp, exp2, sinh, tanh } from './exponential.ts';
import * as floatParts from './floatParts.ts';
import { f16BitsToF32, f16x4ToF32x4, f32ToF16Bits, f32x4ToF16x4, roundToF16 } from './halfPrecision.ts';
import * as integerDivision from './integerDivision.ts';
import { acos, asin, atan, atan2 } from './inverseTrigonometry.ts';
import { acosh, asinh, atanh, log, log2 } from './logarithm.ts';
import type { MathFunction } from './mathFunction.ts';
import * as packing from './packing.ts';
import { pow } from './power.ts';
import { cos, sin, tan } from './trigonometry.ts';

/** The built-ins that are no wasm instruction, by name. */
export const MATH = {
  ...{ exp, exp2, log, log2, pow },
  ...{ sin, cos, tan, asin, acos, atan, atan2 },
  ...{ sinh, cosh, tanh, asinh, acosh, atanh },
  ...{ roundToF16, f32ToF16Bits, f16BitsToF32, f16x4ToF32x4, f32x4ToF16x4 },
  ...floatParts,
  ...integerDivision,
  ...bits,
  ...packing,
} satisfies Record<string, MathFunction>;

export type MathName = keyof typeof MATH;
