/**
 * Elementary functions from IEEE sums, products and quotients alone. `Math.sin`, `Math.exp` and their kin may differ in the last
 * bits from one JavaScript engine to the next; with these a sound has the same bits on every machine. Errors below 1e-12.
 */

const LN2 = Math.LN2; // constants are the same in every engine

// Of the Taylor series of the sine. Divisions in the loop itself would cost ten times as much.
const S3 = -1 / 6;
const S5 = -S3 / 20;
const S7 = -S5 / 42;
const S9 = -S7 / 72;
const S11 = -S9 / 110;
const S13 = -S11 / 156;
const S15 = -S13 / 210;
const S17 = -S15 / 272;

/** cos(2π · turns), without a branch: sin(2π · (1/4 - distance to a whole number)). */
export function cosineOfTurns(turns: number): number {
  const angle = 2 * Math.PI * (0.25 - Math.abs(turns - Math.round(turns)));
  const a = angle * angle;
  let sum = S15 + a * S17;
  sum = S13 + a * sum;
  sum = S11 + a * sum;
  sum = S9 + a * sum;
  sum = S7 + a * sum;
  sum = S5 + a * sum;
  sum = S3 + a * sum;
  return angle + angle * a * sum;
}

/** sin(2π · turns). */
export function sineOfTurns(turns: number): number {
  return cosineOfTurns(turns - 0.25);
}

/** 2^x. */
export function exp2(x: number): number {
  if (x < -1074) return 0;
  const whole = Math.round(x);
  const y = (x - whole) * LN2; // within ±0.347
  let sum = 1;
  for (let k = 12; k >= 1; k--) sum = 1 + (y / k) * sum;
  let power = 1;
  for (let n = Math.abs(whole), square = 2; n > 0; n = Math.floor(n / 2), square *= square) {
    if (n % 2 === 1) power *= square;
  }
  return whole < 0 ? sum / power : sum * power;
}

/** log₂ of a positive number. */
export function log2(x: number): number {
  let whole = 0;
  for (; x >= 1.5; x /= 2) whole++;
  for (; x < 0.75; x *= 2) whole--;
  const z = (x - 1) / (x + 1); // within ±0.2; ln x = 2 artanh z
  const square = z * z;
  let sum = 0;
  for (let k = 21; k >= 1; k -= 2) sum = 1 / k + square * sum;
  return whole + (2 * z * sum) / LN2;
}

/** e^x. */
export function exp(x: number): number {
  return exp2(x / LN2);
}

/** base^exponent of a positive base. */
export function power(base: number, exponent: number): number {
  return exp2(exponent * log2(base));
}

/** The gain of a level in decibels. */
export function decibels(level: number): number {
  return exp2(level * 0.16609640474436813); // log₂(10) / 20
}

/** The ratio of two pitches that lie some semitones apart. */
export function semitones(count: number): number {
  return exp2(count / 12);
}
