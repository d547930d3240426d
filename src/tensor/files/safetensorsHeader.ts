import { elementCount, type HostArray, type HostDtype, hostArrayFault } from './hostArray.ts';
import { JsonCursor } from './jsonCursor.ts';
import { quoteName, SafetensorsError } from './tensorFileErrors.ts';

/**
 * The header of safetensors: a JSON object of tensor names, each with its type, shape and byte range in the buffer behind it.
 * https://github.com/huggingface/safetensors, README.md and docs/safetensors.schema.json
 */

/** The format's own limit, in bytes of JSON. */
export const HEADER_LIMIT = 100_000_000;

/** What a header says of one tensor. */
export interface SafetensorsInfo {
  /** The type in the file, such as `BF16`. */
  readonly storedDtype: string;
  /** The same as an element type of HostArray; null for those it lacks (F4, F6, F8, C64), which cannot be read. */
  readonly dtype: HostDtype | null;
  readonly shape: readonly number[];
  /** Position in the file, in bytes. */
  readonly offset: number;
  readonly byteLength: number;
}

export interface SafetensorsHeader {
  /** In the order of their bytes. */
  readonly tensors: ReadonlyMap<string, SafetensorsInfo>;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Reads and checks a header: the tensors must cover the buffer without holes and overlaps, each with as many bytes as its shape
 * needs.
 *
 * @param bytes the JSON, without the length in front of it.
 * @param fileSize in bytes; the buffer reaches from the header to there.
 */
export function parseSafetensorsHeader(bytes: Uint8Array, fileSize: number, file: string): SafetensorsHeader {
  const { entries, metadata } = parseEntries(decodeText(bytes, file), file);
  const bufferStart = 8 + bytes.byteLength;
  const tensors = new Map<string, SafetensorsInfo>();
  // An empty tensor shares its begin with the next one and must come first.
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let end = 0;
  for (const entry of entries) {
    const place = { file, tensor: entry.name, field: 'data_offsets' };
    if (entry.begin !== end) {
      const fault = entry.begin < end ? 'overlaps the tensor before it' : 'leaves a hole';
      throw new SafetensorsError(place, `must begin at ${end}, got ${entry.begin}, which ${fault}`);
    }
    checkSize(entry, file);
    end = entry.end;
    tensors.set(entry.name, {
      storedDtype: entry.storedDtype,
      dtype: storedTypes.get(entry.storedDtype)!.dtype,
      shape: entry.shape,
      offset: bufferStart + entry.begin,
      byteLength: entry.end - entry.begin,
    });
  }
  if (bufferStart + end !== fileSize) {
    const sum = `8 + ${bytes.byteLength} of header + ${end} of tensors`;
    throw new SafetensorsError(
      { file, field: 'length' },
      `must be ${bufferStart + end} bytes (${sum}), got ${fileSize}`,
    );
  }
  return { tensors, metadata };
}

/**
 * The length, the JSON and its padding to a multiple of 8, and the arrays in the order of their bytes: widest types first, then by
 * name, so that every tensor is aligned to its elements.
 */
export function layOutSafetensors(
  entries: Iterable<readonly [string, HostArray]>,
  metadata: Readonly<Record<string, string>>,
  file: string,
): { readonly header: Uint8Array; readonly arrays: readonly HostArray[] } {
  const ordered = checkedEntries(entries, file);
  ordered.sort(([a, x], [b, y]) => typeRank(x.dtype) - typeRank(y.dtype) || compareCodePoints(a, b));
  const members = Object.keys(metadata).length === 0 ? [] : [`"__metadata__":${metadataText(metadata, file)}`];
  let begin = 0;
  for (const [name, array] of ordered) {
    const end = begin + array.data.byteLength;
    const fields = { dtype: storedNames.get(array.dtype)!, shape: array.shape, data_offsets: [begin, end] };
    members.push(`${JSON.stringify(name)}:${JSON.stringify(fields)}`);
    begin = end;
  }
  const json = new TextEncoder().encode(`{${members.join(',')}}`);
  const padded = Math.ceil(json.byteLength / 8) * 8;
  if (padded > HEADER_LIMIT) {
    throw new SafetensorsError(
      { file, field: 'header' },
      `must be at most ${HEADER_LIMIT} bytes, got ${padded}: split the file`,
    );
  }
  const header = new Uint8Array(8 + padded).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(padded), true);
  header.set(json, 8);
  return { header, arrays: ordered.map(([, array]) => array) };
}

