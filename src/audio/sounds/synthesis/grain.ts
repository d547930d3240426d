import { cosineOfTurns, exp, sineOfTurns } from './exactMath.ts';
import { bandPass, lowPass } from './filter.ts';
import { whiteNoise } from './noise.ts';
import { curve, part, place, shape, smoothStep, type Take } from './take.ts';

/** Adds a short burst of band-passed noise: a rise of `attack` seconds and a decay to 1 / e in `decay`. */
export function noiseGrain(
  out: Float64Array,
  take: Take,
  grain: { at: number; hz: number; q: number; attack?: number; decay: number; gain: number },
): void {
  const { at, hz, q, attack = 0.0008, decay, gain } = grain;
  const seconds = attack + 6 * decay;
  const piece = part(take, seconds);
  const sound = bandPass(whiteNoise(piece), piece, hz, q);
  // The narrower the band, the quieter the noise in it.
  const level = gain * Math.sqrt((q * 8000) / hz);
  place(
    out,
    shape(
      sound,
      curve(piece, (t) => bump(t, seconds, attack, decay)),
    ),
    take,
    at,
    level,
  );
}

/** Adds a dull thud: noise below a frequency. */
export function thud(
  out: Float64Array,
  take: Take,
  { at, hz, attack = 0.003, decay, gain }: { at: number; hz: number; attack?: number; decay: number; gain: number },
): void {
  const seconds = attack + 6 * decay;
  const piece = part(take, seconds);
  const sound = lowPass(lowPass(whiteNoise(piece), piece, hz), piece, hz);
  place(
    out,
    shape(
      sound,
      curve(piece, (t) => bump(t, seconds, attack, decay)),
    ),
    take,
    at,
    gain * Math.sqrt(8000 / hz),
  );
}

function bump(t: number, seconds: number, attack: number, decay: number): number {
  return smoothStep(t, 0, attack) * exp(-Math.max(0, t - attack) / decay) * smoothStep(seconds - t, 0, 0.2 * seconds);
}

/** Adds a bubble: a tone that dies away while its pitch rises. Minnaert 1933; van den Doel 2005, "Physically-based models for liquid sounds". */
export function bubble(
  out: Float64Array,
  take: Take,
  { at, hz, rise, decay, gain }: { at: number; hz: number; rise: number; decay: number; gain: number },
): void {
  const { sampleRate } = take;
  const length = Math.round(5.5 * decay * sampleRate);
  const start = Math.round(at * sampleRate);
  const end = Math.min(out.length, start + length);
  if (hz * (1 + rise) > 0.46 * sampleRate) return;
  // The rotation (c, s) is itself rotated a little each sample; both radii shrink as the bubble does.
  const shrink = exp(-1 / (decay * sampleRate));
  const onset = exp(-1 / (0.0015 * sampleRate));
  const faster = (hz * rise) / sampleRate / length;
  const turnC = cosineOfTurns(faster);
  const turnS = sineOfTurns(faster);
  let c = shrink * cosineOfTurns(hz / sampleRate);
  let s = shrink * sineOfTurns(hz / sampleRate);
  let re = gain;
  let im = 0;
  let missing = 1;
  for (let n = start; n < end; n++) {
    out[n]! += im * (1 - missing);
    missing *= onset;
    const turned = re * c - im * s;
    im = re * s + im * c;
    re = turned;
    const turnedC = c * turnC - s * turnS;
    s = c * turnS + s * turnC;
    c = turnedC;
  }
}
