import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { deflateSync, zipSync } from 'fflate';
import { describe, expect, test, vi } from 'vitest';
import {
  dataFromBytes,
  elementCount,
  type HostArray,
  type HostDtype,
  itemBytes,
} from '../../../src/tensor/files/hostArray.ts';
import { encodeNpy } from '../../../src/tensor/files/npy.ts';
import { encodeNpz, openNpz, readNpz, writeNpz } from '../../../src/tensor/files/npz.ts';
import { NpyError, ZipError } from '../../../src/tensor/files/tensorFileErrors.ts';
import { arbitraryEntries, bitsOfEntries, hostDtypes } from './arbitraryHostArray.ts';
import { arbitraryDamage, readOrRefuse, recordAllocations } from './damagedFile.ts';

const numpyDtypes = hostDtypes.filter((dtype) => dtype !== 'bf16');
const fixture = (name: string) => new URL(`../../fixtures/npz/${name}`, import.meta.url);
const reference = (name: string) => new URL(`../../fixtures/reference/${name}`, import.meta.url);

const numpyTypes: Record<string, HostDtype> = {
  b1: 'bool',
  i1: 'i8',
  u1: 'u8',
  i2: 'i16',
  u2: 'u16',
  f2: 'f16',
  i4: 'i32',
  u4: 'u32',
  f4: 'f32',
  i8: 'i64',
  u8: 'u64',
  f8: 'f64',
};

/** The values of the fixtures, as write.py says them. */
function fixtureArray(dtype: HostDtype, shape: readonly number[]): HostArray {
  const count = elementCount(shape)!;
  const data = dataFromBytes(dtype, new Uint8Array(count * itemBytes(dtype)));
  for (let i = 0; i < count; i++) {
    if (data instanceof BigInt64Array || data instanceof BigUint64Array)
      data[i] = BigInt(i * 37 - (dtype === 'i64' ? 50 : 0));
    else if (dtype === 'bool') data[i] = i % 3 === 0 ? 1 : 0;
    else if (dtype === 'f16') data[i] = float16Bits((i - 3) * 0.375);
    else if (dtype[0] === 'f') data[i] = (i - 3) * 0.375;
    else data[i] = i * 37 - (dtype[0] === 'i' ? 50 : 0);
  }
  return { dtype, shape, data };
}

// Exact for the few multiples of 3/8 that the fixtures hold.
function float16Bits(value: number): number {
  if (value === 0) return 0;
  const exponent = Math.floor(Math.log2(Math.abs(value)));
  const mantissa = (Math.abs(value) / 2 ** exponent - 1) * 1024;
  return (value < 0 ? 0x8000 : 0) | ((exponent + 15) << 10) | mantissa;
}

describe('files by NumPy', () => {
  test.each(['stored.npz', 'deflated.npz'])('%s: all types, byte orders and memory orders', async (name) => {
    const arrays = await readNpz(fixture(name));
    expect(arrays.size).toBe(4 * 12 + 5);
    for (const [code, dtype] of Object.entries(numpyTypes)) {
      for (const kind of ['little', 'big', 'fortran', 'bigFortran']) {
        expect(arrays.get(`${kind}/${code}`), `${kind}/${code}`).toEqual(fixtureArray(dtype, [2, 3, 5]));
      }
    }
    expect(arrays.get('scalar')).toEqual(fixtureArray('f32', []));
    expect(arrays.get('empty')).toEqual(fixtureArray('f32', [3, 0, 2]));
    expect(arrays.get('vector')).toEqual(fixtureArray('f32', [7]));
    expect(arrays.get('long')).toEqual(fixtureArray('i16', [1000]));
    expect(arrays.get('names/größe 大きさ 🎧')).toEqual(fixtureArray('u8', [4]));
  });

  test('an archive written to a stream, with data descriptors and a comment', async () => {
    const arrays = await readNpz(fixture('streamed.npz'));
    expect([...arrays.keys()]).toEqual(['stored', 'deflated']);
    for (const array of arrays.values()) expect(array).toEqual(fixtureArray('f32', [2, 3, 5]));
  });

  test.each(['bsast', 'clap', 'ops', 'optim', 'resample', 'spatialEncoder'])(
    'the reference %s has the arrays and shapes of its manifest',
    async (name) => {
      const shapes = new Map<string, number[]>();
      const collect = (node: unknown): void => {
        if (typeof node !== 'object' || node === null) return;
        if ('key' in node && 'shape' in node) shapes.set(node.key as string, node.shape as number[]);
        Object.values(node).forEach(collect);
      };
      collect(JSON.parse(await readFile(reference(`${name}.json`), 'utf8')));
      const arrays = await readNpz(reference(`${name}.npz`));
      expect([...arrays.keys()].sort()).toEqual([...shapes.keys()].sort());
      for (const [key, { dtype, shape, data }] of arrays) {
        expect({ key, dtype, shape }).toEqual({ key, dtype: 'f32', shape: shapes.get(key) });
        expect(data.length).toBe(elementCount(shape));
      }
    },
  );
});

