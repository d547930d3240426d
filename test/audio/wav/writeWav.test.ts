import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { wavHeader } from '../../../src/audio/wav/header.ts';
import { openWav, readWav } from '../../../src/audio/wav/readWav.ts';
import { WavError } from '../../../src/audio/wav/wavError.ts';
import { createWav, encodeWav, type WavOptions, writeWav } from '../../../src/audio/wav/writeWav.ts';
import { FileError } from '../../../src/tensor/files/fileError.ts';
import { formulaInput } from '../../fixtures/formula.ts';
import { riff, wavBytes } from './wavBytes.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tympan-'));
});
afterEach(() => rm(folder, { recursive: true }));

const f32 = (...values: number[]) => Float32Array.from(values);
const mono = { sampleRate: 8000, channelCount: 1 };
const GUID_TAIL = '00 00 00 00 10 00 80 00 00 aa 00 38 9b 71';

describe('the bytes of a file', () => {
  test('PCM of 16 bits, stereo, is the plain 44-byte header', () => {
    const file = encodeWav([f32(-1, 0.5), f32(2 ** -15, 0)], { sampleRate: 8000, encoding: 'pcm' });
    expect(file).toEqual(
      riff(`'fmt ' 10 00 00 00 01 00 02 00 40 1f 00 00 00 7d 00 00 04 00 10 00
        'data' 08 00 00 00  00 80 01 00 00 40 00 00`),
    );
  });

  test('an odd number of bytes is padded', () => {
    const file = encodeWav([f32(-1, 0, 0.5)], { sampleRate: 8000, encoding: 'pcm', bits: 8 });
    expect(file).toEqual(
      riff(`'fmt ' 10 00 00 00 01 00 01 00 40 1f 00 00 40 1f 00 00 01 00 08 00 'data' 03 00 00 00 00 80 c0 00`),
    );
  });

  test('float of 32 bits is extensible with a fact chunk', () => {
    const file = encodeWav([f32(1.5)], { sampleRate: 48000 });
    expect(file).toEqual(
      riff(`'fmt ' 28 00 00 00 fe ff 01 00 80 bb 00 00 00 ee 02 00 04 00 20 00 16 00 20 00 04 00 00 00 03 00 ${GUID_TAIL}
        'fact' 04 00 00 00 01 00 00 00 'data' 04 00 00 00 00 00 c0 3f`),
    );
  });

  test('four channels are extensible without loudspeaker positions', () => {
    const file = encodeWav([f32(0), f32(0.5), f32(0), f32(-1)], { sampleRate: 8000, encoding: 'pcm', bits: 16 });
    expect(file).toEqual(
      riff(`'fmt ' 28 00 00 00 fe ff 04 00 40 1f 00 00 00 fa 00 00 08 00 10 00 16 00 10 00 00 00 00 00 01 00 ${GUID_TAIL}
        'data' 08 00 00 00 00 00 00 40 00 00 00 80`),
    );
  });

  test('a file written in blocks keeps room for 64-bit sizes', async () => {
    const path = join(folder, 'blocks.wav');
    const writer = await createWav(path, { ...mono, encoding: 'pcm' });
    await writer.write([f32(0.5)]);
    await writer.write([f32(0.25, 0)]);
    await writer.close();
    expect(new Uint8Array(await readFile(path))).toEqual(
      riff(`'JUNK' 1c 00 00 00 ${'00 '.repeat(28)} 'fmt ' 10 00 00 00 01 00 01 00 40 1f 00 00 80 3e 00 00 02 00 10 00
        'data' 06 00 00 00 00 40 00 20 00 00`),
    );
  });

  test('past 32-bit sizes the reserved chunk becomes ds64', () => {
    const layout = { ...mono, encoding: 'pcm', bits: 16, reserveDs64: true } as const;
    const small = wavHeader({ ...layout, frames: 3 }).bytes;
    const large = wavHeader({ ...layout, frames: 2 ** 32 }).bytes;
    expect(large).toEqual(
      wavBytes(`'RF64' ff ff ff ff 'WAVE' 'ds64' 1c 00 00 00 48 00 00 00 02 00 00 00  00 00 00 00 02 00 00 00
        00 00 00 00 01 00 00 00  00 00 00 00  'fmt ' 10 00 00 00 01 00 01 00 40 1f 00 00 80 3e 00 00 02 00 10 00
        'data' ff ff ff ff`),
    );
    expect(large.byteLength).toBe(small.byteLength);
    expect(wavHeader({ ...layout, frames: 2 ** 32, reserveDs64: false }).bytes).toEqual(large);
  });

  test('RF64 begins where the outer size would be the mark for "unknown"', () => {
    const form = (frames: number) =>
      String.fromCharCode(
        ...wavHeader({ ...mono, encoding: 'pcm', bits: 8, frames, reserveDs64: true }).bytes.subarray(0, 4),
      );
    const largest = 2 ** 32 - 2 - (44 + 36 - 8);
    expect(form(largest)).toBe('RIFF');
    expect(form(largest + 1)).toBe('RF64');
  });
});

