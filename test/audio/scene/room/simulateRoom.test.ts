import { describe, expect, test } from 'vitest';
import {
  angleBetween,
  intensityDirection,
  rotateAmbisonics,
  sn3dToN3d,
  toFuma,
} from '../../../../src/audio/ambisonics.ts';
import { RealFft } from '../../../../src/audio/fourier/realFft.ts';
import { mixScene } from '../../../../src/audio/scene/anechoicScene.ts';
import { RandomStream } from '../../../../src/audio/scene/random.ts';
import type { Vector3 } from '../../../../src/audio/scene/room/absorption.ts';
import { convolveResponse } from '../../../../src/audio/scene/room/convolveResponse.ts';
import { imageSources, wallHits } from '../../../../src/audio/scene/room/images.ts';
import { abPair, ambisonicReceiver, ortfPair, xyPair } from '../../../../src/audio/scene/room/receiver.ts';
import type { RoomOptions } from '../../../../src/audio/scene/room/roomOptions.ts';
import { simulateRoom } from '../../../../src/audio/scene/room/simulateRoom.ts';

const size: Vector3 = [6, 5, 3];
const sampleRate = 16000;
const c = 343.2;
const source = { position: [1.7, 1.9, 1.6] as const };
const ears = ambisonicReceiver({ position: [3.9, 3.4, 1.2] });
const omni = (position: Vector3) => ({ position, microphones: [{}] });
const free = { size, sampleRate, source, receiver: ears, absorption: 1, air: 'none' } as const;

/** Delay in samples and gain of a response that is one impulse: the slope of its phase and its mean magnitude up to 6 kHz. */
function impulse(response: Float32Array, near: number): { delay: number; gain: number } {
  const fft = new RealFft(4096);
  const [re, im] = [new Float64Array(fft.bins), new Float64Array(fft.bins)];
  fft.forward(response, re, im);
  let [together, spread, magnitude] = [0, 0, 0];
  const last = (6000 / 16000) * 4096;
  for (let k = 1; k <= last; k++) {
    const angle = (2 * Math.PI * k) / 4096;
    const [cos, sin] = [Math.cos(angle * near), Math.sin(angle * near)];
    const phase = Math.atan2(im[k]! * cos + re[k]! * sin, re[k]! * cos - im[k]! * sin);
    together += angle * phase;
    spread += angle * angle;
    magnitude += Math.hypot(re[k]!, im[k]!);
  }
  return { delay: near - together / spread, gain: magnitude / last };
}

