import { describe, expect, test } from 'vitest';
import { splitEarly } from '../../../../src/audio/scene/room/splitEarly.ts';

const channels = [1, 2].map((gain) =>
  Float32Array.from({ length: 200 }, (_, n) => gain * (n === 60 ? 9 : (n % 7) - 3)),
);

describe('splitEarly', () => {
  test('keeps 6 ms before and 50 ms after the direct sound, and the parts add up', () => {
    const { early, late } = splitEarly({ channels, sampleRate: 1000, direct: { delay: 40.3 } });
    for (const [c, channel] of channels.entries()) {
      expect(early[c]!.every((value, n) => value === (n >= 34 && n < 90 ? channel[n] : 0))).toBe(true);
      expect(early[c]!.map((value, n) => value + late[c]![n]!)).toEqual(channel);
    }
  });

  test('finds the direct sound of a measured response at its peak', () => {
    const { early } = splitEarly({ channels, sampleRate: 1000 }, { before: 0, after: 0.001 });
    expect(early[1]!.findIndex((value) => value !== 0)).toBe(60);
    expect(early[1]!.filter((value) => value !== 0)).toHaveLength(1);
  });

  test('refuses times that make no sense', () => {
    expect(() => splitEarly({ channels: [], sampleRate: 1000 })).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: splitEarly: channels must be at least one, got none]`,
    );
    expect(() => splitEarly({ channels, sampleRate: 1000 }, { before: -1 })).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: splitEarly: before and after must be at least 0 s, got -1 and 0.05]`,
    );
  });
});
