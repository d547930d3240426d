import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openLibrary } from '../../../src/audio/library/clipLibrary.ts';
import type { LibraryConfig } from '../../../src/audio/library/libraryConfig.ts';
import { LibraryError } from '../../../src/audio/library/libraryError.ts';
import { resampleSignal } from '../../../src/audio/resample/resampleSignal.ts';
import { constantWav, dataTree } from './dataTree.ts';

const labelsOf = async (config: LibraryConfig) => (await openLibrary(config)).clips.map(({ id, label }) => [id, label]);

describe('a folder of audio files', () => {
  test('labels clips by the first folder on the way, in an order that no system decides', async () => {
    const path = await dataTree({
      'b/z.wav': 0,
      'b/A.WAV': 0,
      'a/deep/x.wav': 0,
      'a/notes.txt': 'x',
      '.hidden/y.wav': 0,
      'lone.wav': 0,
    });
    const { clips } = await openLibrary({ kind: 'folder', path });
    expect(clips).toEqual([
      { id: 'a/deep/x.wav', label: 'a', captions: ['a'] },
      { id: 'b/A.WAV', label: 'b', captions: ['b'] },
      { id: 'b/z.wav', label: 'b', captions: ['b'] },
      { id: 'lone.wav', label: 'lone', captions: ['lone'] },
    ]);
  });

  test('follows links to folders, and does not run in circles', async () => {
    const path = await dataTree({ 'a/x.wav': 0 });
    const other = await dataTree({ 'y.wav': 0 });
    await symlink(other, join(path, 'b'));
    await symlink(path, join(path, 'a', 'again'));
    expect(await labelsOf({ kind: 'folder', path })).toEqual([
      ['a/x.wav', 'a'],
      ['b/y.wav', 'b'],
    ]);
  });

  test('takes labels, captions and splits from clips.csv', async () => {
    const path = await dataTree({
      'clips.csv':
        'file,label,caption,caption_2,split\na/1.wav,dog,a dog barks,,train\na/2.wav,,"rain, softly",it rains,train\na/1.wav,dog,barking,,train\na/3.wav,cat,a cat,,test\n',
      'a/1.wav': 0,
      'a/2.wav': 0,
      'a/3.wav': 0,
    });
    const { clips } = await openLibrary({ kind: 'folder', path, split: 'train' });
    expect(clips).toEqual([
      { id: 'a/1.wav', label: 'dog', captions: ['a dog barks', 'barking'] },
      { id: 'a/2.wav', label: 'a', captions: ['rain, softly', 'it rains'] },
    ]);
  });

  test('takes labels and captions from a JSON file', async () => {
    const list = [
      { file: 'x.wav', label: 'dog', captions: ['one', 'two'] },
      { file: './y/z.wav', caption: 'three' },
    ];
    const path = await dataTree({ 'my.json': JSON.stringify(list), 'x.wav': 0, 'y/z.wav': 0 });
    const { clips } = await openLibrary({ kind: 'folder', path, table: 'my.json' });
    expect(clips).toEqual([
      { id: 'x.wav', label: 'dog', captions: ['one', 'two'] },
      { id: 'y/z.wav', label: 'y', captions: ['three'] },
    ]);
  });

  test('reports all that is amiss with a table together', async () => {
    const path = await dataTree({ 'clips.csv': 'file,label\nlost.wav,dog\n,cat\nx.wav\nx.wav,dog\n', 'x.wav': 0 });
    const opened = openLibrary({ kind: 'folder', path });
    await expect(opened).rejects.toThrow(LibraryError);
    await expect(opened).rejects.toMatchObject({
      problems: [
        'clips.csv line 4: has 1 fields, not 2',
        'clips.csv line 3: needs a file',
        'lost.wav: is not there; { "missing": "skip" } leaves such clips out',
      ],
    });
  });

  test('reports what a JSON table must be', async () => {
    const path = await dataTree({ 'a.json': '{', 'b.json': '{}', 'c.json': '[{"file":3},null]', 'x.wav': 0 });
    const open = (table: string) => openLibrary({ kind: 'folder', path, table });
    await expect(open('a.json')).rejects.toThrow('a.json: is no JSON');
    await expect(open('b.json')).rejects.toThrow('b.json: must be a list of objects');
    await expect(open('c.json')).rejects.toThrow('c.json item 0: file, label, caption and split must be texts');
    await expect(open('d.json')).rejects.toThrow('there is no d.json');
  });

  test('says what should be there when there is nothing', async () => {
    const path = await dataTree({ 'readme.txt': '' });
    await expect(openLibrary({ kind: 'folder', path })).rejects.toThrow('no clips found; there should be audio files');
    await expect(openLibrary({ kind: 'folder', path: join(path, 'no') })).rejects.toThrow('there is no folder');
    await expect(openLibrary({ kind: 'folder', path, split: 'train' })).rejects.toThrow('split needs a table');
  });
});

