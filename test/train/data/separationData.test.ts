import { describe, expect, test } from 'vitest';
import { mixtureConfig } from '../../../src/audio/scene/mixture/mixtureConfig.ts';
import { renderMixture } from '../../../src/audio/scene/mixture/renderMixture.ts';
import {
  fixedSeparationData,
  openSeparationData,
  type SeparationBatch,
  type SeparationDataOptions,
} from '../../../src/train/data/separationData.ts';
import { memoryLibrary } from '../../audio/scene/mixture/memoryLibrary.ts';

const mixture = mixtureConfig({
  sampleRate: 8000,
  seconds: 0.5,
  eventCount: 2,
  interfererCount: 0,
  room: { kind: 'freeField' },
});
const procedural = { kind: 'procedural', classes: ['bell', 'dog', 'whistle'], clipsPerClass: 2, seconds: 0.6 } as const;
const options: SeparationDataOptions = { mixture, library: procedural, seed: 3, batchSize: 3 };

async function batches(changes: Partial<SeparationDataOptions>, steps: readonly number[]): Promise<SeparationBatch[]> {
  const source = await openSeparationData({ ...options, ...changes });
  try {
    const made: SeparationBatch[] = [];
    for (const step of steps) made.push(await source.batch(step));
    return made;
  } finally {
    await source.close();
  }
}

describe('batches', () => {
  test('hold examples one after the other, as their records render them', async () => {
    const library = memoryLibrary();
    const [batch] = await batches({ library, workers: 0 }, [2]);
    expect(batch!.records.map(({ index }) => index)).toEqual([6, 7, 8]);
    expect([batch!.mixture.length, batch!.target.length, batch!.query.length]).toEqual([3 * 4 * 4000, 12_000, 12_000]);
    for (const [i, record] of batch!.records.entries()) {
      const rendered = await renderMixture(record, library);
      for (const [c, channel] of rendered.mixture.entries()) {
        expect(batch!.mixture.subarray((4 * i + c) * 4000, (4 * i + c + 1) * 4000)).toEqual(channel);
      }
      expect(batch!.target.subarray(i * 4000, (i + 1) * 4000)).toEqual(rendered.target);
      expect(batch!.query.subarray(i * 4000, (i + 1) * 4000)).toEqual(rendered.query);
      expect(batch!.captions[i]).toBe(record.query.caption);
    }
  });

  test('have the same bits from any number of workers, in any order of steps', async () => {
    const here = await batches({ workers: 0 }, [0, 1, 2, 3, 4]);
    expect(await batches({ workers: 2, ahead: 3 }, [0, 1, 2, 3, 4])).toEqual(here);
    expect(await batches({ workers: 1, ahead: 1 }, [3, 1, 4, 0, 2])).toEqual([3, 1, 4, 0, 2].map((step) => here[step]));
  });

  test('of two ranks together are those of one process with twice the batch', async () => {
    const [whole] = await batches({ workers: 0, batchSize: 4 }, [1]);
    const [first] = await batches({ workers: 0, batchSize: 2, ranks: 2, rank: 0 }, [1]);
    const [second] = await batches({ workers: 0, batchSize: 2, ranks: 2, rank: 1 }, [1]);
    expect([...first!.records, ...second!.records]).toEqual(whole!.records);
    expect([...first!.mixture, ...second!.mixture]).toEqual([...whole!.mixture]);
  });

  test('that are fixed are the first examples, the last batch being smaller', async () => {
    const fixed = await fixedSeparationData({ ...options, workers: 0, count: 7 });
    expect(fixed.map(({ records }) => records.map(({ index }) => index))).toEqual([[0, 1, 2], [3, 4, 5], [6]]);
    expect(fixed.slice(0, 2)).toEqual(await batches({ workers: 0 }, [0, 1]));
  });
});

describe('what goes wrong', () => {
  test.each([0, 1])('in an example names it, with %d workers', async (workers) => {
    const hopeless = { ...mixture, eventCount: [4, 4] as const };
    const source = await openSeparationData({ ...options, mixture: hopeless, workers });
    await expect(source.batch(5)).rejects.toThrow('example 15 of seed 3: mixture config: 4 events need as many labels');
    await expect(source.batch(6)).rejects.toThrow('example 18 of seed 3');
    await source.close();
  });

  test('in a library reaches the caller', async () => {
    const library = { ...procedural, classes: ['unicorn'] };
    await expect(openSeparationData({ ...options, library, workers: 0 })).rejects.toThrow("no class 'unicorn'");
    const source = await openSeparationData({ ...options, library, workers: 1 });
    await expect(source.batch(0)).rejects.toThrow("no class 'unicorn'");
    await source.close();
  });

  test('with options names them', async () => {
    const attempt = (changes: object) => openSeparationData({ ...options, ...changes });
    await expect(attempt({ batchSize: 0 })).rejects.toThrow('batchSize must be a whole number from 1 to 65536, got 0');
    await expect(attempt({ workers: -1 })).rejects.toThrow('workers must be a whole number from 0 to 256, got -1');
    await expect(attempt({ rank: 1 })).rejects.toThrow('rank must be a whole number from 0 to 0, got 1');
    await expect(attempt({ library: memoryLibrary() })).rejects.toThrow('workers open libraries themselves');
  });

  test('a step that is none is refused', async () => {
    const source = await openSeparationData({ ...options, workers: 0 });
    await expect(source.batch(-1)).rejects.toThrow('step must be a whole number from 0, got -1');
    await source.close();
  });

  test('after the source was closed says so, and closing again does no harm', async () => {
    const source = await openSeparationData({ ...options, workers: 1 });
    const pending = expect(source.batch(0)).rejects.toThrow('closed');
    await source.close();
    await pending;
    await expect(source.batch(1)).rejects.toThrow('closed');
    await source.close();
  });
});
