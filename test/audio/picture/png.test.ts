import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodePng } from '../../../src/audio/picture/png.ts';
import { decodePng } from './decodePng.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

test('one pixel: signature, header and end have the bytes of every such file', () => {
  const file = encodePng(Uint8Array.of(255, 0, 0), 1, 1);
  expect(hex(file.subarray(0, 33))).toBe(
    '89504e470d0a1a0a' + '0000000d49484452' + '00000001000000010802000000' + '907753de',
  );
  expect(hex(file.subarray(-12))).toBe('0000000049454e44ae426082');
});

test('what is encoded is decoded', () => {
  const picture = fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 })).chain(([width, height]) =>
    fc.record({
      width: fc.constant(width),
      height: fc.constant(height),
      pixels: fc.uint8Array({ minLength: 3 * width * height, maxLength: 3 * width * height }),
    }),
  );
  fc.assert(
    fc.property(picture, ({ width, height, pixels }) => {
      expect(decodePng(encodePng(pixels, width, height))).toEqual({ width, height, pixels });
    }),
  );
});

test('pixels that do not fill the picture are refused', () => {
  expect(() => encodePng(new Uint8Array(11), 2, 2)).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: encodePng: pixels must be 3 * 2 * 2 bytes, got 11]`,
  );
  expect(() => encodePng(new Uint8Array(0), 0, 2)).toThrow(RangeError);
});