describe('labels', () => {
  const files = { 'Bark/1.wav': 0, 'Meow/2.wav': 0, 'Speech/3.wav': 0 };

  test('can be kept, renamed and taken away', async () => {
    const path = await dataTree(files);
    expect(await labelsOf({ kind: 'folder', path, labels: ['Meow'] })).toEqual([['Meow/2.wav', 'Meow']]);
    const classMap = { Bark: 'dog', Meow: null };
    expect(await labelsOf({ kind: 'folder', path, classMap })).toEqual([
      ['Bark/1.wav', 'dog'],
      ['Speech/3.wav', 'Speech'],
    ]);
    expect(await labelsOf({ kind: 'folder', path, classMap, labels: ['dog'] })).toEqual([['Bark/1.wav', 'dog']]);
  });

  test('that no clip has are reported with those there are', async () => {
    const path = await dataTree(files);
    const open = openLibrary({ kind: 'folder', path, labels: ['Meow', 'Dogg'] });
    await expect(open).rejects.toThrow("no clip has the label 'Dogg'; there are Bark, Meow, Speech");
  });
});

describe('loading', () => {
  test('gives mono: the mean of the channels; loadChannels gives all of them', async () => {
    const path = await dataTree({ 'x.wav': constantWav([0.5, 0.25]) });
    const library = await openLibrary({ kind: 'folder', path });
    expect(await library.load(library.clips[0]!, 8000)).toEqual(new Float32Array(100).fill(0.375));
    expect(await library.loadChannels!(library.clips[0]!, 8000)).toEqual([
      new Float32Array(100).fill(0.5),
      new Float32Array(100).fill(0.25),
    ]);
  });

  test('resamples, and hands out copies', async () => {
    const path = await dataTree({ 'x.wav': 0.5 });
    const library = await openLibrary({ kind: 'folder', path });
    const clip = library.clips[0]!;
    const first = await library.load(clip, 12000);
    const expected = resampleSignal(new Float32Array(100).fill(0.5), 8000, 12000);
    expect(first).toEqual(expected);
    first.fill(9);
    expect(await library.load(clip, 12000)).toEqual(expected);
  });

  test('refuses clips of other libraries', async () => {
    const path = await dataTree({ 'x.wav': 0.5 });
    const library = await openLibrary({ kind: 'folder', path });
    const load = async () => library.load({ id: 'y.wav', label: 'y', captions: [] }, 8000);
    await expect(load()).rejects.toThrow("has no clip 'y.wav'");
  });
});

describe('configurations', () => {
  test('of a kind that is not there, or with fields that are not there, are refused', async () => {
    const of = (config: object) => openLibrary(config as LibraryConfig);
    await expect(of({ kind: 'imagenet' })).rejects.toThrow('kind must be one of procedural, folder');
    await expect(of({ kind: 'ears', split: 'dev', stiles: [] })).rejects.toThrow(
      /path must be.*split must be.*no field 'stiles'/s,
    );
    await expect(of({ kind: 'ears', path: '.', styles: ['shouted'] })).rejects.toThrow('styles must be a list of emo');
    await expect(of({ kind: 'esc50', path: '.', folds: [1, 6] })).rejects.toThrow(
      'folds must be a list of whole numbers from 1 to 5',
    );
    await expect(of({ kind: 'joined', libraries: [] })).rejects.toThrow('at least one library');
  });

  test('may join libraries', async () => {
    const path = await dataTree({ 'dog/x.wav': 0.5 });
    const library = await openLibrary({
      kind: 'joined',
      libraries: [
        { kind: 'procedural', classes: ['bell'], clipsPerClass: 1, seconds: 0.1 },
        { kind: 'folder', path },
      ],
    });
    expect(library.clips.map(({ id }) => id)).toEqual(['0/bell/train-1-0', '1/dog/x.wav']);
    expect(await library.load(library.clips[1]!, 8000)).toEqual(new Float32Array(100).fill(0.5));
    expect(await library.loadChannels!(library.clips[0]!, 8000)).toHaveLength(1);
    await expect(library.load({ ...library.clips[0]!, id: 'bell/train-1-0' }, 8000)).rejects.toThrow('have no clip');
  });
});
