import { formatOf } from '../../audio/library/fileFormat.ts';
import { readAudio } from '../../audio/library/readAudio.ts';
import { openWav, type WavReader } from '../../audio/wav/readWav.ts';
import { type FileLike, openSource } from '../../tensor/files/byteSource.ts';

/** A recording that is read from its beginning, block by block. */
export type Recording = Pick<WavReader, 'sampleRate' | 'frames' | 'chunks' | 'close'>;

const HEAD_BYTES = 4096; // what formats are told by

/**
 * Opens a WAV file to be streamed, or decodes another format as a whole, which takes the memory of all its samples.
 *
 * @throws WavError, AudioFileError and FileError as `openWav` and `readAudio` do.
 */
export async function openRecording(source: FileLike): Promise<Recording> {
  if (await isWav(source)) return openWav(source);
  const { sampleRate, channels } = await readAudio(source);
  const frames = channels[0]!.length;
  return {
    sampleRate,
    frames,
    async *chunks(frameCount) {
      for (let at = 0; at < frames; at += frameCount) {
        yield channels.map((channel) => channel.subarray(at, at + frameCount));
      }
    },
    async close() {},
  };
}

async function isWav(source: FileLike): Promise<boolean> {
  const file = await openSource(source);
  try {
    return formatOf(await file.read(0, Math.min(file.size, HEAD_BYTES))) === 'wav';
  } finally {
    await file.close();
  }
}
