import { type Ambisonics, rotateAmbisonics } from '../../ambisonics.ts';
import type { ClipLibrary } from '../../library/clipLibrary.ts';
import { renderNoise } from './backgroundNoise.ts';
import { clipAtSpeed, clipPart, energyOf } from './clipParts.ts';
import { type HeardResponse, heardResponse, responseKey } from './heardResponse.ts';
import { loadClip } from './libraryIndex.ts';
import { MixtureCache } from './mixtureCache.ts';
import type { MixtureRecord, RecordedEvent } from './mixtureRecord.ts';

export interface RenderOptions {
  /** Keeps responses, clips and noise for the next mixture. Default: nothing is kept. */
  readonly cache?: MixtureCache;
  /** `asked`: `targets` is left empty, and work is saved. Default `all`. */
  readonly targets?: 'all' | 'asked';
}

export interface RenderedMixture {
  /** One for each channel. */
  readonly mixture: Float32Array[];
  /** Of each event with the role `event`, in the record's order: direct path and early reflections in the reference channel. */
  readonly targets: Float32Array[];
  /** The target that is asked for; silence if the query asks for what is not there. */
  readonly target: Float32Array;
  /** RMS 0.1. */
  readonly query: Float32Array;
}

const QUERY_RMS = 0.1;

/**
 * The mixture of a record: the same bits from the same record and library. (Sines and logarithms are JavaScript's own: engines
 * other than V8 may differ in the last bits.)
 *
 * Each event is heard through its response, scaled so that the mean power over all channels and all of its samples, reverberation
 * included, is its SNR over the reference level, and added at its time; what lies behind the mixture's end is cut off. Targets
 * have the event's own gain. An event that is all zeros stays silent. Clips are neither normalized by their peak nor responses
 * by their norm, as in the baseline of DCASE 2025 task 4: the scaling makes both of no effect.
 *
 * @throws RangeError for clips that the library does not have; FileError or ResponseFileError for rooms that cannot be read.
 */
export async function renderMixture(
  record: MixtureRecord,
  library: ClipLibrary,
  { cache = new MixtureCache(), targets: wanted = 'all' }: RenderOptions = {},
): Promise<RenderedMixture> {
  const samples = Math.round(record.seconds * record.sampleRate);
  const mixture = await renderNoise(record, samples, cache);
  const targets: Float32Array[] = [];
  let target = new Float32Array(samples);
  for (const [at, event] of record.events.entries()) {
    const asked = event.role === 'event' && (wanted === 'all' || at === record.target);
    const signal = await eventSignal(record, event, library);
    const { channels, early } = await responseOf(record, event, cache);
    const heard = convolved(signal, asked ? [...channels, early] : channels, cache);
    const image = addEvent(mixture, heard, record, event);
    if (image && wanted === 'all') targets.push(image);
    if (image && at === record.target) target = image;
  }
  return { mixture: turned(mixture, record), targets, target, query: await queryOf(record, library) };
}

async function eventSignal(
  { sampleRate }: MixtureRecord,
  { clip, sourceTime, duration, repeated }: RecordedEvent,
  library: ClipLibrary,
): Promise<Float32Array> {
  const samples = await loadClip(library, clip, sampleRate);
  return clipPart(samples, Math.round(sourceTime * sampleRate), Math.round(duration * sampleRate), repeated);
}

async function responseOf(
  record: MixtureRecord,
  { place }: RecordedEvent,
  cache: MixtureCache,
): Promise<HeardResponse> {
  const key = responseKey(record, place);
  const known = cache.responses.get(key);
  if (known) return known;
  const response = await heardResponse(record, place, cache.rooms);
  cache.responses.set(key, response, 4 * response.early.length * (response.channels.length + 1));
  return response;
}

/** Adds what the channels hear of an event. @returns its target, if it was convolved behind them. */
function addEvent(
  mixture: readonly Float32Array[],
  heard: readonly Float32Array[],
  { sampleRate, referenceDb }: MixtureRecord,
  { eventTime, snr }: RecordedEvent,
): Float32Array<ArrayBuffer> | undefined {
  const wet = heard.slice(0, mixture.length);
  const early = heard[mixture.length];
  const energy = wet.reduce((sum, channel) => sum + energyOf(channel), 0);
  const power = energy / (wet.length * wet[0]!.length);
  const gain = power > 0 ? Math.sqrt(10 ** ((referenceDb + snr) / 10) / power) : 0;
  const start = Math.round(eventTime * sampleRate);
  for (const [c, channel] of wet.entries()) addAt(mixture[c]!, channel, start, gain);
  if (!early) return undefined;
  const image = new Float32Array(mixture[0]!.length);
  addAt(image, early, start, gain);
  return image;
}

function convolved(
  signal: Float32Array,
  response: readonly Float32Array[],
  { convolver }: MixtureCache,
): Float32Array[] {
  if (response[0]!.length > 1) return convolver.convolve(signal, response);
  return response.map(([gain]) => signal.map((value) => gain! * value));
}

function addAt(sum: Float32Array, signal: Float32Array, start: number, gain: number): void {
  const end = Math.min(signal.length, sum.length - start);
  for (let n = 0; n < end; n++) sum[start + n]! += gain * signal[n]!;
}

function turned(mixture: Float32Array[], { rotation }: MixtureRecord): Float32Array[] {
  if (!rotation) return mixture;
  return [...rotateAmbisonics(mixture as unknown as Ambisonics, rotation)];
}

async function queryOf({ query, sampleRate }: MixtureRecord, library: ClipLibrary) {
  const { clip, sourceTime, seconds, speed } = query;
  const samples = await loadClip(library, clip, sampleRate);
  const part = clipAtSpeed(samples, Math.round(sourceTime * sampleRate), Math.round(seconds * sampleRate), speed);
  const power = energyOf(part) / part.length;
  scale(part, power > 0 ? QUERY_RMS / Math.sqrt(power) : 0);
  return part;
}

function scale(signal: Float32Array, gain: number): void {
  for (let n = 0; n < signal.length; n++) signal[n]! *= gain;
}
