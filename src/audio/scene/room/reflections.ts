import { powerOfTwo, RealFft } from '../../fourier/realFft.ts';
import type { Vector3, WallAbsorption } from './absorption.ts';
import { FractionalDelay, HALF_TAPS } from './fractionalDelay.ts';
import { axisWalls, forEachImage, type ImageLimits, isOdd, wallHits } from './images.ts';
import { octaveFilters } from './octaveBands.ts';
import type { FirstOrderGain } from './pattern.ts';
import type { PlacedMicrophone } from './receiver.ts';

/** A room as sound goes through it. */
export interface SoundField {
  readonly size: Vector3;
  readonly source: Vector3;
  /** Of each band, or one for all. */
  readonly sourceGains: readonly FirstOrderGain[];
  readonly receiver: Vector3;
  readonly microphones: readonly PlacedMicrophone[];
  readonly absorption: WallAbsorption;
  /** Of the bands to render, in Hz: the first of `octaveBands`. */
  readonly centers: readonly number[];
  /** Lost to the air in each band, in decibels per meter. */
  readonly airDecibels: readonly number[];
  readonly speedOfSound: number;
  readonly sampleRate: number;
}

export interface ImageResponses {
  readonly direct: readonly Float64Array[];
  readonly reflections: readonly Float64Array[];
  /** Energy of the pressure at the receiver in each band, over the images that arrive in the window. */
  readonly windowEnergy: Float64Array;
  /** How many images arrive in the window. */
  readonly windowImages: number;
}

/** In samples. */
export type Window = readonly [start: number, end: number];

/**
 * What the images within the limits send to each microphone: `samples` of response. Each band's impulses are gathered apart, and
 * go through the bands' filters together at the end, so that an image costs no filter.
 */
export function imageResponses(
  field: SoundField,
  limits: ImageLimits,
  samples: number,
  window: Window,
): ImageResponses {
  const { size, source, receiver, microphones, centers, speedOfSound, sampleRate } = field;
  const direct = bandTrains(field, samples);
  const reflections = bandTrains(field, samples);
  const reflected = [0, 1, 2].map((axis) => reflectionTable(field, axis));
  const loss = field.airDecibels.map((decibels) => (decibels * Math.LN10) / 20);
  const windowEnergy = new Float64Array(centers.length);
  let windowImages = 0;
  const gains = new Float64Array(centers.length);
  const leaving = new Float64Array(centers.length);
  const tap = new FractionalDelay();
  forEachImage(size, source, receiver, limits, (index, way, distance) => {
    const [x, y, z] = [reflected[0]!(index[0]), reflected[1]!(index[1]), reflected[2]!(index[2])];
    for (let b = 0; b < gains.length; b++) gains[b] = x[b]! * y[b]! * z[b]!;
    if (gains.every((gain) => gain === 0)) return;
    const arrival = (distance / speedOfSound) * sampleRate;
    if (arrival >= window[0] && arrival < window[1]) {
      windowImages++;
      emittedBands(field.sourceGains, index, way, distance, leaving);
      for (let b = 0; b < gains.length; b++) {
        const level = leaving[b]! / (4 * Math.PI * distance);
        windowEnergy[b]! += (gains[b]! * level * Math.exp(-loss[b]! * distance)) ** 2;
      }
    }
    const isDirect = index[0] === 0 && index[1] === 0 && index[2] === 0;
    const trains = isDirect ? direct : reflections;
    let [delay, wayTo, length] = [-1, way, distance];
    for (const [m, { position, pressure, gradient }] of microphones.entries()) {
      if (m === 0 || !samePlace(position, microphones[m - 1]!.position)) {
        wayTo = [0, 1, 2].map((axis) => way[axis]! + receiver[axis]! - position[axis]!) as unknown as Vector3;
        length = Math.hypot(...wayTo);
        const next = (length / speedOfSound) * sampleRate;
        if (next !== delay) tap.set(next);
        delay = next;
      }
      const heard = pressure + dot(gradient, wayTo) / length;
      if (heard === 0) continue;
      emittedBands(field.sourceGains, index, wayTo, length, leaving);
      for (let b = 0; b < gains.length; b++) {
        const level = (heard * leaving[b]!) / (4 * Math.PI * length);
        if (level !== 0 && gains[b] !== 0) {
          tap.addTo(trains[m]![b]!, level * gains[b]! * Math.exp(-loss[b]! * length));
        }
      }
    }
  });
  return {
    direct: throughFilters(field, direct, samples),
    reflections: throughFilters(field, reflections, samples),
    windowEnergy,
    windowImages,
  };
}

