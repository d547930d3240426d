import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openWav, readWav } from '../../../src/audio/wav/readWav.ts';
import { WavError } from '../../../src/audio/wav/wavError.ts';
import { FileError } from '../../../src/tensor/files/fileError.ts';
import { MONO16, riff, wavBytes } from './wavBytes.ts';

const samples = async (file: Uint8Array) => (await readWav(file)).channels.map((channel) => [...channel]);

describe('sample formats of hand-written files', () => {
  test('PCM of 8 bits is unsigned', async () => {
    const file = riff(
      `'fmt ' 10 00 00 00 01 00 01 00 40 1f 00 00 40 1f 00 00 01 00 08 00 'data' 04 00 00 00 00 80 ff 40`,
    );
    expect(await samples(file)).toEqual([[-1, 0, 127 / 128, -0.5]]);
  });

  test('PCM of 16 bits, two interleaved channels', async () => {
    const file = riff(`'fmt ' 10 00 00 00 01 00 02 00 40 1f 00 00 00 7d 00 00 04 00 10 00
      'data' 08 00 00 00  00 80 ff 7f  01 00 ff ff`);
    const audio = await readWav(file);
    expect(audio.sampleRate).toBe(8000);
    expect(audio.format).toEqual({ encoding: 'pcm', bits: 16, validBits: 16, channelMask: 0 });
    expect(await samples(file)).toEqual([
      [-1, 1 / 32768],
      [32767 / 32768, -1 / 32768],
    ]);
  });

  test('PCM of 24 bits', async () => {
    const file = riff(`'fmt ' 10 00 00 00 01 00 01 00 40 1f 00 00 c0 5d 00 00 03 00 18 00
      'data' 0c 00 00 00  00 00 80  ff ff 7f  ff ff ff  00 00 40`);
    expect(await samples(file)).toEqual([[-1, (2 ** 23 - 1) / 2 ** 23, -1 / 2 ** 23, 0.5]]);
  });

  test('PCM of 32 bits is rounded to float32', async () => {
    const file = riff(`'fmt ' 10 00 00 00 01 00 01 00 40 1f 00 00 00 7d 00 00 04 00 20 00
      'data' 0c 00 00 00  00 00 00 80  ff ff ff 7f  00 00 00 20`);
    expect(await samples(file)).toEqual([[-1, 1, 0.25]]);
  });

  test('PCM of 20 bits lies in the upper part of three bytes', async () => {
    const file = riff(`'fmt ' 10 00 00 00 01 00 01 00 40 1f 00 00 c0 5d 00 00 03 00 14 00 'data' 03 00 00 00 00 00 40`);
    expect((await readWav(file)).format).toEqual({ encoding: 'pcm', bits: 24, validBits: 20, channelMask: 0 });
    expect(await samples(file)).toEqual([[0.5]]);
  });

  test('float of 32 and of 64 bits, not clipped', async () => {
    const float32 = riff(`'fmt ' 12 00 00 00 03 00 01 00 40 1f 00 00 00 7d 00 00 04 00 20 00 00 00
      'fact' 04 00 00 00 02 00 00 00 'data' 08 00 00 00  00 00 c0 3f  00 00 00 c0`);
    expect(await samples(float32)).toEqual([[1.5, -2]]);
    const float64 = riff(`'fmt ' 10 00 00 00 03 00 01 00 40 1f 00 00 00 fa 00 00 08 00 40 00
      'data' 08 00 00 00  00 00 00 00 00 00 f8 3f`);
    expect(await samples(float64)).toEqual([[1.5]]);
  });

  test('WAVE_FORMAT_EXTENSIBLE tells sub-format, valid bits and channel mask', async () => {
    const file = riff(`'fmt ' 28 00 00 00 fe ff 02 00 80 bb 00 00 00 dc 05 00 08 00 20 00 16 00 18 00 03 00 00 00
      01 00 00 00 00 00 10 00 80 00 00 aa 00 38 9b 71  'data' 08 00 00 00  00 00 00 40  00 00 00 c0`);
    const audio = await readWav(file);
    expect(audio.format).toEqual({ encoding: 'pcm', bits: 32, validBits: 24, channelMask: 3 });
    expect(audio.sampleRate).toBe(48000);
    expect(await samples(file)).toEqual([[0.5], [-0.5]]);
  });
});

