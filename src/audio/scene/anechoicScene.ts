import { type Ambisonics, angleBetween, type Direction, encodeAmbisonics } from '../ambisonics.ts';
import { RandomStream } from './random.ts';

/** One sound in a scene. */
export interface SceneSource extends Direction {
  /** Mono. */
  readonly signal: Float32Array;
  readonly gainDb: number;
  /** Where the signal begins in the scene, in samples; may lie before 0. Default 0. */
  readonly startSample?: number;
}

export interface MixOptions {
  /** Length of the scene. */
  readonly samples: number;
  /** RMS of the diffuse noise in W, in dB over full scale 1. Default: no noise. */
  readonly noiseDb?: number;
  /** Of the noise. */
  readonly seed?: number;
}

export interface MixedScene {
  readonly mixture: Ambisonics;
  /** Each source's dry signal as it stands in W of the mixture: what a separator has to find. */
  readonly images: readonly Float32Array[];
}

/**
 * Mixes sources in a free field: plane waves from their directions, and quiet noise from everywhere. What lies outside the
 * scene's samples is cut off.
 *
 * @throws RangeError for a bad length or start.
 */
export function mixScene(sources: readonly SceneSource[], options: MixOptions): MixedScene {
  const { samples, noiseDb, seed = 0 } = options;
  if (!Number.isInteger(samples) || samples < 1) {
    throw new RangeError(`mixScene: samples must be a whole number from 1, got ${samples}`);
  }
  const mixture = noiseDb === undefined ? silence(samples) : diffuseNoise(samples, decibels(noiseDb), seed);
  const images = sources.map((source) => placed(source, samples));
  for (const [i, image] of images.entries()) {
    for (const [c, channel] of encodeAmbisonics(image, sources[i]!).entries()) addTo(mixture[c]!, channel);
  }
  return { mixture, images };
}

/** One recording of a class of sounds. */
export interface Clip {
  /** What makes the sound, such as `bell`. */
  readonly label: string;
  /** Mono. */
  readonly signal: Float32Array;
}

export interface SceneOptions {
  /** Length of mixture and query. */
  readonly samples: number;
  /** Sources, each of another class. Default 3. */
  readonly sourceCount?: number;
  /** Least angle between two sources, in degrees. Default 30. */
  readonly leastAngle?: number;
  /** Sources lie within this many degrees of the horizon. Default 45. */
  readonly elevationRange?: number;
  /** Range of each source's RMS, in dB over full scale 1. Default -26 to -20. */
  readonly levelDb?: readonly [low: number, high: number];
  /** RMS of the diffuse noise in W. Default -60. */
  readonly noiseDb?: number;
  /** Where the query is taken from. Default: the clips themselves. A clip is the same as another if they share `signal`. */
  readonly queries?: readonly Clip[];
}

export interface SampledScene extends MixedScene {
  /** The image of the source that is asked for. */
  readonly target: Float32Array;
  /** Another clip of the target's class, RMS 0.1. */
  readonly query: Float32Array;
  readonly targetIndex: number;
  readonly sources: readonly (SceneSource & { readonly label: string })[];
}

const QUERY_RMS = 0.1;
const ATTEMPTS = 1000;

/**
 * Draws a scene: clips of different classes, each from a random start on and around again, from directions well apart, and a
 * query for one of them. The same stream gives the same scene.
 *
 * @throws RangeError when there are too few classes, the target's class has no second clip to ask with, or the directions
 *   cannot lie that far apart.
 */
export function sampleScene(random: RandomStream, clips: readonly Clip[], options: SceneOptions): SampledScene {
  const { samples, sourceCount = 3, noiseDb = -60, queries = clips, levelDb = [-26, -20] } = options;
  const labels = [...new Set(clips.map(({ label }) => label))];
  if (labels.length < sourceCount) {
    throw new RangeError(`sampleScene: ${sourceCount} sources need as many classes, got ${labels.length} (${labels})`);
  }
  const directions = drawDirections(random, sourceCount, options);
  const drawn = random.sample(labels, sourceCount).map((label) => random.pick(ofClass(clips, label)));
  const sources = drawn.map(({ label, signal }, i) => {
    const looped = loop(signal, random.integer(signal.length), samples);
    const gainDb = random.uniform(...levelDb) - 20 * Math.log10(rms(looped));
    return { label, signal: looped, gainDb, ...directions[i]! };
  });
  const targetIndex = random.integer(sourceCount);
  const query = drawQuery(random, drawn[targetIndex]!, queries, samples);
  const seed = random.integer(2 ** 32);
  const { mixture, images } = mixScene(sources, { samples, noiseDb, seed });
  return { mixture, images, target: images[targetIndex]!, query, targetIndex, sources };
}

