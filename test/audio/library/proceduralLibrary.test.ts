import { describe, expect, test } from 'vitest';
import { openLibrary } from '../../../src/audio/library/clipLibrary.ts';
import type { ProceduralConfig } from '../../../src/audio/library/libraryConfig.ts';
import { soundClasses } from '../../../src/audio/sounds/soundClasses.ts';

const small: ProceduralConfig = { kind: 'procedural', classes: ['dog', 'bell'], clipsPerClass: 3, seconds: 0.5 };

describe('the procedural library', () => {
  test('has every class, each with as many clips as asked, with a caption and a length', async () => {
    const { clips } = await openLibrary({ kind: 'procedural', clipsPerClass: 2 });
    expect(clips).toHaveLength(2 * soundClasses.length);
    expect(new Set(clips.map(({ id }) => id)).size).toBe(clips.length);
    for (const clip of clips) {
      expect(clip.captions).toHaveLength(1);
      expect(clip.captions[0]).not.toBe('');
      expect(clip.seconds).toBe(5);
    }
  });

  test('makes the same bits for an id, whatever else the library holds', async () => {
    const [one, other] = await Promise.all([
      openLibrary(small),
      openLibrary({ ...small, classes: ['bell'], clipsPerClass: 5 }),
    ]);
    const clip = one.clips.find(({ id }) => id === 'bell/train-1-2')!;
    const again = other.clips.find(({ id }) => id === 'bell/train-1-2')!;
    expect(again).toEqual(clip);
    expect(await other.load(again, 16000)).toEqual(await one.load(clip, 16000));
  });

  test('makes the clip that its caption tells of', async () => {
    const { clips } = await openLibrary({ ...small, clipsPerClass: 20 });
    expect(new Set(clips.map(({ captions }) => captions[0])).size).toBeGreaterThan(4);
  });

  test('has no clip in two splits, nor under two seeds', async () => {
    const configs = [small, { ...small, split: 'valid' }, { ...small, split: 'test' }, { ...small, seed: 2 }] as const;
    const libraries = await Promise.all(configs.map((config) => openLibrary(config)));
    const ids = libraries.flatMap(({ clips }) => clips.map(({ id }) => id));
    expect(new Set(ids).size).toBe(ids.length);
    const loaded = await Promise.all(libraries.map((library) => library.load(library.clips[0]!, 8000)));
    for (const [i, clip] of loaded.entries()) for (const later of loaded.slice(i + 1)) expect(later).not.toEqual(clip);
  });

  test('gives the length asked for at every rate, and a copy each time', async () => {
    const library = await openLibrary(small);
    const clip = library.clips[0]!;
    for (const rate of [8000, 16000, 44100])
      expect(await library.load(clip, rate)).toHaveLength(Math.round(0.5 * rate));
    const first = await library.load(clip, 8000);
    const kept = first.slice();
    first.fill(7);
    expect(await library.load(clip, 8000)).toEqual(kept);
  });

  test('reports everything amiss with a configuration at once', async () => {
    const config = { ...small, classes: ['dog', 'unicorn'], clipsPerClass: 0, seed: -1, seconds: Number.NaN };
    await expect(openLibrary(config)).rejects.toThrow(/clipsPerClass.*seconds must.*got NaN.*seed.*class 'unicorn'/s);
    const split = 'training' as 'train';
    await expect(openLibrary({ ...small, split })).rejects.toThrow(
      'split must be one of train, valid, test, got "training"',
    );
    const library = await openLibrary(small);
    await expect(library.load({ id: 'x', label: '', captions: [] }, 8000)).rejects.toThrow("no clip 'x'");
  });
});
