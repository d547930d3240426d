/** Numeric literals (WGSL section 3.5.2): finding where one ends, and its value. */

import { continuesIdentifier, identifierEnd, isDigit, isHexDigit } from './characters.ts';

const DOT = 0x2e;
const PLUS = 0x2b;
const MINUS = 0x2d;
const LOWER_E = 0x65;
const LOWER_F = 0x66;
const LOWER_H = 0x68;
const LOWER_I = 0x69;
const LOWER_P = 0x70;
const LOWER_U = 0x75;
const LOWER_X = 0x78;

/** Where a literal ends and whether it is a float; or, in `error`, why the text up to `end` is none. */
export interface NumberScan {
  readonly end: number;
  readonly float: boolean;
  readonly error: string | null;
}

/** Scan the numeric literal at `start`, where a digit stands, or a point before a digit. */
export function scanNumber(source: string, start: number): NumberScan {
  const isHex = source.charCodeAt(start) === 0x30 && (source.charCodeAt(start + 1) | 0x20) === LOWER_X;
  const scan = isHex ? scanHex(source, start) : scanDecimal(source, start);
  // No grammar rule lets a word follow a literal, so `12abc` is one malformed literal rather than two tokens.
  if (scan.end >= source.length || !continuesIdentifier(source.codePointAt(scan.end)!)) return scan;
  return failure(identifierEnd(source, scan.end), scan.error ?? 'has an invalid suffix');
}

function failure(end: number, error: string): NumberScan {
  return { end, float: false, error };
}

function skipDigits(source: string, at: number): number {
  while (isDigit(source.charCodeAt(at))) at++;
  return at;
}

function skipHexDigits(source: string, at: number): number {
  while (isHexDigit(source.charCodeAt(at))) at++;
  return at;
}

/** Offset after the sign and digits of an exponent, or -1 if there are no digits. */
function skipExponent(source: string, at: number): number {
  const sign = source.charCodeAt(at);
  const digits = sign === PLUS || sign === MINUS ? at + 1 : at;
  const end = skipDigits(source, digits);
  return end === digits ? -1 : end;
}

function scanDecimal(source: string, start: number): NumberScan {
  let at = skipDigits(source, start);
  const leadingZero = at - start > 1 && source.charCodeAt(start) === 0x30;
  let float = false;
  if (source.charCodeAt(at) === DOT) {
    float = true;
    at = skipDigits(source, at + 1);
  }
  if ((source.charCodeAt(at) | 0x20) === LOWER_E) {
    const end = skipExponent(source, at + 1);
    if (end < 0) return failure(at + 1, 'has no digits in its exponent');
    float = true;
    at = end;
  }
  const suffix = source.charCodeAt(at);
  if (!float && leadingZero) return failure(at, 'has a leading zero');
  if (suffix === LOWER_F || suffix === LOWER_H) return { end: at + 1, float: true, error: null };
  if (!float && (suffix === LOWER_I || suffix === LOWER_U)) at++;
  return { end: at, float, error: null };
}

function scanHex(source: string, start: number): NumberScan {
  const digits = start + 2;
  let at = skipHexDigits(source, digits);
  let count = at - digits;
  let float = false;
  if (source.charCodeAt(at) === DOT) {
    const end = skipHexDigits(source, at + 1);
    count += end - at - 1;
    float = true;
    at = end;
  }
  if (count === 0) return failure(at, 'has no hexadecimal digits');
  if ((source.charCodeAt(at) | 0x20) === LOWER_P) {
    const end = skipExponent(source, at + 1);
    if (end < 0) return failure(at + 1, 'has no digits in its exponent');
    const suffix = source.charCodeAt(end);
    return { end: suffix === LOWER_F || suffix === LOWER_H ? end + 1 : end, float: true, error: null };
  }
  const suffix = source.charCodeAt(at);
  if (!float && (suffix === LOWER_I || suffix === LOWER_U)) at++;
  return { end: at, float, error: null };
}

/** A literal's value and suffix, or the reason why it has none, worded to follow the literal's text. */
export type LiteralValue<Value, Suffix> =
  | { readonly value: Value; readonly suffix: Suffix }
  | { readonly error: string };

