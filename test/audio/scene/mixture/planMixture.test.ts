import { describe, expect, test } from 'vitest';
import { angleBetween, type Direction } from '../../../../src/audio/ambisonics.ts';
import { mostOverlap } from '../../../../src/audio/scene/mixture/drawTimes.ts';
import { mixtureConfig } from '../../../../src/audio/scene/mixture/mixtureConfig.ts';
import type { MixtureRecord } from '../../../../src/audio/scene/mixture/mixtureRecord.ts';
import { planMixture } from '../../../../src/audio/scene/mixture/planMixture.ts';
import { memoryLibrary } from './memoryLibrary.ts';

const library = memoryLibrary();

async function plans(config: object, count = 60, seed = 1): Promise<MixtureRecord[]> {
  const full = mixtureConfig({ sampleRate: 8000, seconds: 4, ...config });
  return Promise.all(Array.from({ length: count }, (_, index) => planMixture(full, library, seed, index)));
}

const counted = (record: MixtureRecord, role: string) => record.events.filter((event) => event.role === role).length;

function seen({ room, events }: MixtureRecord): Direction[] {
  return events.map(({ place }) => {
    if (room.kind !== 'simulated' || place.kind !== 'simulated') throw new Error('expected a room');
    const [x, y, z] = place.position.map((at, axis) => at - room.receiver[axis]!) as [number, number, number];
    return {
      azimuth: (Math.atan2(y, x) * 180) / Math.PI,
      elevation: (Math.atan2(z, Math.hypot(x, y)) * 180) / Math.PI,
    };
  });
}

