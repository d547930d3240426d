import type { ClipEntry, ClipLibrary } from '../../library/clipLibrary.ts';
import { RandomStream } from '../random.ts';
import { drawNoise } from './backgroundNoise.ts';
import { energyOf } from './clipParts.ts';
import { drawPlaces, drawRotation } from './drawPlaces.ts';
import { drawCount, drawOnset } from './drawTimes.ts';
import { libraryIndex, loadClip } from './libraryIndex.ts';
import { MixtureCache } from './mixtureCache.ts';
import type { MixtureConfig } from './mixtureConfig.ts';
import type { MixtureRecord, RecordedEvent, RecordedQuery } from './mixtureRecord.ts';
import type { RecordedPlace } from './recordedRoom.ts';

/**
 * Draws mixture number `index` of a seed. It depends on nothing but the arguments: any worker plans it, in any order. Clips are
 * loaded to see how long they are and where they are not silent.
 *
 * The target is any of the events, each as likely. With `absentProbability` the query is a clip of a label that is not heard. An
 * event or interferer that finds no time without breaking `maxOverlap` is left out; the first always finds one.
 *
 * @throws RangeError for a library with too few labels, or clips to ask with, and rooms too small for their distances.
 */
export async function planMixture(
  config: MixtureConfig,
  library: ClipLibrary,
  seed: number,
  index: number,
  { cache = new MixtureCache() }: { readonly cache?: MixtureCache } = {},
): Promise<MixtureRecord> {
  const random = new RandomStream(seed, index);
  const planner = new Planner(config, library, random);
  const counts = { event: drawCount(random, config.eventCount), interferer: drawCount(random, config.interfererCount) };
  const clips = planner.drawClips(counts.event, counts.interferer);
  const { room, places } = await drawPlaces(random, config, seed, clips.length, cache.rooms);
  const events: RecordedEvent[] = [];
  for (const [at, clip] of clips.entries()) {
    const event = await planner.drawEvent(at < counts.event ? 'event' : 'interferer', clip, places[at]!, events);
    if (event) events.push(event);
  }
  const { query, target } = await planner.drawQuestion(events);
  const { sampleRate, seconds, channels, referenceDb, referenceChannel, earlyWindow } = config;
  return {
    version: 1,
    seed,
    index,
    sampleRate,
    seconds,
    channels,
    referenceDb,
    referenceChannel,
    earlyWindow,
    room,
    events,
    noise: await drawNoise(random, config, seed, cache),
    rotation: drawRotation(random, config.rotation),
    query,
    target,
  };
}

const CROPS = 10;
const AUDIBLE = 1e-3; // power beside the whole clip's: -30 dB

class Planner {
  constructor(
    readonly config: MixtureConfig,
    readonly library: ClipLibrary,
    readonly random: RandomStream,
  ) {}

  drawClips(eventCount: number, interfererCount: number): ClipEntry[] {
    const { config, random } = this;
    const askable = config.query.kind === 'anotherClip' ? 2 : 1;
    const eventLabels = this.labels('eventLabels', askable);
    const labels = this.#drawLabels('events', eventLabels, eventCount);
    const taken = new Set(config.repeatLabels ? [] : labels);
    const left = this.labels('interfererLabels', 1).filter((label) => !taken.has(label));
    labels.push(...this.#drawLabels('interferers', left, interfererCount));
    return labels.map((label) => random.pick(this.clipsOf(label)));
  }

  /** Those with enough clips. */
  labels(field: 'eventLabels' | 'interfererLabels', leastClips: number): string[] {
    const { byLabel } = libraryIndex(this.library);
    const wanted = this.config[field];
    const unknown = wanted?.filter((label) => !byLabel.has(label)) ?? [];
    if (unknown.length > 0) {
      throw new RangeError(`mixture config: ${field}: the library has no clips of ${unknown.join(', ')}`);
    }
    return (wanted ?? [...byLabel.keys()]).filter((label) => this.clipsOf(label).length >= leastClips);
  }

  clipsOf(label: string): readonly ClipEntry[] {
    return libraryIndex(this.library).byLabel.get(label) ?? [];
  }

  #drawLabels(what: string, labels: readonly string[], count: number): string[] {
    const { config, random } = this;
    if (labels.length < (config.repeatLabels ? Math.min(1, count) : count)) {
      const reason = config.query.kind === 'anotherClip' ? ' (with a second clip to ask with)' : '';
      throw new RangeError(
        `mixture config: ${count} ${what} need as many labels${reason}, the library leaves ${labels.length}: ` +
          'ask for fewer, allow repeatLabels or add clips',
      );
    }
    if (!config.repeatLabels) return random.sample(labels, count);
    return Array.from({ length: count }, () => random.pick(labels));
  }

