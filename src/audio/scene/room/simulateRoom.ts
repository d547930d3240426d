import type { Ambisonics, Direction } from '../../ambisonics.ts';
import { directionOf, rotationMatrix, transposed, turnedVector } from '../../soundFieldRotation.ts';
import { highPass } from '../../sounds/synthesis/filter.ts';
import { absorptionForTime, eyringTime, measures, type Vector3, wallAbsorption } from './absorption.ts';
import { airAttenuation, expectAir, speedOfSound } from './air.ts';
import { diffuseTail } from './diffuseTail.ts';
import { HALF_TAPS } from './fractionalDelay.ts';
import { forEachImage } from './images.ts';
import { bandsBelow, octaveBands } from './octaveBands.ts';
import { firstOrderGain, meanPower } from './pattern.ts';
import { type AmbisonicReceiver, placeMicrophones } from './receiver.ts';
import { emitted, type ImageResponses, imageResponses, type SoundField, type Window } from './reflections.ts';
import { expectRoom, type RoomOptions, type RoomSource } from './roomOptions.ts';

/** The straight way from source to receiver, the air left out. Its direction is as the turned receiver has it. */
export interface DirectPath extends Direction {
  /** In samples, with a fraction. */
  readonly delay: number;
  /** In the pressure: the source's pattern, at 1 kHz, over 4π times the distance. */
  readonly gain: number;
  /** In meters. */
  readonly distance: number;
}

export interface RoomResponse<Channels = Float32Array[]> {
  /** One for each microphone; a source of strength 1 at 1 m gives 1 / 4π. */
  readonly channels: Channels;
  readonly sampleRate: number;
  readonly direct: DirectPath;
  /** The first sample to which the diffuse tail adds; the response's length if there is none. */
  readonly earlyEnd: number;
  /** Eyring's time for each of `octaveBands`, air and walls together, in seconds. */
  readonly t60: readonly number[];
}

/**
 * The impulse response from a source to a receiver in an empty box of a room.
 *
 * Up to the mixing time it is a sum of image sources (Allen & Berkley 1979, "Image method for efficiently simulating small-room
 * acoustics"), each at its exact time and direction, with the losses at the walls it has met and in the air (ISO 9613-1) for each
 * octave. From there on it is diffuse noise, with the energy that the images have there and falling at Eyring's rate. A pure sum of
 * images falls slower than that wherever sound runs along the walls (Lehmann & Johansson 2008, "Prediction of energy decay in room
 * impulse responses simulated with an image-source model"), and its cost grows with the cube of time.
 *
 * Reflections and tail are free of what lies below 30 Hz: all images have the same sign, and would add up to a swell at 0 Hz. The
 * direct sound is left whole. Nothing is normalized.
 *
 * @throws RangeError for a source or microphone outside, times that no walls could give, and anything else out of its range.
 */
export function simulateRoom(options: RoomOptions & { readonly receiver: AmbisonicReceiver }): RoomResponse<Ambisonics>;
export function simulateRoom(options: RoomOptions): RoomResponse;
export function simulateRoom(options: RoomOptions): RoomResponse<Ambisonics | Float32Array[]> {
  const { field, t60 } = soundField(options);
  const direct = directPath(field, options);
  const samples = responseLength(options, direct, t60);
  const fade = crossfade(options, field, direct, samples);
  const imageSamples = fade ? Math.min(samples, Math.ceil(fade[1] + spread(field)) + HALF_TAPS) : samples;
  const limits = { ...imageLimits(options), maxDistance: reach(field, imageSamples + HALF_TAPS) };
  expectFeasible(field, limits.maxDistance, limits.maxOrder);
  const images = imageResponses(field, limits, imageSamples, fade ?? [samples, samples]);
  const channels = images.reflections.map((reflections, m) => {
    const first = firstSample(field, m);
    images.direct[m]!.fill(0, 0, first);
    return reflections.fill(0, 0, first);
  });
  const tail = fade ? fadedTail(options, field, images, fade, samples, t60) : [];
  return {
    channels: channels.map((reflections, m) => assemble(field, reflections, images.direct[m]!, tail[m], fade, samples)),
    sampleRate: options.sampleRate,
    direct,
    earlyEnd: fade ? Math.ceil(fade[0]) : samples,
    t60,
  };
}

const LOWEST = 30; // Hz
const FADE = 0.02; // seconds
const MOST_IMAGES = 2e7;
const ENOUGH_IMAGES = 30; // to tell the energy at the crossfade within about 1 dB

