import { describe, expect, test } from 'vitest';
import { decodeNumbers } from '../../../src/audio/impulseResponses/hdf5/datatype.ts';
import { Hdf5File } from '../../../src/audio/impulseResponses/hdf5/hdf5File.ts';
import { type Hdf5Format, hdf5Bytes, type SofaArray, type SofaContent } from '../../fixtures/sofa/makeSofa.ts';

const formats: [string, Hdf5Format][] = [
  ['of the first kind', { versions: ['earliest', 'latest'], trackOrder: false }],
  ['of HDF5 1.8', { versions: 'v108', trackOrder: true }],
  ['of HDF5 1.10', { versions: 'v110', trackOrder: true }],
  ['of the newest kind', { versions: 'latest', trackOrder: false }],
];

const shape = [7, 4, 50];
const values = Array.from({ length: 1400 }, (_, i) => Math.sin(i));
const layouts: [string, Pick<SofaArray, 'chunks' | 'maxshape'>][] = [
  ['in one piece', {}],
  ['in chunks of a row', { chunks: [1, 4, 50] }],
  ['in chunks that reach over every edge', { chunks: [2, 3, 16] }],
  ['in one chunk', { chunks: [7, 4, 50] }],
  ['with two endless axes', { chunks: [3, 4, 50], maxshape: [null, 4, null] }],
];

describe.each(formats)('an HDF5 file %s', (_, format) => {
  test.each(layouts)('gives its numbers %s, all and row by row', async (_, layout) => {
    const file = await Hdf5File.open(await hdf5Bytes({ arrays: { x: { shape, values, ...layout } } }, format));
    const x = (await file.dataset('x'))!;
    expect(x.shape).toEqual(shape);
    expect([...(await x.values())]).toEqual(values);
    for (const [start, count] of [
      [0, 1],
      [6, 1],
      [1, 4],
      [3, 0],
    ] as const) {
      expect([...(await x.rows(start, count))]).toEqual(values.slice(200 * start, 200 * (start + count)));
    }
  });

  // Past 8 attributes or links, and again past what one block of their heap holds, the file changes how it keeps them.
  test.each([1, 9, 200])('finds %i datasets and attributes by name', async (count) => {
    const numbers = Array.from({ length: count }, (_, n) => n);
    const text = (n: number) => `value ${n} `.repeat(1 + (n % 50)).trim();
    const content: SofaContent = {
      attributes: Object.fromEntries(numbers.map((n) => [`a${n}`, text(n)])),
      arrays: Object.fromEntries(
        numbers.map((n) => [`x${n}`, { shape: [2], values: [n, n / 2], attributes: { Units: `unit ${n}` } }]),
      ),
    };
    const file = await Hdf5File.open(await hdf5Bytes(content, format));
    for (const n of numbers) {
      expect(file.attributes.get(`a${n}`)).toBe(text(n));
      const x = await file.dataset(`x${n}`);
      expect([...(await x!.values())]).toEqual([n, n / 2]);
      expect(x!.attributes.get('Units')).toBe(`unit ${n}`);
    }
    expect(await file.dataset('x')).toBeNull();
  });
});

test.each(['<d', '<f', '<i', '<h'] as const)('numbers of type %s are read', async (dtype) => {
  const bytes = await hdf5Bytes({ arrays: { x: { shape: [3], values: [1, -2, 300], dtype } } });
  const x = await (await Hdf5File.open(bytes)).dataset('x');
  expect([...(await x!.values())]).toEqual([1, -2, 300]);
});

test('numbers of either order of bytes are read', () => {
  const type = { kind: 'integer', size: 2, bigEndian: true, signed: true } as const;
  expect([...decodeNumbers(Uint8Array.of(1, 2, 255, 254), type)]).toEqual([258, -2]);
  const long = { kind: 'integer', size: 8, bigEndian: true, signed: false } as const;
  expect([...decodeNumbers(Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 3), long)]).toEqual([2 ** 32 + 3]);
  const float = { kind: 'float', size: 4, bigEndian: true, signed: true } as const;
  expect([...decodeNumbers(Uint8Array.of(0xbf, 0xc0, 0, 0), float)]).toEqual([-1.5]);
});

test('bytes that are no HDF5 are refused', async () => {
  await expect(Hdf5File.open(new Uint8Array(3000))).rejects.toThrowErrorMatchingInlineSnapshot(
    `[ResponseFileError: impulse responses: <bytes>: signature must be that of an HDF5 file, which SOFA files are]`,
  );
  await expect(Hdf5File.open(new Uint8Array(0))).rejects.toThrow(/signature/);
});

test("users' own bytes in front of the file are passed over", async () => {
  const bytes = await hdf5Bytes({ arrays: { x: { shape: [1], values: [5] } } }, { versions: 'v110' });
  const shifted = new Uint8Array(512 + bytes.length);
  shifted.set(bytes, 512);
  new DataView(shifted.buffer).setBigUint64(512 + 12, 512n, true); // the base address in the superblock
  const x = await (await Hdf5File.open(shifted)).dataset('x');
  expect([...(await x!.values())]).toEqual([5]);
});
