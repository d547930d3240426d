import { unzlibSync } from 'fflate';
import type { Block } from './block.ts';

/** What a chunk has gone through on its way to the file. */
export interface Filter {
  readonly id: number;
  readonly values: readonly number[];
}

const DEFLATE = 1;
const SHUFFLE = 2;
const FLETCHER32 = 3;

/** HDF5 File Format Specification 3.0, IV.A.2.l. @throws ResponseFileError for filters other than the three of netCDF-4. */
export function readFilters(block: Block): Filter[] {
  const version = block.version(1, 2);
  const count = block.u8();
  if (version === 1) block.skip(6);
  return Array.from({ length: count }, () => {
    const id = block.u16();
    const nameBytes = version === 1 || id >= 256 ? block.u16() : 0;
    const valueCount = block.skip(2).u16();
    block.skip(version === 1 ? Math.ceil(nameBytes / 8) * 8 : nameBytes);
    const values = Array.from({ length: valueCount }, () => block.u32());
    if (version === 1 && valueCount % 2 === 1) block.skip(4);
    if (![DEFLATE, SHUFFLE, FLETCHER32].includes(id)) {
      throw block.fail(`number ${id} cannot be read, only deflate, shuffle and fletcher32: use h5repack`);
    }
    return { id, values };
  });
}

/** Undoes the filters, the last one first. `mask` has a bit for each that was left out. */
export function unfilter(
  bytes: Uint8Array,
  filters: readonly Filter[],
  mask: number,
  chunkBytes: number,
  fail: (reason: string) => Error,
): Uint8Array {
  let data = bytes;
  for (let n = filters.length - 1; n >= 0; n--) {
    const { id, values } = filters[n]!;
    if ((mask >>> n) & 1) continue;
    if (id === DEFLATE) data = inflate(data, chunkBytes + 4, fail);
    else if (id === FLETCHER32) data = checked(data, fail);
    else data = unshuffle(data, values[0] ?? 1);
  }
  if (data.length !== chunkBytes) throw fail(`must have ${chunkBytes} bytes, got ${data.length}`);
  return data;
}

function inflate(bytes: Uint8Array, most: number, fail: (reason: string) => Error): Uint8Array {
  try {
    return unzlibSync(bytes, { out: new Uint8Array(most) });
  } catch (error) {
    throw fail(`cannot be inflated: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Takes off the checksum at the end: Fletcher's over words of 16 bits, high byte first. */
function checked(bytes: Uint8Array, fail: (reason: string) => Error): Uint8Array {
  const data = bytes.subarray(0, Math.max(0, bytes.length - 4));
  let [first, second] = [0, 0];
  for (let n = 0; n < data.length; n += 2) {
    first = (first + data[n]! * 256 + (data[n + 1] ?? 0)) % 65535;
    second = (second + first) % 65535;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const stored = bytes.length >= 4 ? view.getUint32(data.length, true) : -1;
  const same = (stored % 65536) % 65535 === first && Math.floor(stored / 65536) % 65535 === second;
  if (!same) throw fail('does not have the checksum it was stored with: the file is damaged');
  return data;
}

/** The bytes of each element lie together again; what is left over at the end was never moved. */
function unshuffle(bytes: Uint8Array, size: number): Uint8Array {
  const count = Math.floor(bytes.length / size);
  if (size < 2 || count < 2) return bytes;
  const out = bytes.slice();
  for (let byte = 0; byte < size; byte++) {
    const from = byte * count;
    for (let n = 0; n < count; n++) out[n * size + byte] = bytes[from + n]!;
  }
  return out;
}
