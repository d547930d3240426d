/**
 * Makes the sounds of the demo: `tsx scripts/makeClips.ts`. Six classes of four clips each, 2 s of mono at 8 kHz, into
 * `examples/clips/<class>-<n>.wav`. The fourth clip of a class is for queries and mixtures that training has not seen.
 */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RandomStream } from '../src/audio/scene/random.ts';
import { writeWav } from '../src/audio/wav/writeWav.ts';
import { bell } from './clipSounds/bell.ts';
import { bird } from './clipSounds/bird.ts';
import { engine } from './clipSounds/engine.ts';
import { knock } from './clipSounds/knock.ts';
import { rain } from './clipSounds/rain.ts';
import { SAMPLE_RATE } from './clipSounds/ring.ts';
import { siren } from './clipSounds/siren.ts';

const SOUNDS = [bell, bird, engine, knock, rain, siren];
const PEAK = 0.7;
const SEED = 8000;

export interface MadeClip {
  /** `<class>-<n>.wav` */
  readonly file: string;
  readonly signal: Float32Array;
}

/** All clips. Each draws from a random stream of its own: a change to one leaves the others as they are. */
export function makeClips(): MadeClip[] {
  return SOUNDS.flatMap(({ label, variations }, kind) =>
    variations.map((synthesize, i) => ({
      file: `${label}-${i + 1}.wav`,
      signal: normalized(synthesize(new RandomStream(SEED + kind, i))),
    })),
  );
}

function normalized(signal: Float64Array): Float32Array {
  const peak = signal.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  return Float32Array.from(signal, (value) => (PEAK * value) / peak);
}

async function main(): Promise<void> {
  const folder = fileURLToPath(new URL('../examples/clips', import.meta.url));
  mkdirSync(folder, { recursive: true });
  for (const { file, signal } of makeClips()) {
    await writeWav(join(folder, file), [signal], { sampleRate: SAMPLE_RATE, encoding: 'pcm', bits: 16 });
  }
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) await main();
