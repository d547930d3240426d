export type WavEncoding = 'pcm' | 'float';

/** How one sample lies in the file: little-endian, the 8-bit one unsigned. */
interface SampleFormat {
  readonly bytes: number;
  /** What 1.0 is in the file. Integers have this much below zero and one less above. */
  readonly fullScale: number;
  read(view: DataView, offset: number): number;
  write(view: DataView, offset: number, value: number): void;
}

const FORMATS: Record<string, SampleFormat> = {
  pcm8: {
    bytes: 1,
    fullScale: 2 ** 7,
    read: (view, offset) => view.getUint8(offset) - 128,
    write: (view, offset, value) => view.setUint8(offset, value + 128),
  },
  pcm16: {
    bytes: 2,
    fullScale: 2 ** 15,
    read: (view, offset) => view.getInt16(offset, true),
    write: (view, offset, value) => view.setInt16(offset, value, true),
  },
  pcm24: {
    bytes: 3,
    fullScale: 2 ** 23,
    read: (view, offset) => view.getInt8(offset + 2) * 2 ** 16 + view.getUint16(offset, true),
    write(view, offset, value) {
      view.setUint16(offset, value & 0xffff, true);
      view.setInt8(offset + 2, value >> 16);
    },
  },
  pcm32: {
    bytes: 4,
    fullScale: 2 ** 31,
    read: (view, offset) => view.getInt32(offset, true),
    write: (view, offset, value) => view.setInt32(offset, value, true),
  },
  float32: {
    bytes: 4,
    fullScale: 1,
    read: (view, offset) => view.getFloat32(offset, true),
    write: (view, offset, value) => view.setFloat32(offset, value, true),
  },
  float64: {
    bytes: 8,
    fullScale: 1,
    read: (view, offset) => view.getFloat64(offset, true),
    write: (view, offset, value) => view.setFloat64(offset, value, true),
  },
};

/** For error messages. */
export const SUPPORTED_FORMATS = 'PCM of 8, 16, 24 or 32 bits or float of 32 or 64 bits';

export function isSampleFormat(encoding: string, bits: number): boolean {
  return Object.hasOwn(FORMATS, encoding + bits);
}

function sampleFormat(encoding: WavEncoding, bits: number): SampleFormat {
  return FORMATS[encoding + bits]!;
}

/** Spreads interleaved bytes over planar channels, from index `start` of each. */
export function decodeSamples(
  bytes: Uint8Array,
  { encoding, bits }: { encoding: WavEncoding; bits: number },
  channels: readonly Float32Array[],
  start: number,
): void {
  const format = sampleFormat(encoding, bits);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const frameBytes = channels.length * format.bytes;
  const frames = bytes.byteLength / frameBytes;
  // A power of two, so that the product is exact.
  const scale = 1 / format.fullScale;
  for (const [c, channel] of channels.entries()) {
    for (let n = 0, at = c * format.bytes; n < frames; n++, at += frameBytes) {
      channel[start + n] = format.read(view, at) * scale;
    }
  }
}

/** What `encodeSamples` made: `nan` is the first channel with a NaN that the format cannot hold. */
export interface EncodedSamples {
  bytes: Uint8Array<ArrayBuffer>;
  clipped: number;
  nan: number | undefined;
}

/**
 * Interleaves frames `start` to `end`. Integers are rounded to nearest; what lies outside their range is clipped and counted,
 * +1.0 (one step above the largest value) included.
 */
export function encodeSamples(
  channels: readonly Float32Array[],
  { encoding, bits }: { encoding: WavEncoding; bits: number },
  start: number,
  end: number,
): EncodedSamples {
  const format = sampleFormat(encoding, bits);
  const frameBytes = channels.length * format.bytes;
  const bytes = new Uint8Array((end - start) * frameBytes);
  const view = new DataView(bytes.buffer);
  const { fullScale } = format;
  let clipped = 0;
  let nan: number | undefined;
  for (const [c, channel] of channels.entries()) {
    for (let n = start, at = c * format.bytes; n < end; n++, at += frameBytes) {
      let value = channel[n]!;
      if (encoding === 'pcm') {
        const rounded = Math.round(value * fullScale);
        value = Math.min(Math.max(rounded, -fullScale), fullScale - 1);
        if (value !== rounded) {
          if (Number.isNaN(rounded)) nan ??= c;
          else clipped++;
        }
      }
      format.write(view, at, value);
    }
  }
  return { bytes, clipped, nan };
}
