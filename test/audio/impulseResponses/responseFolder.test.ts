import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ambiX, fuMa } from '../../../src/audio/ambisonicFormat.ts';
import { angleBetween, toFuma } from '../../../src/audio/ambisonics.ts';
import { directSoundDirection } from '../../../src/audio/impulseResponses/directSoundDirection.ts';
import { readMeasuredRoom } from '../../../src/audio/impulseResponses/readMeasuredRoom.ts';
import { readResponseFolder } from '../../../src/audio/impulseResponses/responseFolder.ts';
import type { Vector3 } from '../../../src/audio/scene/room/absorption.ts';
import { ambisonicReceiver } from '../../../src/audio/scene/room/receiver.ts';
import { simulateRoom } from '../../../src/audio/scene/room/simulateRoom.ts';
import { writeWav } from '../../../src/audio/wav/writeWav.ts';

const sampleRate = 16000;
const receiver = ambisonicReceiver({ position: [3.9, 3.4, 1.2] });
const room = (position: Vector3) =>
  simulateRoom({ size: [6, 5, 3], sampleRate, t60: 0.3, source: { position }, receiver });
const places: Vector3[] = [
  [1.7, 1.9, 1.6],
  [5, 1, 2],
  [3.5, 4.5, 0.6],
];

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'responses-'));
});
afterEach(() => rm(folder, { recursive: true }));

const write = (name: string, channels: readonly Float32Array[], rate = sampleRate) =>
  writeWav(join(folder, name), channels, { sampleRate: rate, encoding: 'float', bits: 32 });

describe('readResponseFolder', () => {
  test('gives every WAV file in the order of names, and finds the direction of its direct sound within 2 degrees', async () => {
    const rooms = places.map(room);
    for (const [n, { channels }] of rooms.entries()) await write(`place${n}.wav`, channels);
    await writeFile(join(folder, 'notes.txt'), 'no sound');
    const measured = await readResponseFolder(folder, { ambisonics: ambiX });
    expect(measured.sampleRate).toBe(sampleRate);
    expect(measured.responses.map(({ channels }) => channels)).toEqual(rooms.map(({ channels }) => channels));
    for (const [n, { position }] of measured.responses.entries()) {
      expect(angleBetween(position!, rooms[n]!.direct)).toBeLessThan(2);
    }
    expect(await readMeasuredRoom(folder, { ambisonics: ambiX })).toEqual(measured);
  });

  test('turns FuMa into AmbiX', async () => {
    const { channels } = room(places[0]!);
    await write('a.wav', toFuma(channels));
    const { responses } = await readResponseFolder(folder, { ambisonics: fuMa });
    for (const [c, channel] of responses[0]!.channels.entries()) {
      for (let n = 0; n < channel.length; n++) expect(channel[n]).toBeCloseTo(channels[c]![n]!, 7);
    }
  });

  test('takes positions that are written down', async () => {
    await write('a.wav', [Float32Array.of(1, 0)]);
    await write('b.wav', [Float32Array.of(0, 1, 0.5)]);
    await writeFile(join(folder, 'positions.json'), '{"a.wav": {"azimuth": 90, "elevation": -10, "distance": 2}}');
    const { responses } = await readResponseFolder(folder);
    expect(responses).toEqual([
      { channels: [Float32Array.of(1, 0)], position: { azimuth: 90, elevation: -10, distance: 2 } },
      { channels: [Float32Array.of(0, 1, 0.5)] },
    ]);
  });

  test('refuses what does not fit together', async () => {
    await expect(readResponseFolder(folder)).rejects.toThrow('files must be WAV files, at least one, got none');
    await write('a.wav', [Float32Array.of(1)]);
    await write('b.wav', [Float32Array.of(1)], 8000);
    await expect(readResponseFolder(folder)).rejects.toThrow(
      'b.wav: format must have 1 channels at 16000 Hz as in a.wav, got 1 at 8000 Hz',
    );
    await expect(readResponseFolder(join(folder, 'nowhere'))).rejects.toThrow('ENOENT');
  });

  test.each([
    ['[1]', 'must be an object'],
    ['{"a.wav": ', 'must be JSON'],
    ['{"a.wav": null}', 'position of a.wav must have a finite azimuth'],
    ['{"a.wav": {"azimuth": 1, "elevation": 2, "distance": 0}}', 'a positive distance or none'],
  ])('refuses the positions %s', async (text, message) => {
    await write('a.wav', [Float32Array.of(1)]);
    await writeFile(join(folder, 'positions.json'), text);
    await expect(readResponseFolder(folder)).rejects.toThrow(message);
  });
});

test('silence comes from nowhere', () => {
  const silence = new Float32Array(9);
  expect(directSoundDirection([silence, silence, silence, silence], 48000)).toBeUndefined();
});
