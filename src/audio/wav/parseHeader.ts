import type { ByteSource } from '../../tensor/files/byteSource.ts';
import { FORMAT_EXTENSIBLE, FORMAT_FLOAT, FORMAT_PCM, SIZE_UNKNOWN, SUBFORMAT_TAIL, type WavFormat } from './header.ts';
import { isSampleFormat, SUPPORTED_FORMATS } from './sampleFormat.ts';
import { WavError } from './wavError.ts';

/** What a WAV file says about its samples and where they are. */
export interface ParsedHeader {
  sampleRate: number;
  channelCount: number;
  frames: number;
  format: WavFormat;
  /** Bytes of one frame, all channels. */
  blockAlign: number;
  /** Offset of the first sample. */
  dataOffset: number;
}

interface Chunk {
  id: string;
  /** Offset of the contents. */
  start: number;
  /** Declared length of the contents. */
  size: number;
}

/** The 64-bit sizes of an RF64 file. */
interface LongSizes {
  data: number;
  others: Map<string, number>;
}

/**
 * Reads RIFF, RF64 and BW64 headers up to the data chunk, and nothing behind it. No size is trusted before it was compared
 * with the file's real one.
 *
 * @throws WavError naming the field that is wrong.
 */
export async function parseHeader(source: ByteSource): Promise<ParsedHeader> {
  const { riffSize, long } = await readForm(source);
  let longSizes: LongSizes | undefined;
  let format: Format | undefined;
  let at = 12;
  for (let count = 0; count < MOST_CHUNKS; count++) {
    const chunk = await readChunk(source, at, longSizes);
    if (chunk.id === 'data') {
      if (format === undefined) throw new WavError(source.name, 'fmt', 'must come before data');
      if (long && longSizes === undefined)
        throw new WavError(source.name, 'ds64', 'must come before data in an RF64 file');
      const declared = chunk.size === SIZE_UNKNOWN && longSizes ? longSizes.data : chunk.size;
      const dataBytes = availableData(source, chunk.start, declared, riffSize);
      return { ...format, dataOffset: chunk.start, frames: Math.floor(dataBytes / format.blockAlign) };
    }
    if (chunk.start + chunk.size > source.size) throw tooLong(source, chunk.id, chunk.start, chunk.size);
    if (chunk.id === 'fmt ') format = await readFormat(source, chunk);
    if (chunk.id === 'ds64' && long) longSizes = await readLongSizes(source, chunk);
    at = chunk.start + chunk.size + (chunk.size % 2);
  }
  throw new WavError(source.name, 'data', `must be among the first ${MOST_CHUNKS} chunks`);
}

// A file of zero-length chunks would otherwise be walked eight bytes at a time.
const MOST_CHUNKS = 10_000;

async function readForm(source: ByteSource): Promise<{ riffSize: number; long: boolean }> {
  if (source.size < 12) throw new WavError(source.name, 'RIFF', `header needs 12 bytes, the file has ${source.size}`);
  const view = await readView(source, 0, 12);
  const form = textAt(view, 0);
  if (!['RIFF', 'RF64', 'BW64'].includes(form)) {
    throw new WavError(source.name, 'RIFF', `must begin the file (or RF64, BW64), got ${JSON.stringify(form)}`);
  }
  const kind = textAt(view, 8);
  if (kind !== 'WAVE') throw new WavError(source.name, 'WAVE', `must be the form's type, got ${JSON.stringify(kind)}`);
  return { riffSize: view.getUint32(4, true), long: form !== 'RIFF' };
}

async function readChunk(source: ByteSource, at: number, longSizes: LongSizes | undefined): Promise<Chunk> {
  if (at + 8 > source.size) throw new WavError(source.name, 'data', 'chunk is missing: the file ends before it');
  const view = await readView(source, at, 8);
  const id = textAt(view, 0);
  if (!/^[ -~]{4}$/.test(id)) {
    throw new WavError(
      source.name,
      'chunk',
      `at byte ${at} must have a name of four letters, got ${JSON.stringify(id)}`,
    );
  }
  let size = view.getUint32(4, true);
  if (id !== 'data' && size === SIZE_UNKNOWN) size = longSizes?.others.get(id) ?? size;
  return { id, start: at + 8, size };
}

type Format = Pick<ParsedHeader, 'sampleRate' | 'channelCount' | 'blockAlign' | 'format'>;

