import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Resampler } from '../../../src/audio/resample/resampler.ts';
import { resampleSignal } from '../../../src/audio/resample/resampleSignal.ts';
import { generator } from '../../setup/checkOp.ts';

const noise = (samples: number, seed: number) => {
  const random = generator(seed);
  return Float32Array.from({ length: samples }, () => 2 * random() - 1);
};

function concatenated(pieces: readonly Float32Array[]): Float32Array {
  return Float32Array.from(pieces.flatMap((piece) => [...piece]));
}

test('a stream in pieces of any size has the bits of the whole signal, in every channel', () => {
  const cases = fc.record({
    from: fc.integer({ min: 1, max: 60 }),
    to: fc.integer({ min: 1, max: 60 }),
    pieces: fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 12 }),
    width: fc.integer({ min: 1, max: 8 }),
    seed: fc.nat(),
  });
  fc.assert(
    fc.property(cases, ({ from, to, pieces, width, seed }) => {
      const samples = pieces.reduce((a, b) => a + b, 0);
      const channels = [noise(samples, seed), noise(samples, seed + 1)];
      const resampler = new Resampler(from, to, 2, { lowpassFilterWidth: width });
      const results: Float32Array[][] = [[], []];
      let at = 0;
      for (const piece of pieces) {
        const made = resampler.push(channels.map((x) => x.slice(at, at + piece)));
        for (const c of [0, 1]) results[c]!.push(made[c]!);
        at += piece;
      }
      const rest = resampler.flush();
      for (const c of [0, 1]) results[c]!.push(rest[c]!);
      for (const c of [0, 1]) {
        expect(concatenated(results[c]!)).toEqual(
          resampleSignal(channels[c]!, from, to, { lowpassFilterWidth: width }),
        );
      }
    }),
  );
});

test('a result waits for no more input than the stated lookahead', () => {
  for (const [from, to] of [
    [44_100, 32_000],
    [16_000, 48_000],
    [48_000, 16_000],
    [5, 5],
  ] as const) {
    const resampler = new Resampler(from, to);
    let sent = 0;
    for (let received = 1; received <= 2000; received++) {
      sent += resampler.push([new Float32Array(1)])[0]!.length;
      // Result n stands at input n · from / to: it is there when the lookahead has come behind that one.
      expect(sent).toBeGreaterThanOrEqual(Math.floor(((received - resampler.lookahead) * to) / from));
    }
    expect(resampler.lookahead).toBeLessThan(from === to ? 1 : 9 * Math.max(1, from / to));
  }
});

test('what does not belong to the stream is named', () => {
  const resampler = new Resampler(2, 3, 2);
  expect(() => resampler.push([new Float32Array(1)])).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: Resampler: push: expected 2 channels, got 1]`,
  );
  expect(() => resampler.push([new Float32Array(1), new Float32Array(2)])).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: Resampler: push: channels must have equal lengths, got 1 and 2]`,
  );
  resampler.flush();
  expect(() => resampler.flush()).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: Resampler: flush: the stream has already ended: make another Resampler]`,
  );
  expect(() => resampler.push([new Float32Array(1), new Float32Array(1)])).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: Resampler: push: the stream has already ended: make another Resampler]`,
  );
  expect(() => new Resampler(2, 3, 0)).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: Resampler: channels must be a positive integer, got 0]`,
  );
});
