import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { HostArray } from '../../../src/tensor/files/hostArray.ts';
import { encodeNpy, readNpy, writeNpy } from '../../../src/tensor/files/npy.ts';
import { NpyError } from '../../../src/tensor/files/tensorFileErrors.ts';
import { arbitraryHostArray, bitsOf, hostDtypes } from './arbitraryHostArray.ts';
import { arbitraryDamage, readOrRefuse } from './damagedFile.ts';

const numpyDtypes = hostDtypes.filter((dtype) => dtype !== 'bf16');
const fixture = (name: string) => new URL(`../../fixtures/npz/${name}`, import.meta.url);

/** A file of version `major`.0 with this dict in its header and `size` zero bytes behind it. */
function fileOf(dict: string, size = 0, major = 1): Uint8Array {
  const text = Buffer.from(dict, 'latin1');
  const length =
    major === 1
      ? [text.length & 0xff, text.length >> 8]
      : [text.length & 0xff, (text.length >> 8) & 0xff, text.length >> 16, 0];
  return Uint8Array.from([0x93, ...Buffer.from('NUMPY'), major, 0, ...length, ...text, ...new Uint8Array(size)]);
}

describe('writing', () => {
  test('whatever is written is read back bit by bit', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryHostArray(numpyDtypes), async (array) => {
        expect(bitsOf(await readNpy(encodeNpy(array)))).toEqual(bitsOf(array));
      }),
    );
  });

  test('the bytes are those of numpy.save', async () => {
    const data = Float32Array.from({ length: 6 }, (_, i) => (i - 3) * 0.375);
    expect(encodeNpy({ dtype: 'f32', shape: [2, 3], data })).toEqual(
      new Uint8Array(await readFile(fixture('version1.npy'))),
    );
  });

  test('data begins at a multiple of 64 whatever the shape', () => {
    for (let axes = 0; axes <= 64; axes++) {
      const file = encodeNpy({ dtype: 'u8', shape: new Array<number>(axes).fill(1), data: Uint8Array.of(7) });
      expect(file.byteLength % 64).toBe(1);
      expect(file.at(-2)).toBe(0x0a);
    }
  });

  test('a file on disk holds the same bytes', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tympan-'));
    const array: HostArray = { dtype: 'i16', shape: [3], data: Int16Array.of(1, -2, 3) };
    await writeNpy(join(folder, 'x.npy'), array);
    expect(new Uint8Array(await readFile(join(folder, 'x.npy')))).toEqual(encodeNpy(array));
    expect(await readNpy(join(folder, 'x.npy'))).toEqual(array);
    await writeFile(join(folder, 'x.npy'), 'old');
    await expect(writeNpy(join(folder, 'x.npy'), { ...array, shape: [4] })).rejects.toThrow(NpyError);
    expect(await readFile(join(folder, 'x.npy'), 'utf8')).toBe('old');
    await rm(folder, { recursive: true });
  });

  test('what NumPy lacks is refused with the way out', () => {
    expect(() => encodeNpy({ dtype: 'bf16', shape: [1], data: Uint16Array.of(0) })).toThrowErrorMatchingInlineSnapshot(
      `[NpyError: npy: <bytes>: dtype must be one that NumPy has, got bf16: convert to f32, or write safetensors]`,
    );
    const shape = new Array<number>(65).fill(1);
    expect(() => encodeNpy({ dtype: 'u8', shape, data: Uint8Array.of(0) })).toThrow('at most 64 axes');
  });
});

