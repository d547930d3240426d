import { describe, expect, test } from 'vitest';
import { mixtureConfig } from '../../../../src/audio/scene/mixture/mixtureConfig.ts';
import { mixtureRecord } from '../../../../src/audio/scene/mixture/mixtureRecord.ts';
import { planMixture } from '../../../../src/audio/scene/mixture/planMixture.ts';
import { memoryLibrary } from './memoryLibrary.ts';

describe('a configuration', () => {
  test('is by default that of DCASE 2025 task 4', () => {
    expect(mixtureConfig()).toMatchObject({
      sampleRate: 32_000,
      seconds: 10,
      channels: 'foa',
      eventCount: [1, 3],
      eventSnr: [5, 20],
      interfererCount: [1, 2],
      interfererSnr: [0, 15],
      repeatLabels: false,
      maxOverlap: 3,
      referenceDb: -50,
      referenceChannel: 0,
      earlyWindow: { before: 0.006, after: 0.05 },
      absentProbability: 0,
      rotation: 'none',
    });
  });

  test('is the same after it was read again', () => {
    const config = mixtureConfig({
      channels: { microphones: [{ pattern: 0.7, offset: [0.1, 0, 0] }] },
      room: { bank: null },
    });
    expect(mixtureConfig(JSON.parse(JSON.stringify(config)))).toEqual(config);
  });

  test('takes one number for a range', () => {
    expect(mixtureConfig({ eventCount: 2 }).eventCount).toEqual([2, 2]);
  });

  test.each([
    [7, 'mixture config: must be an object, got 7'],
    [[], 'mixture config: must be an object, got []'],
    [{ sampelRate: 16_000 }, 'mixture config: no field sampelRate; there are seconds, sampleRate'],
    [{ sampleRate: '16k' }, 'mixture config: sampleRate: must be a whole number from 8000 to 192000, got "16k"'],
    [{ seconds: -1 }, 'mixture config: seconds: must be a number from 0.1 to 600, got -1'],
    [{ eventCount: [3, 1] }, 'mixture config: eventCount: low must not be above high, got [3,1]'],
    [{ eventCount: [1, 2, 3] }, 'mixture config: eventCount: must be two numbers [low, high], got [1,2,3]'],
    [{ eventCount: [0.5, 2] }, 'mixture config: eventCount[0]: must be a whole number from 1 to 20, got 0.5'],
    [{ channels: 'quad' }, 'mixture config: channels: must be one of foa, w, stereo, xy, ab, got "quad"'],
    [{ channels: { microphones: [] } }, 'mixture config: channels: microphones: must be at least one, got none'],
    [
      { channels: { microphones: [{ pattern: 'dipole' }] } },
      'mixture config: channels: microphones[0]: pattern: must be one of omni',
    ],
    [{ channels: 'w', rotation: 'yaw' }, "mixture config: rotation: yaw needs channels 'foa'"],
    [{ channels: 'w', referenceChannel: 1 }, 'referenceChannel: must be below the 1 channels, got 1'],
    [{ channels: 'ab', room: { kind: 'freeField' } }, 'room: a free field needs channels foa, w or xy'],
    [{ room: { kind: 'cave' } }, 'mixture config: room: kind: must be one of simulated'],
    [{ room: { bank: { rooms: 2, places: 3 } } }, 'places: must be at least the 5 sounds of a mixture, got 3'],
    [{ noise: { kind: 'violet' } }, 'mixture config: noise: kind: must be one of white, pink'],
    [{ fullLength: 1 }, 'mixture config: fullLength: must be true or false, got 1'],
    [{ eventLabels: 'dog' }, 'mixture config: eventLabels: must be a list of texts, got "dog"'],
    [
      { query: { kind: 'anotherClip', sped: 1 } },
      'mixture config: query: no field sped; there are kind, seconds, speed',
    ],
  ])('%j is refused, naming the field', (json, message) => {
    expect(() => mixtureConfig(json)).toThrow(message);
  });
});

describe('a record', () => {
  const config = mixtureConfig({ sampleRate: 8000, seconds: 1, eventCount: 2, interfererCount: 1 });
  const recorded = async () => JSON.parse(JSON.stringify(await planMixture(config, memoryLibrary(), 1, 0)));

  test.each([
    [{ version: 2 }, 'mixture record: version: must be a number from 1 to 1, got 2'],
    [{ target: 2 }, 'mixture record: target: must be a whole number from 0 to 1, got 2'],
    [{ target: undefined }, 'mixture record: target: must be a whole number from 0 to 1, got nothing'],
    [{ seconds: null }, 'mixture record: seconds: must be a number from 0.01 to 600, got nothing'],
    [{ events: {} }, 'mixture record: events: must be a list, got {}'],
    [{ events: [1] }, 'mixture record: events[0]: must be an object, got 1'],
    [{ room: { kind: 'freeField' } }, 'mixture record: events[0]: place: kind: must be that of the room, freeField'],
    [{ rotation: { yaw: 1 } }, 'mixture record: rotation: pitch: must be a number from -360 to 360, got nothing'],
    [{ channels: 'w', rotation: { yaw: 1, pitch: 0, roll: 0 } }, "rotation: must be null unless channels are 'foa'"],
    [{ seconds: 0.1 }, 'mixture record: events[0]:'],
    [{ extra: 1 }, 'mixture record: no field extra'],
  ])('%j is refused, naming the field', async (change, message) => {
    const record = { ...(await recorded()), ...change };
    expect(() => mixtureRecord(record)).toThrow(message);
  });

  test('with an interferer before an event is refused', async () => {
    const record = await recorded();
    record.events.reverse();
    expect(() => mixtureRecord(record)).toThrow('mixture record: events[1]: role: events must come before interferers');
  });
});