function ofClass(clips: readonly Clip[], wanted: string): Clip[] {
  return clips.filter(({ label }) => label === wanted);
}

function drawQuery(random: RandomStream, target: Clip, queries: readonly Clip[], samples: number): Float32Array {
  const others = ofClass(queries, target.label).filter(({ signal }) => signal !== target.signal);
  if (others.length === 0) {
    throw new RangeError(`sampleScene: queries must hold another clip of ${target.label} than the one in the mixture`);
  }
  const { signal } = random.pick(others);
  const looped = loop(signal, random.integer(signal.length), samples);
  const gain = QUERY_RMS / rms(looped);
  return looped.map((value) => value * gain);
}

/** Uniform on the band of the sphere, drawn again until all lie apart. */
function drawDirections(random: RandomStream, count: number, options: SceneOptions): Direction[] {
  const { leastAngle = 30, elevationRange = 45 } = options;
  const highest = Math.sin((elevationRange * Math.PI) / 180); // equal heights of a sphere have equal areas
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const drawn = Array.from({ length: count }, () => ({
      azimuth: random.uniform(-180, 180),
      elevation: (Math.asin(random.uniform(-highest, highest)) * 180) / Math.PI,
    }));
    if (drawn.every((a, i) => drawn.slice(0, i).every((b) => angleBetween(a, b) >= leastAngle))) return drawn;
  }
  throw new RangeError(
    `sampleScene: ${count} directions at least ${leastAngle} degrees apart were not found within ${elevationRange} degrees of the horizon`,
  );
}

/** `samples` of the signal from `start` on, beginning again at its end. */
function loop(signal: Float32Array, start: number, samples: number): Float32Array {
  const looped = new Float32Array(samples);
  for (let n = 0; n < samples; n++) looped[n] = signal[(start + n) % signal.length]!;
  return looped;
}

function placed({ signal, gainDb, startSample = 0 }: SceneSource, samples: number): Float32Array {
  if (!Number.isInteger(startSample)) {
    throw new RangeError(`mixScene: startSample must be a whole number, got ${startSample}`);
  }
  const gain = decibels(gainDb);
  const image = new Float32Array(samples);
  const last = Math.min(samples, startSample + signal.length);
  for (let n = Math.max(0, startSample); n < last; n++) image[n] = gain * signal[n - startSample]!;
  return image;
}

const NOISE_STREAM = 2 ** 32 - 1; // the last one: none that scenes count up to

/**
 * Four independent noises. The first-order channels of a diffuse field have a third of W's power: the mean over the sphere
 * of the square of each coordinate.
 */
function diffuseNoise(samples: number, level: number, seed: number): Ambisonics {
  const random = new RandomStream(seed, NOISE_STREAM);
  const noise = (gain: number) => new Float32Array(samples).map(() => gain * random.normal());
  const firstOrder = level * Math.sqrt(1 / 3);
  return [noise(level), noise(firstOrder), noise(firstOrder), noise(firstOrder)];
}

function silence(samples: number): Ambisonics {
  return [new Float32Array(samples), new Float32Array(samples), new Float32Array(samples), new Float32Array(samples)];
}

function addTo(sum: Float32Array, signal: Float32Array): void {
  for (let n = 0; n < sum.length; n++) sum[n]! += signal[n]!;
}

/** Never 0, so that silence keeps finite gains. */
function rms(signal: Float32Array): number {
  const power = signal.reduce((sum, value) => sum + value * value, 0) / signal.length;
  return Math.max(Math.sqrt(power), 1e-6);
}

function decibels(db: number): number {
  return 10 ** (db / 20);
}
