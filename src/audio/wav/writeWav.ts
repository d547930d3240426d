import { type AtomicFile, openAtomicFile, writeFileAtomic } from '../../tensor/files/atomicFile.ts';
import { defaultChannelMask, type WavFormat, wavHeader } from './header.ts';
import { encodeSamples, isSampleFormat, SUPPORTED_FORMATS, type WavEncoding } from './sampleFormat.ts';
import { WavError } from './wavError.ts';

export interface WavOptions {
  sampleRate: number; // Hz
  /** Default: float. */
  encoding?: WavEncoding;
  /** PCM 8, 16 (default), 24 or 32; float 32 (default) or 64. */
  bits?: number;
}

/** A WAV file that is being written; it appears under its name when it is closed. */
export class WavWriter {
  readonly sampleRate: number; // Hz
  readonly channelCount: number;
  readonly format: WavFormat;
  readonly #file: AtomicFile;
  readonly #layout: Layout;
  #open = true;
  #frames = 0;
  #clipped = 0;
  #written: Promise<unknown> = Promise.resolve();

  /** Use `createWav`. */
  constructor(file: AtomicFile, layout: Layout) {
    const { encoding, bits, channelCount, sampleRate } = layout;
    this.sampleRate = sampleRate;
    this.channelCount = channelCount;
    this.format = { encoding, bits, validBits: bits, channelMask: defaultChannelMask(channelCount) };
    this.#file = file;
    this.#layout = layout;
  }

  /** Samples per channel so far. */
  get frames(): number {
    return this.#frames;
  }

  /** Samples so far that lay outside the range of the PCM format, over all channels. */
  get clipped(): number {
    return this.#clipped;
  }

