import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeSafetensors, readSafetensors } from '../../../src/tensor/files/safetensors.ts';
import { arbitraryEntries } from './arbitraryHostArray.ts';
import { arbitraryDamage, readOrRefuse } from './damagedFile.ts';

async function readsOrRefuses(file: Uint8Array): Promise<void> {
  const arrays = await readOrRefuse(file, readSafetensors);
  const size = [...(arrays?.values() ?? [])].reduce((sum, { data }) => sum + data.byteLength, 0);
  expect(size).toBeLessThanOrEqual(file.byteLength);
}

function framed(header: Uint8Array, length: bigint, buffer: Uint8Array): Uint8Array {
  const file = new Uint8Array(8 + header.byteLength + buffer.byteLength);
  new DataView(file.buffer).setBigUint64(0, length, true);
  file.set(header, 8);
  file.set(buffer, 8 + header.byteLength);
  return file;
}

test('random bytes', async () => {
  await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 64 }), readsOrRefuses), { numRuns: 1000 });
});

test('random bytes behind a plausible length', async () => {
  const header = fc.oneof(
    fc.uint8Array({ maxLength: 64 }),
    fc.json().map((text) => new TextEncoder().encode(text)),
  );
  const property = fc.asyncProperty(header, fc.uint8Array({ maxLength: 8 }), (bytes, buffer) =>
    readsOrRefuses(framed(bytes, BigInt(bytes.byteLength), buffer)),
  );
  await fc.assert(property, { numRuns: 1000 });
});

test('valid files with damage', async () => {
  const valid = arbitraryEntries().map((entries) => encodeSafetensors(entries, { format: 'pt' }));
  await fc.assert(fc.asyncProperty(arbitraryDamage(valid), readsOrRefuses), { numRuns: 1000 });
});

test('headers that lie', async () => {
  const number = fc.oneof(fc.nat(16), fc.constantFrom(-1, 0.5, 2 ** 32, 2 ** 53 - 1, 2 ** 53, 1e300, '4', null));
  const entry = fc.record(
    {
      dtype: fc.constantFrom('F32', 'U8', 'BOOL', 'F4', 'F8_E4M3', 'I64', 'f32', '', 'toString', 7),
      shape: fc.oneof(fc.array(number, { maxLength: 4 }), fc.constantFrom('[]', {}, null)),
      data_offsets: fc.oneof(fc.tuple(number, number), fc.array(number, { maxLength: 3 })),
    },
    { requiredKeys: [] },
  );
  const name = fc.constantFrom('a', 'b', '__metadata__', '__proto__', '');
  const header = fc
    .dictionary(name, fc.oneof(entry, fc.jsonValue()))
    .map((json) => new TextEncoder().encode(JSON.stringify(json)));
  const lie = fc.oneof(
    { weight: 4, arbitrary: fc.constant(0n) },
    fc.bigInt({ min: -8n, max: 8n }),
    fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  );
  await fc.assert(
    fc.asyncProperty(header, lie, fc.uint8Array({ maxLength: 32 }), (bytes, error, buffer) =>
      readsOrRefuses(framed(bytes, BigInt.asUintN(64, BigInt(bytes.byteLength) + error), buffer)),
    ),
    { numRuns: 2000 },
  );
});