function soundField(options: RoomOptions): { field: SoundField; t60: readonly number[] } {
  const { size, source, receiver, sampleRate, air = {} } = options;
  const microphones = placeMicrophones(receiver);
  expectRoom(options, microphones);
  if (air !== 'none') expectAir('simulateRoom', air);
  const c = air === 'none' ? speedOfSound() : speedOfSound(air.temperature);
  const airDecibels = octaveBands.map((frequency) => (air === 'none' ? 0 : airAttenuation(frequency, air)));
  const absorption =
    options.t60 === undefined
      ? wallAbsorption(options.absorption)
      : absorptionForTime(size, options.t60, airDecibels, c);
  const field = {
    size,
    source: source.position,
    sourceGains: sourceGains(source, bandsBelow(sampleRate).length),
    receiver: receiver.position,
    microphones,
    absorption,
    centers: bandsBelow(sampleRate),
    airDecibels,
    speedOfSound: c,
    sampleRate,
  };
  return { field, t60: eyringTime(size, absorption, airDecibels, c) };
}

/** Of each band, or one where they are the same. */
function sourceGains({ pattern = 'omni', direction = { azimuth: 0, elevation: 0 } }: RoomSource, bands: number) {
  if (typeof pattern !== 'object') return [firstOrderGain(pattern, direction)];
  if (pattern.length !== octaveBands.length) {
    throw new RangeError(
      `simulateRoom: pattern of source must be one or ${octaveBands.length}, for octaves from 125 to 8000 Hz, got ${pattern.length}`,
    );
  }
  return pattern.map((each) => firstOrderGain(each, direction)).slice(0, bands);
}

/** The one at 1 kHz, or the highest below it that there is. */
function middle<T>(bands: readonly T[]): T {
  return bands[Math.min(3, bands.length - 1)]!;
}

function directPath(field: SoundField, { receiver }: RoomOptions): DirectPath {
  const way = [0, 1, 2].map((axis) => field.source[axis]! - field.receiver[axis]!) as unknown as Vector3;
  const distance = Math.hypot(...way);
  const turnBack = transposed(rotationMatrix(receiver.rotation ?? {}));
  return {
    delay: (distance / field.speedOfSound) * field.sampleRate,
    gain: emitted(middle(field.sourceGains), [0, 0, 0], way, distance) / (4 * Math.PI * distance),
    distance,
    ...directionOf(turnedVector(turnBack, way)),
  };
}

function responseLength({ seconds, sampleRate }: RoomOptions, direct: DirectPath, t60: readonly number[]): number {
  if (seconds !== undefined) {
    if (seconds * sampleRate > direct.delay) return Math.ceil(seconds * sampleRate);
    const least = (direct.delay / sampleRate).toPrecision(3);
    throw new RangeError(`simulateRoom: seconds must be more than the ${least} s of the direct path, got ${seconds}`);
  }
  const slowest = Math.max(...t60.slice(0, bandsBelow(sampleRate).length));
  if (slowest <= 100) return Math.ceil(direct.delay + slowest * sampleRate) + HALF_TAPS + 1;
  throw new RangeError(
    `simulateRoom: a room that rings for ${slowest.toPrecision(3)} s needs seconds, the length of the response, got none`,
  );
}

function imageLimits({ maxOrder }: RoomOptions) {
  return { maxOrder: maxOrder ?? Number.POSITIVE_INFINITY };
}

/** How far sound comes in that many samples, and on to the receiver's farthest microphone. */
function reach(field: SoundField, samples: number): number {
  return ((samples + spread(field)) / field.sampleRate) * field.speedOfSound;
}

/** How long sound takes from the receiver's position to its farthest microphone, in samples. */
function spread({ microphones, receiver, speedOfSound: c, sampleRate }: SoundField): number {
  const distances = microphones.map(({ position }) => Math.hypot(...position.map((at, axis) => at - receiver[axis]!)));
  return (Math.max(...distances) / c) * sampleRate;
}

/** The samples over which images give way to the tail; none if the response has no tail. */
function crossfade(options: RoomOptions, field: SoundField, direct: DirectPath, samples: number): Window | undefined {
  const { lateTail = 'diffuse', sampleRate, size, maxOrder } = options;
  const reflects = Object.values(field.absorption).some((bands) => bands.some((share) => share < 1));
  if (lateTail === 'none' || !reflects) return undefined;
  const { mixingTime = 0.0501 + 1.17e-5 * measures(size).volume } = options;
  let end = direct.delay + (mixingTime + FADE / 2) * sampleRate;
  // Where orders are left out, the tail has to be there when the first of them would arrive.
  if (maxOrder !== undefined) end = Math.min(end, firstArrival(field, maxOrder + 1, end));
  const start = Math.max(direct.delay, end - FADE * sampleRate);
  return start < samples ? [start, end] : undefined;
}

