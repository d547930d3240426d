/**
 * Shows that a recording of any length is extracted in bounded memory and without seams:
 *
 *     tsx scripts/longExtraction.ts [--seconds 3600] [--rate 16000] [--compare 60] [--model m.safetensors] [--chunk 10] [--hop 5] [--threads 2]
 *
 * It writes an ambisonic recording of that length block by block, extracts from it while it watches the memory of the process
 * and of the device, and compares chunks with one pass over the first `--compare` seconds, unless that is 0. Without a model it makes a small
 * untrained one: neither memory nor seams depend on what the weights say. Everything goes to `out/long`.
 */
import { mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { encodeAmbisonics } from '../src/audio/ambisonics.ts';
import { RandomStream } from '../src/audio/scene/random.ts';
import { soundClass, soundClasses } from '../src/audio/sounds/soundClasses.ts';
import { openWav } from '../src/audio/wav/readWav.ts';
import { createWav, encodeWav } from '../src/audio/wav/writeWav.ts';
import { barkBands } from '../src/models/bsast/config.ts';
import type { ExtractionModel } from '../src/models/extraction/extractionModel.ts';
import { planExtraction } from '../src/models/extraction/extractionPlan.ts';
import { extractStream } from '../src/models/extraction/extractStream.ts';
import { separate } from '../src/models/extraction/separate.ts';
import { QuerySeparator } from '../src/models/querySeparator.ts';
import { loadQuerySeparator } from '../src/models/querySeparatorFile.ts';
import { tensor } from '../src/tensor/create.ts';
import { type InitOptions, init, shutdown } from '../src/tensor/engine/device/init.ts';
import { memory } from '../src/tensor/engine/device/memory.ts';
import { tidy } from '../src/tensor/engine/scope.ts';
import { manualSeed } from '../src/tensor/random.ts';
import type { Tensor } from '../src/tensor/tensor.ts';

const folder = fileURLToPath(new URL('../out/long', import.meta.url));
const recording = join(folder, 'recording.wav');
const CLIP_SECONDS = 4;
const MIB = 2 ** 20;

interface Settings {
  readonly seconds: number;
  readonly rate: number;
  readonly compare: number;
  readonly model: string | undefined;
  readonly device: InitOptions;
  readonly plan: { readonly chunkSeconds?: number; readonly hopSeconds?: number };
}

function settings(): Settings {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '3600' },
      rate: { type: 'string', default: '16000' },
      compare: { type: 'string', default: '60' },
      model: { type: 'string' },
      chunk: { type: 'string' },
      hop: { type: 'string' },
      threads: { type: 'string' },
    },
  });
  const { seconds, rate, compare, model, chunk, hop, threads } = values;
  return {
    seconds: Number(seconds),
    rate: Number(rate),
    compare: Number(compare),
    model,
    device: threads ? { threads: Number(threads) } : {},
    plan: { ...(chunk && { chunkSeconds: Number(chunk) }), ...(hop && { hopSeconds: Number(hop) }) },
  };
}

/** Two sounds at a time from changing directions and a floor of noise, in 16 bits. */
async function writeRecording({ seconds, rate }: Settings): Promise<void> {
  const clips = soundClasses.slice(0, 16).map((sound, k) => {
    return sound.clip(new RandomStream(1, k), { sampleRate: rate, seconds: CLIP_SECONDS }).samples;
  });
  const draws = new RandomStream(4, 0);
  const floor = Array.from({ length: 4 }, () =>
    Float32Array.from({ length: CLIP_SECONDS * rate }, () => draws.uniform(-1e-3, 1e-3)),
  );
  const file = await createWav(recording, { sampleRate: rate, channelCount: 4, encoding: 'pcm', bits: 16 });
  for (let written = 0; written < seconds; written += CLIP_SECONDS) {
    const random = new RandomStream(2, written);
    const length = Math.min(CLIP_SECONDS, seconds - written) * rate;
    const block = floor.map((channel) => channel.slice(0, length));
    for (const clip of random.sample(clips, 2)) {
      const direction = { azimuth: random.uniform(-180, 180), elevation: random.uniform(-45, 45) };
      for (const [c, channel] of encodeAmbisonics(clip, direction).entries()) {
        for (let n = 0; n < length; n++) block[c]![n]! += 0.3 * channel[n]!;
      }
    }
    await file.write(block);
  }
  await file.close();
}

function smallModel(): QuerySeparator {
  manualSeed(1);
  const [sampleRate, nFft, hopLength, embedding] = [8000, 512, 256, 16];
  const bands = barkBands({ bins: nFft / 2 + 1, sampleRate, count: 8 });
  return new QuerySeparator({
    separator: {
      sampleRate,
      nFft,
      hopLength,
      bands,
      dim: 8,
      heads: 1,
      blocks: 1,
      embedding,
      filmHidden: 16,
      channels: 4,
    },
    embedder: { sampleRate, nFft, hopLength, mels: 32, buckets: 64, hidden: 16, embedding },
  });
}

