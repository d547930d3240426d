import fc from 'fast-check';
import { expect, test } from 'vitest';
import { JsonCursor } from '../../../src/tensor/files/jsonCursor.ts';

function cursor(text: string): JsonCursor {
  return new JsonCursor(text, (reason) => new SyntaxError(reason));
}

function skipAll(text: string): void {
  const json = cursor(text);
  json.skip();
  json.end();
}

test('skips every value that JSON.stringify makes', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), fc.nat(4), (value, indent) => {
      skipAll(JSON.stringify(value, null, indent));
    }),
  );
});

test('accepts nothing that JSON.parse refuses', () => {
  const scraps = fc.array(
    fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"',
      '\\',
      '0',
      '1',
      '-',
      '.',
      'e',
      'true',
      'null',
      ' ',
      '\u0001',
    ),
    {
      maxLength: 8,
    },
  );
  fc.assert(
    fc.property(scraps, (parts) => {
      const text = parts.join('');
      try {
        skipAll(text);
      } catch {
        return;
      }
      JSON.parse(text);
    }),
    { numRuns: 5000 },
  );
});

test('a repeated key is refused', () => {
  expect(() => skipAll('{"a":1,"b":2,"a":3}')).toThrowErrorMatchingInlineSnapshot(
    `[SyntaxError: must not have the key "a" twice]`,
  );
  expect(() => skipAll('{"a":1,"\\u0061":3}')).toThrow('twice');
});

test.each(['1.0', '1e3', '-1', '-0', '01', '9007199254740992', '', 'x', '"1"', '1.', '1E0'])(
  '%s is no natural number',
  (text) => {
    expect(() => cursor(text).natural()).toThrow('must have an integer from 0 to 2^53 - 1');
  },
);

test('natural numbers up to 2^53 - 1 are read', () => {
  expect(cursor(' 0').natural()).toBe(0);
  expect(cursor('9007199254740991,').natural()).toBe(2 ** 53 - 1);
});

test('strings are unescaped', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(cursor(JSON.stringify(text)).string()).toBe(text);
    }),
  );
  expect(cursor('"\\ud83c\\udfa7"').string()).toBe('🎧');
});

test.each(['"a', '"\\', '"\\"', '"\n"', '"\\x"', '"\\ud83c"', '"\\u12"'])('the string %j is refused', (text) => {
  expect(() => cursor(text).string()).toThrow(SyntaxError);
});

test('deep nesting is refused before it costs memory', () => {
  expect(() => skipAll('['.repeat(1e6))).toThrow('less deeply nested');
});