/** Of the images of one order, in samples; `latest` if none comes before it. */
function firstArrival(field: SoundField, order: number, latest: number): number {
  const { size, source, receiver, speedOfSound: c, sampleRate } = field;
  let nearest = (latest / sampleRate) * c;
  expectFeasible(field, nearest, order);
  forEachImage(size, source, receiver, { maxOrder: order, maxDistance: nearest }, (index, _way, distance) => {
    const reflections = Math.abs(index[0]) + Math.abs(index[1]) + Math.abs(index[2]);
    if (reflections === order && distance < nearest) nearest = distance;
  });
  return (nearest / c) * sampleRate;
}

function expectFeasible({ size }: SoundField, maxDistance: number, maxOrder: number): void {
  const byDistance = (4 / 3) * Math.PI * (maxDistance ** 3 / measures(size).volume);
  const byOrder = (4 / 3) * maxOrder ** 3;
  if (Math.min(byDistance, byOrder) <= MOST_IMAGES) return;
  const count = Math.min(byDistance, byOrder).toExponential(1);
  throw new RangeError(
    `simulateRoom: images must number at most ${MOST_IMAGES}, got about ${count}: ask for a diffuse lateTail, a lower maxOrder or fewer seconds`,
  );
}

/** Of the direct sound at a microphone. Filters without delay ring ahead of it, but nothing is to be heard there. */
function firstSample({ source, microphones, speedOfSound: c, sampleRate }: SoundField, microphone: number): number {
  const distance = Math.hypot(...microphones[microphone]!.position.map((at, axis) => at - source[axis]!));
  return Math.max(0, Math.floor((distance / c) * sampleRate) - HALF_TAPS);
}

function fadedTail(
  options: RoomOptions,
  field: SoundField,
  images: ImageResponses,
  [start, end]: Window,
  samples: number,
  t60: readonly number[],
): Float64Array[] {
  const { sampleRate, seed = 0 } = options;
  const first = Math.ceil(start);
  const decays = field.centers.map((_, band) => {
    const rate = (3 * Math.LN10) / (t60[band]! * sampleRate); // 60 dB of power are three decades of amplitude
    return t60[band] === 0
      ? { level: 0, rate: 0 }
      : { level: Math.sqrt(startPower(field, images, [start, end], band, rate)), rate };
  });
  return diffuseTail({ ...field, decays, samples: samples - first, seed });
}

/**
 * Power per sample at the start of the crossfade: that which gives the window the energy of the images in it. Where they are too
 * few, that of a diffuse field that has decayed from the source on: of n = 4π c³ t² / V images per second each brings
 * 1 / (4π c t)², together c / (4π V).
 */
function startPower(
  field: SoundField,
  images: ImageResponses,
  [start, end]: Window,
  band: number,
  rate: number,
): number {
  if (images.windowImages < ENOUGH_IMAGES) {
    const { speedOfSound: c, sampleRate, size } = field;
    const undecayed = c / (4 * Math.PI * measures(size).volume * sampleRate);
    return undecayed * meanPower(field.sourceGains[band] ?? field.sourceGains[0]!) * Math.exp(-2 * rate * start);
  }
  const perStart = rate > 0 ? -Math.expm1(-2 * rate * (end - start)) / (2 * rate) : end - start;
  return images.windowEnergy[band]! / perStart;
}

/** Direct sound, reflections fading out and tail fading in, at equal power: they have nothing in common. */
function assemble(
  { sampleRate }: SoundField,
  reflections: Float64Array,
  direct: Float64Array,
  tail: Float64Array | undefined,
  fade: Window | undefined,
  samples: number,
): Float32Array {
  const audible = highPass(reflections, { sampleRate }, LOWEST);
  const response = new Float32Array(samples);
  for (let n = 0; n < direct.length; n++) {
    response[n] = direct[n]! + audible[n]! * (fade ? Math.cos(fadeAngle(n, fade)) : 1);
  }
  if (!tail || !fade) return response;
  const late = highPass(tail, { sampleRate }, LOWEST);
  const first = samples - late.length;
  for (let n = 0; n < late.length; n++) response[first + n]! += late[n]! * Math.sin(fadeAngle(first + n, fade));
  return response;
}

function fadeAngle(sample: number, [start, end]: Window): number {
  return (Math.PI / 2) * Math.min(1, Math.max(0, (sample - start) / (end - start)));
}