describe('chunks', () => {
  const one = `'data' 02 00 00 00 00 40`;

  test('unknown chunks before the data are skipped, odd ones with their padding', async () => {
    expect(await samples(riff(`'LIST' 03 00 00 00 61 62 63 00 ${MONO16} 'bext' 00 00 00 00 ${one}`))).toEqual([[0.5]]);
  });

  test('what follows the data is ignored', async () => {
    expect(await samples(riff(`${MONO16} ${one} 'LIST' ff ff 00 00 01`))).toEqual([[0.5]]);
    expect(await samples(riff(`${MONO16} ${one} 00 01 02`))).toEqual([[0.5]]);
  });

  test('a last frame that is not whole is left out', async () => {
    expect(await samples(riff(`${MONO16} 'data' 03 00 00 00 00 40 11 00`))).toEqual([[0.5]]);
  });

  test('an empty data chunk is an empty recording', async () => {
    expect(await samples(riff(`${MONO16} 'data' 00 00 00 00`))).toEqual([[]]);
    expect(await samples(riff(`${MONO16} 'data' 00 00 00 00 'LIST' 04 00 00 00 'abcd'`))).toEqual([[]]);
  });

  test.each(['00 00 00 00', 'ff ff ff ff', '00 f0 ff 7f', 'ff ff ff 7f', '00 00 00 80'])(
    'a data size that a streaming writer left at %s means to the end of the file',
    async (size) => {
      for (const outer of ['00 00 00 00', 'ff ff ff ff', '24 00 00 00', '24 f0 ff 7f']) {
        expect(await samples(wavBytes(`'RIFF' ${outer} 'WAVE' ${MONO16} 'data' ${size} 00 40 00 c0`))).toEqual([
          [0.5, -0.5],
        ]);
      }
    },
  );
});

