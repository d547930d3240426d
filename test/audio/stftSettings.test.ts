import { expect, test } from 'vitest';
import { binCount, bsast32k, clap48k, frameCount, stftSettings } from '../../src/audio/stftSettings.ts';

test('ten seconds under the settings of BSAST are 313 frames of 1025 bins', () => {
  expect([frameCount(bsast32k, 320_000), binCount(bsast32k)]).toEqual([313, 1025]);
});

test('ten seconds under the settings of CLAP are 1001 frames of 513 bins', () => {
  expect([frameCount(clap48k, 480_000), binCount(clap48k)]).toEqual([1001, 513]);
});

test('a signal too short for a frame has none', () => {
  expect(frameCount(stftSettings({ sampleRate: 8000, nFft: 64, hopLength: 16, center: false }), 63)).toBe(0);
});

test('what is not said has defaults, and settings survive JSON', () => {
  const settings = stftSettings({ sampleRate: 44_100, nFft: 882, hopLength: 441 });
  expect(settings).toEqual({
    sampleRate: 44_100,
    nFft: 882,
    hopLength: 441,
    winLength: 882,
    window: 'hann',
    center: true,
    padMode: 'reflect',
  });
  expect(stftSettings(JSON.parse(JSON.stringify(settings)))).toEqual(settings);
});

test('errors say what must hold, what came, and the way out', () => {
  const call = (options: object) => () => stftSettings({ sampleRate: 32_000, nFft: 64, hopLength: 16, ...options });
  expect(() => stftSettings(null as never)).toThrowErrorMatchingInlineSnapshot(
    `[TypeError: stftSettings: settings must be an object with sampleRate, nFft and hopLength, got null]`,
  );
  expect(call({ sampleRate: 0 })).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: stftSettings: sampleRate must be a positive integer of Hz, got 0]`,
  );
  expect(call({ nFft: '64' })).toThrowErrorMatchingInlineSnapshot(
    `[TypeError: stftSettings: nFft must be a number, got string]`,
  );
  expect(call({ hopLength: 40, winLength: 32 })).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: stftSettings: hopLength must be at most winLength = 32, got 40: samples between two windows would be lost]`,
  );
  expect(call({ window: new Float32Array(64) })).toThrowErrorMatchingInlineSnapshot(
    `[TypeError: stftSettings: window must be the name of a window, got object: pass a window of your own to stft]`,
  );
  expect(call({ window: 'blackman' })).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: stftSettings: window must be hann, hamming, rectangular, a Float32Array or a Tensor, got blackman]`,
  );
  expect(call({ padMode: 'wrap' })).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: stftSettings: padMode must be constant, reflect, replicate, got wrap]`,
  );
  expect(call({ center: 1 })).toThrowErrorMatchingInlineSnapshot(
    `[TypeError: stftSettings: center must be true or false, got 1]`,
  );
});