describe('the direct path', () => {
  test.each([0, 1, 2, 3, 4, 5])('from place %i comes at its time with 1 / 4πr, from its direction', (seed) => {
    const random = new RandomStream(seed);
    const position: Vector3 = [random.uniform(0.2, 5.8), random.uniform(0.2, 4.8), random.uniform(0.2, 2.8)];
    const { channels, direct } = simulateRoom({ ...free, source: { position } });
    const distance = Math.hypot(...position.map((at, axis) => at - ears.position[axis]!));
    const found = impulse(channels[0], direct.delay);
    expect(direct.distance).toBeCloseTo(distance, 12);
    expect(direct.delay).toBeCloseTo((distance / c) * sampleRate, 9);
    expect(Math.abs(found.delay - direct.delay)).toBeLessThan(0.001);
    expect(found.gain * 4 * Math.PI * distance).toBeCloseTo(1, 3);
    expect(direct.gain * 4 * Math.PI * distance).toBeCloseTo(1, 12);
    expect(angleBetween(intensityDirection(channels), direct)).toBeLessThan(0.01);
  });

  test('in a room that answers, its first milliseconds point at the source within 2 degrees', () => {
    const { channels, direct } = simulateRoom({ size, sampleRate, source, receiver: ears, t60: 0.5 });
    const [start, end] = [Math.round(direct.delay) - 4, Math.round(direct.delay) + 5];
    const [w, y, z, x] = channels.map((channel) => channel.slice(start, end));
    expect(angleBetween(intensityDirection([w!, y!, z!, x!]), direct)).toBeLessThan(2);
  });

  test('nearer than the delay has taps, is shorter and still in its place', () => {
    const position: Vector3 = [ears.position[0] + 0.2, ears.position[1], ears.position[2]];
    const { channels, direct } = simulateRoom({ ...free, source: { position } });
    expect(direct.delay).toBeLessThan(10);
    expect(Math.abs(impulse(channels[0], direct.delay).delay - direct.delay)).toBeLessThan(0.01);
  });

  test('is all there is without walls: the anechoic scene', () => {
    const distance = (64 * c) / sampleRate; // a whole number of samples
    const position: Vector3 = [ears.position[0] - distance, ears.position[1], ears.position[2]];
    const { channels, direct, earlyEnd } = simulateRoom({ ...free, source: { position } });
    const random = new RandomStream(1);
    const signal = new Float32Array(500).map(() => random.normal());
    const gainDb = 20 * Math.log10(direct.gain);
    const { mixture } = mixScene([{ signal, gainDb, startSample: 64, ...direct }], { samples: 600 });
    for (const [m, channel] of convolveResponse(signal, channels).entries()) {
      for (let n = 0; n < channel.length; n++) expect(channel[n]).toBeCloseTo(mixture[m]![n] ?? 0, 6);
    }
    expect(earlyEnd).toBe(channels[0].length);
  });

  test('loses high tones to the air', () => {
    const hall = { size: [60, 20, 10], sampleRate, absorption: 1 } as const;
    const far = { source: { position: [5, 10, 5] }, receiver: omni([55, 10, 5]) } as const;
    const gain = (air: RoomOptions['air']) => {
      const { channels } = simulateRoom({ ...hall, ...far, ...(air && { air }) });
      const [re, im] = [new Float64Array(2049), new Float64Array(2049)];
      new RealFft(4096).forward(channels[0]!, re, im);
      return Math.hypot(re[1024]!, im[1024]!); // 4 kHz
    };
    const lost = 20 * Math.log10(gain('none') / gain({ temperature: 20, humidity: 70 }));
    expect(lost).toBeCloseTo(50 * 0.0229, 1); // ISO 9613-2, table 2
  });
});

