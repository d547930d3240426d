import fc from 'fast-check';
import { expect, test } from 'vitest';
import { crc32 } from '../../../src/tensor/files/crc32.ts';

// The definition: polynomial division, one bit at a time.
function crc32Reference(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}

test('the check value of the catalog of CRCs', () => {
  expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926);
});

test('equals the bitwise definition, in one piece and in two', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(40), (bytes, cut) => {
      expect(crc32(bytes)).toBe(crc32Reference(bytes));
      expect(crc32(bytes.subarray(cut), crc32(bytes.subarray(0, cut)))).toBe(crc32Reference(bytes));
    }),
  );
});
