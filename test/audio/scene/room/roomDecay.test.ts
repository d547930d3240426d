import { describe, expect, test } from 'vitest';
import { intensityDirection } from '../../../../src/audio/ambisonics.ts';
import type { Vector3 } from '../../../../src/audio/scene/room/absorption.ts';
import { decayTime } from '../../../../src/audio/scene/room/decayTime.ts';
import { abPair, ambisonicReceiver, xyPair } from '../../../../src/audio/scene/room/receiver.ts';
import { simulateRoom } from '../../../../src/audio/scene/room/simulateRoom.ts';
import { averaged, octaveOf } from './octaveEnergy.ts';

const sampleRate = 16000;

/** Responses from different places and with different tails. */
function responses(size: Vector3, t60: number | readonly number[], count: number) {
  return Array.from({ length: count }, (_, seed) =>
    simulateRoom({
      size,
      t60,
      sampleRate,
      seed,
      source: { position: [size[0] * (0.2 + 0.03 * seed), size[1] * 0.35, size[2] * 0.5] },
      receiver: ambisonicReceiver({ position: [size[0] * 0.7, size[1] * (0.75 - 0.02 * seed), size[2] * 0.45] }),
      seconds: Math.max(...[t60].flat()) + 0.05,
    }),
  );
}

describe('T60', () => {
  test.each<[Vector3, number]>([
    [[4, 3, 2.5], 0.2],
    [[6, 5, 3], 0.5],
    [[8, 6, 3.5], 0.8],
    [[20, 15, 8], 1.5],
    [[30, 5, 3], 0.6],
  ])('of a room of %j m is the %d s asked for within 10 %%, whole and in each octave', (size, t60) => {
    const heard = responses(size, t60, 10).map(({ channels }) => channels[0]);
    for (const response of heard) expect(Math.abs(decayTime(response, sampleRate) / t60 - 1)).toBeLessThan(0.1);
    for (const center of [250, 500, 1000, 2000, 4000]) {
      const time = decayTime(averaged(heard.map((response) => octaveOf(response, center, sampleRate))), sampleRate);
      expect(Math.abs(time / t60 - 1), `${center} Hz: ${time}`).toBeLessThan(0.1);
    }
  });

  test('may differ from octave to octave', () => {
    const times = [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3];
    const heard = responses([6, 5, 3], times, 10).map(({ channels }) => channels[0]);
    for (const [band, center] of [250, 500, 1000, 2000, 4000].entries()) {
      const time = decayTime(averaged(heard.map((response) => octaveOf(response, center, sampleRate))), sampleRate);
      expect(Math.abs(time / times[band + 1]! - 1), `${center} Hz: ${time}`).toBeLessThan(0.1);
    }
  });
});

describe('the crossfade', () => {
  test.each<[Vector3, number]>([
    [[6, 5, 3], 0.5],
    [[4, 3, 2.5], 0.3],
    [[12, 9, 4], 1],
  ])('in a room of %j m leaves no step: 10 ms of energy keep within 1.5 dB of the decay of %d s', (size, t60) => {
    const all = responses(size, t60, 12);
    const energy = averaged(all.map(({ channels }) => Float64Array.from(channels[0])));
    const middle = all[0]!.earlyEnd + 160;
    const levels = [-3, -2, -1, 0, 1, 2, 3, 4, 5].map((frame) => {
      const start = middle + frame * 160;
      const sum = energy.slice(start, start + 160).reduce((total, value) => total + value ** 2, 0);
      return 10 * Math.log10(sum) + (60 * start) / sampleRate / t60;
    });
    const mean = levels.reduce((sum, level) => sum + level, 0) / levels.length;
    for (const level of levels) expect(Math.abs(level - mean), levels.join()).toBeLessThan(1.5);
  });

  test('to a tail comes early enough when orders are left out', () => {
    const options = { size: [6, 5, 3], t60: 0.5, sampleRate, source: { position: [2, 2, 1.5] } } as const;
    const receiver = ambisonicReceiver({ position: [4, 3, 1.2] });
    const ends = [0, 1, 3, 30].map((maxOrder) => simulateRoom({ ...options, receiver, maxOrder }).earlyEnd);
    const whole = simulateRoom({ ...options, receiver }).earlyEnd;
    expect(ends[0]).toBeLessThan(ends[1]! + 1);
    expect(ends[1]).toBeLessThan(ends[2]!);
    expect(ends[2]).toBeLessThan(whole);
    expect(ends[3]).toBe(whole);
  });
});

describe('the diffuse tail', () => {
  test('comes from everywhere alike: a third of the power in each gradient, nothing in common', () => {
    const [response] = responses([6, 5, 3], 1, 1);
    const late = response!.channels.map((channel) => channel.slice(response!.earlyEnd + 320));
    const product = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, n) => sum + value * b[n]!, 0);
    const power = product(late[0]!, late[0]!);
    for (let a = 0; a < 4; a++) {
      for (let b = 0; b < a; b++) {
        expect(Math.abs(product(late[a]!, late[b]!)) / power).toBeLessThan(0.1); // 1 / √3 / √n with n of the first 0.1 s
      }
      if (a > 0) expect(product(late[a]!, late[a]!) / power).toBeCloseTo(1 / 3, 1);
    }
    expect(intensityDirection([late[0]!, late[1]!, late[2]!, late[3]!]).diffuseness).toBeGreaterThan(0.9);
  });

  test.each([
    ['XY', xyPair({ position: [4, 3, 1.2] }), 0.75], // cardioids at 90°: (1/4) / (1/3)
    ['AB', abPair({ position: [4, 3, 1.2] }), 0], // far apart over most of the spectrum
  ])('in an %s pair has in common what a diffuse field has', (_, receiver, expected) => {
    const options = { size: [6, 5, 3], t60: 1, sampleRate, source: { position: [2, 2, 1.5] }, receiver } as const;
    const { channels, earlyEnd } = simulateRoom(options);
    const [left, right] = channels.map((channel) => channel.slice(earlyEnd + 320));
    let [both, l, r] = [0, 0, 0];
    for (const [n, value] of left!.entries()) {
      both += value * right![n]!;
      l += value ** 2;
      r += right![n]! ** 2;
    }
    expect(Math.abs(both / Math.sqrt(l * r) - expected)).toBeLessThan(0.1);
  });

  test('is the same for a seed and another for another', () => {
    const make = (seed: number) =>
      simulateRoom({
        size: [4, 3, 2.5],
        t60: 0.3,
        sampleRate,
        source: { position: [1, 1, 1] },
        receiver: ambisonicReceiver({ position: [2, 2, 1.5] }),
        seed,
      });
    const [a, b, other] = [make(7), make(7), make(8)];
    expect(a).toEqual(b);
    expect(a.channels[0].subarray(0, a.earlyEnd)).toEqual(other.channels[0].subarray(0, a.earlyEnd));
    expect(a.channels[0]).not.toEqual(other.channels[0]);
  });
});