  async drawEvent(
    role: RecordedEvent['role'],
    clip: ClipEntry,
    place: RecordedPlace,
    before: readonly RecordedEvent[],
  ): Promise<RecordedEvent | undefined> {
    const { config, random } = this;
    const { sampleRate, seconds, fullLength, maxOverlap } = config;
    const samples = await loadClip(this.library, clip.id, sampleRate);
    const total = Math.round(seconds * sampleRate);
    const longest = Math.max(1, Math.round(random.uniform(...config.eventSeconds) * sampleRate));
    const length = fullLength ? total : Math.min(samples.length, longest, total);
    const start = drawStart(random, samples, length);
    const snr = random.uniform(...(role === 'event' ? config.eventSnr : config.interfererSnr));
    const duration = length / sampleRate;
    const others = before.filter((other) => other.role === role);
    const eventTime = drawOnset(random, { seconds, duration, maxOverlap, others, sampleRate });
    if (eventTime === undefined) return undefined;
    const caption = clip.captions.length > 0 ? random.pick(clip.captions) : clip.label;
    const repeated = start + length > samples.length;
    const sourceTime = start / sampleRate;
    return { role, label: clip.label, clip: clip.id, caption, sourceTime, eventTime, duration, repeated, place, snr };
  }

  async drawQuestion(events: readonly RecordedEvent[]): Promise<{ query: RecordedQuery; target: number | null }> {
    const { config, random } = this;
    const asked = events.filter(({ role }) => role === 'event').length;
    const absent = random.uniform() < config.absentProbability;
    const target = random.integer(asked);
    const { clip, caption, label } = absent ? this.#drawAbsent(events) : events[target]!;
    const { kind } = config.query;
    const others = this.clipsOf(label).filter(({ id }) => id !== clip);
    const asks = kind === 'anotherClip' && !absent ? random.pick(others).id : clip;
    const query = { label, clip: asks, caption, ...(await this.#drawQueryPart(asks)) };
    return { query, target: absent ? null : target };
  }

  #drawAbsent(events: readonly RecordedEvent[]) {
    const heard = new Set(events.map(({ label }) => label));
    const labels = this.labels('eventLabels', 1).filter((label) => !heard.has(label));
    if (labels.length === 0) {
      throw new RangeError('mixture config: absentProbability: the library has no label that is not in the mixture');
    }
    const { random } = this;
    const clip = random.pick(this.clipsOf(random.pick(labels)));
    const caption = clip.captions.length > 0 ? random.pick(clip.captions) : clip.label;
    return { clip: clip.id, label: clip.label, caption };
  }

  async #drawQueryPart(id: string) {
    const { config, random } = this;
    const { sampleRate, query } = config;
    const samples = await loadClip(this.library, id, sampleRate);
    const length = Math.max(1, Math.round(query.seconds * sampleRate));
    const start = drawStart(random, samples, length);
    const speed = 1 + random.uniform(-query.speed, query.speed);
    return { sourceTime: start / sampleRate, seconds: length / sampleRate, speed };
  }
}

/**
 * The first sample of a part. Of a longer clip any part that is not silent; one too short begins anywhere and again at its end, but
 * is heard once and whole where its own length is all that is wanted.
 */
function drawStart(random: RandomStream, clip: Float32Array, length: number): number {
  if (length === clip.length) return 0;
  if (length > clip.length) return random.integer(clip.length);
  const audible = (AUDIBLE * energyOf(clip) * length) / clip.length;
  let best = { start: 0, energy: -1 };
  for (let crop = 0; crop < CROPS; crop++) {
    const start = random.integer(clip.length - length + 1);
    const energy = energyOf(clip, start, start + length);
    if (energy > best.energy) best = { start, energy };
    if (energy > audible) break;
  }
  return best.start;
}
