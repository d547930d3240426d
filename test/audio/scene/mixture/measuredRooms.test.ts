import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { mixtureConfig } from '../../../../src/audio/scene/mixture/mixtureConfig.ts';
import { mixtureRecord } from '../../../../src/audio/scene/mixture/mixtureRecord.ts';
import { planMixture } from '../../../../src/audio/scene/mixture/planMixture.ts';
import { renderMixture } from '../../../../src/audio/scene/mixture/renderMixture.ts';
import { RandomStream } from '../../../../src/audio/scene/random.ts';
import { writeWav } from '../../../../src/audio/wav/writeWav.ts';
import { memoryLibrary } from './memoryLibrary.ts';

const library = memoryLibrary();
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tympan-rooms-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** A response that is an echo of 0.5 of the direct sound, `delay` samples after it, in all channels. */
function echo(direct: number, delay: number, channels = 4): Float32Array[] {
  return Array.from({ length: channels }, (_, c) => {
    const response = new Float32Array(2000);
    response[direct] = c === 0 ? 1 : 0.5;
    response[direct + delay] = c === 0 ? 0.5 : 0.25;
    return response;
  });
}

async function room(name: string, responses: readonly Float32Array[][], sampleRate = 8000): Promise<string> {
  const path = join(folder, name);
  await mkdir(path);
  for (const [n, channels] of responses.entries()) await writeWav(join(path, `${n}.wav`), channels, { sampleRate });
  return path;
}

function config(paths: readonly string[], changes: object = {}) {
  const room = { kind: 'measured', paths };
  const lone = { eventCount: 1, interfererCount: 0, eventSeconds: 0.5, noise: { kind: 'none' } };
  return mixtureConfig({ sampleRate: 8000, seconds: 2, ...lone, room, ...changes });
}

describe('a mixture in a measured room', () => {
  test('has what is early of a response in its target, and all of it in the mixture', async () => {
    // The first echo comes 25 ms after the direct sound, the second 75 ms after it.
    const path = await room('early', [echo(100, 200), echo(100, 600)]);
    for (let index = 0; index < 4; index++) {
      const record = await planMixture(config([path]), library, 1, index);
      const { mixture, target } = await renderMixture(record, library);
      const [event] = record.events;
      if (event!.place.kind !== 'measured') throw new Error('expected a measured place');
      const late = event!.place.response === 1;
      const start = Math.round(event!.eventTime * 8000) + 100;
      expect(target.findIndex((value) => Math.abs(value) > 1e-5)).toBe(start);
      const difference = mixture[0]!.map((value, n) => value - target[n]!);
      const error = difference.map((value, n) => value - (late && n >= 600 ? 0.5 * target[n - 600]! : 0));
      const most = (signal: Float32Array) => signal.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
      expect(most(error)).toBeLessThan(1e-6 * most(target) + 1e-9);
      expect(most(target)).toBeGreaterThan(0);
    }
  });

  test('is made again from its record', async () => {
    const path = await room('again', [echo(100, 200), echo(50, 600)]);
    const record = await planMixture(config([path], { rotation: 'yaw' }), library, 1, 3);
    const again = mixtureRecord(JSON.parse(JSON.stringify(record)));
    expect(again).toEqual(record);
    expect(await renderMixture(again, library)).toEqual(await renderMixture(record, library));
  });

  test('is in any of the rooms, at places apart as their positions say', async () => {
    const paths = [
      await room('a', [echo(9, 90), echo(9, 90), echo(9, 90)]),
      await room('b', [echo(9, 90), echo(9, 90)]),
    ];
    const at = (azimuth: number) => ({ azimuth, elevation: 0 });
    await writeFile(
      join(paths[0]!, 'positions.json'),
      JSON.stringify({ '0.wav': at(0), '1.wav': at(10), '2.wav': at(90) }),
    );
    const full = config(paths, { eventCount: 2, leastAngle: 45 });
    const seen = new Set<string>();
    for (let index = 0; index < 30; index++) {
      const { room: drawn, events } = await planMixture(full, library, 1, index);
      if (drawn.kind !== 'measured') throw new Error('expected a measured room');
      const responses = events.map(({ place }) => (place.kind === 'measured' ? place.response : -1)).sort();
      seen.add(`${paths.indexOf(drawn.path)}: ${responses}`);
    }
    expect([...seen].sort()).toEqual(['0: 0,2', '0: 1,2', '1: 0,1']);
  });

  test('has responses at its own sample rate', async () => {
    const response = new Float32Array(12_000);
    const random = new RandomStream(1, 1);
    for (let n = 300; n < 6000; n++) response[n] = Math.exp(-n / 900) * random.normal();
    const path = await room('fast', [Array.from({ length: 4 }, () => response)], 24_000);
    const record = await planMixture(config([path]), library, 1, 0);
    const { mixture } = await renderMixture({ ...record, events: [{ ...record.events[0]!, eventTime: 0 }] }, library);
    const heard = mixture[0]!.findIndex((value) => Math.abs(value) > 1e-5);
    expect(Math.abs(heard - 100)).toBeLessThan(8); // 300 samples at three times the rate
  });

  test('takes W alone of ambisonics', async () => {
    const path = await room('w', [echo(100, 200)]);
    const { mixture } = await renderMixture(
      await planMixture(config([path], { channels: 'w' }), library, 1, 0),
      library,
    );
    expect(mixture).toHaveLength(1);
  });
});

describe('what is amiss with a measured room', () => {
  const attempt = (paths: readonly string[], changes: object = {}) =>
    planMixture(config(paths, changes), library, 1, 0);

  test('is named', async () => {
    await expect(attempt([join(folder, 'nowhere')])).rejects.toThrow('nowhere');
    await expect(attempt([join(folder, 'nowhere.sofa')])).rejects.toThrow('nowhere.sofa');
    const stereo = await room('stereo', [echo(9, 90, 2)]);
    await expect(attempt([stereo])).rejects.toThrow('stereo has 2 channels, 4 are wanted');
    await expect(attempt([stereo], { channels: 'ab', eventCount: 2 })).rejects.toThrow(
      'has 1 responses, a mixture needs 2',
    );
    expect(() => config([])).toThrow('mixture config: room: paths: must be at least one, got none');
  });

  test('is named where a record asks for what is not there', async () => {
    const path = await room('small', [echo(100, 200)]);
    const record = await attempt([path]);
    const events = [{ ...record.events[0]!, place: { kind: 'measured', response: 7 } as const }];
    await expect(renderMixture({ ...record, events }, library)).rejects.toThrow('has 1 responses, got number 7');
  });
});