/** Value of an integer literal. */
export function intValue(text: string): LiteralValue<bigint, '' | 'i' | 'u'> {
  const last = text.charCodeAt(text.length - 1);
  const suffix = last === LOWER_I ? 'i' : last === LOWER_U ? 'u' : '';
  const digits = suffix === '' ? text : text.slice(0, -1);
  const small = digits.length <= 10; // an f64 holds it exactly, and BigInt of a number is faster than of a string
  const value = small ? BigInt(Number(digits)) : digitsTooMany(digits) ? null : BigInt(digits);
  const { limit, type } = intTypes[suffix];
  if (value === null || value > limit) return { error: `does not fit in ${type}` };
  return { value, suffix };
}

const intTypes = {
  '': { limit: 2n ** 63n - 1n, type: 'AbstractInt, a signed integer of 64 bits' },
  i: { limit: 2n ** 31n - 1n, type: 'i32' },
  u: { limit: 2n ** 32n - 1n, type: 'u32' },
} as const;

/** Whether the digits surely pass 2^63: converting a megabyte of them would take seconds. */
function digitsTooMany(digits: string): boolean {
  return digits.length > 19 && digits.replace(/^0[xX]0*/, '').length > 19;
}

/** Value of a floating point literal, rounded to its type. */
export function floatValue(text: string): LiteralValue<number, '' | 'f' | 'h'> {
  const isHex = (text.charCodeAt(1) | 0x20) === LOWER_X;
  const last = text.charCodeAt(text.length - 1);
  // In a hexadecimal literal without exponent the last f is a digit.
  const suffixed = (last === LOWER_F || last === LOWER_H) && (!isHex || /[pP]/.test(text));
  const suffix = !suffixed ? '' : last === LOWER_F ? 'f' : 'h';
  const digits = suffixed ? text.slice(0, -1) : text;
  const parsed = isHex ? hexValue(digits) : { value: Number(digits), exact: true };
  const { round, type } = floatTypes[suffix];
  const value = round(parsed.value);
  if (!Number.isFinite(value)) return { error: `is out of range for ${type}` };
  if (isHex && suffix !== '' && !(parsed.exact && value === parsed.value)) {
    return { error: `cannot be represented exactly in ${type}` };
  }
  return { value, suffix };
}

/**
 * Value of a hexadecimal float without suffix, rounded to f64, and whether that is exact. Digits after the 16th
 * significant one are dropped, as section 3.5.2 allows.
 */
function hexValue(text: string): { value: number; exact: boolean } {
  const [, whole = '', fraction = '', power = '0'] = /^0[xX](\w*?)(?:\.(\w*?))?(?:[pP](.*))?$/.exec(text) ?? [];
  const significant = (whole + fraction).replace(/^0+/, '');
  if (significant === '') return { value: 0, exact: true };
  const kept = significant.slice(0, 16);
  const mantissa = BigInt(`0x${kept}`);
  const exponent = Number(power) + 4 * (significant.length - kept.length - fraction.length);
  if (exponent > 1024) return { value: Infinity, exact: false };
  if (exponent < -1200) return { value: 0, exact: false }; // 16 digits are below 2^64
  const rounded = Number(mantissa);
  // In two steps, because 2^exponent alone may underflow.
  const value = exponent < -1000 ? rounded * 2 ** -1000 * 2 ** (exponent + 1000) : rounded * 2 ** exponent;
  return { value, exact: BigInt(rounded) === mantissa && value !== 0 };
}

const floatTypes = {
  '': { round: (value: number) => value, type: 'AbstractFloat' },
  f: { round: Math.fround, type: 'f32' },
  h: { round: roundToF16, type: 'f16' },
} as const;

/** Nearest f16 of a value that is not negative, ties to even; Infinity where it overflows. */
function roundToF16(value: number): number {
  if (value >= 65520) return Infinity;
  // One unit in the last place: 2^-10 of the leading power of two, and 2^-24 for subnormals.
  const unit = 2 ** Math.max(Math.floor(Math.log2(value)) - 10, -24);
  const units = value / unit;
  const below = Math.floor(units);
  const rest = units - below;
  return (rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below) * unit;
}