  /**
   * Appends one block, an array per channel. The samples are encoded before the call returns, so the arrays may be used again.
   *
   * @throws WavError when the block does not fit the file or holds NaN in a PCM file (nothing of it is written then);
   *   FileError when the disk refuses it (the file is given up then).
   */
  async write(channels: readonly Float32Array[]): Promise<void> {
    const { name } = this.#file;
    if (!this.#open) throw new WavError(name, 'writer', 'is closed');
    if (channels.length !== this.channelCount) {
      throw new WavError(name, 'channels', `must be ${this.channelCount}, got ${channels.length}`);
    }
    const frames = expectEqualLengths(name, channels);
    const bytes = this.#encode(channels, frames);
    const writing = this.#file.write(bytes).catch(async (error) => {
      await this.abort();
      throw error;
    });
    this.#written = Promise.all([this.#written, writing]);
    // `close` reports it too; without this a caller who handles the error here would crash on an unhandled rejection.
    this.#written.catch(() => {});
    await writing;
  }

  /** Writes the sizes into the header and puts the file in its place. On failure nothing is left behind but an older file. */
  async close(): Promise<void> {
    if (!this.#open) throw new WavError(this.#file.name, 'writer', 'is closed');
    this.#open = false;
    try {
      await this.#written;
      const { bytes, padding } = wavHeader({ ...this.#layout, frames: this.#frames, reserveDs64: true });
      await this.#file.write(new Uint8Array(padding));
      await this.#file.write(bytes, 0);
      await this.#file.commit();
    } finally {
      await this.#file.abort();
    }
  }

  /** Throws away what was written; an older file of that name stays. Harmless after `close`. */
  async abort(): Promise<void> {
    this.#open = false;
    await this.#file.abort();
  }

  #encode(channels: readonly Float32Array[], frames: number): Uint8Array {
    const { bytes, clipped, nan } = encodeSamples(channels, this.#layout, 0, frames);
    if (nan !== undefined) throw nanError(this.#file.name, nan);
    this.#frames += frames;
    this.#clipped += clipped;
    return bytes;
  }
}

/**
 * Creates a WAV file to be written block by block, of any length: past 4 GiB it becomes RF64, for which room is kept in the
 * header (EBU Tech 3306). More than 2 channels or 16 bits are written as WAVE_FORMAT_EXTENSIBLE. Integers are rounded to nearest,
 * without dither, and clipped.
 *
 * The samples go to a temporary file in the same directory, which `close` renames; `abort` removes it.
 *
 * @throws WavError for a combination that WAV cannot hold; FileError when the file cannot be made.
 */
export async function createWav(
  path: string | URL,
  { channelCount, ...options }: WavOptions & { channelCount: number },
): Promise<WavWriter> {
  const layout = layoutOf(String(path), channelCount, options);
  const file = await openAtomicFile(path);
  try {
    await file.write(wavHeader({ ...layout, frames: 0, reserveDs64: true }).bytes);
    return new WavWriter(file, layout);
  } catch (error) {
    await file.abort();
    throw error;
  }
}

/**
 * Writes planar channels as one WAV file, by default float of 32 bits. It appears under its name only when it is whole. See
 * `createWav` for the format and the errors, and for signals longer than memory.
 *
 * @returns how many samples were clipped.
 */
export async function writeWav(
  path: string | URL,
  channels: readonly Float32Array[],
  options: WavOptions,
): Promise<{ clipped: number }> {
  const encoder = new WavEncoder(String(path), channels, options);
  await writeFileAtomic(path, encoder.pieces());
  return { clipped: encoder.clipped };
}

/** The bytes of a WAV file, for browsers and tests. @throws WavError as `createWav` does. */
export function encodeWav(channels: readonly Float32Array[], options: WavOptions): Uint8Array<ArrayBuffer> {
  const encoder = new WavEncoder('<bytes>', channels, options);
  const file = new Uint8Array(encoder.byteLength);
  let at = 0;
  for (const piece of encoder.pieces()) {
    file.set(piece, at);
    at += piece.byteLength;
  }
  return file;
}

interface Layout {
  sampleRate: number;
  channelCount: number;
  encoding: WavEncoding;
  bits: number;
}

/** Signals whose length is known, as the pieces of a file. */
class WavEncoder {
  clipped = 0;
  readonly byteLength: number;
  readonly #header: Uint8Array<ArrayBuffer>;
  readonly #padding: number;
  readonly #layout: Layout;
  readonly #frames: number;

  constructor(
    readonly file: string,
    readonly channels: readonly Float32Array[],
    options: WavOptions,
  ) {
    this.#layout = layoutOf(file, channels.length, options);
    this.#frames = expectEqualLengths(file, channels);
    const { bytes, padding } = wavHeader({ ...this.#layout, frames: this.#frames, reserveDs64: false });
    this.#header = bytes;
    this.#padding = padding;
    this.byteLength = bytes.byteLength + this.#frames * blockAlignOf(this.#layout) + padding;
  }

  *pieces(): Generator<Uint8Array<ArrayBuffer>, void, undefined> {
    yield this.#header;
    const piece = Math.max(1, Math.floor(PIECE_BYTES / blockAlignOf(this.#layout)));
    for (let start = 0; start < this.#frames; start += piece) {
      const end = Math.min(start + piece, this.#frames);
      const { bytes, clipped, nan } = encodeSamples(this.channels, this.#layout, start, end);
      if (nan !== undefined) throw nanError(this.file, nan);
      this.clipped += clipped;
      yield bytes;
    }
    yield new Uint8Array(this.#padding);
  }
}

const PIECE_BYTES = 2 ** 20;

function blockAlignOf({ channelCount, bits }: Layout): number {
  return (channelCount * bits) / 8;
}

function layoutOf(file: string, channelCount: number, { sampleRate, encoding = 'float', bits }: WavOptions): Layout {
  const layout = { sampleRate, channelCount, encoding, bits: bits ?? (encoding === 'pcm' ? 16 : 32) };
  const fail = (field: string, reason: string): never => {
    throw new WavError(file, field, reason);
  };
  if (!isSampleFormat(encoding, layout.bits))
    fail('bits', `must be ${SUPPORTED_FORMATS}, got ${encoding} of ${layout.bits}`);
  if (!Number.isInteger(sampleRate) || sampleRate < 1 || sampleRate >= 2 ** 32) {
    fail('sampleRate', `must be a whole number of Hz from 1 to 2^32 - 1, got ${sampleRate}`);
  }
  if (!Number.isInteger(channelCount) || channelCount < 1) {
    fail('channels', `must be a whole number from 1, got ${channelCount}`);
  }
  if (blockAlignOf(layout) > 0xffff) {
    fail('channels', `of one frame must fit into 65535 bytes, got ${channelCount} of ${layout.bits} bits`);
  }
  return layout;
}

function expectEqualLengths(file: string, channels: readonly Float32Array[]): number {
  const frames = channels[0]!.length;
  for (const [c, { length }] of channels.entries()) {
    if (length === frames) continue;
    throw new WavError(
      file,
      'channels',
      `must have equal lengths, got ${frames} samples in channel 0 and ${length} in ${c}`,
    );
  }
  return frames;
}

function nanError(file: string, channel: number): WavError {
  return new WavError(
    file,
    'samples',
    `of channel ${channel} contain NaN, which PCM cannot hold: write float or mend them`,
  );
}
