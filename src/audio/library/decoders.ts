import { AudioFileError } from './audioFileError.ts';
import { declaredLength } from './declaredLength.ts';
import type { CompressedFormat } from './fileFormat.ts';
import type { DecodedAudio } from './readAudio.ts';

/** The part of a decoder package that is used here. */
interface Decoder {
  readonly ready: Promise<void>;
  decode(bytes: Uint8Array): Decoded | Promise<Decoded>;
  decodeFile?(bytes: Uint8Array): Promise<Decoded>;
  free(): void;
}

interface Decoded {
  readonly channelData: readonly Float32Array[];
  readonly samplesDecoded: number;
  readonly sampleRate: number;
  readonly bitDepth?: number;
  readonly errors: readonly { readonly message: string }[];
}

const packages: Readonly<Record<CompressedFormat, { readonly name: string; readonly decoder: string }>> = {
  flac: { name: '@wasm-audio-decoders/flac', decoder: 'FLACDecoder' },
  vorbis: { name: '@wasm-audio-decoders/ogg-vorbis', decoder: 'OggVorbisDecoder' },
  opus: { name: 'ogg-opus-decoder', decoder: 'OggOpusDecoder' },
  mp3: { name: 'mpg123-decoder', decoder: 'MPEGDecoder' },
};

/** Decodes a whole file. @throws AudioFileError */
export async function decodeWith(format: CompressedFormat, file: string, bytes: Uint8Array): Promise<DecodedAudio> {
  const decoder = await openDecoder(format, file);
  try {
    await decoder.ready;
    const decoded = await (decoder.decodeFile?.(bytes) ?? decoder.decode(bytes));
    return checked(format, file, bytes, decoded);
  } catch (error) {
    if (error instanceof AudioFileError) throw error;
    throw new AudioFileError(file, `damaged ${format}: ${messageOf(error)}`, { cause: error });
  } finally {
    release(decoder);
  }
}

async function openDecoder(format: CompressedFormat, file: string): Promise<Decoder> {
  const { name, decoder } = packages[format]; // a variable, so that browser bundlers do not follow the import
  try {
    const loaded = (await import(name)) as Readonly<Record<string, new () => Decoder>>;
    return new loaded[decoder]!();
  } catch (error) {
    const way = `needs the npm package ${name}, which does not load: npm install ${name}`;
    throw new AudioFileError(file, `${format} ${way} (${messageOf(error)})`, { cause: error });
  }
}

function checked(format: CompressedFormat, file: string, bytes: Uint8Array, decoded: Decoded): DecodedAudio {
  const { channelData, samplesDecoded, sampleRate, errors } = decoded;
  if (errors.length > 0) throw new AudioFileError(file, `damaged ${format}: ${errors[0]!.message}`);
  if (channelData.length === 0 || samplesDecoded === 0 || !(sampleRate > 0)) {
    throw new AudioFileError(file, `${format} without any sound`);
  }
  const declared = declaredLength(format, bytes);
  if (format === 'flac' && declared !== undefined && samplesDecoded < declared) {
    throw new AudioFileError(file, `damaged flac: ends after ${samplesDecoded} of ${declared} samples`);
  }
  // The decoder of Opus forgets, when it cuts the end off, what it skipped at the start.
  const channels = channelData.map((channel) =>
    channel.subarray(0, Math.min(samplesDecoded, declared ?? samplesDecoded)),
  );
  if (format === 'flac') for (const channel of channels) asWavScales(channel, decoded.bitDepth ?? 16);
  return { sampleRate, channels };
}

/** The decoder of FLAC divides whole numbers by the largest, the reader of WAV by one more: the same recording shall be the same. */
function asWavScales(channel: Float32Array, bitDepth: number): void {
  const largest = 2 ** (bitDepth - 1) - 1;
  for (let n = 0; n < channel.length; n++) channel[n] = Math.round(channel[n]! * largest) / (largest + 1);
}

/** A decoder that a damaged file has broken may fail once more while it is put away. */
function release(decoder: Decoder): void {
  try {
    decoder.free();
  } catch {
    return;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
