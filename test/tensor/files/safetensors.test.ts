import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FileError } from '../../../src/tensor/files/fileError.ts';
import type { HostArray } from '../../../src/tensor/files/hostArray.ts';
import {
  encodeSafetensors,
  openSafetensors,
  readSafetensors,
  writeSafetensors,
} from '../../../src/tensor/files/safetensors.ts';
import { SafetensorsError } from '../../../src/tensor/files/tensorFileErrors.ts';
import { arbitraryEntries, bitsOfEntries } from './arbitraryHostArray.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tympan-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** A file with this JSON in front of `size` zero bytes. */
function fileOf(json: string, size = 0): Uint8Array {
  const header = new TextEncoder().encode(json);
  const file = new Uint8Array(8 + header.byteLength + size);
  new DataView(file.buffer).setBigUint64(0, BigInt(header.byteLength), true);
  file.set(header, 8);
  return file;
}

function headerOf(file: Uint8Array): string {
  const length = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  return new TextDecoder().decode(file.subarray(8, 8 + length));
}

const f32 = (shape: number[], ...values: number[]): HostArray => ({
  dtype: 'f32',
  shape,
  data: Float32Array.from(values),
});

describe('writing', () => {
  test('whatever is written is read back bit by bit, metadata included', async () => {
    const metadata = fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), { maxKeys: 3 });
    await fc.assert(
      fc.asyncProperty(arbitraryEntries(), metadata, async (entries, texts) => {
        const file = await openSafetensors(encodeSafetensors(entries, texts));
        expect(file.metadata).toEqual({ ...texts });
        expect([...file.names].sort()).toEqual(entries.map(([name]) => name).sort());
        const arrays = await readSafetensors(encodeSafetensors(entries, texts));
        expect(bitsOfEntries(arrays)).toEqual(bitsOfEntries(entries));
      }),
    );
  });

  test('tensors are ordered by falling width, then by name, and the header is padded to a multiple of 8', () => {
    const file = encodeSafetensors(
      [
        ['m', { dtype: 'bool', shape: [3], data: Uint8Array.of(1, 0, 1) }],
        ['h', { dtype: 'f16', shape: [2], data: Uint16Array.of(0x3c00, 0xc000) }],
        ['w', f32([2, 2], 1, 2, 3, 4)],
        ['b', { dtype: 'bf16', shape: [2], data: Uint16Array.of(0x3f80, 0x4000) }],
        ['s', f32([], 0.5)],
        ['n', { dtype: 'i64', shape: [], data: BigInt64Array.of(7n) }],
      ],
      { format: 'pt' },
    );
    // The reference implementation writes these types in this order; its example of them has a header of 368 bytes as well.
    const header =
      '{"__metadata__":{"format":"pt"},' +
      '"n":{"dtype":"I64","shape":[],"data_offsets":[0,8]},' +
      '"s":{"dtype":"F32","shape":[],"data_offsets":[8,12]},' +
      '"w":{"dtype":"F32","shape":[2,2],"data_offsets":[12,28]},' +
      '"b":{"dtype":"BF16","shape":[2],"data_offsets":[28,32]},' +
      '"h":{"dtype":"F16","shape":[2],"data_offsets":[32,36]},' +
      '"m":{"dtype":"BOOL","shape":[3],"data_offsets":[36,39]}}';
    expect(headerOf(file)).toBe(header.padEnd(368));
    expect(headerOf(file)).toHaveLength(368);
    const buffer =
      '0700000000000000' + '0000003f' + '0000803f000000400000404000008040' + '803f0040' + '003c00c0' + '010001';
    expect(Buffer.from(file.subarray(376)).toString('hex')).toBe(buffer);
  });

  test('types of the same width keep the order of the reference implementation', () => {
    const data = new Uint8Array(8);
    const arrays: [string, HostArray][] = [
      ['bool', { dtype: 'bool', shape: [8], data }],
      ['u8', { dtype: 'u8', shape: [8], data }],
      ['i8', { dtype: 'i8', shape: [8], data: new Int8Array(8) }],
      ['i16', { dtype: 'i16', shape: [4], data: new Int16Array(4) }],
      ['u16', { dtype: 'u16', shape: [4], data: new Uint16Array(4) }],
      ['f16', { dtype: 'f16', shape: [4], data: new Uint16Array(4) }],
      ['bf16', { dtype: 'bf16', shape: [4], data: new Uint16Array(4) }],
      ['i32', { dtype: 'i32', shape: [2], data: new Int32Array(2) }],
      ['u32', { dtype: 'u32', shape: [2], data: new Uint32Array(2) }],
      ['f32', { dtype: 'f32', shape: [2], data: new Float32Array(2) }],
      ['f64', { dtype: 'f64', shape: [1], data: new Float64Array(1) }],
      ['i64', { dtype: 'i64', shape: [1], data: new BigInt64Array(1) }],
      ['u64', { dtype: 'u64', shape: [1], data: new BigUint64Array(1) }],
    ];
    const names = [...headerOf(encodeSafetensors(arrays)).matchAll(/"(\w+)":\{/g)].map(([, name]) => name);
    expect(names).toEqual(arrays.map(([name]) => name).reverse());
  });

  test('names are ordered by code point, as UTF-8 bytes are', () => {
    const names = ['\u{10000}', '\uffff', 'b', 'a', 'ab', '\ue000', ''];
    const header = headerOf(encodeSafetensors(names.map((name) => [name, f32([], 1)])));
    expect(Object.keys(JSON.parse(header))).toEqual(['', 'a', 'ab', 'b', '\ue000', '\uffff', '\u{10000}']);
  });

  test('no tensors make a header of 8 bytes', async () => {
    expect(encodeSafetensors([])).toEqual(fileOf('{}      '));
    expect((await readSafetensors(encodeSafetensors([]))).size).toBe(0);
  });

  test('a file on disk holds the same bytes and replaces an older one', async () => {
    const path = join(folder, 'model.safetensors');
    await writeFile(path, 'old');
    const entries: [string, HostArray][] = [
      ['b', f32([2], 1, 2)],
      ['a', { dtype: 'u8', shape: [1], data: Uint8Array.of(9) }],
    ];
    await writeSafetensors(path, entries, { step: '12' });
    expect(new Uint8Array(await readFile(path))).toEqual(encodeSafetensors(entries, { step: '12' }));
  });

  test('arrays that cannot be written leave the old file and say why', async () => {
    const path = join(folder, 'model.safetensors');
    await writeFile(path, 'old');
    const faulty: [string, HostArray][] = [
      ['a', f32([2], 1, 2)],
      ['b.weight', f32([3], 1, 2)],
    ];
    await expect(writeSafetensors(path, faulty)).rejects.toMatchObject({
      file: path,
      tensor: 'b.weight',
      field: 'data',
    });
    expect(await readFile(path, 'utf8')).toBe('old');
    expect(() => encodeSafetensors(faulty)).toThrowErrorMatchingInlineSnapshot(
      `[SafetensorsError: safetensors: <bytes>: tensor "b.weight": data must hold 3 elements for shape [3], got 2]`,
    );
    expect(() =>
      encodeSafetensors([
        ['a', f32([], 1)],
        ['a', f32([], 1)],
      ]),
    ).toThrowErrorMatchingInlineSnapshot(
      `[SafetensorsError: safetensors: <bytes>: tensor "a": name must be given once, got it twice]`,
    );
    expect(() => encodeSafetensors([['__metadata__', f32([], 1)]])).toThrow(SafetensorsError);
    expect(() => encodeSafetensors([['\ud800', f32([], 1)]])).toThrow(SafetensorsError);
    expect(() => encodeSafetensors([], { step: 1 as unknown as string })).toThrowErrorMatchingInlineSnapshot(
      `[SafetensorsError: safetensors: <bytes>: __metadata__ must map text to text, got number at "step"]`,
    );
  });
});

