import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseHeader } from '../../../src/audio/wav/parseHeader.ts';
import { readWav } from '../../../src/audio/wav/readWav.ts';
import { WavError } from '../../../src/audio/wav/wavError.ts';
import { encodeWav } from '../../../src/audio/wav/writeWav.ts';
import { openSource } from '../../../src/tensor/files/byteSource.ts';
import { MONO16, riff, wavBytes } from './wavBytes.ts';

const channels = (count: number) => Array.from({ length: count }, (_, c) => Float32Array.of(0.1 * c, -0.5, 1, 0.25, 0));
const valid: Uint8Array[] = [
  encodeWav(channels(1), { sampleRate: 8000, encoding: 'pcm', bits: 8 }),
  encodeWav(channels(2), { sampleRate: 44100, encoding: 'pcm' }),
  encodeWav(channels(4), { sampleRate: 48000 }),
  riff(`'LIST' 03 00 00 00 61 62 63 00 ${MONO16} 'data' 02 00 00 00 00 40 'LIST' 00 00 00 00`),
  wavBytes(`'RF64' ff ff ff ff 'WAVE' 'ds64' 28 00 00 00 00 00 00 00 00 00 00 00 02 00 00 00 00 00 00 00 01 00 00 00
    00 00 00 00 01 00 00 00 'axml' 04 00 00 00 00 00 00 00 'axml' ff ff ff ff 'abcd' ${MONO16} 'data' ff ff ff ff 00 40`),
];

/** A valid file with some bytes replaced, in part by values that sizes and counts are sensitive to, and perhaps cut off. */
const mutated = fc
  .record({
    file: fc.constantFrom(...valid),
    changes: fc.array(
      fc.tuple(
        fc.nat(120),
        fc.oneof(fc.constantFrom(0, 1, 0x7f, 0x80, 0xfe, 0xff), fc.nat(255)),
        fc.constantFrom(1, 1, 2, 4),
      ),
      { maxLength: 5 },
    ),
    cut: fc.option(fc.nat(120)),
  })
  .map(({ file, changes, cut }) => {
    const bytes = file.slice(0, cut ?? file.byteLength);
    for (const [at, value, count] of changes) bytes.fill(value, at, at + count);
    return bytes;
  });

const RUNS = 5000;

test('a damaged file is a WavError or audio that its bytes can hold', async () => {
  let read = 0;
  await fc.assert(
    fc.asyncProperty(mutated, async (file) => {
      try {
        const audio = await readWav(file);
        const bytes = audio.channels.length * audio.channels[0]!.length * (audio.format.bits / 8);
        expect(bytes).toBeLessThanOrEqual(file.byteLength);
        read++;
      } catch (error) {
        expect(error).toBeInstanceOf(WavError);
      }
    }),
    { numRuns: RUNS },
  );
  // Damage that leaves everything readable, or nothing, would show nothing.
  expect(read).toBeGreaterThan(RUNS / 20);
  expect(read).toBeLessThan(RUNS * 0.95);
});

test('random bytes behind a valid beginning are handled as well', async () => {
  const beginning = fc.constantFrom(wavBytes(`'RIFF' ff ff ff ff 'WAVE'`), riff(MONO16), valid[4]!.subarray(0, 60));
  await fc.assert(
    fc.asyncProperty(beginning, fc.uint8Array({ maxLength: 100 }), async (start, rest) => {
      await readWav(Uint8Array.of(...start, ...rest)).catch((error) => expect(error).toBeInstanceOf(WavError));
    }),
    { numRuns: RUNS },
  );
});

test('a header is read in small pieces, whatever it declares', async () => {
  await fc.assert(
    fc.asyncProperty(mutated, async (file) => {
      const source = await openSource(file);
      let bytesRead = 0;
      const counting = {
        ...source,
        read(offset: number, length: number) {
          bytesRead += length;
          return source.read(offset, length);
        },
      };
      await parseHeader(counting).catch((error) => expect(error).toBeInstanceOf(WavError));
      expect(bytesRead).toBeLessThanOrEqual(file.byteLength);
    }),
    { numRuns: RUNS },
  );
});
