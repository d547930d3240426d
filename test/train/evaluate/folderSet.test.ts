import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openLibrary } from '../../../src/audio/library/clipLibrary.ts';
import { mixtureConfig } from '../../../src/audio/scene/mixture/mixtureConfig.ts';
import { planMixture } from '../../../src/audio/scene/mixture/planMixture.ts';
import { renderMixture } from '../../../src/audio/scene/mixture/renderMixture.ts';
import { writeWav } from '../../../src/audio/wav/writeWav.ts';
import { writeExampleFolder } from '../../../src/cli/synth/exampleFolder.ts';
import { openFolderSet } from '../../../src/train/evaluate/folderSet.ts';
import { openMixtureSet } from '../../../src/train/evaluate/mixtureSet.ts';

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'folder-'));
});
afterEach(() => rm(root, { recursive: true }));

const ramp = (length: number) => Float32Array.from({ length }, (_, n) => n / length);
async function wav(name: string, channels: number, { samples = 500, sampleRate = 8000 } = {}): Promise<void> {
  await mkdir(dirname(join(root, name)), { recursive: true });
  await writeWav(join(root, name), Array.from({ length: channels }, () => ramp(samples)), { sampleRate }); // biome-ignore format: one line
}

describe('a folder of WAV files', () => {
  test('is read in the order of names, from folders and from prefixes', async () => {
    await wav('bell/2/mixture.wav', 4);
    await wav('bell/2/target.wav', 1);
    await wav('bell/2/query.wav', 1, { samples: 1000, sampleRate: 16_000 });
    await wav('a.1-mixture.wav', 4);
    await wav('a.1-target.wav', 1);
    await writeFile(join(root, 'a.1-query.txt'), 'a bell rings\n');
    await wav('orphan/mixture.wav', 4);
    await wav('.unfinished/mixture.wav', 4);
    await wav('.unfinished/target.wav', 1);
    const set = await openFolderSet(root);
    expect(set.size).toBe(2);
    expect([set.id(0), set.id(1)]).toEqual(['a.1', 'bell/2']);
    const [first, second] = [await set.example(0), await set.example(1)];
    expect(first).toMatchObject({ label: '', text: 'a bell rings', sampleRate: 8000 });
    expect(first.clip).toBeUndefined();
    expect(second).toMatchObject({ label: 'bell' });
    expect(second.mixture).toHaveLength(4);
    expect(second.clip).toHaveLength(500); // at the rate of the mixture
    expect(second.target).toEqual(ramp(500));
  });

  test('has another fingerprint when a file changes', async () => {
    await wav('1/mixture.wav', 4);
    await wav('1/target.wav', 1);
    const before = (await openFolderSet(root)).fingerprint;
    await wav('1/target.wav', 1, { samples: 400 });
    expect((await openFolderSet(root)).fingerprint).not.toBe(before);
    await expect((await openFolderSet(root)).example(0)).rejects.toThrow(
      'target.wav: must be as long as the mixture, 500 samples at 8000 Hz, got 400 at 8000 Hz',
    );
  });

  test('without examples, or missing, is an error that says what is looked for', async () => {
    await expect(openFolderSet(root)).rejects.toThrow('holds no mixture.wav with target.wav or record.json beside it');
    await expect(openFolderSet(join(root, 'nowhere'))).rejects.toThrow('ENOENT');
  });
});

describe('a folder of synthesized mixtures', () => {
  test('holds the examples that its configuration and seed give', async () => {
    const library = { kind: 'procedural', clipsPerClass: 2, seconds: 1, classes: ['bell', 'rain', 'siren'] } as const;
    const mixture = mixtureConfig({
      sampleRate: 8000,
      seconds: 0.5,
      room: { kind: 'freeField' },
      interfererCount: 0,
      eventCount: 2,
      absentProbability: 0.5,
    });
    const clips = await openLibrary(library);
    const set = await openMixtureSet({ mixture, library, seed: 7, examples: 4, workers: 0 });
    for (let index = 0; index < 4; index++) {
      const record = await planMixture(mixture, clips, 7, index);
      await writeExampleFolder(root, await renderMixture(record, clips), { library, record }, {});
    }
    const folder = await openFolderSet(root);
    expect(folder.size).toBe(4);
    const made = [];
    for (let index = 0; index < 4; index++) {
      const [read, drawn] = [await folder.example(index), await set.example(index)];
      expect(read).toEqual({ ...drawn, id: String(index).padStart(6, '0') });
      made.push(drawn);
    }
    expect(new Set(made.map(({ target }) => target.some((value) => value !== 0))).size).toBe(2);
    await set.close();
  });
});