const formats: WavOptions[] = [
  { sampleRate: 16000, encoding: 'pcm', bits: 8 },
  { sampleRate: 16000, encoding: 'pcm', bits: 16 },
  { sampleRate: 44100, encoding: 'pcm', bits: 24 },
  { sampleRate: 48000, encoding: 'pcm', bits: 32 },
  { sampleRate: 192000, encoding: 'float', bits: 32 },
  { sampleRate: 1, encoding: 'float', bits: 64 },
];

describe.each(formats)('$encoding $bits', (options) => {
  const signals = fc
    .tuple(fc.constantFrom(1, 2, 3, 4, 9, 16), fc.integer({ min: 0, max: 300 }), fc.string())
    .map(([channels, frames, name]) =>
      Array.from({ length: channels }, (_, c) => formulaInput({ name: name + c, shape: [frames], scale: 0.99 })),
    );
  // Half a step; float32 keeps 24 bits, so that at 32 bits its own spacing below 1 is the limit.
  const halfStep = options.encoding === 'float' ? 0 : Math.max(2 ** -options.bits!, options.bits === 32 ? 2 ** -25 : 0);

  test('what is written is read back, to half a step', async () => {
    await fc.assert(
      fc.asyncProperty(signals, async (channels) => {
        const audio = await readWav(encodeWav(channels, options));
        expect(audio.sampleRate).toBe(options.sampleRate);
        expect(audio.format).toMatchObject({ encoding: options.encoding, bits: options.bits, validBits: options.bits });
        expect(audio.channels.length).toBe(channels.length);
        for (const [c, channel] of channels.entries()) {
          expect(audio.channels[c]!.length).toBe(channel.length);
          const worst = channel.reduce((max, x, n) => Math.max(max, Math.abs(audio.channels[c]![n]! - x)), 0);
          expect(worst).toBeLessThanOrEqual(halfStep);
        }
      }),
    );
  });

  test('a second trip changes nothing', async () => {
    await fc.assert(
      fc.asyncProperty(signals, async (channels) => {
        const once = await readWav(encodeWav(channels, options));
        expect(await readWav(encodeWav(once.channels, options))).toEqual(once);
      }),
    );
  });

  test('a file written in blocks of any length has the samples of one written at once', async () => {
    await fc.assert(
      fc.asyncProperty(
        signals,
        fc.array(fc.integer({ min: 0, max: 120 }), { maxLength: 6 }),
        async (channels, lengths) => {
          const path = join(folder, 'blocks.wav');
          const writer = await createWav(path, { ...options, channelCount: channels.length });
          const frames = channels[0]!.length;
          let at = 0;
          for (const length of [...lengths, frames]) {
            await writer.write(channels.map((channel) => channel.subarray(at, at + length)));
            at = Math.min(at + length, frames);
          }
          expect(writer.frames).toBe(frames);
          await writer.close();
          expect(await readWav(path)).toEqual(await readWav(encodeWav(channels, options)));
        },
      ),
      { numRuns: 20 },
    );
  });
});

describe('integers', () => {
  const steps = async (values: number[], bits: number) => {
    const { channels } = await readWav(encodeWav([f32(...values)], { sampleRate: 8000, encoding: 'pcm', bits }));
    return [...channels[0]!].map((x) => x * 2 ** (bits - 1));
  };

  test('are rounded to nearest', async () => {
    expect(
      await steps(
        [0.4, 0.6, -0.4, -0.6, 99.6].map((x) => x / 32768),
        16,
      ),
    ).toEqual([0, 1, -0, -1, 100].map((x) => x + 0));
  });

  test('are clipped, and the writers count it', async () => {
    expect(await steps([1, 7, -1, -7, Infinity], 8)).toEqual([127, 127, -128, -128, 127]);
    expect(await steps([2, -2], 24)).toEqual([2 ** 23 - 1, -(2 ** 23)]);
    const path = join(folder, 'loud.wav');
    const loud = [f32(2, 0, -1), f32(-3, 1, 0.5)];
    expect(await writeWav(path, loud, { sampleRate: 8000, encoding: 'pcm' })).toEqual({ clipped: 3 });
    expect(await writeWav(path, loud, { sampleRate: 8000 })).toEqual({ clipped: 0 });
    const writer = await createWav(path, { sampleRate: 8000, channelCount: 2, encoding: 'pcm', bits: 32 });
    await writer.write(loud);
    await writer.write(loud);
    expect(writer.clipped).toBe(6);
    await writer.abort();
  });

  test('cannot hold NaN, which floats can', async () => {
    const broken = [f32(0), f32(Number.NaN)];
    expect(() => encodeWav(broken, { sampleRate: 8000, encoding: 'pcm' })).toThrowErrorMatchingInlineSnapshot(
      `[WavError: wav: <bytes>: samples of channel 1 contain NaN, which PCM cannot hold: write float or mend them]`,
    );
    expect((await readWav(encodeWav(broken, { sampleRate: 8000 }))).channels[1]![0]).toBeNaN();
  });
});

