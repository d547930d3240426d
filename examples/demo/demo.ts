/**
 * The main job, first time: trains a small BSAST on ambisonics mixtures of three sounds, then extracts one of them from
 * a mixture it has never heard, asked for by an example clip. Writes WAVs, the model and a picture to out/demo.
 *
 *   npm run demo [-- --steps 300 --seed 1 --out out/demo]
 */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { siSdrOf } from '../../src/audio/metrics/siSdr.ts';
import { spectrogramPicture } from '../../src/audio/picture/spectrogramPicture.ts';
import { type Clip, type SampledScene, sampleScene } from '../../src/audio/scene/anechoicScene.ts';
import { RandomStream } from '../../src/audio/scene/random.ts';
import { readWav } from '../../src/audio/wav/readWav.ts';
import { writeWav } from '../../src/audio/wav/writeWav.ts';
import { ProgressBar } from '../../src/cli/progressBar.ts';
import { ClipSeparator } from '../../src/models/clipSeparator.ts';
import { saveClipSeparator } from '../../src/models/clipSeparatorFile.ts';
import { tensor } from '../../src/tensor/create.ts';
import { init, shutdown } from '../../src/tensor/engine/device/init.ts';
import { noGrad } from '../../src/tensor/engine/tape.ts';
import { manualSeed } from '../../src/tensor/random.ts';
import { demoModel, SAMPLE_RATE, SCENE_SAMPLES } from './config.ts';
import { train } from './train.ts';

const CLIPS = new URL('../clips/', import.meta.url);
const UNSEEN = 8; // scenes to measure on, none of them trained on

const { values } = parseArgs({
  options: {
    steps: { type: 'string', default: '400' },
    seed: { type: 'string', default: '1' },
    out: { type: 'string', default: 'out/demo' },
  },
});
const steps = Number(values.steps);
const seed = Number(values.seed);

const device = await init();
console.log(`device: ${device.name}${device.fallbackReason ? `  (${device.fallbackReason})` : ''}`);
const clips = await readClips();
manualSeed(seed);
const model = new ClipSeparator(demoModel);
console.log(`model: ${model.parameterCount.toLocaleString('en')} parameters, ${clips.length} clips to mix`);

const bar = new ProgressBar('training', steps);
await train(model, clips, { steps, seed, onStep: (done, loss) => bar.update(done, `loss ${loss.toFixed(2)}`) });

const results: Result[] = [];
for (let i = 0; i < UNSEEN; i++) results.push(await evaluate(unseenScene(i)));
console.log('\nSI-SDR in dB on mixtures it has never heard, asked for by another clip of the class');
console.log('  asked for      before     after    gain');
for (const { scene, before, after } of results) {
  const label = scene.sources[scene.targetIndex]!.label;
  console.log(
    `  ${label.padEnd(12)}${[before, after, after - before].map((db) => db.toFixed(1).padStart(9)).join('')}`,
  );
}
const mean = (pick: (result: Result) => number) => results.reduce((sum, result) => sum + pick(result), 0) / UNSEEN;
const [before, after] = [mean((result) => result.before), mean((result) => result.after)];
console.log(`  ${'mean'.padEnd(12)}${[before, after, after - before].map((db) => db.toFixed(1).padStart(9)).join('')}`);

await writeResults(results[0]!);
await saveClipSeparator(join(values.out, 'model.safetensors'), model);
model.dispose();
await shutdown();
console.log(`\nwrote mixture, query, target, estimate (WAV), spectrogram.png and model.safetensors to ${values.out}`);

/** Four variations of six classes of sound. */
async function readClips(): Promise<Clip[]> {
  const clips: Clip[] = [];
  for (const name of (await readdir(CLIPS)).filter((file) => file.endsWith('.wav')).sort()) {
    const { channels, sampleRate } = await readWav(new URL(name, CLIPS));
    if (sampleRate !== SAMPLE_RATE) throw new Error(`${name}: the demo works at ${SAMPLE_RATE} Hz, got ${sampleRate}`);
    clips.push({ label: name.split('-')[0]!, signal: channels[0]! });
  }
  return clips;
}

/** Training draws from streams 0, 1, 2, …; these begin far behind them. */
function unseenScene(index: number): SampledScene {
  return sampleScene(new RandomStream(seed, 1_000_000 + index), clips, { samples: 2 * SCENE_SAMPLES });
}

interface Result {
  readonly scene: SampledScene;
  readonly estimate: Float32Array;
  readonly before: number;
  readonly after: number;
}

async function evaluate(scene: SampledScene): Promise<Result> {
  const samples = scene.target.length;
  using mixture = tensor(
    scene.mixture.flatMap((channel) => [...channel]),
    { shape: [1, 4, samples] },
  );
  using query = tensor(scene.query, { shape: [1, scene.query.length] });
  using output = noGrad(() => model.eval().forward(mixture, query));
  const estimate = await output.data<'f32'>();
  return {
    scene,
    estimate,
    before: siSdrOf(scene.mixture[0], scene.target),
    after: siSdrOf(estimate, scene.target),
  };
}

async function writeResults({ scene, estimate }: Result): Promise<void> {
  await mkdir(values.out, { recursive: true });
  const sounds = { mixture: [...scene.mixture], query: [scene.query], target: [scene.target], estimate: [estimate] };
  for (const [name, channels] of Object.entries(sounds)) {
    await writeWav(join(values.out, `${name}.wav`), channels, { sampleRate: SAMPLE_RATE });
  }
  const label = scene.sources[scene.targetIndex]!.label;
  const picture = spectrogramPicture(
    [
      { title: 'Mixture (W channel)', signal: scene.mixture[0] },
      { title: `Estimate: ${label}`, signal: estimate },
      { title: `Truth: ${label}`, signal: scene.target },
    ],
    { sampleRate: SAMPLE_RATE, frequencyScale: 'linear' },
  );
  await writeFile(join(values.out, 'spectrogram.png'), picture);
}
