import { absolutePath } from '../../../tensor/files/nodeFile.ts';
import { convertAmbisonics } from '../../ambisonicFormat.ts';
import { powerOfTwo } from '../../fourier/realFft.ts';
import { FileTree } from '../../library/fileTree.ts';
import { readAudio } from '../../library/readAudio.ts';
import { resampleSignal } from '../../resample/resampleSignal.ts';
import { diffuseNoise } from '../noise/diffuseNoise.ts';
import { spreadDiffuse } from '../noise/spreadDiffuse.ts';
import { RandomStream } from '../random.ts';
import { channelCount, layoutReceiver } from './channelLayout.ts';
import { clipPart, energyOf } from './clipParts.ts';
import type { MixtureCache } from './mixtureCache.ts';
import type { MixtureConfig } from './mixtureConfig.ts';
import type { MixtureRecord } from './mixtureRecord.ts';
import type { RecordedNoise, RecordedNoiseConfig } from './noiseConfig.ts';

const NOISE_SEED = 0x6e6f6973; // sets the recordings of noise apart from what else a seed draws

/** @throws RangeError for a folder without audio files, or files whose channels do not fit. */
export async function drawNoise(
  random: RandomStream,
  config: MixtureConfig,
  seed: number,
  cache: MixtureCache,
): Promise<RecordedNoise> {
  const { sampleRate, seconds, noise } = config;
  if (noise.kind === 'recordings') return drawRecording(random, config, noise, cache);
  const length = powerOfTwo(2 * Math.round(seconds * sampleRate)); // such noise is periodic: it may begin anywhere
  const recording = new RandomStream((seed ^ NOISE_SEED) >>> 0, random.integer(noise.bank)).integer(2 ** 32);
  return {
    kind: noise.kind,
    seed: recording,
    sourceTime: random.integer(length) / sampleRate,
    recordingSeconds: length / sampleRate,
  };
}

async function drawRecording(
  random: RandomStream,
  { channels, sampleRate, seconds }: MixtureConfig,
  { path, ambisonics }: RecordedNoiseConfig,
  cache: MixtureCache,
): Promise<RecordedNoise> {
  const files = await cache.fileList(path, () => new FileTree(absolutePath('read', path), path).audioFiles());
  if (files.length === 0) throw new RangeError(`mixture config: noise: path: ${path} has no audio files`);
  const chosen = random.integer(files.length);
  const file = new FileTree(path, path).path(files[chosen]!);
  const noise = { kind: 'recordings', file, ...(ambisonics && { ambisonics }), sourceTime: 0, seed: chosen } as const;
  const { length } = (await recordingOf(noise, channels, sampleRate, cache))[0]!;
  const latest = Math.max(0, length - Math.round(seconds * sampleRate));
  return { ...noise, sourceTime: random.integer(latest + 1) / sampleRate };
}

/**
 * The part of a recording that a mixture takes, at the reference level exactly.
 *
 * @throws RangeError for a file whose channels do not fit.
 */
export async function renderNoise(
  record: MixtureRecord,
  samples: number,
  cache: MixtureCache,
): Promise<Float32Array[]> {
  const { channels, noise, sampleRate, referenceDb } = record;
  if (noise.kind === 'none') return Array.from({ length: channelCount(channels) }, () => new Float32Array(samples));
  const recording = await recordingOf(noise, channels, sampleRate, cache);
  const start = Math.round(noise.sourceTime * sampleRate);
  const parts = recording.map((channel) => clipPart(channel, start, samples, true));
  const power = parts.reduce((sum, part) => sum + energyOf(part), 0) / (parts.length * samples);
  const gain = power > 0 ? Math.sqrt(10 ** (referenceDb / 10) / power) : 0;
  for (const part of parts) for (let n = 0; n < samples; n++) part[n]! *= gain;
  return parts;
}

async function recordingOf(
  noise: RecordedNoise,
  channels: MixtureRecord['channels'],
  sampleRate: number,
  cache: MixtureCache,
): Promise<readonly Float32Array[]> {
  const key = JSON.stringify([{ ...noise, sourceTime: 0 }, channels, sampleRate]);
  const known = cache.noises.get(key);
  if (known) return known;
  const made = await makeRecording(noise, channels, sampleRate);
  cache.noises.set(key, made, 4 * made[0]!.length * made.length);
  return made;
}

async function makeRecording(
  noise: RecordedNoise,
  channels: MixtureRecord['channels'],
  sampleRate: number,
): Promise<Float32Array[]> {
  const receiver = layoutReceiver(channels, { position: [0, 0, 0] });
  const { kind, seed } = noise;
  if (kind === 'none') throw new RangeError('mixture: no noise has no recording');
  if (kind !== 'recordings') {
    const samples = Math.round(noise.recordingSeconds * sampleRate);
    return diffuseNoise({ receiver, color: kind, sampleRate, samples, seed });
  }
  const { file, ambisonics } = noise;
  const audio = await readAudio(file);
  if (audio.channels[0]!.length === 0) throw new RangeError(`mixture: ${file} has no samples`);
  const heard = audio.channels.map((channel) => resampleSignal(channel, audio.sampleRate, sampleRate));
  const wanted = channelCount(channels);
  if (heard.length === 1) return wanted === 1 ? heard : spreadDiffuse(heard[0]!, { receiver, sampleRate, seed });
  if (heard.length === wanted || channels === 'w') {
    return (ambisonics ? convertAmbisonics(heard, ambisonics) : heard).slice(0, wanted);
  }
  throw new RangeError(`mixture: ${file} must have ${wanted} channels or one, got ${heard.length}`);
}