describe('reading', () => {
  test.each([1, 2, 3])('version %i.0 as NumPy writes it', async (major) => {
    const data = Float32Array.from({ length: 6 }, (_, i) => (i - 3) * 0.375);
    expect(await readNpy(fixture(`version${major}.npy`))).toEqual({ dtype: 'f32', shape: [2, 3], data });
  });

  test.each([
    `{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }   \n`,
    `{"shape":(2,),"descr":"<f4","fortran_order":True}`,
    `{\n'fortran_order':False , 'shape' : ( 2 , ) , 'descr':'<f4',}`,
  ])('the dict %j is understood', async (dict) => {
    expect(await readNpy(fileOf(dict, 8))).toEqual({ dtype: 'f32', shape: [2], data: new Float32Array(2) });
  });

  test('data that is not aligned in memory is read all the same', async () => {
    const file = fileOf(`{'descr': '>i8', 'fortran_order': True, 'shape': (1, 2)}`, 16);
    file[file.byteLength - 1] = 5;
    expect((await readNpy(file)).data).toEqual(BigInt64Array.of(0n, 5n));
    file[file.byteLength - 1] = 6;
    expect((await readNpy(Uint8Array.of(0, ...file).subarray(1))).data).toEqual(BigInt64Array.of(0n, 6n));
  });

  test('swapping bytes leaves the bytes of the caller alone', async () => {
    const file = fileOf(`{'descr': '>i2', 'fortran_order': False, 'shape': (1,)}`, 2);
    file[file.byteLength - 1] = 5;
    const before = file.slice();
    expect((await readNpy(file)).data).toEqual(Int16Array.of(5));
    expect(file).toEqual(before);
  });

  test.each([
    ['object', 'descr'],
    ['record', 'descr'],
    ['text', 'descr'],
    ['complex', 'descr'],
  ])('arrays of type %s are refused', async (name, field) => {
    await expect(readNpy(fixture(`${name}.npy`))).rejects.toMatchObject({ name: 'NpyError', field });
  });

  test('the message names the file and the field, with values', async () => {
    const message = async (file: Uint8Array) => String(await readNpy(file).catch((error) => error));
    expect(await message(new Uint8Array(await readFile(fixture('object.npy'))))).toMatchInlineSnapshot(
      `"NpyError: npy: <bytes>: descr holds Python objects, a pickle, which is never read: save numbers"`,
    );
    expect(await message(new Uint8Array(await readFile(fixture('record.npy'))))).toMatchInlineSnapshot(
      `"NpyError: npy: <bytes>: descr must have a string: structured types are not read, got "[""`,
    );
    expect(await message(new Uint8Array(await readFile(fixture('complex.npy'))))).toMatchInlineSnapshot(
      `"NpyError: npy: <bytes>: descr is complex: save real and imaginary parts along a last axis of 2"`,
    );
    expect(
      await message(new Uint8Array(await readFile(fixture('version1.npy'))).subarray(0, -1)),
    ).toMatchInlineSnapshot(`"NpyError: npy: <bytes>: length must be 152 bytes for f32 (2, 3), got 151"`);
  });

  const dict = (descr: string, order = 'False', shape = '(1,)') =>
    `{'descr': ${descr}, 'fortran_order': ${order}, 'shape': ${shape}, }`;
  const refused: [string, Uint8Array, string][] = [
    ['an empty file', new Uint8Array(0), 'magic'],
    ['another magic', fileOf(dict(`'<f4'`), 4).map((byte, i) => (i === 1 ? 0x6e : byte)), 'magic'],
    ['version 4.0', fileOf(dict(`'<f4'`), 4, 4), 'version'],
    ['version 1.1', fileOf(dict(`'<f4'`), 4).map((byte, i) => (i === 7 ? 1 : byte)), 'version'],
    ['a magic alone', fileOf('').subarray(0, 6), 'version'],
    ['a missing length', fileOf('').subarray(0, 9), 'header length'],
    ['a header length of 4 bytes cut short', fileOf('', 0, 2).subarray(0, 11), 'header length'],
    ['a header longer than the file', fileOf(dict(`'<f4'`)).subarray(0, 30), 'header length'],
    ['a header length of 2^24', fileOf('', 100, 2).map((byte, i) => (i === 11 ? 1 : byte)), 'header length'],
    ['an empty header', fileOf(''), 'header'],
    ['a header that is no dict', fileOf('(1, 2)'), 'header'],
    ['a dict that does not end', fileOf(dict(`'<f4'`).slice(0, -1), 4), 'header'],
    ['code behind the dict', fileOf(`${dict(`'<f4'`)}['shape']`, 4), 'header'],
    ['a missing comma', fileOf(`{'descr': '<f4' 'shape': (1,)}`, 4), 'header'],
    ['an unknown key', fileOf(`{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'x': 1}`, 4), 'header'],
    ['a key of JavaScript objects', fileOf(`{'constructor': 1}`, 4), 'header'],
    ['a repeated key', fileOf(`{'descr': '<f4', 'descr': '<f4'}`, 4), 'descr'],
    ['a missing descr', fileOf(`{'fortran_order': False, 'shape': (1,)}`, 4), 'descr'],
    ['a missing order', fileOf(`{'descr': '<f4', 'shape': (1,)}`, 4), 'fortran_order'],
    ['a missing shape', fileOf(`{'descr': '<f4', 'fortran_order': False}`, 4), 'shape'],
    ['an expression for a string', fileOf(dict(`'<' + 'f4'`), 4), 'header'],
    ['a string with an escape', fileOf(dict(`'<f4\\x20'`), 4), 'descr'],
    ['an object type of another order', fileOf(dict(`'=O'`), 4), 'descr'],
    ['a multi-byte type without order', fileOf(dict(`'|f4'`), 4), 'descr'],
    ['an order without type', fileOf(dict(`'<'`), 4), 'descr'],
    ['the long double', fileOf(dict(`'<f16'`), 16), 'descr'],
    ['an order that is a number', fileOf(dict(`'<f4'`, '0'), 4), 'fortran_order'],
    ['a shape that is a list', fileOf(dict(`'<f4'`, 'False', '[1]'), 4), 'shape'],
    ['a shape that is a number', fileOf(dict(`'<f4'`, 'False', '(1)'), 4), 'shape'],
    ['a negative extent', fileOf(dict(`'<f4'`, 'False', '(-1,)'), 4), 'shape'],
    ['an extent with a fraction', fileOf(dict(`'<f4'`, 'False', '(1.0,)'), 4), 'shape'],
    ['an extent in octal', fileOf(dict(`'<f4'`, 'False', '(01,)'), 4), 'shape'],
    ['an extent beyond 2^53', fileOf(dict(`'<f4'`, 'False', '(9007199254740993,)'), 4), 'shape'],
    ['a shape whose product overflows', fileOf(dict(`'<f4'`, 'False', '(4294967296, 4294967296)'), 4), 'shape'],
    ['65 axes', fileOf(dict(`'<f4'`, 'False', `(${'1,'.repeat(65)})`), 4), 'shape'],
    ['a shape of only a comma', fileOf(dict(`'<f4'`, 'False', '(,)'), 4), 'shape'],
    ['data that is cut off', fileOf(dict(`'<f4'`), 3), 'length'],
    ['data with more behind it', fileOf(dict(`'<f4'`), 5), 'length'],
    ['a shape far beyond the file', fileOf(dict(`'<f8'`, 'False', '(1000000000000,)'), 8), 'length'],
  ];
  test.each(refused)('%s is refused', async (_name, file, field) => {
    await expect(readNpy(file)).rejects.toThrow(NpyError);
    await expect(readNpy(file)).rejects.toMatchObject({ file: '<bytes>', field });
  });
});

test('whatever the bytes, the reader reads or refuses', async () => {
  const valid = arbitraryHostArray(numpyDtypes).map(encodeNpy);
  const word = fc.constantFrom(
    '{',
    '}',
    '(',
    ')',
    ',',
    ':',
    "'descr'",
    "'shape'",
    "'fortran_order'",
    'True',
    "'<f4'",
    "'|O'",
    '1',
    '-',
    '9'.repeat(30),
  );
  const header = fc.array(word, { maxLength: 16 }).map((words) => fileOf(words.join(' '), 4));
  const files = fc.oneof(arbitraryDamage(valid), header, fc.uint8Array({ maxLength: 64 }));
  await fc.assert(
    fc.asyncProperty(files, async (file) => {
      const array = await readOrRefuse(file, readNpy);
      expect(array?.data.byteLength ?? 0).toBeLessThanOrEqual(file.byteLength);
    }),
    { numRuns: 3000 },
  );
});
