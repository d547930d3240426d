import { describe, expect, test } from 'vitest';
import { directionVector } from '../../../../src/audio/ambisonics.ts';
import type { ClipLibrary } from '../../../../src/audio/library/clipLibrary.ts';
import { MixtureCache } from '../../../../src/audio/scene/mixture/mixtureCache.ts';
import { mixtureConfig } from '../../../../src/audio/scene/mixture/mixtureConfig.ts';
import { type MixtureRecord, mixtureRecord } from '../../../../src/audio/scene/mixture/mixtureRecord.ts';
import { planMixture } from '../../../../src/audio/scene/mixture/planMixture.ts';
import { renderMixture } from '../../../../src/audio/scene/mixture/renderMixture.ts';
import { convolveResponse } from '../../../../src/audio/scene/room/convolveResponse.ts';
import { ambisonicReceiver } from '../../../../src/audio/scene/room/receiver.ts';
import { simulateRoom } from '../../../../src/audio/scene/room/simulateRoom.ts';
import { memoryLibrary } from './memoryLibrary.ts';

const library = memoryLibrary();
const small = { sampleRate: 8000, seconds: 2, room: { kind: 'simulated', decayTime: [0.1, 0.2] } };

function power(channels: readonly Float32Array[], from = 0, to = channels[0]!.length): number {
  const sum = channels.reduce((all, channel) => all + channel.slice(from, to).reduce((e, v) => e + v * v, 0), 0);
  return sum / (channels.length * (to - from));
}

const decibels = (value: number) => 10 * Math.log10(value);

function minus(a: readonly Float32Array[], b: readonly Float32Array[]): Float32Array[] {
  return a.map((channel, c) => channel.map((value, n) => value - b[c]![n]!));
}

function largest(channels: readonly Float32Array[]): number {
  return Math.max(...channels.map((channel) => channel.reduce((most, value) => Math.max(most, Math.abs(value)), 0)));
}

async function planned(config: object, index = 0, seed = 1): Promise<MixtureRecord> {
  return planMixture(mixtureConfig({ ...small, ...config }), library, seed, index);
}

/** One event heard whole: its reverberation ends before the mixture does. */
const lone = { eventCount: 1, interfererCount: 0, eventSeconds: 0.5, noise: { kind: 'none' } };

async function loneEvent(config: object, changes: Partial<MixtureRecord['events'][number]> = {}) {
  const record = await planned({ ...lone, ...config });
  return { ...record, events: [{ ...record.events[0]!, eventTime: 0.25, ...changes }] };
}

describe('levels', () => {
  test.each([5, 12.5, 20])(
    'an event of %d dB has that mean power over the reference, over all channels and its reverberation',
    async (snr) => {
      const record = await loneEvent({ eventSnr: snr });
      const { mixture } = await renderMixture(record, library);
      const { room, events } = record;
      if (room.kind !== 'simulated' || events[0]!.place.kind !== 'simulated') throw new Error('expected a room');
      const { position, seed } = events[0]!.place;
      const { channels } = simulateRoom({
        size: room.size,
        t60: room.decayTime,
        sampleRate: 8000,
        source: { position },
        receiver: ambisonicReceiver({ position: room.receiver }),
        seed,
      });
      const samples = 4000 + channels[0]!.length - 1;
      expect(decibels(power(mixture, 2000, 2000 + samples))).toBeCloseTo(-50 + snr, 4);
      expect(power(mixture, 2000 + samples)).toBe(0);
    },
  );

  test.each(['white', 'pink', 'brown', 'hum'])(
    '%s noise has the reference level over all channels exactly',
    async (kind) => {
      const record = await planned({ noise: { kind }, referenceDb: -43 });
      const { mixture } = await renderMixture({ ...record, events: [], target: null }, library);
      expect(decibels(power(mixture))).toBeCloseTo(-43, 4);
    },
  );

  test('diffuse noise has a third of the power of W in each of the other ambisonic channels', async () => {
    const record = await planned({ seconds: 20 });
    const { mixture } = await renderMixture({ ...record, events: [], target: null }, library);
    const [w, y, z, x] = mixture.map((channel) => power([channel])) as [number, number, number, number];
    for (const axis of [y, z, x]) expect(axis / w).toBeCloseTo(1 / 3, 1);
  });

  test('an interferer has its own range of levels', async () => {
    const record = await planned({ interfererCount: 2, interfererSnr: [-3, -2], eventSnr: [5, 6] });
    for (const { role, snr } of record.events) {
      expect(snr).toBeGreaterThanOrEqual(role === 'event' ? 5 : -3);
      expect(snr).toBeLessThanOrEqual(role === 'event' ? 6 : -2);
    }
  });
});

