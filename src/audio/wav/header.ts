import type { WavEncoding } from './sampleFormat.ts';

/** How the samples of a file are stored. */
export interface WavFormat {
  encoding: WavEncoding;
  /** Size of a sample's container in bits: 8, 16, 24, 32 or 64. */
  bits: number;
  /** Bits that carry signal, at the upper end of the container; equal to `bits` in most files. */
  validBits: number;
  /** One bit per loudspeaker position (WAVE_FORMAT_EXTENSIBLE); 0 where none is assigned, as for ambisonics. */
  channelMask: number;
}

export const FORMAT_PCM = 1;
export const FORMAT_FLOAT = 3;
export const FORMAT_EXTENSIBLE = 0xfffe;

/** The last 14 bytes of an extensible sub-format's GUID; the first two are a plain format number. */
export const SUBFORMAT_TAIL = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71];

/** Stands in a 32-bit size for "see ds64", or in streams for "not known". */
export const SIZE_UNKNOWN = 0xffffffff;

const SPEAKER_MASKS: Record<number, number> = { 1: 0x4, 2: 0x3 }; // center; left and right

export interface WavLayout {
  sampleRate: number;
  channelCount: number;
  encoding: WavEncoding;
  bits: number;
  frames: number;
  /** Keeps room, as a JUNK chunk, for the sizes of a file that may grow past 4 GiB (EBU Tech 3306). */
  reserveDs64: boolean;
}

export interface WavHeader {
  bytes: Uint8Array<ArrayBuffer>;
  /** 1 where the data's length is odd: chunks begin at even offsets. */
  padding: number;
}

/** The channel mask that is written: mono and stereo have usual positions, more channels are left unassigned. */
export function defaultChannelMask(channelCount: number): number {
  return SPEAKER_MASKS[channelCount] ?? 0;
}

/**
 * Everything before the first sample: RIFF, [JUNK or ds64], fmt, [fact], data. A file whose sizes pass 32 bits becomes RF64.
 * With `reserveDs64` the length does not depend on `frames`, so the header can be written again when they are known.
 */
export function wavHeader(layout: WavLayout): WavHeader {
  const { sampleRate, channelCount, encoding, bits, frames, reserveDs64 } = layout;
  const blockAlign = (channelCount * bits) / 8;
  const dataBytes = frames * blockAlign;
  const padding = dataBytes % 2;
  const extensible = channelCount > 2 || bits > 16;
  const formatBytes = extensible ? 40 : 16;
  const factBytes = encoding === 'float' ? 12 : 0;
  const smallLength = 12 + 8 + formatBytes + factBytes + 8;
  const sizeSmall = smallLength + (reserveDs64 ? DS64_CHUNK : 0) + dataBytes + padding - 8;
  const large = sizeSmall >= SIZE_UNKNOWN;
  const length = smallLength + (reserveDs64 || large ? DS64_CHUNK : 0);
  const riffSize = length + dataBytes + padding - 8;

  const out = new HeaderBytes(length);
  out
    .text(large ? 'RF64' : 'RIFF')
    .u32(large ? SIZE_UNKNOWN : riffSize)
    .text('WAVE');
  if (large)
    out
      .text('ds64')
      .u32(DS64_CHUNK - 8)
      .u64(riffSize)
      .u64(dataBytes)
      .u64(frames)
      .u32(0);
  else if (reserveDs64)
    out
      .text('JUNK')
      .u32(DS64_CHUNK - 8)
      .skip(DS64_CHUNK - 8);

  const formatNumber = encoding === 'pcm' ? FORMAT_PCM : FORMAT_FLOAT;
  out
    .text('fmt ')
    .u32(formatBytes)
    .u16(extensible ? FORMAT_EXTENSIBLE : formatNumber)
    .u16(channelCount);
  // The byte rate is for players' buffers; rates past 32 bits cannot be told.
  out
    .u32(sampleRate)
    .u32(Math.min(sampleRate * blockAlign, SIZE_UNKNOWN))
    .u16(blockAlign)
    .u16(bits);
  if (extensible) {
    out.u16(22).u16(bits).u32(defaultChannelMask(channelCount)).u16(formatNumber);
    for (const byte of SUBFORMAT_TAIL) out.u8(byte);
  }
  if (factBytes > 0)
    out
      .text('fact')
      .u32(4)
      .u32(large ? SIZE_UNKNOWN : frames);
  out.text('data').u32(large ? SIZE_UNKNOWN : dataBytes);
  return { bytes: out.bytes, padding };
}

const DS64_CHUNK = 8 + 28;

class HeaderBytes {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;
  #at = 0;

  constructor(length: number) {
    this.bytes = new Uint8Array(length);
    this.#view = new DataView(this.bytes.buffer);
  }

  text(fourCharacters: string): this {
    for (const character of fourCharacters) this.u8(character.charCodeAt(0));
    return this;
  }

  u8(value: number): this {
    this.#view.setUint8(this.#at, value);
    return this.skip(1);
  }

  u16(value: number): this {
    this.#view.setUint16(this.#at, value, true);
    return this.skip(2);
  }

  u32(value: number): this {
    this.#view.setUint32(this.#at, value, true);
    return this.skip(4);
  }

  u64(value: number): this {
    this.#view.setBigUint64(this.#at, BigInt(value), true);
    return this.skip(8);
  }

  skip(count: number): this {
    this.#at += count;
    return this;
  }
}