async function readFormat(source: ByteSource, chunk: Chunk): Promise<Format> {
  const fail = (field: string, reason: string): never => {
    throw new WavError(source.name, `fmt.${field}`, reason);
  };
  if (chunk.size < 16) fail('size', `must be at least 16 bytes, got ${chunk.size}`);
  const view = await readView(source, chunk.start, Math.min(chunk.size, 40));
  let formatNumber = view.getUint16(0, true);
  const channelCount = view.getUint16(2, true);
  const sampleRate = view.getUint32(4, true);
  const blockAlign = view.getUint16(12, true);
  const declaredBits = view.getUint16(14, true);
  let validBits = declaredBits;
  let channelMask = 0;
  if (channelCount === 0) fail('channels', 'must be at least 1, got 0');
  if (sampleRate === 0) fail('sampleRate', 'must be at least 1 Hz, got 0');

  if (formatNumber === FORMAT_EXTENSIBLE) {
    if (chunk.size < 40) fail('size', `must be at least 40 bytes in WAVE_FORMAT_EXTENSIBLE, got ${chunk.size}`);
    // 0 stands for "all of them" in files of several writers.
    validBits = view.getUint16(18, true) || declaredBits;
    channelMask = view.getUint32(20, true);
    formatNumber = view.getUint16(24, true);
    const known = SUBFORMAT_TAIL.every((byte, i) => view.getUint8(26 + i) === byte);
    if (!known) fail('subFormat', `must be the GUID of PCM or IEEE float, got ${hexAt(view, 24, 16)}`);
  }
  if (formatNumber !== FORMAT_PCM && formatNumber !== FORMAT_FLOAT) {
    fail('format', `must be PCM (1) or IEEE float (3), got ${formatNumber}: convert the file`);
  }
  const encoding = formatNumber === FORMAT_PCM ? 'pcm' : 'float';

  // Plain PCM of, say, 20 bits lies in the upper part of the next whole number of bytes, as in the extensible format.
  const bits = Math.ceil(declaredBits / 8) * 8;
  if (!isSampleFormat(encoding, bits)) fail('bits', `must be ${SUPPORTED_FORMATS}, got ${encoding} of ${declaredBits}`);
  if (validBits > bits) fail('validBits', `must be at most the container's ${bits}, got ${validBits}`);
  const expected = (channelCount * bits) / 8;
  if (blockAlign !== expected) {
    fail('blockAlign', `must be ${expected} for ${channelCount} channels of ${bits} bits, got ${blockAlign}`);
  }
  return { sampleRate, channelCount, blockAlign, format: { encoding, bits, validBits, channelMask } };
}

async function readLongSizes(source: ByteSource, chunk: Chunk): Promise<LongSizes> {
  if (chunk.size < 24) throw new WavError(source.name, 'ds64.size', `must be at least 24 bytes, got ${chunk.size}`);
  const view = await readView(source, chunk.start, Math.min(chunk.size, 28 + 12 * MOST_LONG_CHUNKS));
  const others = new Map<string, number>();
  const entries = view.byteLength >= 28 ? view.getUint32(24, true) : 0;
  for (let i = 0, at = 28; i < entries && at + 12 <= view.byteLength; i++, at += 12) {
    others.set(textAt(view, at), Number(view.getBigUint64(at + 4, true)));
  }
  return { data: Number(view.getBigUint64(8, true)), others };
}

const MOST_LONG_CHUNKS = 100;

// What writers leave in a file whose end they did not know: nothing, all bits set (2^64 - 1 as a double), SoX's size for pipes,
// and the limits of signed sizes.
const STREAM_SIZES = [0, SIZE_UNKNOWN, 0x7ffff000, 0x7fffffff, 0x80000000, 2 ** 64];

function availableData(source: ByteSource, start: number, declared: number, riffSize: number): number {
  const available = source.size - start;
  if (declared === 0) {
    // An empty recording with other chunks behind it says so in the outer size; a writer that was cut off does not.
    const riffEnd = riffSize + 8;
    return riffEnd > start && riffEnd <= source.size ? 0 : available;
  }
  if (declared <= available) return declared;
  if (STREAM_SIZES.includes(declared)) return available;
  throw tooLong(source, 'data', start, declared);
}

function tooLong(source: ByteSource, id: string, start: number, size: number): WavError {
  const left = Math.max(source.size - start, 0);
  return new WavError(source.name, id.trim(), `declares ${size} bytes, but only ${left} follow: the file is truncated`);
}

async function readView(source: ByteSource, offset: number, length: number): Promise<DataView> {
  const bytes = await source.read(offset, length);
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function textAt(view: DataView, offset: number): string {
  return String.fromCharCode(...Array.from({ length: 4 }, (_, i) => view.getUint8(offset + i)));
}

function hexAt(view: DataView, offset: number, count: number): string {
  return Array.from({ length: count }, (_, i) =>
    view
      .getUint8(offset + i)
      .toString(16)
      .padStart(2, '0'),
  ).join(' ');
}
