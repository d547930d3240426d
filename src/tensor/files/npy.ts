import { writeFileAtomic } from './atomicFile.ts';
import { type FileLike, openSource } from './byteSource.ts';
import { bytesOfData, dataFromBytes, type HostArray, hostArrayFault, itemBytes } from './hostArray.ts';
import { joinBytes } from './joinBytes.ts';
import { encodeNpyHeader, NPY_PREAMBLE, type NpyHeader, npyHeaderEnd, parseNpyHeader } from './npyHeader.ts';
import { type FilePlace, NpyError } from './tensorFileErrors.ts';

/**
 * Reads an npy file of numbers or booleans (not of Python objects, texts, dates, records or complex numbers), in either byte and
 * memory order. From bytes in memory the result may be a view of them.
 *
 * @throws NpyError when the file breaks the format or is longer or shorter than its header says; FileError when it cannot be opened.
 */
export async function readNpy(file: FileLike): Promise<HostArray> {
  const source = await openSource(file);
  try {
    const place = { file: source.name };
    const end = npyHeaderEnd(await source.read(0, Math.min(NPY_PREAMBLE, source.size)), place);
    const header = parseNpyHeader(await source.read(0, Math.min(end, source.size)), place);
    expectLength(header, source.size, place);
    return decodeNpyData(header, await source.read(header.dataOffset, header.byteLength));
  } finally {
    await source.close();
  }
}

/** The bytes of an npy file, as `numpy.save` would write it. @throws NpyError for bf16, which NumPy lacks, and for a faulty array. */
export function encodeNpy(array: HostArray): Uint8Array {
  return joinBytes(npyPieces(array, { file: '<bytes>' }));
}

/** Writes an npy file. Until it is whole, an older file of that name stays as it was. Throws as `encodeNpy`, and FileError. */
export async function writeNpy(path: string | URL, array: HostArray): Promise<void> {
  await writeFileAtomic(path, npyPieces(array, { file: String(path) }));
}

/** Header and data, one after the other the contents of an npy file. */
export function npyPieces(array: HostArray, place: FilePlace): [header: Uint8Array, data: Uint8Array] {
  const fault = hostArrayFault(array);
  if (fault !== null) throw new NpyError({ ...place, field: fault.field }, fault.reason);
  return [encodeNpyHeader(array.dtype, array.shape, place), bytesOfData(array.data)];
}

/** Nothing may be missing at the end, and nothing follow. */
export function expectLength(
  { dtype, shape, dataOffset, byteLength }: NpyHeader,
  size: number,
  place: FilePlace,
): void {
  const expected = dataOffset + byteLength;
  if (size === expected) return;
  const reason = `must be ${expected} bytes for ${dtype} (${shape.join(', ')}), got ${size}`;
  throw new NpyError({ ...place, field: 'length' }, reason);
}

/** Brings the data behind a header to little-endian, row-major order. */
export function decodeNpyData({ dtype, shape, bigEndian, fortranOrder }: NpyHeader, bytes: Uint8Array): HostArray {
  const swapped = bigEndian ? swapBytes(bytes, itemBytes(dtype)) : bytes;
  // With one axis or none, both orders are the same.
  const ordered = fortranOrder && shape.length > 1 ? rowMajor(swapped, itemBytes(dtype), shape) : swapped;
  return { dtype, shape, data: dataFromBytes(dtype, ordered) };
}

function swapBytes(bytes: Uint8Array, width: number): Uint8Array {
  const swapped = new Uint8Array(bytes.byteLength);
  for (let item = 0; item < bytes.byteLength; item += width) {
    for (let i = 0; i < width; i++) swapped[item + i] = bytes[item + width - 1 - i]!;
  }
  return swapped;
}

// Elements travel as unsigned integers: as floats, the bits of a NaN could change on the way.
function rowMajor(bytes: Uint8Array, width: number, shape: readonly number[]): Uint8Array {
  const dtype = ({ 1: 'u8', 2: 'u16', 4: 'u32', 8: 'u64' } as const)[width as 1 | 2 | 4 | 8];
  const source: ArrayLike<number | bigint> = dataFromBytes(dtype, bytes);
  const ordered = new Uint8Array(bytes.byteLength);
  const target: { [index: number]: number | bigint } = dataFromBytes(dtype, ordered);
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((product, extent) => product * extent, 1));
  const position = shape.map(() => 0);
  let from = 0;
  for (let to = 0; to < source.length; to++) {
    target[to] = source[from]!;
    // Counts up like an odometer, the last axis first.
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      position[axis]!++;
      if (position[axis]! < shape[axis]!) break;
      from -= strides[axis]! * shape[axis]!;
      position[axis] = 0;
    }
  }
  return ordered;
}