describe('writing', () => {
  test.each([false, true])('whatever is written is read back bit by bit, with compress: %s', async (compress) => {
    await fc.assert(
      fc.asyncProperty(arbitraryEntries(numpyDtypes), async (entries) => {
        const arrays = await readNpz(encodeNpz(entries, { compress }));
        expect([...arrays.keys()]).toEqual(entries.map(([name]) => name));
        expect(bitsOfEntries(arrays)).toEqual(bitsOfEntries(entries));
      }),
    );
  });

  test('a file on disk holds the same bytes, and a failure leaves the old one', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tympan-'));
    const path = join(folder, 'x.npz');
    const good: [string, HostArray] = ['a', fixtureArray('f32', [3])];
    await writeNpz(path, [good], { compress: true });
    expect(new Uint8Array(await readFile(path))).toEqual(encodeNpz([good], { compress: true }));
    await writeFile(path, 'old');
    await expect(writeNpz(path, [good, ['b', fixtureArray('bf16', [0])]])).rejects.toThrow(NpyError);
    await expect(writeNpz(path, [good, good])).rejects.toThrow(ZipError);
    expect(await readFile(path, 'utf8')).toBe('old');
    await rm(folder, { recursive: true });
  });

  test('what cannot be written is named', () => {
    const array = fixtureArray('f32', [2]);
    expect(() => encodeNpz([['w', { ...array, shape: [3] }]])).toThrowErrorMatchingInlineSnapshot(
      `[NpyError: npy: <bytes>: array "w": data must hold 3 elements for shape [3], got 2]`,
    );
    expect(() =>
      encodeNpz([
        ['w', array],
        ['w', array],
      ]),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ZipError: zip: <bytes>: entry "w.npy": file name must be given once, got it twice]`,
    );
    expect(() => encodeNpz([['a\0b', array]])).toThrowErrorMatchingInlineSnapshot(
      `[ZipError: zip: <bytes>: entry "a\\u0000b.npy": file name must be Unicode without NUL]`,
    );
  });
});

describe('reading', () => {
  test('arrays are read one by one', async () => {
    const file = await openNpz(
      encodeNpz(
        [
          ['w', fixtureArray('f32', [2, 3])],
          ['b', fixtureArray('i64', [4])],
        ],
        { compress: true },
      ),
    );
    expect(file.names).toEqual(['w', 'b']);
    expect(await file.info('b')).toMatchObject({ dtype: 'i64', shape: [4], byteLength: 32 });
    expect(await file.read('b')).toEqual(fixtureArray('i64', [4]));
    await expect(file.read('x')).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ZipError: zip: <bytes>: entry "x.npy": not in the archive, which has "w.npy", "b.npy"]`,
    );
    await file.close();
  });

  test('a header longer than the first look is read in full', async () => {
    const shape = new Array<number>(64).fill(1);
    for (const compress of [false, true]) {
      const arrays = await readNpz(encodeNpz([['deep', { dtype: 'u8', shape, data: Uint8Array.of(3) }]], { compress }));
      expect(arrays.get('deep')).toEqual({ dtype: 'u8', shape, data: Uint8Array.of(3) });
    }
  });

  test('archives of other tools are read', async () => {
    const array = fixtureArray('f32', [50, 7]);
    const file = zipSync({ 'a.npy': encodeNpy(array), 'b.npy': [encodeNpy(array), { level: 0 }] });
    expect([...(await readNpz(file)).values()]).toEqual([array, array]);
  });

  test('an archive with anything but npy files is no npz file', async () => {
    await expect(
      openNpz(zipSync({ 'a.npy': encodeNpy(fixtureArray('u8', [1])), 'read.me': new Uint8Array(3) })),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ZipError: zip: <bytes>: entry "read.me": file name must end in .npy: this is no npz file]`,
    );
    await expect(readNpz(zipSync({ 'a.npy': new Uint8Array(200) }))).rejects.toThrowErrorMatchingInlineSnapshot(
      `[NpyError: npy: <bytes>: array "a": magic must be "\\x93NUMPY": this is no npy data]`,
    );
  });

  test('every single flipped bit is found, or changes no array', async () => {
    const entries: [string, HostArray][] = [['w', fixtureArray('f32', [5])]];
    for (const compress of [false, true]) {
      const valid = encodeNpz(entries, { compress });
      for (let bit = 0; bit < 8 * valid.byteLength; bit++) {
        const file = valid.slice();
        file[bit >> 3]! ^= 1 << (bit & 7);
        const arrays = await readNpz(file).catch((error) => {
          if (error instanceof ZipError || error instanceof NpyError) return null;
          throw error;
        });
        if (arrays !== null)
          expect(bitsOfEntries([...arrays.values()].map((array) => ['w', array]))).toEqual(bitsOfEntries(entries));
      }
    }
  });
});

describe('archives that inflate to more than they should', () => {
  /** An archive of one deflated entry, with any size and checksum in its directory. */
  function bomb(contents: Uint8Array, declaredSize: number): Uint8Array {
    const file = zipSync({ 'x.npy': [contents, { level: 9 }] });
    const view = new DataView(file.buffer);
    const directory = view.getUint32(file.byteLength - 6, true);
    view.setUint32(directory + 24, declaredSize, true);
    return file;
  }

  const honest = encodeNpy({ dtype: 'u8', shape: [3], data: Uint8Array.of(1, 2, 3) });
  const padded = new Uint8Array(1 << 24);
  padded.set(honest);

  test('the size in the directory must be what the npy header needs, before memory is taken for it', async () => {
    const file = bomb(padded, padded.byteLength);
    const largest = recordAllocations();
    await expect(readNpz(file)).rejects.toMatchObject({ name: 'NpyError', tensor: 'x', field: 'length' });
    vi.unstubAllGlobals();
    expect(largest()).toBeLessThan(padded.byteLength / 8);
  });

  test('a stream longer than declared is refused without room for the rest', async () => {
    const file = bomb(padded, honest.byteLength);
    const largest = recordAllocations();
    await expect(readNpz(file)).rejects.toThrow('must inflate to the declared 131 bytes, got more');
    vi.unstubAllGlobals();
    expect(largest()).toBeLessThan(padded.byteLength / 8);
  });

  test('a stream shorter than declared is refused', async () => {
    const large = encodeNpy({ dtype: 'u8', shape: [1000], data: new Uint8Array(1000) });
    await expect(readNpz(bomb(large.subarray(0, 600), large.byteLength))).rejects.toThrow(
      'must inflate to the declared 1128 bytes, got 600',
    );
  });

  test('a size that no deflate stream can reach is refused', async () => {
    await expect(openNpz(bomb(honest, 2 ** 31))).rejects.toMatchObject({
      name: 'ZipError',
      field: 'uncompressed size',
    });
  });

  test('an entry whose stream is cut off is refused', async () => {
    const stream = deflateSync(honest);
    const file = zipSync({ 'x.npy': [honest, { level: 6 }] });
    const at = Buffer.from(file).indexOf(Buffer.from(stream));
    expect(at).toBeGreaterThan(0);
    file.fill(0xff, at + 4, at + stream.byteLength);
    await expect(readNpz(file)).rejects.toMatchObject({ name: 'ZipError', tensor: 'x.npy', field: 'compressed data' });
  });
});

test('whatever the bytes, the reader reads or refuses', async () => {
  const valid = fc
    .tuple(arbitraryEntries(numpyDtypes), fc.boolean())
    .map(([entries, compress]) => encodeNpz(entries, { compress }));
  const files = fc.oneof({ weight: 9, arbitrary: arbitraryDamage(valid) }, fc.uint8Array({ maxLength: 64 }));
  await fc.assert(
    fc.asyncProperty(files, async (file) => {
      await readOrRefuse(file, readNpz);
    }),
    { numRuns: 3000 },
  );
});