describe('a plan', () => {
  test('depends on configuration, library, seed and number alone', async () => {
    const [first] = await plans({}, 1);
    expect((await plans({}, 1))[0]).toEqual(first);
    expect((await plans({}, 2))[1]).not.toEqual(first);
    expect((await plans({}, 1, 2))[0]!.events).not.toEqual(first!.events);
  });

  test('has every number of events and interferers that is allowed, and no other', async () => {
    const records = await plans({});
    expect(new Set(records.map((record) => counted(record, 'event')))).toEqual(new Set([1, 2, 3]));
    expect(new Set(records.map((record) => counted(record, 'interferer')))).toEqual(new Set([1, 2]));
    const alone = await plans({ eventCount: 2, interfererCount: 0 }, 10);
    expect(alone.every(({ events }) => events.length === 2)).toBe(true);
  });

  test('never has a label twice unless it may', async () => {
    for (const { events } of await plans({ eventCount: 3, interfererCount: 2 })) {
      expect(new Set(events.map(({ label }) => label)).size).toBe(events.length);
    }
    const repeated = await plans({ eventCount: 3, repeatLabels: true, eventLabels: ['label 1'] }, 5);
    expect(repeated.every(({ events }) => events.slice(0, 3).every(({ label }) => label === 'label 1'))).toBe(true);
  });

  test('takes events and interferers from the labels that are theirs', async () => {
    const config = { eventLabels: ['label 0', 'label 1', 'label 2'], interfererLabels: ['label 6', 'label 7'] };
    for (const { events } of await plans(config, 20)) {
      for (const { role, label } of events) {
        const labels = role === 'event' ? config.eventLabels : config.interfererLabels;
        expect(labels).toContain(label);
      }
    }
  });

  test('never has more events at once than may overlap, looked at every 0.1 s, and leaves out what finds no time', async () => {
    const records = await plans({ eventCount: 6, interfererCount: 0, maxOverlap: 2, eventSeconds: [0.5, 2] });
    for (const { events, seconds } of records) expect(mostOverlap(events, seconds)).toBeLessThanOrEqual(2);
    expect(Math.max(...records.map(({ events }) => events.length))).toBe(6);
    const crowded = await plans({ seconds: 1, eventCount: 3, interfererCount: 0, maxOverlap: 1, fullLength: true }, 5);
    expect(crowded.every(({ events }) => events.length === 1)).toBe(true);
  });

  test('fills the mixture where it has to, with clips that begin again', async () => {
    for (const { events } of await plans({ fullLength: true }, 10)) {
      for (const { eventTime, duration, repeated } of events)
        expect([eventTime, duration, repeated]).toEqual([0, 4, true]);
    }
  });

  test('keeps events whole inside the mixture', async () => {
    for (const { events, seconds } of await plans({})) {
      for (const { eventTime, duration } of events) expect(eventTime + duration).toBeLessThanOrEqual(seconds + 1e-9);
    }
  });

  test.each([{ bank: { rooms: 3, places: 12 } }, { bank: null }])(
    'keeps sounds apart, and off the walls: %o',
    async (bank) => {
      const room = { kind: 'simulated', distance: [0.8, 1.2], wallDistance: 0.4, ...bank };
      const records = await plans({ eventCount: 3, leastAngle: 40, room }, 20);
      for (const record of records) {
        const directions = seen(record);
        for (const [i, a] of directions.entries()) {
          for (const b of directions.slice(0, i)) expect(angleBetween(a, b)).toBeGreaterThanOrEqual(40 - 1e-9);
        }
        if (record.room.kind !== 'simulated') throw new Error('expected a room');
        const { size, receiver } = record.room;
        for (const { place } of record.events) {
          if (place.kind !== 'simulated') throw new Error('expected a room');
          const distance = Math.hypot(...place.position.map((at, axis) => at - receiver[axis]!));
          expect(distance).toBeGreaterThanOrEqual(0.8 - 1e-9);
          expect(distance).toBeLessThanOrEqual(1.2 + 1e-9);
          for (const [axis, at] of place.position.entries())
            expect(Math.min(at, size[axis]! - at)).toBeGreaterThanOrEqual(0.4);
        }
      }
      const rooms = new Set(records.map(({ room: drawn }) => JSON.stringify(drawn)));
      expect(rooms.size).toBe(bank.bank ? 3 : 20);
    },
  );

  test('asks for each of its events alike, with another clip of the label or another part of the same', async () => {
    const same = await plans({ eventCount: 2, interfererCount: 0 });
    for (const { events, target, query } of same) expect(query.clip).toBe(events[target!]!.clip);
    expect(new Set(same.map(({ target }) => target))).toEqual(new Set([0, 1]));
    for (const { events, target, query } of await plans({ query: { kind: 'anotherClip', speed: 0.1 } }, 20)) {
      expect(query.clip).not.toBe(events[target!]!.clip);
      expect(query.label).toBe(events[target!]!.label);
      expect(query.caption).toBe(events[target!]!.caption);
      expect(Math.abs(query.speed - 1)).toBeLessThanOrEqual(0.1);
    }
  });

  test('asks for what is absent as often as it should', async () => {
    const records = await plans(
      { absentProbability: 0.3, eventCount: 1, interfererCount: 0, room: { kind: 'freeField' } },
      300,
    );
    const absent = records.filter(({ target }) => target === null);
    expect(absent.length).toBeGreaterThan(60); // 90 expected, standard deviation 8
    expect(absent.length).toBeLessThan(120);
  });

  test('does not take a silent part of a clip where there is another', async () => {
    const half = {
      clips: library.clips,
      load: async () => new Float32Array(32_000).map((_, n) => (n < 28_000 ? 0 : 1)),
    };
    const config = mixtureConfig({ sampleRate: 8000, seconds: 1, eventSeconds: 0.5, room: { kind: 'freeField' } });
    let audible = 0;
    for (let index = 0; index < 20; index++) {
      const { events } = await planMixture(config, half, 1, index);
      audible += events.filter(({ sourceTime }) => sourceTime > 3).length / events.length;
    }
    expect(audible).toBeGreaterThan(10); // a part drawn once is audible in an eighth of all cases
  });
});

describe('a plan that cannot be', () => {
  const attempt = (config: object) => plans(config, 1);

  test('for want of labels says so', async () => {
    await expect(attempt({ eventCount: 9 })).rejects.toThrow('9 events need as many labels, the library leaves 8');
    await expect(attempt({ eventLabels: ['cat'] })).rejects.toThrow('eventLabels: the library has no clips of cat');
  });

  test('for want of clips to ask with says so', async () => {
    const single = memoryLibrary({ clips: 1 });
    const config = mixtureConfig({ sampleRate: 8000, query: { kind: 'anotherClip' } });
    await expect(planMixture(config, single, 1, 0)).rejects.toThrow('with a second clip to ask with');
  });

  test('for want of space says so', async () => {
    const room = { kind: 'simulated', distance: [20, 30] };
    await expect(attempt({ room })).rejects.toThrow('no place 20 to 30 m from the receiver was found');
    await expect(attempt({ leastAngle: 90, eventCount: 3, interfererCount: 4 })).rejects.toThrow(
      'at least 90 degrees apart',
    );
  });
});