describe('RF64', () => {
  const ds64 = (data: string, table = '00 00 00 00') =>
    `'ds64' ${table === '00 00 00 00' ? '1c' : '28'} 00 00 00 00 00 00 00 00 00 00 00 ${data} 01 00 00 00 00 00 00 00 ${table}`;
  const two = '02 00 00 00 00 00 00 00';

  test.each(['RF64', 'BW64'])('%s takes the size of the data from ds64', async (form) => {
    const file = wavBytes(`'${form}' ff ff ff ff 'WAVE' ${ds64(two)} ${MONO16} 'data' ff ff ff ff 00 40 00 c0`);
    expect(await samples(file)).toEqual([[0.5]]);
  });

  test('a 32-bit size that is there goes before ds64', async () => {
    const file = wavBytes(`'RF64' ff ff ff ff 'WAVE' ${ds64(two)} ${MONO16} 'data' 04 00 00 00 00 40 00 c0`);
    expect(await samples(file)).toEqual([[0.5, -0.5]]);
  });

  test('a long size of another chunk comes from the table', async () => {
    const table = `01 00 00 00 'axml' 04 00 00 00 00 00 00 00`;
    const file = wavBytes(
      `'RF64' ff ff ff ff 'WAVE' ${ds64(two, table)} 'axml' ff ff ff ff 'abcd' ${MONO16} 'data' ff ff ff ff 00 40`,
    );
    expect(await samples(file)).toEqual([[0.5]]);
  });

  test('without ds64 it is an error', async () => {
    await expect(readWav(wavBytes(`'RF64' ff ff ff ff 'WAVE' ${MONO16} 'data' ff ff ff ff 00 40`))).rejects.toThrow(
      'ds64 must come before data in an RF64 file',
    );
  });

  test('samples past 4 GiB are found', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tympan-'));
    try {
      const path = join(folder, 'long.wav');
      // 5 GiB that take no room on the disk: only the header and the last sample are written.
      const data = 5 * 2 ** 30;
      const size = '00 00 00 40 01 00 00 00';
      const header = wavBytes(`'RF64' ff ff ff ff 'WAVE' ${ds64(size)} ${MONO16} 'data' ff ff ff ff`);
      const file = await open(path, 'w');
      await file.write(header);
      await file.write(Uint8Array.of(0x00, 0x40), 0, 2, header.byteLength + data - 2);
      await file.close();
      const reader = await openWav(path);
      expect(reader.frames).toBe(data / 2);
      expect([...(await reader.read(reader.frames - 2, 2))[0]!]).toEqual([0, 0.5]);
      await reader.close();
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('malformed files', () => {
  const extensible = (tail: string) => `'fmt ' 28 00 00 00 fe ff 01 00 40 1f 00 00 80 3e 00 00 02 00 10 00 ${tail}`;

  test('each says which field is wrong, with its value', async () => {
    const messages: string[] = [];
    for (const file of [
      new Uint8Array(0),
      wavBytes(`'RIFX' 00 00 00 00 'WAVE'`),
      wavBytes(`'RIFF' 00 00 00 00 'AVI '`),
      riff(''),
      riff(`'data' 02 00 00 00 00 40`),
      riff(`${MONO16} 'data' 09 00 00 00 00 40`),
      riff(`'LIST' ff ff 00 00`),
      riff(`'fmt ' 04 00 00 00 01 00 01 00`),
      riff(`'fmt ' 10 00 00 00 55 00 01 00 40 1f 00 00 80 3e 00 00 02 00 10 00`),
      riff(`'fmt ' 10 00 00 00 01 00 00 00 40 1f 00 00 80 3e 00 00 02 00 10 00`),
      riff(`'fmt ' 10 00 00 00 01 00 01 00 00 00 00 00 80 3e 00 00 02 00 10 00`),
      riff(`'fmt ' 10 00 00 00 01 00 01 00 40 1f 00 00 80 3e 00 00 03 00 10 00`),
      riff(`'fmt ' 10 00 00 00 01 00 01 00 40 1f 00 00 80 3e 00 00 02 00 00 00`),
      riff(`'fmt ' 10 00 00 00 03 00 01 00 40 1f 00 00 80 3e 00 00 02 00 10 00`),
      riff(`'fmt ' 10 00 00 00 fe ff 01 00 40 1f 00 00 80 3e 00 00 02 00 10 00`),
      riff(extensible(`16 00 11 00 00 00 00 00 01 00 00 00 00 00 10 00 80 00 00 aa 00 38 9b 71`)),
      riff(extensible(`16 00 10 00 00 00 00 00 01 00 00 00 21 07 d3 11 86 44 c8 c1 ca 00 00 00`)),
      riff(`${MONO16} 00 00 00 00 00 00 00 00`),
    ]) {
      const error = await readWav(file).then(
        () => undefined,
        (reason) => reason,
      );
      expect(error).toBeInstanceOf(WavError);
      messages.push(error.message);
    }
    expect(messages).toMatchInlineSnapshot(`
      [
        "wav: <bytes>: RIFF header needs 12 bytes, the file has 0",
        "wav: <bytes>: RIFF must begin the file (or RF64, BW64), got "RIFX"",
        "wav: <bytes>: WAVE must be the form's type, got "AVI "",
        "wav: <bytes>: data chunk is missing: the file ends before it",
        "wav: <bytes>: fmt must come before data",
        "wav: <bytes>: data declares 9 bytes, but only 2 follow: the file is truncated",
        "wav: <bytes>: LIST declares 65535 bytes, but only 0 follow: the file is truncated",
        "wav: <bytes>: fmt.size must be at least 16 bytes, got 4",
        "wav: <bytes>: fmt.format must be PCM (1) or IEEE float (3), got 85: convert the file",
        "wav: <bytes>: fmt.channels must be at least 1, got 0",
        "wav: <bytes>: fmt.sampleRate must be at least 1 Hz, got 0",
        "wav: <bytes>: fmt.blockAlign must be 2 for 1 channels of 16 bits, got 3",
        "wav: <bytes>: fmt.bits must be PCM of 8, 16, 24 or 32 bits or float of 32 or 64 bits, got pcm of 0",
        "wav: <bytes>: fmt.bits must be PCM of 8, 16, 24 or 32 bits or float of 32 or 64 bits, got float of 16",
        "wav: <bytes>: fmt.size must be at least 40 bytes in WAVE_FORMAT_EXTENSIBLE, got 16",
        "wav: <bytes>: fmt.validBits must be at most the container's 16, got 17",
        "wav: <bytes>: fmt.subFormat must be the GUID of PCM or IEEE float, got 01 00 00 00 21 07 d3 11 86 44 c8 c1 ca 00 00 00",
        "wav: <bytes>: chunk at byte 36 must have a name of four letters, got "\\u0000\\u0000\\u0000\\u0000"",
      ]
    `);
  });

  test('a file of empty chunks is given up', async () => {
    const file = riff(`'JUNK' 00 00 00 00 `.repeat(10_001));
    await expect(readWav(file)).rejects.toThrow('among the first 10000 chunks');
  });

  test('a missing file is a FileError, and a bad one is closed again', async () => {
    await expect(readWav('/no/such/file.wav')).rejects.toThrow(FileError);
    const folder = await mkdtemp(join(tmpdir(), 'tympan-'));
    await writeFile(join(folder, 'bad.wav'), 'not audio at all');
    for (let i = 0; i < 50; i++) await expect(readWav(join(folder, 'bad.wav'))).rejects.toThrow(WavError);
    await rm(folder, { recursive: true });
  });
});

describe('WavReader', () => {
  const file = riff(`${MONO16} 'data' 0a 00 00 00 01 00 02 00 03 00 04 00 05 00`);
  const steps = (block: Float32Array[]) => [...block[0]!].map((x) => x * 32768);

  test('reads any range of frames', async () => {
    const reader = await openWav(new Blob([file]));
    expect(reader).toMatchObject({ sampleRate: 8000, channelCount: 1, frames: 5 });
    expect(steps(await reader.read(1, 3))).toEqual([2, 3, 4]);
    expect(steps(await reader.read(5, 0))).toEqual([]);
    await reader.close();
  });

  test('frames outside the file are an error', async () => {
    const reader = await openWav(file);
    await expect(reader.read(3, 3)).rejects.toThrowErrorMatchingInlineSnapshot(
      `[RangeError: read: <bytes>: frames must lie within 0 to 5, got 3 frames from 3]`,
    );
    for (const [start, count] of [
      [-1, 2],
      [0, -1],
      [0.5, 1],
      [6, 0],
      [0, Number.NaN],
      [0, Infinity],
    ] as const) {
      await expect(reader.read(start, count)).rejects.toThrow(RangeError);
    }
  });

  test('chunks cover the file once, the last one shorter', async () => {
    const reader = await openWav(file);
    const blocks: number[][] = [];
    for await (const block of reader.chunks(2)) blocks.push(steps(block));
    expect(blocks).toEqual([[1, 2], [3, 4], [5]]);
    await expect(reader.chunks(0).next()).rejects.toThrow(RangeError);
  });
});