describe('reflections', () => {
  const pure = { size, sampleRate, source, receiver: omni([3.9, 3.4, 1.2]), lateTail: 'none', air: 'none' } as const;

  test('are the images that mirroring lists, each with its walls, over 30 Hz', () => {
    const absorption = { back: 0.1, front: 0.2, right: 0.3, left: 0.4, floor: 0.5, ceiling: 0.6 };
    const shares = Object.values(absorption);
    const { channels } = simulateRoom({ ...pure, absorption, maxOrder: 4, seconds: 0.2 });
    const re = new Float64Array(2049);
    const im = new Float64Array(2049);
    new RealFft(4096).forward(channels[0]!, re, im);
    const images = imageSources(size, source.position, pure.receiver.position, { maxOrder: 4 });
    for (let k = 256; k < 1536; k += 7) {
      let [expectedRe, expectedIm] = [0, 0];
      for (const { distance, index } of images) {
        const kept = index.flatMap(wallHits).reduce((gain, hits, wall) => gain * (1 - shares[wall]!) ** (hits / 2), 1);
        const angle = (2 * Math.PI * k * (distance / c) * sampleRate) / 4096;
        expectedRe += (kept / (4 * Math.PI * distance)) * Math.cos(angle);
        expectedIm -= (kept / (4 * Math.PI * distance)) * Math.sin(angle);
      }
      // From 1 kHz on, the high-pass turns the phase by less than √2 · 30 / 1000.
      expect(Math.hypot(re[k]! - expectedRe, im[k]! - expectedIm)).toBeLessThan(0.005);
    }
  });

  test('take from each octave what the wall takes there', () => {
    const carpet = [0, 0.1, 0.2, 0.4, 0.6, 0.7, 0.8];
    const absorption = { back: 1, front: 1, right: 1, left: 1, floor: carpet, ceiling: 1 };
    const { channels, direct } = simulateRoom({ ...pure, absorption, seconds: 0.1 });
    const bounce = Math.hypot(2.2, 1.5, 2.8);
    const alone = channels[0]!.slice();
    const dry = simulateRoom({ ...pure, absorption: 1, seconds: 0.1 }).channels[0]!;
    for (let n = 0; n < alone.length; n++) alone[n]! -= dry[n]!;
    const [re, im] = [new Float64Array(2049), new Float64Array(2049)];
    new RealFft(4096).forward(alone, re, im);
    for (const [band, center] of [250, 500, 1000, 2000, 4000].entries()) {
      const k = (center * 4096) / sampleRate;
      const kept = Math.hypot(re[k]!, im[k]!) * 4 * Math.PI * bounce;
      expect(kept).toBeCloseTo(Math.sqrt(1 - carpet[band + 1]!), 2);
    }
    expect(alone.findIndex((value) => Math.abs(value) > 0)).toBeGreaterThan(direct.delay - 34);
  });

  test('of a directional source leave to its sides and back as its pattern says', () => {
    // Only the wall at the back: the reflection leaves against x, where a cardioid facing x is silent and one facing back is not.
    const absorption = { back: 0, front: 1, right: 1, left: 1, floor: 1, ceiling: 1 };
    const line = { size, sampleRate, absorption, air: 'none', lateTail: 'none', seconds: 0.1 } as const;
    const response = (azimuth: number) =>
      simulateRoom({
        ...line,
        source: { position: [2, 2.5, 1.5], pattern: 'cardioid', direction: { azimuth, elevation: 0 } },
        receiver: omni([4, 2.5, 1.5]),
      });
    const energy = (response: Float32Array, meters: number) => {
      const at = Math.round((meters / c) * sampleRate);
      return response.slice(at - 20, at + 20).reduce((sum, value) => sum + value ** 2, 0);
    };
    const [ahead, behind] = [response(0), response(180)];
    expect(ahead.direct.gain * 8 * Math.PI).toBeCloseTo(1, 12);
    expect(behind.direct.gain).toBeCloseTo(0, 12);
    expect(energy(ahead.channels[0]!, 6)).toBeLessThan(1e-3 * energy(behind.channels[0]!, 6));
    expect(energy(behind.channels[0]!, 2)).toBeLessThan(1e-3 * energy(ahead.channels[0]!, 2));
  });

  test('and tail are the same when source and microphone change places', () => {
    const [a, b]: Vector3[] = [
      [1.7, 1.9, 1.6],
      [3.9, 3.4, 1.2],
    ];
    const there = simulateRoom({ size, sampleRate, t60: 0.4, source: { position: a! }, receiver: omni(b!) });
    const back = simulateRoom({ size, sampleRate, t60: 0.4, source: { position: b! }, receiver: omni(a!) });
    expect(there.channels[0]).toHaveLength(back.channels[0]!.length);
    for (const [n, value] of there.channels[0]!.entries()) expect(value).toBeCloseTo(back.channels[0]![n]!, 7);
  });
});

describe('receivers', () => {
  const dry = { ...free, lateTail: 'none', absorption: 0.4, seconds: 0.1 } as const;

  test('turned to the left hears the room turned to the right', () => {
    const rotation = { yaw: 50 };
    const straight = simulateRoom(dry);
    const turned = simulateRoom({ ...dry, receiver: ambisonicReceiver({ position: ears.position, rotation }) });
    for (const [m, channel] of rotateAmbisonics(straight.channels, { yaw: -50 }).entries()) {
      for (let n = 0; n < channel.length; n++) expect(turned.channels[m]![n]).toBeCloseTo(channel[n]!, 6);
    }
    expect(turned.direct.azimuth).toBeCloseTo(straight.direct.azimuth - 50 + 360, 9);
  });

  test('rolled and pitched, still has the direct sound where it says', () => {
    const rotation = { yaw: 120, pitch: -35, roll: 70 };
    const { channels, direct } = simulateRoom({
      ...free,
      receiver: ambisonicReceiver({ position: ears.position, rotation }),
    });
    expect(angleBetween(intensityDirection(channels), direct)).toBeLessThan(0.01);
  });

  test('XY is what two cardioids make of ambisonics', () => {
    const [w, y, , x] = simulateRoom({ ...dry, receiver: ears }).channels;
    const [dryLeft] = simulateRoom({ ...dry, receiver: xyPair({ position: ears.position }) }).channels;
    for (const [n, value] of dryLeft!.entries()) {
      expect(value).toBeCloseTo(0.5 * w[n]! + (0.5 * (x[n]! + y[n]!)) / Math.SQRT2, 6);
    }
  });

  test('ORTF and AB pairs hear the left side first on the left', () => {
    const left = { position: [3.9, 4.8, 1.2] } as const;
    for (const [pair, meters] of [
      [ortfPair, 0.17],
      [abPair, 0.5],
    ] as const) {
      const { channels, direct } = simulateRoom({ ...free, source: left, receiver: pair({ position: ears.position }) });
      const apart = (meters / c) * sampleRate;
      const [first, second] = channels.map((channel, m) => impulse(channel, direct.delay + (m - 0.5) * apart));
      expect(second!.delay - first!.delay).toBeCloseTo(apart, 1);
      expect(first!.gain).toBeGreaterThan(second!.gain);
    }
  });

  test('come out as FuMa and N3D through the ambisonics module', () => {
    const { channels } = simulateRoom(free);
    expect(toFuma(channels)[1]).toEqual(channels[3]);
    expect(sn3dToN3d(channels)[1][100]).toBeCloseTo(Math.sqrt(3) * channels[1][100]!, 6);
  });
});