describe('reading', () => {
  test('a file is opened by its header and read tensor by tensor', async () => {
    const path = join(folder, 'model.safetensors');
    await writeSafetensors(
      path,
      [
        ['w', f32([1, 2], 1, 2)],
        ['b', f32([], 3)],
      ],
      { format: 'pt' },
    );
    const file = await openSafetensors(path);
    expect(file.name).toBe(path);
    expect(file.names).toEqual(['b', 'w']);
    expect(file.metadata).toEqual({ format: 'pt' });
    expect(file.info('w')).toMatchObject({ dtype: 'f32', storedDtype: 'F32', shape: [1, 2], byteLength: 8 });
    expect(await file.read('w')).toEqual(f32([1, 2], 1, 2));
    await expect(file.read('weight')).rejects.toThrow('tensor "weight": not in the file, which has "b", "w"');
    await file.close();
    await expect(file.read('w')).rejects.toThrow(FileError);
  });

  test('an unpadded header, tensors in any order of names and misaligned data are accepted', async () => {
    const json =
      '{ "z":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},\n"a":{"data_offsets":[1,9],"shape":[2],"dtype":"F32"},"e":{"dtype":"I64","shape":[0,5],"data_offsets":[1,1]}}';
    const file = fileOf(json, 9);
    file.set([9], file.byteLength - 9);
    file.set(new Uint8Array(Float32Array.of(1.5, -2).buffer), file.byteLength - 8);
    const arrays = await readSafetensors(file);
    expect([...arrays.keys()]).toEqual(['z', 'e', 'a']);
    expect(arrays.get('a')).toEqual(f32([2], 1.5, -2));
    expect(arrays.get('e')).toEqual({ dtype: 'i64', shape: [0, 5], data: new BigInt64Array(0) });
  });

  test('names and metadata keys that mean something to JavaScript are only names', async () => {
    const entries: [string, HostArray][] = ['__proto__', 'constructor', 'toString'].map((name, i) => [
      name,
      f32([], i),
    ]);
    const texts: Record<string, string> = Object.fromEntries([
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ]);
    const file = await openSafetensors(encodeSafetensors(entries, texts));
    expect(file.names).toEqual(['__proto__', 'constructor', 'toString']);
    expect(Object.entries(file.metadata)).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ]);
    expect(await file.read('constructor')).toEqual(f32([], 1));
    expect(() => file.info('hasOwnProperty')).toThrow(SafetensorsError);
  });

  test('a type without counterpart spoils only its own tensor', async () => {
    const json =
      '{"a":{"dtype":"F4","shape":[3,2],"data_offsets":[0,3]},"b":{"dtype":"C64","shape":[],"data_offsets":[3,11]},"c":{"dtype":"U8","shape":[1],"data_offsets":[11,12]}}';
    const file = await openSafetensors(fileOf(json, 12));
    expect(file.info('a')).toMatchObject({ dtype: null, storedDtype: 'F4', byteLength: 3 });
    expect((await file.read('c')).data).toEqual(Uint8Array.of(0));
    await expect(file.read('b')).rejects.toThrowErrorMatchingInlineSnapshot(
      `[SafetensorsError: safetensors: <bytes>: tensor "b": dtype C64 cannot be read: convert the file to F32 or F16]`,
    );
  });

  const entry = (text: string, size = 4) => fileOf(`{"w":${text}}`, size);
  const good = '{"dtype":"F32","shape":[1],"data_offsets":[0,4]}';
  const refused: [string, Uint8Array, string | undefined, string][] = [
    ['an empty file', new Uint8Array(0), undefined, 'header length'],
    ['seven bytes', new Uint8Array(7), undefined, 'header length'],
    ['a header longer than the file', fileOf('{}').subarray(0, 9), undefined, 'header length'],
    ['a header above the limit', Uint8Array.of(1, 0xe1, 0xf5, 5, 0, 0, 0, 0, 0x7b), undefined, 'header length'],
    ['a header length of 2^64 - 1', new Uint8Array(16).fill(255), undefined, 'header length'],
    ['an empty header', fileOf(''), undefined, 'header'],
    ['a header that begins with a space', fileOf(' {}'), undefined, 'header'],
    ['a header that is no UTF-8', fileOf('{}').map((byte, i) => (i === 9 ? 0xff : byte)), undefined, 'header'],
    ['a header that ends early', fileOf('{"w":'), 'w', 'header'],
    ['a header with more behind it', fileOf('{}x'), undefined, 'header'],
    ['a header that is padded with NUL', fileOf('{}\0'), undefined, 'header'],
    ['metadata that is no object', fileOf('{"__metadata__":null}'), undefined, '__metadata__'],
    ['metadata that is no text', fileOf('{"__metadata__":{"a":1}}'), undefined, '__metadata__'],
    ['a repeated metadata key', fileOf('{"__metadata__":{"a":"1","a":"2"}}'), undefined, '__metadata__'],
    ['repeated metadata', fileOf('{"__metadata__":{},"__metadata__":{}}'), undefined, 'header'],
    ['a repeated tensor', fileOf(`{"w":${good},"w":${good}}`, 4), undefined, 'header'],
    ['a repeated field', entry('{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}'), 'w', 'header'],
    ['a tensor that is no object', entry('[]'), 'w', 'header'],
    ['a missing dtype', entry('{"shape":[1],"data_offsets":[0,4]}'), 'w', 'dtype'],
    ['a missing shape', entry('{"dtype":"F32","data_offsets":[0,4]}'), 'w', 'shape'],
    ['missing offsets', entry('{"dtype":"F32","shape":[1]}'), 'w', 'data_offsets'],
    [
      'a field the format lacks',
      entry('{"dtype":"F32","shape":[1],"strides":[1],"data_offsets":[0,4]}'),
      'w',
      '"strides"',
    ],
    ['an unknown dtype', entry('{"dtype":"F128","shape":[1],"data_offsets":[0,4]}'), 'w', 'dtype'],
    ['a dtype in lower case', entry('{"dtype":"f32","shape":[1],"data_offsets":[0,4]}'), 'w', 'dtype'],
    ['a dtype that is a number', entry('{"dtype":32,"shape":[1],"data_offsets":[0,4]}'), 'w', 'dtype'],
    ['a shape with a fraction', entry('{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}'), 'w', 'shape'],
    ['a negative extent', entry('{"dtype":"F32","shape":[-1,-1],"data_offsets":[0,4]}'), 'w', 'shape'],
    ['an extent in exponents', entry('{"dtype":"F32","shape":[1e0],"data_offsets":[0,4]}'), 'w', 'shape'],
    [
      'a shape whose product overflows',
      entry('{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]}'),
      'w',
      'shape',
    ],
    [
      'a product that overflows before a 0',
      entry('{"dtype":"U8","shape":[9007199254740991,9,0],"data_offsets":[0,0]}', 0),
      'w',
      'shape',
    ],
    ['an extent beyond 2^53', entry('{"dtype":"F32","shape":[9007199254740993],"data_offsets":[0,4]}'), 'w', 'shape'],
    ['bits that fill no whole bytes', entry('{"dtype":"F4","shape":[1],"data_offsets":[0,1]}', 1), 'w', 'shape'],
    ['one offset', entry('{"dtype":"F32","shape":[1],"data_offsets":[4]}'), 'w', 'data_offsets'],
    ['three offsets', entry('{"dtype":"F32","shape":[1],"data_offsets":[0,4,4]}'), 'w', 'data_offsets'],
    ['offsets that run backwards', entry('{"dtype":"F32","shape":[0],"data_offsets":[4,0]}'), 'w', 'data_offsets'],
    [
      'a range of another size than the shape',
      entry('{"dtype":"F32","shape":[2],"data_offsets":[0,4]}'),
      'w',
      'data_offsets',
    ],
    ['a hole at the start', entry('{"dtype":"F32","shape":[1],"data_offsets":[4,8]}', 8), 'w', 'data_offsets'],
    ['bytes behind the last tensor', entry(good, 5), undefined, 'length'],
    ['a file that is cut off', entry(good, 3), undefined, 'length'],
    ['a hole', fileOf(`{"w":${good},"v":{"dtype":"U8","shape":[1],"data_offsets":[5,6]}}`, 6), 'v', 'data_offsets'],
    ['an overlap', fileOf(`{"w":${good},"v":{"dtype":"U8","shape":[2],"data_offsets":[3,5]}}`, 5), 'v', 'data_offsets'],
    ['two tensors on the same bytes', fileOf(`{"w":${good},"v":${good}}`, 4), 'v', 'data_offsets'],
  ];
  test.each(refused)('%s is refused', async (_name, file, tensor, field) => {
    await expect(openSafetensors(file)).rejects.toThrow(SafetensorsError);
    await expect(openSafetensors(file)).rejects.toMatchObject({ file: '<bytes>', tensor, field });
  });

  test('the message names the file, the tensor and the field, with values', async () => {
    const path = join(folder, 'w.safetensors');
    await writeFile(path, entry('{"dtype":"F32","shape":[2,3],"data_offsets":[0,4]}'));
    const message = async (file: string | Uint8Array) =>
      String(await openSafetensors(file).catch((error) => error)).replace(folder, '');
    expect(await message(path)).toMatchInlineSnapshot(
      `"SafetensorsError: safetensors: /w.safetensors: tensor "w": data_offsets must span 24 bytes for [2, 3] of F32, got 4"`,
    );
    expect(await message(fileOf(`{"w":${good},"v":${good}}`, 4))).toMatchInlineSnapshot(
      `"SafetensorsError: safetensors: <bytes>: tensor "v": data_offsets must begin at 4, got 0, which overlaps the tensor before it"`,
    );
    expect(await message(entry(good, 9))).toMatchInlineSnapshot(
      `"SafetensorsError: safetensors: <bytes>: length must be 66 bytes (8 + 54 of header + 4 of tensors), got 71"`,
    );
    expect(await message(fileOf(`{"w":${good},"w":${good}}`, 4))).toMatchInlineSnapshot(
      `"SafetensorsError: safetensors: <bytes>: header must not have the key "w" twice"`,
    );
    expect(await message(entry('{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}'))).toMatchInlineSnapshot(
      `"SafetensorsError: safetensors: <bytes>: tensor "w": shape must have an integer from 0 to 2^53 - 1 at character 29, got "1.0],\\"data_o""`,
    );
    expect(await message(new Uint8Array(16).fill(255))).toMatchInlineSnapshot(
      `"SafetensorsError: safetensors: <bytes>: header length must be at most 100000000 bytes, got 18446744073709551615"`,
    );
  });

  test('a file that does not exist is a FileError', async () => {
    await expect(openSafetensors(join(folder, 'none.safetensors'))).rejects.toThrow(FileError);
  });
});
