/**
 * Makes the sounds of the library audible: `tsx scripts/soundGallery.ts [--clips 3] [--seconds 4] [--rate 44100] [--seed 1]` writes
 * `out/sounds/index.html` with a player, a caption and a spectrogram for some clips of every class, beside the WAV files.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { spectrogramPicture } from '../src/audio/picture/spectrogramPicture.ts';
import { RandomStream } from '../src/audio/scene/random.ts';
import type { SoundClass, SoundClip } from '../src/audio/sounds/soundClass.ts';
import { soundClasses } from '../src/audio/sounds/soundClasses.ts';
import { writeWav } from '../src/audio/wav/writeWav.ts';

interface Gallery {
  readonly folder: string;
  readonly clips: number;
  readonly seconds: number;
  readonly sampleRate: number;
  readonly seed: number;
}

function gallery(): Gallery {
  const { values } = parseArgs({
    options: {
      clips: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '4' },
      rate: { type: 'string', default: '44100' },
      seed: { type: 'string', default: '1' },
    },
  });
  return {
    folder: fileURLToPath(new URL('../out/sounds', import.meta.url)),
    clips: Number(values.clips),
    seconds: Number(values.seconds),
    sampleRate: Number(values.rate),
    seed: Number(values.seed),
  };
}

/** Writes the clips of one class and returns their part of the page. */
async function exhibit(sound: SoundClass, kind: number, { folder, clips, seconds, sampleRate, seed }: Gallery) {
  const name = sound.name.replaceAll(' ', '-');
  const figures: string[] = [];
  for (let i = 0; i < clips; i++) {
    const clip = sound.clip(new RandomStream(seed, 1000 * kind + i), { sampleRate, seconds });
    const file = `${name}-${i + 1}`;
    await writeWav(join(folder, `${file}.wav`), [clip.samples], { sampleRate, encoding: 'pcm', bits: 16 });
    const panel = { title: clip.caption, signal: clip.samples };
    writeFileSync(
      join(folder, `${file}.png`),
      spectrogramPicture([panel], { sampleRate, width: 640, panelHeight: 280 }),
    );
    figures.push(figure(file, clip));
  }
  const captions = sound.captions.map((caption) => `“${caption}”`).join(', ');
  return `<section id="${name}"><h2>${sound.name}</h2><p>${captions}</p><div class="row">${figures.join('')}</div></section>`;
}

function figure(file: string, { caption, parameters }: SoundClip): string {
  const drawn = Object.entries(parameters)
    .map(([name, value]) => `${name} ${typeof value === 'number' ? Number(value.toPrecision(3)) : value}`)
    .join(' · ');
  return `<figure><img src="${file}.png" alt="Spectrogram: ${caption}" loading="lazy">
<audio controls preload="none" src="${file}.wav"></audio><figcaption>${caption}<small>${drawn}</small></figcaption></figure>`;
}

function page(sections: readonly string[]): string {
  const links = soundClasses.map(({ name }) => `<a href="#${name.replaceAll(' ', '-')}">${name}</a>`).join(' ');
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>tympan: sounds</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 1400px; padding: 0 1rem; color: #20222a }
nav a { margin-right: .6em } .row { display: flex; flex-wrap: wrap; gap: 1rem }
figure { margin: 0; width: min(440px, 100%) } img, audio { width: 100% } small { display: block; color: #666 }
</style>
<h1>${soundClasses.length} classes of sounds</h1><nav>${links}</nav>
${sections.join('\n')}</html>
`;
}

async function main(): Promise<void> {
  const options = gallery();
  mkdirSync(options.folder, { recursive: true });
  const sections: string[] = [];
  for (const [kind, sound] of soundClasses.entries()) sections.push(await exhibit(sound, kind, options));
  writeFileSync(join(options.folder, 'index.html'), page(sections));
  console.log(join(options.folder, 'index.html'));
}

await main();
