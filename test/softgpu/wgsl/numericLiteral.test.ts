import { describe, expect, it } from 'vitest';
import { accepts, expression, refusal } from './parsing.ts';

describe('an integer literal', () => {
  it.each([
    ['0', 0n, ''],
    ['0u', 0n, 'u'],
    ['123', 123n, ''],
    ['0x3f', 0x3fn, ''],
    ['0X3Fu', 0x3fn, 'u'],
    ['0x1f', 0x1fn, ''],
    ['2147483647i', 2147483647n, 'i'],
    ['0x7fffffffi', 2147483647n, 'i'],
    ['4294967295u', 4294967295n, 'u'],
    ['9223372036854775807', 9223372036854775807n, ''],
    ['0x0000000000000000000000000000000001u', 1n, 'u'],
  ])('%s has its value and suffix', (text, value, suffix) => {
    expect(expression(text)).toMatchObject({ kind: 'int', value, suffix });
  });

  it.each([
    '0123',
    '00',
    '01u',
    '2147483648i',
    '4294967295i',
    '4294967296u',
    '9223372036854775808',
    '1U',
    '0x',
    '0xg',
    '12abc',
    '1u8',
    '0b11',
  ])('is not %s', (text) => {
    expect(accepts(`const x = ${text};`)).toBe(false);
  });

  it('of a million digits is refused in no time', () => {
    expect(refusal(`const x = ${'9'.repeat(1e6)};`)).toContain('does not fit in AbstractInt');
    expect(refusal(`const x = 0x${'f'.repeat(1e6)}u;`)).toContain('does not fit in u32');
  });
});

describe('a floating point literal', () => {
  it.each([
    ['0.0', 0, ''],
    ['.5', 0.5, ''],
    ['12.', 12, ''],
    ['00012.', 12, ''],
    ['1.5e2', 150, ''],
    ['1E+2', 100, ''],
    ['01e-2', 0.01, ''],
    ['2.e+4f', 20000, 'f'],
    ['0f', 0, 'f'],
    ['1h', 1, 'h'],
    ['0.1f', Math.fround(0.1), 'f'],
    ['0.1h', 0.0999755859375, 'h'],
    ['65504h', 65504, 'h'],
    ['65519h', 65504, 'h'],
    ['2049h', 2048, 'h'],
    ['2051h', 2052, 'h'],
    ['5.9604645e-8h', 2 ** -24, 'h'],
    ['1e-30h', 0, 'h'],
    ['3.4028234663852886e38f', 3.4028234663852886e38, 'f'],
    ['1e-60f', 0, 'f'],
    ['1.7976931348623157e308', Number.MAX_VALUE, ''],
    ['0x.3', 0.1875, ''],
    ['0X.3', 0.1875, ''],
    ['0xa.fp+2', 43.75, ''],
    ['0xE.f', 14.9375, ''],
    ['0x1P+4f', 16, 'f'],
    ['0x1p0h', 1, 'h'],
    ['0x3.2p+2h', 12.5, 'h'],
    ['0x1.fffffep127f', 3.4028234663852886e38, 'f'],
    ['0x1p-149f', 2 ** -149, 'f'],
    ['0x1p-24h', 2 ** -24, 'h'],
    ['0x1.ffcp15h', 65504, 'h'],
    ['0x1p-1074', 5e-324, ''],
    ['0x1.fffffffffffffp1023', Number.MAX_VALUE, ''],
    ['0x0p999999999', 0, ''],
    ['0x1p-999999999', 0, ''],
    ['0x1.00000000000000000000001p0', 1, ''],
  ])('%s has its value, rounded to its type, and its suffix', (text, value, suffix) => {
    expect(expression(text)).toMatchObject({ kind: 'float', value, suffix });
  });

  it.each([
    ['.f'],
    ['.e-2'],
    ['1.e&2f'],
    ['1.ef'],
    ['1.e+f'],
    ['1e'],
    ['01f'],
    ['0x.p2'],
    ['0x1p'],
    ['0x1p^'],
    ['0x1pf0'],
    ['0xf.h'],
    ['0x3h'],
    ['1.1eh'],
    ['1.5u'],
    ['1.5ff'],
    ['1e999'],
    ['1.0e+999999999999f'],
    ['3.41e38f'],
    ['65520h'],
    ['0x1.0p+999999999999f'],
    ['0x1p1024'],
    ['0x1p128f'],
    ['0x1p16h'],
    ['0x1.00000001p0f'],
    ['0x1.001p0h'],
    ['0x1p-150f'],
    ['0x1p-25h'],
    ['0x1p-2000f'],
  ])('is not %s', (text) => {
    expect(accepts(`const x = ${text};`)).toBe(false);
  });

  it('that is malformed is reported whole, with the reason', () => {
    expect(refusal('const x = 012;')).toMatchInlineSnapshot(
      `"1:11: error: malformed number '012': it has a leading zero"`,
    );
    expect(refusal('const x = 1.5e+;')).toMatchInlineSnapshot(
      `"1:11: error: malformed number '1.5e': it has no digits in its exponent"`,
    );
    expect(refusal('const x = 12abc;')).toMatchInlineSnapshot(
      `"1:11: error: malformed number '12abc': it has an invalid suffix"`,
    );
    expect(refusal('const x = 0x1.00000001p0f;')).toMatchInlineSnapshot(
      `"1:11: error: '0x1.00000001p0f' cannot be represented exactly in f32"`,
    );
    expect(refusal('const x = 2147483648i;')).toMatchInlineSnapshot(`"1:11: error: '2147483648i' does not fit in i32"`);
  });
});
