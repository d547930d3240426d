import { describe, expect, test } from 'vitest';
import { RealFft } from '../../../../src/audio/fourier/realFft.ts';
import type { Vector3 } from '../../../../src/audio/scene/room/absorption.ts';
import type { PolarPattern } from '../../../../src/audio/scene/room/pattern.ts';
import { ambisonicReceiver } from '../../../../src/audio/scene/room/receiver.ts';
import { simulateRoom } from '../../../../src/audio/scene/room/simulateRoom.ts';

const size: Vector3 = [6, 5, 3];
const sampleRate = 16000;
const omni = { position: [4.5, 2.5, 1.5], microphones: [{}] } as const;
const free = { size, sampleRate, absorption: 1, air: 'none', receiver: omni, seconds: 0.1 } as const;

/** A source 2 m behind the microphone along x, its axis turned so far from the way to it. */
const turned = (pattern: PolarPattern | readonly PolarPattern[], azimuth: number) => ({
  position: [2.5, 2.5, 1.5] as const,
  pattern,
  direction: { azimuth, elevation: 0 },
});

function magnitude(response: Float32Array, hz: number): number {
  const fft = new RealFft(4096);
  const [re, im] = [new Float64Array(fft.bins), new Float64Array(fft.bins)];
  fft.forward(response, re, im);
  const bin = Math.round((hz * fft.size) / sampleRate);
  return Math.hypot(re[bin]!, im[bin]!);
}

describe('a source', () => {
  test.each<[PolarPattern, (angle: number) => number]>([
    ['omni', () => 1],
    ['subcardioid', (cos) => 0.7 + 0.3 * cos],
    ['cardioid', (cos) => (1 + cos) / 2],
    ['supercardioid', (cos) => 0.366025 + 0.633975 * cos],
    ['hypercardioid', (cos) => (1 + 3 * cos) / 4],
    ['figure8', (cos) => cos],
    [0.6, (cos) => 0.6 + 0.4 * cos],
  ])('of pattern %s sounds to each side as its formula says', (pattern, gain) => {
    for (const azimuth of [0, 30, 60, 90, 120, 150, 180]) {
      const { channels, direct } = simulateRoom({ ...free, source: turned(pattern, azimuth) });
      const expected = gain(Math.cos((azimuth * Math.PI) / 180)) / (4 * Math.PI * 2);
      expect(direct.gain).toBeCloseTo(expected, 6);
      for (const hz of [200, 1000, 4000]) expect(magnitude(channels[0]!, hz)).toBeCloseTo(Math.abs(expected), 4);
    }
  });

  test('may beam the more the higher it sounds', () => {
    const patterns = ['omni', 'omni', 0.9, 'subcardioid', 'cardioid', 'cardioid', 'cardioid'] as const;
    const behind = simulateRoom({ ...free, source: turned(patterns, 180) });
    const ahead = simulateRoom({ ...free, source: turned(patterns, 0) });
    const spread = 4 * Math.PI * 2;
    for (const hz of [125, 250, 500, 1000, 2000, 4000]) {
      expect(Math.abs(magnitude(ahead.channels[0]!, hz) * spread - 1)).toBeLessThan(0.03);
    }
    const backward = [250, 500, 1000, 2000, 4000].map((hz) => magnitude(behind.channels[0]!, hz) * spread);
    // What an octave's filter rings ahead of the direct sound is cut off: a fiftieth of low tones.
    for (const [n, expected] of [1, 0.8, 0.4, 0, 0].entries()) {
      expect(Math.abs(backward[n]! - expected)).toBeLessThan(0.03);
    }
    expect(behind.direct.gain * spread).toBeCloseTo(0.4, 12); // of 1 kHz
  });

  test('of one pattern in all octaves is that pattern', () => {
    const one = simulateRoom({ ...free, absorption: 0.3, source: turned('cardioid', 70) });
    const seven = simulateRoom({ ...free, absorption: 0.3, source: turned(Array(7).fill('cardioid'), 70) });
    for (const [n, value] of one.channels[0]!.entries()) expect(seven.channels[0]![n]).toBeCloseTo(value, 6);
  });

  // The mean over the sphere of ((1 + cos) / 2)² is 1/3.
  test('with a cardioid leaves a third of the power in the reverberation, wherever it points', () => {
    const room = {
      size: [9, 7, 4],
      sampleRate,
      t60: 0.8,
      receiver: ambisonicReceiver({ position: [6, 4, 1.5] }),
    } as const;
    const late = (pattern: PolarPattern) =>
      [0, 90, 180, 270].reduce((sum, azimuth, seed) => {
        const source = { position: [2, 2, 1.5], pattern, direction: { azimuth, elevation: 0 } } as const;
        const { channels, earlyEnd } = simulateRoom({ ...room, source, seed });
        return sum + channels[0].subarray(earlyEnd + 160).reduce((total, value) => total + value ** 2, 0);
      }, 0);
    expect(Math.abs(10 * Math.log10((3 * late('cardioid')) / late('omni')))).toBeLessThan(1);
  });

  test('needs a pattern for each octave', () => {
    expect(() => simulateRoom({ ...free, source: turned(['omni', 'cardioid'], 0) })).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: simulateRoom: pattern of source must be one or 7, for octaves from 125 to 8000 Hz, got 2]`,
    );
  });
});