function query(rate: number): Uint8Array {
  const { samples } = soundClass('siren').clip(new RandomStream(3, 0), { sampleRate: rate, seconds: CLIP_SECONDS });
  return encodeWav([samples], { sampleRate: rate });
}

interface Reading {
  readonly second: number;
  readonly process: number;
  readonly device: number;
}

/** Extracts the whole recording and reads the memory at every twelfth of it. */
async function watchMemory(model: QuerySeparator, { seconds, rate, plan }: Settings): Promise<void> {
  const readings: Reading[] = [];
  const start = performance.now();
  const { sources } = await separate({
    mixture: recording,
    model,
    audio: query(rate),
    out: join(folder, 'siren.wav'),
    ...plan,
    onProgress: (done, total) => {
      if (done < (readings.length * total) / 12) return;
      const { peakBytes } = memory();
      const reading = { second: Math.round(done), process: process.memoryUsage().rss / MIB, device: peakBytes / MIB };
      readings.push(reading);
      console.log(
        `${String(reading.second).padStart(6)} s  process ${reading.process.toFixed(0)} MiB  device at most ${reading.device.toFixed(1)} MiB`,
      );
    },
  });
  const elapsed = (performance.now() - start) / 1000;
  const last = readings.slice(readings.length / 2).map(({ process }) => process);
  console.log(`${seconds} s in ${elapsed.toFixed(0)} s, ${(seconds / elapsed).toFixed(1)} times real time`);
  console.log(`process over the second half: ${Math.min(...last).toFixed(0)} to ${Math.max(...last).toFixed(0)} MiB`);
  console.log(`source at ${sources[0]!.levelDb.toFixed(1)} dB of the recording's W`);
}

/** The first seconds of the recording at the model's own rate, where one pass still fits. */
async function beginning(rate: number, seconds: number): Promise<Float32Array[]> {
  const reader = await openWav(recording);
  const channels = await reader.read(0, Math.min(reader.frames, seconds * rate));
  await reader.close();
  return channels;
}

async function extractAll(
  model: ExtractionModel,
  embedding: Tensor,
  channels: readonly Float32Array[],
  options: Parameters<typeof extractStream>[3],
): Promise<Float32Array> {
  const result = new Float32Array(channels[0]!.length);
  let at = 0;
  for await (const [block] of extractStream(model, embedding, [channels], options)) {
    result.set(block!, at);
    at += block!.length;
  }
  return result;
}

function energy(signal: Float32Array): number {
  return signal.reduce((total, sample) => total + sample * sample, 0);
}

const decibels = (ratio: number) => (ratio === 0 ? 'none' : `${(10 * Math.log10(ratio)).toFixed(1)} dB`);

/** Chunks against one pass: the energy of their difference, and how much more energy the fades have than one pass has there. */
async function compare(model: QuerySeparator, what: string, { rate, compare: seconds, plan }: Settings): Promise<void> {
  const channels = await beginning(rate, seconds);
  const { sampleRate } = model.config.separator;
  const { samples: clip } = soundClass('siren').clip(new RandomStream(3, 0), { sampleRate, seconds: CLIP_SECONDS });
  const embedding = tidy(() => model.embedAudio(tensor(clip, { shape: [1, clip.length] })));
  const chunks = await extractAll(model, embedding, channels, { ...plan, sampleRate: rate });
  const whole = await extractAll(model, embedding, channels, { chunkSeconds: seconds + 1, sampleRate: rate });
  const difference = chunks.map((sample, n) => sample - whole[n]!);
  const { chunk, hop, fade, lookahead } = planExtraction(model, plan);
  const scale = rate / sampleRate;
  const inFade = (n: number) => {
    const at = n / scale - (chunk - lookahead - fade);
    return at >= 0 && at % hop < fade;
  };
  const only = (signal: Float32Array) => signal.filter((_, n) => inFade(n));
  console.log(
    `${what}: difference ${decibels(energy(difference) / energy(whole))} of one pass, in the fades ${decibels(energy(only(difference)) / energy(only(whole)))}; energy of the fades over one pass ${decibels(energy(only(chunks)) / energy(only(whole)))}`,
  );
  embedding.dispose();
}

/** Leaves each frame to itself: without attention along time the model sees one STFT frame, and no chunk is too short. */
function blindToTime(model: QuerySeparator): void {
  for (const block of model.separator.blocks) {
    const { weight } = block.time.attention.out;
    weight.write(new Float32Array(weight.size));
  }
}

const chosen = settings();
mkdirSync(folder, { recursive: true });
await writeRecording(chosen);
console.log(
  `recording of ${chosen.seconds} s, 4 channels at ${chosen.rate} Hz: ${(statSync(recording).size / MIB).toFixed(0)} MiB`,
);
await init(chosen.device);
const model = (chosen.model ? await loadQuerySeparator(chosen.model) : smallModel()).eval();
await watchMemory(model, chosen);
if (chosen.compare > 0) {
  await compare(model, 'attention over the chunk', chosen);
  blindToTime(model);
  await compare(model, 'one STFT frame', chosen);
}
model.dispose();
await shutdown();
rmSync(recording);
