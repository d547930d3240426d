import { type FileLike, openSource } from '../../tensor/files/byteSource.ts';
import { readWav } from '../wav/readWav.ts';
import { AudioFileError } from './audioFileError.ts';
import { decodeWith } from './decoders.ts';
import { formatOf } from './fileFormat.ts';

/** A whole recording: one Float32Array per channel, full scale ±1. */
export interface DecodedAudio {
  readonly sampleRate: number; // Hz
  readonly channels: Float32Array[];
}

/**
 * Reads a whole recording: WAV, FLAC (also in Ogg), Ogg Vorbis, Ogg Opus or MP3. What it is is told by its first bytes, not by its
 * name. All but WAV need a package of their own, loaded when the first such file is met: `@wasm-audio-decoders/flac`,
 * `@wasm-audio-decoders/ogg-vorbis`, `ogg-opus-decoder`, `mpg123-decoder`. The delay that encoders of MP3 and Opus add is taken away
 * where the file tells it.
 *
 * @param source a path or file URL (Node), the file's bytes, or a Blob.
 * @throws AudioFileError for a file that is damaged or of another format, or when the package is not installed; WavError for a
 * damaged WAV file; FileError when the file cannot be opened or read.
 */
export async function readAudio(source: FileLike): Promise<DecodedAudio> {
  const file = await openSource(source);
  try {
    const head = await file.read(0, Math.min(file.size, HEAD_BYTES));
    const format = formatOf(head);
    if (format === 'wav') return await readWav(source);
    if (format === undefined) {
      const start = Array.from(head.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
      const found = file.size === 0 ? 'the file is empty' : `it begins with the bytes ${start}`;
      throw new AudioFileError(file.name, `none of WAV, FLAC, Ogg (Vorbis, Opus) and MP3: ${found}`);
    }
    return await decodeWith(format, file.name, await file.read(0, file.size));
  } finally {
    await file.close();
  }
}

const HEAD_BYTES = 4096;