describe('errors', () => {
  test.each<[string, Partial<Record<keyof RoomOptions, unknown>>, string]>([
    [
      'a source outside',
      { source: { position: [7, 1, 1] } },
      'source must be inside the room of 6 x 5 x 3 m, got [7, 1, 1]',
    ],
    [
      'a receiver in the wall',
      { receiver: omni([0, 1, 1]) },
      'receiver must be inside the room of 6 x 5 x 3 m, got [0, 1, 1]',
    ],
    [
      'a microphone outside',
      { receiver: abPair({ position: [1, 4.9, 1] }) },
      'microphone 0 of receiver must be inside the room of 6 x 5 x 3 m, got [1, 5.15, 1]',
    ],
    [
      'a source at the microphone',
      { source: { position: ears.position } },
      'source must be at least 0.01 m from each microphone, got 0 m to 0',
    ],
    ['a room without height', { size: [6, 5, 0] }, 'size must be three lengths from 0.1 to 1000 m, got [6, 5, 0]'],
    ['both absorption and t60', { t60: 1 }, 'options must have either absorption or t60'],
    ['neither absorption nor t60', { absorption: undefined }, 'options must have either absorption or t60'],
    [
      'an impossible time',
      { absorption: undefined, t60: 0.005 },
      't60 at 125 Hz must be from 0.0125 to Infinity s in a room of 6 x 5 x 3 m, got 0.005: change the size',
    ],
    ['a sample rate of 0', { sampleRate: 0 }, 'sampleRate must be from 1000 to 384000, got 0'],
    ['half an order', { maxOrder: 1.5 }, 'maxOrder must be a whole number from 0 to 1000, got 1.5'],
    ['a NaN', { seconds: Number.NaN }, 'seconds must be from 0.0000625 to 100, got NaN'],
    [
      'a response shorter than the direct path',
      { seconds: 0.001 },
      'seconds must be more than the 0.00785 s of the direct path, got 0.001',
    ],
    [
      'an unknown pattern',
      { source: { ...source, pattern: 'shotgun' } },
      'pattern must be a number from 0 to 1 or one of omni, subcardioid, cardioid, supercardioid, hypercardioid, figure8, got shotgun',
    ],
    [
      'no microphones',
      { receiver: { position: ears.position, microphones: [] } },
      'receiver must have at least one microphone, got none',
    ],
    ['boiling air', { air: { temperature: 100 } }, 'temperature of the air must be from -20 to 50, got 100'],
    [
      'a room that never ends',
      { absorption: 0 },
      'a room that rings for Infinity s needs seconds, the length of the response, got none',
    ],
    [
      'far too many images',
      { absorption: 0.01, lateTail: 'none', seconds: 20 },
      'images must number at most 20000000, got about 1.5e+10: ask for a diffuse lateTail, a lower maxOrder or fewer seconds',
    ],
  ])('name the cause: %s', (_, change, message) => {
    const options = { ...free, ...change } as unknown as RoomOptions;
    expect(() => simulateRoom(options)).toThrow(new RangeError(`simulateRoom: ${message}`));
  });
});