describe('a write that does not succeed leaves the old file', () => {
  const path = () => join(folder, 'old.wav');
  beforeEach(() => writeFile(path(), 'old'));
  afterEach(async () => {
    expect(await readdir(folder)).toEqual(['old.wav']);
    expect(await readFile(path(), 'utf8')).toBe('old');
  });

  test('when it is aborted', async () => {
    const writer = await createWav(path(), mono);
    await writer.write([f32(1, 2)]);
    await writer.abort();
    await writer.abort();
    await expect(writer.write([f32(1)])).rejects.toThrow('writer is closed');
    await expect(writer.close()).rejects.toThrow('writer is closed');
  });

  test('when a sample is NaN', async () => {
    const options = { sampleRate: 8000, encoding: 'pcm' } as const;
    const late = new Float32Array(2 ** 20);
    late[late.length - 1] = Number.NaN;
    await expect(writeWav(path(), [late], options)).rejects.toThrow(WavError);
    const writer = await createWav(path(), { ...options, channelCount: 1 });
    await expect(writer.write([late])).rejects.toThrow('channel 0 contain NaN');
    expect(writer.frames).toBe(0);
    await writer.abort();
  });

  test('when the options are wrong', async () => {
    await expect(createWav(path(), { ...mono, bits: 12 })).rejects.toThrow(WavError);
  });
});

describe('mistakes', () => {
  test('options that WAV cannot hold are named with their values', () => {
    const one = [f32(0)];
    const message = (channels: Float32Array[], options: WavOptions) => {
      try {
        encodeWav(channels, options);
      } catch (error) {
        expect(error).toBeInstanceOf(WavError);
        return (error as Error).message;
      }
      return undefined;
    };
    expect([
      message(one, { sampleRate: 8000, bits: 16 }),
      message(one, { sampleRate: 8000, encoding: 'mp3' as 'pcm' }),
      message(one, { sampleRate: 44100.5 }),
      message(one, { sampleRate: 0 }),
      message([], { sampleRate: 8000 }),
      message([f32(0), f32(0, 1)], { sampleRate: 8000 }),
      message(
        Array.from({ length: 9000 }, () => f32()),
        { sampleRate: 8000, bits: 64 },
      ),
    ]).toMatchInlineSnapshot(`
      [
        "wav: <bytes>: bits must be PCM of 8, 16, 24 or 32 bits or float of 32 or 64 bits, got float of 16",
        "wav: <bytes>: bits must be PCM of 8, 16, 24 or 32 bits or float of 32 or 64 bits, got mp3 of 32",
        "wav: <bytes>: sampleRate must be a whole number of Hz from 1 to 2^32 - 1, got 44100.5",
        "wav: <bytes>: sampleRate must be a whole number of Hz from 1 to 2^32 - 1, got 0",
        "wav: <bytes>: channels must be a whole number from 1, got 0",
        "wav: <bytes>: channels must have equal lengths, got 1 samples in channel 0 and 2 in 1",
        "wav: <bytes>: channels of one frame must fit into 65535 bytes, got 9000 of 64 bits",
      ]
    `);
  });

  test('a block must have the channels of the file, all of one length', async () => {
    const writer = await createWav(join(folder, 'a.wav'), { sampleRate: 8000, channelCount: 2 });
    await expect(writer.write([f32(0)])).rejects.toThrow('channels must be 2, got 1');
    await expect(writer.write([f32(0), f32()])).rejects.toThrow('must have equal lengths');
    await writer.write([f32(0), f32(1)]);
    await writer.close();
    await writer.abort();
    await expect(writer.write([f32(0), f32(1)])).rejects.toThrow('writer is closed');
    const reader = await openWav(join(folder, 'a.wav'));
    expect(reader.frames).toBe(1);
    await reader.close();
  });

  test('a folder that does not exist is a FileError', async () => {
    await expect(writeWav(join(folder, 'none', 'a.wav'), [f32(0)], { sampleRate: 8000 })).rejects.toThrow(FileError);
  });
});

test('blocks may be overwritten before their write has finished', async () => {
  const path = join(folder, 'reused.wav');
  const writer = await createWav(path, mono);
  const block = f32(0);
  const writes: Promise<void>[] = [];
  for (let i = 0; i < 20; i++) {
    block[0] = i;
    writes.push(writer.write([block]));
  }
  await writer.close();
  await Promise.all(writes);
  expect([...(await readWav(path)).channels[0]!]).toEqual(Array.from({ length: 20 }, (_, i) => i));
});
