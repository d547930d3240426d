import { sineOfTurns } from './exactMath.ts';
import { highPass } from './filter.ts';
import type { Take } from './take.ts';

const LOWEST_HZ = 25; // what no loudspeaker gives, DC first of all
const RMS = 0.1;
const PEAK = 0.9;
const FADE = 0.008; // seconds
const BLOCK = 0.05; // seconds
const SILENT = 1e-3; // power beside the loudest block: -30 dB

/** A sound without DC, faded at both ends, at the level that all classes share. */
export function finish(sound: Float64Array, take: Take): Float32Array<ArrayBuffer> {
  const out = highPass(sound, take, LOWEST_HZ);
  fadeEnds(out, take);
  let peak = 0;
  for (let n = 0; n < out.length; n++) peak = Math.max(peak, Math.abs(out[n]!));
  if (peak === 0) return new Float32Array(out.length);
  const gain = Math.min(RMS / soundingRms(out, take), PEAK / peak);
  const samples = new Float32Array(out.length);
  for (let n = 0; n < out.length; n++) samples[n] = gain * out[n]!;
  return samples;
}

function fadeEnds(out: Float64Array, { sampleRate }: Take): void {
  const length = Math.min(Math.ceil(FADE * sampleRate), out.length / 2);
  for (let n = 0; n < length; n++) {
    const s = sineOfTurns(n / length / 4);
    out[n]! *= s * s;
    out[out.length - 1 - n]! *= s * s;
  }
}

/** RMS over the blocks that are not silent: pauses between two barks do not make them louder. */
function soundingRms(out: Float64Array, { sampleRate }: Take): number {
  const block = Math.max(1, Math.round(BLOCK * sampleRate));
  const powers: number[] = [];
  for (let start = 0; start < out.length; start += block) {
    const end = Math.min(start + block, out.length);
    let sum = 0;
    for (let n = start; n < end; n++) sum += out[n]! ** 2;
    powers.push(sum / (end - start));
  }
  const loudest = powers.reduce((a, b) => Math.max(a, b), 0);
  const sounding = powers.filter((power) => power > SILENT * loudest);
  return Math.sqrt(sounding.reduce((a, b) => a + b, 0) / sounding.length);
}
