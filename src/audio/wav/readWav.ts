import { type ByteSource, type FileLike, openSource } from '../../tensor/files/byteSource.ts';
import type { WavFormat } from './header.ts';
import { type ParsedHeader, parseHeader } from './parseHeader.ts';
import { decodeSamples } from './sampleFormat.ts';
import { WavError } from './wavError.ts';

/** A whole file in memory: one Float32Array per channel, full scale ±1. */
export interface WavAudio {
  sampleRate: number; // Hz
  channels: Float32Array[];
  format: WavFormat;
}

/** An open WAV file. Memory grows with what one call asks for, not with the file. */
export class WavReader {
  readonly sampleRate: number; // Hz
  readonly channelCount: number;
  /** Samples per channel. */
  readonly frames: number;
  readonly format: WavFormat;
  readonly #source: ByteSource;
  readonly #header: ParsedHeader;

  /** Use `openWav`. */
  constructor(source: ByteSource, header: ParsedHeader) {
    this.sampleRate = header.sampleRate;
    this.channelCount = header.channelCount;
    this.frames = header.frames;
    this.format = header.format;
    this.#source = source;
    this.#header = header;
  }

  /**
   * `frameCount` samples of every channel from `startFrame`, full scale ±1 (floats as they are).
   *
   * @throws RangeError when the frames do not all lie in the file.
   */
  async read(startFrame: number, frameCount: number): Promise<Float32Array[]> {
    const whole = Number.isSafeInteger(startFrame) && Number.isSafeInteger(frameCount);
    if (!whole || startFrame < 0 || frameCount < 0 || startFrame + frameCount > this.frames) {
      const asked = `${frameCount} frames from ${startFrame}`;
      throw new RangeError(`read: ${this.#source.name}: frames must lie within 0 to ${this.frames}, got ${asked}`);
    }
    const channels = this.#allocate(frameCount);
    const { blockAlign, dataOffset } = this.#header;
    const piece = Math.max(1, Math.floor(PIECE_BYTES / blockAlign));
    for (let done = 0; done < frameCount; done += piece) {
      const frames = Math.min(piece, frameCount - done);
      const bytes = await this.#source.read(dataOffset + (startFrame + done) * blockAlign, frames * blockAlign);
      decodeSamples(bytes, this.format, channels, done);
    }
    return channels;
  }

  /** The file from its beginning in blocks of `frameCount`; the last one may be shorter. */
  async *chunks(frameCount: number): AsyncGenerator<Float32Array[], void, undefined> {
    if (!Number.isSafeInteger(frameCount) || frameCount < 1) {
      throw new RangeError(`chunks: ${this.#source.name}: frameCount must be a whole number from 1, got ${frameCount}`);
    }
    for (let start = 0; start < this.frames; start += frameCount) {
      yield await this.read(start, Math.min(frameCount, this.frames - start));
    }
  }

  /** Lets go of the file; closing twice is harmless. */
  close(): Promise<void> {
    return this.#source.close();
  }

  #allocate(frames: number): Float32Array[] {
    try {
      return Array.from({ length: this.channelCount }, () => new Float32Array(frames));
    } catch (error) {
      const size = `of ${this.channelCount} channels and ${frames} frames does not fit into memory`;
      throw new WavError(this.#source.name, 'data', `${size}: use openWav and chunks()`, { cause: error });
    }
  }
}

// Files are read about 1 MiB at a time, so that raw bytes do not double the memory of a long read.
const PIECE_BYTES = 2 ** 20;

/**
 * Opens a WAV file: PCM of 8, 16, 24 or 32 bits, float of 32 or 64 bits, WAVE_FORMAT_EXTENSIBLE, RF64 and BW64, any number of
 * channels. A data size that a streaming writer left open is taken to mean "to the end of the file".
 *
 * @param source a path or file URL (Node), the file's bytes, or a Blob.
 * @throws WavError for a file that is malformed, truncated or of another format; FileError when it cannot be opened or read.
 */
export async function openWav(source: FileLike): Promise<WavReader> {
  const bytes = await openSource(source);
  try {
    return new WavReader(bytes, await parseHeader(bytes));
  } catch (error) {
    await bytes.close();
    throw error;
  }
}

/** Reads a whole WAV file. See `openWav` for the formats, the sources and the errors, and for files longer than memory. */
export async function readWav(source: FileLike): Promise<WavAudio> {
  const reader = await openWav(source);
  try {
    const channels = await reader.read(0, reader.frames);
    return { sampleRate: reader.sampleRate, channels, format: reader.format };
  } finally {
    await reader.close();
  }
}
