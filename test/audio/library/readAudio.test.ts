import { readFile } from 'node:fs/promises';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { AudioFileError } from '../../../src/audio/library/audioFileError.ts';
import { readAudio } from '../../../src/audio/library/readAudio.ts';
import { RandomStream } from '../../../src/audio/scene/random.ts';
import { WavError } from '../../../src/audio/wav/wavError.ts';
import { FileError } from '../../../src/tensor/files/fileError.ts';
import { constantWav } from './dataTree.ts';
import { flacFile } from './flacFile.ts';

const file = (name: string) => new URL(`./files/${name}`, import.meta.url);
const integers = Array.from({ length: 2500 }, (_, n) => Math.round(16384 * Math.sin(n / 10)) - (n === 3 ? 32768 : 0));
const left = integers.map((value) => Math.max(value, -32768));
const right = left.map((value) => 5 - (value >> 1));

// The decoders print what they also report.
beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation(() => {});
});

/** Amplitude of a frequency in a signal. */
function amplitude(signal: Float32Array, frequency: number, sampleRate: number): number {
  let [re, im] = [0, 0];
  for (const [n, value] of signal.entries()) {
    re += value * Math.cos((2 * Math.PI * frequency * n) / sampleRate);
    im += value * Math.sin((2 * Math.PI * frequency * n) / sampleRate);
  }
  return (2 * Math.hypot(re, im)) / signal.length;
}

describe('readAudio', () => {
  test('reads WAV', async () => {
    const { sampleRate, channels } = await readAudio(constantWav([0.25, -0.5]));
    expect(sampleRate).toBe(8000);
    expect(channels).toEqual([new Float32Array(100).fill(0.25), new Float32Array(100).fill(-0.5)]);
  });

  test('reads FLAC to the same numbers as WAV: whole numbers over 2^15', async () => {
    const { sampleRate, channels } = await readAudio(flacFile([left, right], 44100));
    expect(sampleRate).toBe(44100);
    expect(channels.map((channel) => [...channel])).toEqual([left.map((x) => x / 32768), right.map((x) => x / 32768)]);
  });

  // Each file holds 0.2 s: 440 Hz of amplitude 0.5 and, in the right channel of those with two, 1000 Hz of amplitude 0.25.
  test('reads Ogg Vorbis to the sample', async () => {
    const { sampleRate, channels } = await readAudio(file('tone.ogg'));
    expect([sampleRate, ...channels.map(({ length }) => length)]).toEqual([44100, 8820, 8820]);
    expect(amplitude(channels[0]!, 440, 44100)).toBeCloseTo(0.5, 1);
    expect(amplitude(channels[1]!, 1000, 44100)).toBeCloseTo(0.25, 1);
  });

  test('reads Ogg Opus to the sample, at 48 kHz', async () => {
    const { sampleRate, channels } = await readAudio(file('tone.opus'));
    expect([sampleRate, ...channels.map(({ length }) => length)]).toEqual([48000, 9600]);
    expect(amplitude(channels[0]!, 440, 48000)).toBeCloseTo(0.5, 1);
  });

  test('reads MP3, with the padding of an encoder that does not tell of it', async () => {
    const { sampleRate, channels } = await readAudio(file('tone.mp3'));
    expect([sampleRate, ...channels.map(({ length }) => length)]).toEqual([44100, 9 * 1152, 9 * 1152]);
    const inside = channels.map((channel) => channel.subarray(2000, 8000));
    expect(amplitude(inside[0]!, 440, 44100)).toBeCloseTo(0.5, 1);
    expect(amplitude(inside[1]!, 1000, 44100)).toBeCloseTo(0.25, 1);
  });

  test('goes by the content, not by the name, and takes Blobs', async () => {
    const blob = new Blob([await readFile(file('tone.opus'))]);
    expect((await readAudio(blob)).sampleRate).toBe(48000);
  });

  test('tells what it met when it is none of these', async () => {
    await expect(readAudio(new Uint8Array())).rejects.toThrow(
      '<bytes>: none of WAV, FLAC, Ogg (Vorbis, Opus) and MP3: the file is empty',
    );
    await expect(readAudio(new TextEncoder().encode('<!doctype html>'))).rejects.toThrow(
      'begins with the bytes 3c 21 64 6f',
    );
    await expect(readAudio('/nowhere.flac')).rejects.toThrow(FileError);
    await expect(readAudio(constantWav([1]).subarray(0, 30))).rejects.toThrow(WavError);
  });

  test('names the package to install when it does not load', async () => {
    vi.doMock('ogg-opus-decoder', () => {
      throw new Error('not there');
    });
    await expect(readAudio(file('tone.opus'))).rejects.toThrow('npm install ogg-opus-decoder');
    vi.doUnmock('ogg-opus-decoder');
    expect((await readAudio(file('tone.opus'))).sampleRate).toBe(48000);
  });

  test('does not pass for whole what is cut short', async () => {
    const flac = flacFile([left], 44100);
    await expect(readAudio(flac.subarray(0, flac.length - 1000))).rejects.toThrow('damaged flac: ends after');
  });

  test.each(['flac', 'ogg', 'opus', 'mp3'])(
    '%s: damage gives sound or an AudioFileError, whatever is damaged',
    async (kind) => {
      const whole =
        kind === 'flac' ? flacFile([left, right], 44100) : new Uint8Array(await readFile(file(`tone.${kind}`)));
      const random = new RandomStream(4, kind.length);
      let refused = 0;
      for (let i = 0; i < 60; i++) {
        const outcome = await readAudio(damaged(whole, random)).catch((error: unknown) => error);
        if (outcome instanceof Error) {
          expect(outcome).toBeInstanceOf(AudioFileError);
          refused++;
        }
      }
      expect(refused).toBeGreaterThan(0);
    },
  );
});

/** Cut off, with a piece lost, or with bytes changed anywhere or in the headers. */
function damaged(whole: Uint8Array, random: RandomStream): Uint8Array {
  const at = random.integer(whole.length);
  const changes = [
    () => whole.slice(0, at),
    () => Uint8Array.from([...whole.subarray(0, at), ...whole.subarray(at + 1 + random.integer(400))]),
    () => withChanges(whole, 8, whole.length, random),
    () => withChanges(whole, 1, Math.min(200, whole.length), random),
  ];
  return random.pick(changes)();
}

function withChanges(whole: Uint8Array, count: number, end: number, random: RandomStream): Uint8Array {
  const bytes = whole.slice();
  for (let i = 0; i < count; i++) bytes[random.integer(end)] = random.integer(256);
  return bytes;
}
