/**
 * The main job: extracts each of three sounds from ambisonics recordings of rooms it has never heard, asked for by another
 * recording of the same kind of sound, and by a sentence. Writes WAVs and a page to listen to into out/demo.
 *
 *   npm run demo [-- --scenes 6 --seconds 4 --seed 7 --model models/small/model.safetensors --out out/demo]
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { siSdrOf } from '../../src/audio/metrics/siSdr.ts';
import { writeWav } from '../../src/audio/wav/writeWav.ts';
import { ProgressBar } from '../../src/cli/progressBar.ts';
import type { QuerySeparator } from '../../src/models/querySeparator.ts';
import { loadQuerySeparator } from '../../src/models/querySeparatorFile.ts';
import { tensor } from '../../src/tensor/create.ts';
import { init, shutdown } from '../../src/tensor/engine/device/init.ts';
import { tidy } from '../../src/tensor/engine/scope.ts';
import { noGrad } from '../../src/tensor/engine/tape.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { extractionPage } from '../../src/train/report/extractionPage.ts';
import { type DemoScene, type DemoSource, makeScenes } from './scenes.ts';

const SHOWN = 2; // scenes on the page and in WAVs

const { values } = parseArgs({
  options: {
    scenes: { type: 'string', default: '6' },
    seconds: { type: 'string', default: '4' },
    seed: { type: 'string', default: '7' },
    model: {
      type: 'string',
      default: fileURLToPath(new URL('../../models/small/model.safetensors', import.meta.url)),
    },
    out: { type: 'string', default: 'out/demo' },
  },
});

interface Result extends DemoSource {
  /** SI-SDR in dB of the mixture's W, and of what was asked for by clip and by sentence. */
  readonly before: number;
  readonly byClip: number;
  readonly bySentence: number;
  readonly estimate: Float32Array;
}

const device = await init();
console.log(`device: ${device.name}${device.fallbackReason ? `  (${device.fallbackReason})` : ''}`);
const model = (await loadQuerySeparator(values.model)).eval();
const { sampleRate } = model.config.separator;
console.log(`model: ${values.model}, ${model.parameterCount.toLocaleString('en')} parameters`);

const scenes = await makeScenes(Number(values.scenes), Number(values.seed), sampleRate, Number(values.seconds));
const bar = new ProgressBar('extracting', 3 * scenes.length);
const results: Result[][] = [];
for (const scene of scenes) {
  const ofScene: Result[] = [];
  for (const source of scene.sources) {
    ofScene.push(await extractSource(model, scene, source));
    bar.update(3 * results.length + ofScene.length);
  }
  results.push(ofScene);
}
model.dispose();
await shutdown();

const rows = results.flat();
const mean = (pick: (result: Result) => number) => rows.reduce((sum, row) => sum + pick(row), 0) / rows.length;
console.log('\nSI-SDR in dB, three sounds at once, rooms and recordings the model has never heard');
console.log('  asked for          before   by clip   by sentence');
for (const { label, before, byClip, bySentence } of rows) printRow(label, before, byClip, bySentence);
printRow(
  'mean',
  mean((row) => row.before),
  mean((row) => row.byClip),
  mean((row) => row.bySentence),
);
const gain = mean((row) => row.byClip - row.before);
console.log(`  mean improvement by clip ${gain.toFixed(1)} dB`);
await write();
console.log(`\nwrote WAVs and index.html, to look at and listen to, to ${values.out}`);

function printRow(label: string, before: number, byClip: number, bySentence: number): void {
  const cells = [before.toFixed(1).padStart(9), byClip.toFixed(1).padStart(10), bySentence.toFixed(1).padStart(14)];
  console.log(`  ${label.padEnd(16)}${cells.join('')}`);
}

async function extractSource(model: QuerySeparator, { mixture }: DemoScene, source: DemoSource): Promise<Result> {
  const { clip, caption, truth } = source;
  const samples = truth.length;
  const heard = Float32Array.from({ length: 4 * samples }, (_, i) => mixture[Math.floor(i / samples)]![i % samples]!);
  const extract = async (embed: () => Tensor): Promise<Float32Array> => {
    using estimate = noGrad(() => tidy(() => model.extract(tensor(heard, { shape: [1, 4, samples] }), embed())));
    return estimate.data<'f32'>();
  };
  const estimate = await extract(() => model.embedAudio(tensor(clip, { shape: [1, clip.length] })));
  const bySentence = await extract(() => model.embedText([caption]));
  return {
    ...source,
    before: siSdrOf(mixture[0]!, truth),
    byClip: siSdrOf(estimate, truth),
    bySentence: siSdrOf(bySentence, truth),
    estimate,
  };
}

async function write(): Promise<void> {
  await mkdir(values.out, { recursive: true });
  const shown = scenes.slice(0, SHOWN);
  for (const [i, { mixture }] of shown.entries()) {
    await writeWav(join(values.out, `scene-${i + 1}-mixture.wav`), [...mixture], { sampleRate });
    for (const { label, estimate, truth, clip } of results[i]!) {
      const name = join(values.out, `scene-${i + 1}-${label.replaceAll(' ', '-')}`);
      await writeWav(`${name}-query.wav`, [clip], { sampleRate });
      await writeWav(`${name}-extracted.wav`, [estimate], { sampleRate });
      await writeWav(`${name}-truth.wav`, [truth], { sampleRate });
    }
  }
  const page = extractionPage({
    title: 'One sound out of three',
    lead: 'Ambisonics recordings of simulated rooms, each with three sounds. Each sound was extracted by asking with another recording of its kind.',
    facts: [
      ['before', `${mean((row) => row.before).toFixed(1)} dB`],
      ['asked by clip', `${mean((row) => row.byClip).toFixed(1)} dB`],
      ['asked by sentence', `${mean((row) => row.bySentence).toFixed(1)} dB`],
    ],
    table: {
      columns: ['asked for', 'before', 'by clip', 'by sentence'],
      rows: rows.map(({ label, before, byClip, bySentence }) => [
        label,
        ...[before, byClip, bySentence].map((db) => db.toFixed(1)),
      ]),
    },
    scenes: shown.map(({ mixture, room }, i) => ({
      title: `Scene ${i + 1}`,
      note: room,
      mixture,
      sources: results[i]!.map(({ label, caption, clip, estimate, truth }) => ({
        title: label,
        text: caption,
        clip,
        estimate,
        truth,
      })),
    })),
    sampleRate,
  });
  await writeFile(join(values.out, 'index.html'), page);
}