interface Entry {
  readonly name: string;
  readonly storedDtype: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

// Widest first, as the reference implementation orders them when it writes; the last ones are never written here.
const storedTypes: ReadonlyMap<string, { readonly bits: number; readonly dtype: HostDtype | null }> = new Map([
  ['U64', { bits: 64, dtype: 'u64' }],
  ['I64', { bits: 64, dtype: 'i64' }],
  ['F64', { bits: 64, dtype: 'f64' }],
  ['F32', { bits: 32, dtype: 'f32' }],
  ['U32', { bits: 32, dtype: 'u32' }],
  ['I32', { bits: 32, dtype: 'i32' }],
  ['BF16', { bits: 16, dtype: 'bf16' }],
  ['F16', { bits: 16, dtype: 'f16' }],
  ['U16', { bits: 16, dtype: 'u16' }],
  ['I16', { bits: 16, dtype: 'i16' }],
  ['I8', { bits: 8, dtype: 'i8' }],
  ['U8', { bits: 8, dtype: 'u8' }],
  ['BOOL', { bits: 8, dtype: 'bool' }],
  ['C64', { bits: 64, dtype: null }],
  ['F8_E5M2', { bits: 8, dtype: null }],
  ['F8_E4M3', { bits: 8, dtype: null }],
  ['F8_E8M0', { bits: 8, dtype: null }],
  ['F8_E4M3FNUZ', { bits: 8, dtype: null }],
  ['F8_E5M2FNUZ', { bits: 8, dtype: null }],
  ['F6_E2M3', { bits: 6, dtype: null }],
  ['F6_E3M2', { bits: 6, dtype: null }],
  ['F4', { bits: 4, dtype: null }],
]);

const storedNames: ReadonlyMap<HostDtype | null, string> = new Map(
  [...storedTypes].map(([stored, { dtype }]) => [dtype, stored]),
);
const typeOrder = [...storedTypes.values()].map(({ dtype }) => dtype);

function typeRank(dtype: HostDtype): number {
  return typeOrder.indexOf(dtype);
}

function decodeText(bytes: Uint8Array, file: string): string {
  if (bytes[0] !== 0x7b) {
    throw new SafetensorsError({ file, field: 'header' }, `must begin with "{", got byte ${bytes[0] ?? 'none'}`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new SafetensorsError({ file, field: 'header' }, 'must be UTF-8', { cause });
  }
}

function parseEntries(text: string, file: string): { entries: Entry[]; metadata: Record<string, string> } {
  let tensor: string | undefined;
  let field = 'header';
  const json = new JsonCursor(text, (reason) => new SafetensorsError({ file, tensor, field }, reason));
  const metadata = new Map<string, string>();
  const entries: Entry[] = [];
  json.object((name) => {
    if (name === '__metadata__') {
      field = name;
      json.object((key) => metadata.set(key, json.string()));
    } else {
      tensor = name;
      entries.push(parseEntry(json, { file, tensor }, (current) => (field = current)));
      tensor = undefined;
    }
    field = 'header';
  });
  json.end();
  return { entries, metadata: Object.fromEntries(metadata) };
}

function parseEntry(json: JsonCursor, place: { file: string; tensor: string }, enter: (field: string) => void): Entry {
  let storedDtype: string | undefined;
  let shape: number[] | undefined;
  let offsets: number[] | undefined;
  json.object((field) => {
    enter(field);
    if (field === 'dtype') storedDtype = json.string();
    else if (field === 'shape') shape = naturals(json);
    else if (field === 'data_offsets') offsets = naturals(json);
    else throw new SafetensorsError({ ...place, field: quoteName(field) }, 'is not a field of the format');
    enter('header');
  });
  const missing = Object.entries({ dtype: storedDtype, shape, data_offsets: offsets }).find(
    ([, value]) => value === undefined,
  );
  if (storedDtype === undefined || shape === undefined || offsets === undefined) {
    throw new SafetensorsError({ ...place, field: missing![0] }, 'is missing');
  }
  if (!storedTypes.has(storedDtype)) {
    const known = [...storedTypes.keys()].join(', ');
    throw new SafetensorsError({ ...place, field: 'dtype' }, `must be one of ${known}, got ${quoteName(storedDtype)}`);
  }
  const [begin, end] = offsets;
  if (offsets.length !== 2 || begin === undefined || end === undefined || begin > end) {
    const got = offsets.length > 4 ? `${offsets.length} numbers` : `[${offsets.join(', ')}]`;
    throw new SafetensorsError(
      { ...place, field: 'data_offsets' },
      `must be [begin, end] with begin <= end, got ${got}`,
    );
  }
  return { name: place.tensor, storedDtype, shape, begin, end };
}

function naturals(json: JsonCursor): number[] {
  const values: number[] = [];
  json.array(() => values.push(json.natural()));
  return values;
}

function checkSize({ name, storedDtype, shape, begin, end }: Entry, file: string): void {
  const { bits } = storedTypes.get(storedDtype)!;
  const count = elementCount(shape);
  const text = shape.length > 16 ? `${shape.length} axes` : `[${shape.join(', ')}]`;
  if (count === null || !Number.isSafeInteger(count * bits)) {
    throw new SafetensorsError(
      { file, tensor: name, field: 'shape' },
      `must stay below 2^53 bits, got ${text} of ${storedDtype}`,
    );
  }
  if ((count * bits) % 8 !== 0) {
    throw new SafetensorsError(
      { file, tensor: name, field: 'shape' },
      `must fill whole bytes, got ${text} of ${storedDtype}`,
    );
  }
  if (end - begin !== (count * bits) / 8) {
    const reason = `must span ${(count * bits) / 8} bytes for ${text} of ${storedDtype}, got ${end - begin}`;
    throw new SafetensorsError({ file, tensor: name, field: 'data_offsets' }, reason);
  }
}

function checkedEntries(entries: Iterable<readonly [string, HostArray]>, file: string): [string, HostArray][] {
  const checked = new Map<string, HostArray>();
  for (const [tensor, array] of entries) {
    if (tensor === '__metadata__')
      throw new SafetensorsError(
        { file, tensor, field: 'name' },
        'must not be the one the format reserves for metadata',
      );
    if (checked.has(tensor))
      throw new SafetensorsError({ file, tensor, field: 'name' }, 'must be given once, got it twice');
    if (/\p{Surrogate}/u.test(tensor))
      throw new SafetensorsError({ file, tensor, field: 'name' }, 'must be Unicode, got half a surrogate pair');
    const fault = hostArrayFault(array);
    if (fault !== null) throw new SafetensorsError({ file, tensor, field: fault.field }, fault.reason);
    checked.set(tensor, array);
  }
  return [...checked];
}

function metadataText(metadata: Readonly<Record<string, string>>, file: string): string {
  for (const [key, value] of Object.entries(metadata)) {
    if (typeof value === 'string' && !/\p{Surrogate}/u.test(key + value)) continue;
    const got = typeof value === 'string' ? 'half a surrogate pair' : typeof value;
    throw new SafetensorsError(
      { file, field: '__metadata__' },
      `must map text to text, got ${got} at ${quoteName(key)}`,
    );
  }
  return JSON.stringify(metadata);
}

// The order of UTF-8 bytes, which the reference implementation sorts by. That of `<`, by UTF-16 units, has U+10000 before U+E000.
function compareCodePoints(a: string, b: string): number {
  let i = 0;
  while (i < a.length && a.charCodeAt(i) === b.charCodeAt(i)) i++;
  if (i === a.length || i === b.length) return a.length - b.length;
  return codePointRank(a.charCodeAt(i)) - codePointRank(b.charCodeAt(i));
}

// Moves the surrogates, which stand for the code points from U+10000 on, above all other units.
function codePointRank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