/** How much of a source's sound leaves along the way that ends in an image: mirrored back, as the image's axis is. */
export function emitted(
  { pressure, gradient }: FirstOrderGain,
  index: Vector3,
  way: Vector3,
  distance: number,
): number {
  let along = 0;
  for (let axis = 0; axis < 3; axis++) along += gradient[axis]! * (isOdd(index[axis]!) ? way[axis]! : -way[axis]!);
  return pressure + along / distance;
}

/** `emitted` of each band. */
function emittedBands(
  gains: readonly FirstOrderGain[],
  index: Vector3,
  way: Vector3,
  distance: number,
  leaving: Float64Array,
): void {
  if (gains.length === 1) leaving.fill(emitted(gains[0]!, index, way, distance));
  else for (let b = 0; b < leaving.length; b++) leaving[b] = emitted(gains[b]!, index, way, distance);
}

/** What an axis's two walls leave of an image's amplitude in each band. Energy goes by 1 - absorption, amplitude by its root. */
function reflectionTable({ absorption, centers }: SoundField, axis: number): (index: number) => Float64Array {
  const known = new Map<number, Float64Array>();
  const [near, far] = axisWalls[axis]!.map((wall) => absorption[wall]);
  return (index) => {
    let gains = known.get(index);
    if (!gains) {
      const [atNear, atFar] = wallHits(index);
      gains = new Float64Array(centers.length).map(
        (_, b) => (1 - near![b]!) ** (atNear / 2) * (1 - far![b]!) ** (atFar / 2),
      );
      known.set(index, gains);
    }
    return gains;
  };
}

function bandTrains({ microphones, centers }: SoundField, samples: number): Float64Array[][] {
  return microphones.map(() => centers.map(() => new Float64Array(samples + HALF_TAPS)));
}

/**
 * Sums the bands of each microphone, each through its filter. The filters are without delay, so a little of a reflection comes
 * before it; what would come before sample 0 is cut off.
 */
function throughFilters(field: SoundField, trains: readonly Float64Array[][], samples: number): Float64Array[] {
  const { centers, sampleRate, absorption, airDecibels, sourceGains } = field;
  const flat = [...Object.values(absorption), airDecibels].every((bands) =>
    bands.slice(0, centers.length).every((value) => value === bands[0]),
  );
  if (flat && sourceGains.length === 1) return trains.map(([train]) => train!.slice(0, samples));
  const ringing = Math.ceil(sampleRate / 20); // 50 ms: two and more periods of the lowest band's edge, 88 Hz
  const fft = new RealFft(powerOfTwo(samples + HALF_TAPS + ringing));
  const filters = octaveFilters(centers, fft.size, sampleRate, 1);
  const [re, im] = [new Float64Array(fft.bins), new Float64Array(fft.bins)];
  return trains.map((bands) => {
    const [sumRe, sumIm] = [new Float64Array(fft.bins), new Float64Array(fft.bins)];
    for (const [b, train] of bands.entries()) {
      fft.forward(train, re, im);
      const filter = filters[b]!;
      for (let k = 0; k < filter.length; k++) {
        sumRe[k]! += filter[k]! * re[k]!;
        sumIm[k]! += filter[k]! * im[k]!;
      }
    }
    const time = new Float64Array(fft.size);
    fft.inverse(sumRe, sumIm, time);
    return time.slice(0, samples);
  });
}

function samePlace(a: Vector3, b: Vector3): boolean {
  return a[0] === b[0] && a[1] === b[1] && a[2] === b[2];
}

function dot(a: Vector3, b: Vector3): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}