describe('targets', () => {
  test('are direct path and early reflections in the reference channel, with the gain of the mixture', async () => {
    const record = await loneEvent({ eventSnr: 10 }, { repeated: false });
    const { mixture, target, targets } = await renderMixture(record, library);
    const { room, events } = record;
    const [event] = events;
    if (room.kind !== 'simulated' || event!.place.kind !== 'simulated') throw new Error('expected a room');
    const { position, seed } = event!.place;
    const { channels, direct } = simulateRoom({
      size: room.size,
      t60: room.decayTime,
      sampleRate: 8000,
      source: { position },
      receiver: ambisonicReceiver({ position: room.receiver }),
      seed,
    });
    const peak = Math.round(direct.delay);
    const early = channels[0]!.map((value, n) => (n >= peak - 48 && n < peak + 400 ? value : 0));
    const clip = await library.load(library.clips.find(({ id }) => id === event!.clip)!, 8000);
    const start = Math.round(event!.sourceTime * 8000);
    const signal = clip.slice(start, start + 4000);
    const [wet, dry] = convolveResponse(signal, [channels[0]!, early]) as [Float32Array, Float32Array];
    const n = wet.reduce((best, value, at) => (Math.abs(value) > Math.abs(wet[best]!) ? at : best), 0);
    const gain = mixture[0]![2000 + n]! / wet[n]!;
    const expected = new Float32Array(16_000);
    expected.set(
      dry.map((value) => gain * value),
      2000,
    );
    expect(largest(minus([target], [expected]))).toBeLessThan(2e-6 * largest([expected]));
    expect(targets).toEqual([target]);
  });

  test('the mixture is the sum of what each event and the noise give alone', async () => {
    const record = await planned({ eventCount: 3, interfererCount: 2, rotation: 'full' });
    const { mixture } = await renderMixture(record, library);
    const none = { kind: 'none', seed: 0, sourceTime: 0, recordingSeconds: 0 } as const;
    const silent = { ...record, noise: none };
    const parts = [await renderMixture({ ...record, events: [], target: null }, library)];
    for (const event of record.events) {
      parts.push(await renderMixture({ ...silent, events: [event], target: null }, library));
    }
    const sum = parts.reduce(
      (all, part) => all.map((channel, c) => channel.map((value, n) => value + part.mixture[c]![n]!)),
      mixture.map(({ length }) => new Float32Array(length)),
    );
    expect(largest(minus(mixture, sum))).toBeLessThan(1e-6 * largest(mixture));
  });

  test('there is one for each event, none for interferers; only the one asked for if nothing else is wanted', async () => {
    const record = await planned({ eventCount: 3, interfererCount: 2 });
    const all = await renderMixture(record, library);
    expect(all.targets).toHaveLength(3);
    expect(all.targets[record.target!]).toEqual(all.target);
    const asked = await renderMixture(record, library, { targets: 'asked' });
    expect(asked.targets).toEqual([]);
    expect(asked.target).toEqual(all.target);
    expect(asked.mixture).toEqual(all.mixture);
  });

  test('turning the mixture leaves W and the targets as they are', async () => {
    const record = await planned({ rotation: 'full' });
    const turned = await renderMixture(record, library);
    const still = await renderMixture({ ...record, rotation: null }, library);
    expect(turned.mixture[0]).toEqual(still.mixture[0]);
    expect(turned.target).toEqual(still.target);
    expect(turned.mixture[1]).not.toEqual(still.mixture[1]);
  });

  test('an absent sound has silence as its target', async () => {
    const record = await planned({ absentProbability: 1 });
    const { target, query } = await renderMixture(record, library);
    expect(record.target).toBeNull();
    expect(record.events.map(({ label }) => label)).not.toContain(record.query.label);
    expect(largest([target])).toBe(0);
    expect(power([query])).toBeCloseTo(0.01, 6);
  });
});

describe('a free field', () => {
  test('has the clip itself in W and it times the direction in the others', async () => {
    const record = await loneEvent({ room: { kind: 'freeField' } });
    const { mixture, target } = await renderMixture(record, library);
    const { place } = record.events[0]!;
    if (place.kind !== 'freeField') throw new Error('expected a direction');
    const [x, y, z] = directionVector(place);
    expect(target).toEqual(mixture[0]);
    for (const [c, gain] of [1, y, z, x].entries()) {
      expect(largest(minus([mixture[c]!], [mixture[0]!.map((value) => gain * value)]))).toBeLessThan(1e-7);
    }
  });

  test('a lone event of W alone has its SNR', async () => {
    const record = await loneEvent({ room: { kind: 'freeField' }, channels: 'w', eventSnr: 7 });
    const { mixture } = await renderMixture(record, library);
    expect(mixture).toHaveLength(1);
    expect(decibels(power(mixture, 2000, 6000))).toBeCloseTo(-43, 4);
  });
});

describe('the same bits', () => {
  test('come from a record that went through JSON, with whatever is in the cache', async () => {
    const room = { ...small.room, bank: { rooms: 1, places: 3 } };
    const config = {
      eventCount: 2,
      interfererCount: 1,
      rotation: 'yaw',
      room,
      query: { kind: 'anotherClip', speed: 0.1 },
    };
    const cache = new MixtureCache();
    for (let index = 0; index < 2; index++) {
      const record = await planned(config, index);
      const again = mixtureRecord(JSON.parse(JSON.stringify(record)));
      expect(again).toEqual(record);
      await renderMixture(await planned(config, index + 7), library, { cache });
      expect(await renderMixture(again, library, { cache })).toEqual(await renderMixture(record, library));
    }
  });

  test.each(['stereo', 'xy', 'ab', 'w'])('%s mixtures have their channels', async (channels) => {
    const { mixture } = await renderMixture(await planned({ channels }), library);
    expect(mixture).toHaveLength(channels === 'w' ? 1 : 2);
    expect(largest(mixture)).toBeGreaterThan(0);
  });
});

describe('what is amiss', () => {
  test('a clip that is missing is named', async () => {
    const record = await loneEvent({}, { clip: 'nowhere' });
    await expect(renderMixture(record, library)).rejects.toThrow("the library has no clip 'nowhere' among its 24");
  });

  test('a clip of zeros stays silent', async () => {
    const silent: ClipLibrary = { clips: library.clips, load: async () => new Float32Array(9000) };
    const record = await loneEvent({});
    const { mixture, query } = await renderMixture(record, silent);
    expect(largest([...mixture, query])).toBe(0);
  });

  test('a clip without samples is an error', async () => {
    const empty: ClipLibrary = { clips: library.clips, load: async () => new Float32Array(0) };
    await expect(renderMixture(await loneEvent({}), empty)).rejects.toThrow('has no samples');
  });
});
