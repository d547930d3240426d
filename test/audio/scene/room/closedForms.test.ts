import { describe, expect, test } from 'vitest';
import { angleBetween, intensityDirection } from '../../../../src/audio/ambisonics.ts';
import { directSoundDirection } from '../../../../src/audio/impulseResponses/directSoundDirection.ts';
import { RandomStream } from '../../../../src/audio/scene/random.ts';
import type { Vector3 } from '../../../../src/audio/scene/room/absorption.ts';
import { convolveResponse } from '../../../../src/audio/scene/room/convolveResponse.ts';
import { imageSources } from '../../../../src/audio/scene/room/images.ts';
import { ambisonicReceiver } from '../../../../src/audio/scene/room/receiver.ts';
import { simulateRoom } from '../../../../src/audio/scene/room/simulateRoom.ts';
import { splitEarly } from '../../../../src/audio/scene/room/splitEarly.ts';

// What pyroomacoustics makes of a shoebox with max_order n: images with |i| + |j| + |k| <= n, the source among them.
test('images of up to n reflections number 1, 7, 25, 63, 129 … (2n + 1)(2n² + 2n + 3) / 3', () => {
  const counts = [0, 1, 2, 3, 4, 5, 10, 17].map(
    (maxOrder) => imageSources([5.1, 4.3, 2.7], [1.2, 3.1, 1.6], [3.7, 0.9, 1.1], { maxOrder }).length,
  );
  expect(counts).toEqual([1, 7, 25, 63, 129, 231, 1561, 7175]);
});

describe('the direct sound in a reverberant room', () => {
  const size: Vector3 = [8, 6.5, 3.2];
  const sampleRate = 24_000;

  // Far from walls, so that a millisecond belongs to the direct sound alone.
  const places = Array.from({ length: 8 }, (_, seed) => {
    const random = new RandomStream(seed);
    const inside = (axis: number): number => random.uniform(0.9, size[axis]! - 0.9);
    return { position: [inside(0), inside(1), inside(2)] as const, seed };
  });
  const rendered = places.map(({ position, seed }) => {
    const receiver = ambisonicReceiver({ position: [4.2, 3, 1.6], rotation: { yaw: 40 * seed, pitch: 10 * seed } });
    return simulateRoom({ size, sampleRate, t60: 0.6, source: { position }, receiver, seed });
  });

  test.each(places.map(({ seed }) => seed))(
    'comes, from place %i, at its time, with 1 / 4πr, within 2 degrees',
    (n) => {
      const { channels, direct } = rendered[n]!;
      const distance = Math.hypot(...places[n]!.position.map((at, axis) => at - [4.2, 3, 1.6][axis]!));
      expect(direct.delay).toBeCloseTo((distance / 343.2) * sampleRate, 0);
      expect(direct.gain * 4 * Math.PI * distance).toBeCloseTo(1, 12);
      const [w] = channels;
      const first = w.findIndex((value) => Math.abs(value) > 0.5 * direct.gain);
      expect(Math.abs(first - direct.delay)).toBeLessThan(1.5);
      expect(angleBetween(directSoundDirection(channels, sampleRate)!, direct)).toBeLessThan(2);
    },
  );

  test('of noise heard through direct path and early reflections points to its side', () => {
    const random = new RandomStream(99);
    const signal = new Float32Array(2000).map(() => random.normal());
    for (const response of rendered.slice(0, 3)) {
      const { early } = splitEarly(response, { after: 0.001 });
      const [w, y, z, x] = convolveResponse(signal, early);
      expect(angleBetween(intensityDirection([w!, y!, z!, x!]), response.direct)).toBeLessThan(2);
    }
  });
});
