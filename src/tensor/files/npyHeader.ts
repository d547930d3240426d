import { elementCount, type HostDtype, itemBytes } from './hostArray.ts';
import { type FilePlace, NpyError, quoteName } from './tensorFileErrors.ts';

/**
 * The header of NumPy's npy format, versions 1.0 to 3.0: a magic string, a length, and a Python dict literal, which is parsed here
 * as the few forms it can have and never evaluated. NumPy Enhancement Proposal 1; `numpy.lib.format`.
 */
export interface NpyHeader {
  readonly dtype: HostDtype;
  readonly shape: readonly number[];
  readonly bigEndian: boolean;
  /** The first axis varies fastest. */
  readonly fortranOrder: boolean;
  /** Where the data begins, in bytes. */
  readonly dataOffset: number;
  /** Bytes of data that dtype and shape need. */
  readonly byteLength: number;
}

/** Enough of a file to know where its header ends. */
export const NPY_PREAMBLE = 12;

/** NumPy's own limit. */
const MOST_AXES = 64;

/** Where the header ends, from the first NPY_PREAMBLE bytes (or all, if there are fewer). */
export function npyHeaderEnd(bytes: Uint8Array, place: FilePlace): number {
  const magic = MAGIC.every((byte, i) => bytes[i] === byte);
  if (!magic) throw new NpyError({ ...place, field: 'magic' }, 'must be "\\x93NUMPY": this is no npy data');
  const version = `${bytes[6] ?? 'none'}.${bytes[7] ?? 'none'}`;
  if (!['1.0', '2.0', '3.0'].includes(version)) {
    throw new NpyError({ ...place, field: 'version' }, `must be 1.0, 2.0 or 3.0, got ${version}`);
  }
  const lengthBytes = version === '1.0' ? 2 : 4;
  if (bytes.byteLength < 8 + lengthBytes) {
    throw new NpyError({ ...place, field: 'header length' }, `must have ${lengthBytes} bytes, the data ends before`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = lengthBytes === 2 ? view.getUint16(8, true) : view.getUint32(8, true);
  // Only structured types, which are refused anyway, have longer headers.
  if (length > 0xffff)
    throw new NpyError({ ...place, field: 'header length' }, `must be at most 65535 bytes, got ${length}`);
  return 8 + lengthBytes + length;
}

/** Parses a whole header; `bytes` may go on behind it. @throws NpyError that names the field of the header. */
export function parseNpyHeader(bytes: Uint8Array, place: FilePlace): NpyHeader {
  const dataOffset = npyHeaderEnd(bytes.subarray(0, NPY_PREAMBLE), place);
  if (bytes.byteLength < dataOffset) {
    const reason = `must fit the data of ${bytes.byteLength} bytes, got an end at ${dataOffset}`;
    throw new NpyError({ ...place, field: 'header length' }, reason);
  }
  // Latin-1 for versions 1 and 2, UTF-8 for 3; the accepted headers are ASCII in both.
  const text = new TextDecoder('latin1').decode(bytes.subarray(bytes[6] === 1 ? 10 : 12, dataOffset));
  const { descr, fortranOrder, shape } = new DictParser(text, place).parse();
  const { dtype, bigEndian } = parseDescr(descr, place);
  const count = shape.length > MOST_AXES ? null : elementCount(shape);
  if (count === null || !Number.isSafeInteger(count * itemBytes(dtype))) {
    const got = shape.length > MOST_AXES ? `${shape.length} axes` : `(${shape.join(', ')})`;
    throw new NpyError({ ...place, field: 'shape' }, `must have at most ${MOST_AXES} axes and 2^53 bytes, got ${got}`);
  }
  return { dtype, shape, bigEndian, fortranOrder, dataOffset, byteLength: count * itemBytes(dtype) };
}

/** A header of version 1.0, byte for byte as `numpy.save` writes it. @throws NpyError for bf16 and for more than 64 axes. */
export function encodeNpyHeader(dtype: HostDtype, shape: readonly number[], place: FilePlace): Uint8Array {
  const code = [...typeCodes].find(([, known]) => known === dtype)?.[0];
  if (code === undefined) {
    throw new NpyError(
      { ...place, field: 'dtype' },
      `must be one that NumPy has, got ${dtype}: convert to f32, or write safetensors`,
    );
  }
  if (shape.length > MOST_AXES) {
    throw new NpyError({ ...place, field: 'shape' }, `must have at most ${MOST_AXES} axes, got ${shape.length}`);
  }
  const descr = `${itemBytes(dtype) === 1 ? '|' : '<'}${code}`;
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  // NumPy leaves room for the first extent to grow to 21 digits in place.
  const room = shape.length === 0 ? 0 : 21 - String(shape[0]).length;
  const dict = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${tuple}, }${' '.repeat(room)}`;
  // Data begins at a multiple of 64, behind at least one space and the line feed.
  const length = Math.floor((10 + dict.length + 1) / 64 + 1) * 64;
  const header = new Uint8Array(length).fill(0x20);
  header.set(MAGIC);
  header.set([1, 0, (length - 10) & 0xff, (length - 10) >> 8], 6);
  header.set(new TextEncoder().encode(dict), 10);
  header[length - 1] = 0x0a;
  return header;
}

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

const typeCodes: ReadonlyMap<string, HostDtype> = new Map([
  ['f4', 'f32'],
  ['f2', 'f16'],
  ['f8', 'f64'],
  ['i1', 'i8'],
  ['u1', 'u8'],
  ['i2', 'i16'],
  ['u2', 'u16'],
  ['i4', 'i32'],
  ['u4', 'u32'],
  ['i8', 'i64'],
  ['u8', 'u64'],
  ['b1', 'bool'],
]);

function parseDescr(descr: string, place: FilePlace): { dtype: HostDtype; bigEndian: boolean } {
  const at = { ...place, field: 'descr' };
  if (/^[<>|=]?O/.test(descr))
    throw new NpyError(at, 'holds Python objects, a pickle, which is never read: save numbers');
  if (/^[<>|=]?c/.test(descr))
    throw new NpyError(at, 'is complex: save real and imaginary parts along a last axis of 2');
  const order = descr.slice(0, 1);
  const dtype = typeCodes.get(descr.slice(1));
  const ordered = order === '<' || order === '>' || (order === '|' && dtype !== undefined && itemBytes(dtype) === 1);
  if (dtype !== undefined && ordered) return { dtype, bigEndian: order === '>' };
  const known = [...typeCodes.keys()].join(', ');
  throw new NpyError(at, `must be "<", ">" or "|" and one of ${known}, got ${quoteName(descr)}`);
}

interface Dict {
  readonly descr: string;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
}

/** `{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }` and what Python takes for the same. */
class DictParser {
  readonly #tokens: readonly string[];
  readonly #place: FilePlace;
  #at = 0;

  constructor(text: string, place: FilePlace) {
    this.#tokens = text.match(/'[^'\\\n]*'|"[^"\\\n]*"|\w+|[^ \t\r\n\f]/g) ?? [];
    this.#place = place;
  }

  parse(): Dict {
    let descr: string | undefined;
    let fortranOrder: boolean | undefined;
    let shape: number[] | undefined;
    const seen = new Set<string>();
    this.#expect('{', 'header');
    while (!this.#accept('}')) {
      const key = this.#string('header');
      this.#expect(':', 'header');
      if (seen.has(key)) throw new NpyError({ ...this.#place, field: key }, 'occurs twice');
      seen.add(key);
      if (key === 'descr') descr = this.#string(key);
      else if (key === 'fortran_order') fortranOrder = this.#boolean(key);
      else if (key === 'shape') shape = this.#tuple(key);
      else throw new NpyError({ ...this.#place, field: 'header' }, `must not have the key ${quoteName(key)}`);
      if (!this.#accept(',')) {
        this.#expect('}', 'header');
        break;
      }
    }
    if (this.#at < this.#tokens.length) throw this.#unexpected('header', 'nothing behind the dict');
    if (descr !== undefined && fortranOrder !== undefined && shape !== undefined) return { descr, fortranOrder, shape };
    const missing = descr === undefined ? 'descr' : fortranOrder === undefined ? 'fortran_order' : 'shape';
    throw new NpyError({ ...this.#place, field: missing }, 'is missing');
  }

  #string(field: string): string {
    const token = this.#tokens[this.#at] ?? '';
    if (token.length < 2 || !/^['"]/.test(token)) {
      throw this.#unexpected(field, field === 'descr' ? 'a string: structured types are not read' : 'a string');
    }
    this.#at++;
    return token.slice(1, -1);
  }

  #boolean(field: string): boolean {
    if (this.#accept('True')) return true;
    if (this.#accept('False')) return false;
    throw this.#unexpected(field, 'True or False');
  }

  #tuple(field: string): number[] {
    this.#expect('(', field);
    const values: number[] = [];
    let comma = true;
    while (!this.#accept(')')) {
      if (!comma) throw this.#unexpected(field, 'a comma');
      const token = this.#tokens[this.#at] ?? '';
      if (!/^(0|[1-9][0-9]*)$/.test(token) || !Number.isSafeInteger(Number(token))) {
        throw this.#unexpected(field, 'natural numbers below 2^53');
      }
      this.#at++;
      values.push(Number(token));
      comma = this.#accept(',');
    }
    // In Python (3) is a number and (3,) a tuple.
    if (values.length === 1 && !comma)
      throw new NpyError({ ...this.#place, field }, 'must be a tuple, got a number in brackets');
    return values;
  }

  #accept(token: string): boolean {
    if (this.#tokens[this.#at] !== token) return false;
    this.#at++;
    return true;
  }

  #expect(token: string, field: string): void {
    if (!this.#accept(token)) throw this.#unexpected(field, `"${token}"`);
  }

  #unexpected(field: string, what: string): NpyError {
    const token = this.#tokens[this.#at];
    return new NpyError(
      { ...this.#place, field },
      `must have ${what}, got ${token === undefined ? 'its end' : quoteName(token)}`,
    );
  }
}
