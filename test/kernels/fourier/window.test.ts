import { expect, test } from 'vitest';
import { hammingWindow, hannWindow, hostWindow, rectangularWindow } from '../../../src/kernels/fourier/window.ts';

test('windows are periodic: the sample after the last would be the first', () => {
  expect([...hannWindow(4)].map((w) => Math.round(w * 1e12) / 1e12)).toEqual([0, 0.5, 1, 0.5]);
  expect(hammingWindow(8)[0]).toBeCloseTo(0.08, 15);
  expect(hammingWindow(8)[4]).toBeCloseTo(1, 15);
  expect([...rectangularWindow(3)]).toEqual([1, 1, 1]);
});

test('Hann windows half their length apart sum to 1', () => {
  const window = hannWindow(400);
  for (let i = 0; i < 200; i++) expect(window[i]! + window[i + 200]!).toBeCloseTo(1, 14);
});

test('a short window lies in the middle of the frame, one sample to the left where it cannot', () => {
  const settings = { window: 'rectangular', winLength: 3 } as const;
  expect([...hostWindow({ ...settings, nFft: 7 })!]).toEqual([0, 0, 1, 1, 1, 0, 0]);
  expect([...hostWindow({ ...settings, nFft: 6 })!]).toEqual([0, 1, 1, 1, 0, 0]);
});
