import { cosineOfTurns, exp, sineOfTurns } from './exactMath.ts';
import type { Take } from './take.ts';

/** One way a struck body rings. */
export interface Mode {
  readonly hz: number;
  readonly gain: number;
  /** Seconds to 1 / e. */
  readonly decay: number;
}

const HIGHEST = 0.46; // of the sample rate

/** One blow: when, in seconds, and how hard. */
export interface Blow {
  readonly at: number;
  readonly gain: number;
}

/**
 * Adds a struck body to `out`: decaying sines, each a rotation that shrinks and that every blow sets off anew. A blow takes `attack`
 * seconds, as a second rotation that dies at once is taken away; without it the start would be a step, whose spectrum has no end.
 *
 * @param blows in the order of time
 */
export function ring(
  out: Float64Array,
  { sampleRate, random }: Take,
  { modes, blows, attack = 0.0008 }: { modes: readonly Mode[]; blows: readonly Blow[]; attack?: number },
): void {
  const onset = exp(-1 / (attack * sampleRate));
  const starts = blows.map(({ at }) => Math.max(0, Math.round(at * sampleRate)));
  for (const mode of modes) {
    const turns = random.uniform(); // drawn for every mode, so that all sample rates draw alike
    if (mode.hz > HIGHEST * sampleRate) continue;
    const shrink = exp(-1 / (mode.decay * sampleRate));
    const c = shrink * cosineOfTurns(mode.hz / sampleRate);
    const s = shrink * sineOfTurns(mode.hz / sampleRate);
    const tail = Math.ceil(8 * mode.decay * sampleRate); // to -69 dB
    const blowRe = mode.gain * cosineOfTurns(turns);
    const blowIm = mode.gain * sineOfTurns(turns);
    const state = new Float64Array(4);
    for (const [i, { gain }] of blows.entries()) {
      const start = starts[i]!;
      state[0]! += gain * blowRe;
      state[1]! += gain * blowIm;
      state[2]! += gain * blowRe;
      state[3]! += gain * blowIm;
      const next = Math.min(out.length, starts[i + 1] ?? out.length);
      rotate(out, start, Math.min(next, start + tail), { c, s, onset, state });
      if (next > start + tail) state.fill(0);
    }
  }
}

/** Adds the difference of two rotations by (c, s), of which the second shrinks by `onset` too; `state` holds both. */
function rotate(
  out: Float64Array,
  start: number,
  end: number,
  { c, s, onset, state }: { c: number; s: number; onset: number; state: Float64Array },
): void {
  let re = state[0]!;
  let im = state[1]!;
  let fastRe = state[2]!;
  let fastIm = state[3]!;
  const fastC = onset * c;
  const fastS = onset * s;
  let n = start;
  for (; n < end && Math.abs(fastRe) + Math.abs(fastIm) > 1e-7; n++) {
    out[n]! += im - fastIm;
    const turned = re * c - im * s;
    im = re * s + im * c;
    re = turned;
    const fastTurned = fastRe * fastC - fastIm * fastS;
    fastIm = fastRe * fastS + fastIm * fastC;
    fastRe = fastTurned;
  }
  for (; n < end; n++) {
    out[n]! += im;
    const turned = re * c - im * s;
    im = re * s + im * c;
    re = turned;
  }
  state[0] = re;
  state[1] = im;
  state[2] = fastRe;
  state[3] = fastIm;
}

/** Adds several bodies, each with the blows that hit it: `body` is its index. */
export function ringAll(
  out: Float64Array,
  take: Take,
  {
    bodies,
    blows,
    attack,
  }: { bodies: readonly (readonly Mode[])[]; blows: readonly (Blow & { body: number })[]; attack: number },
): void {
  for (const [index, modes] of bodies.entries()) {
    ring(out, take, { modes, blows: blows.filter(({ body }) => body === index), attack });
  }
}

/** Adds one blow. */
export function strike(
  out: Float64Array,
  take: Take,
  { at, modes, gain = 1, attack = 0.0008 }: { at: number; modes: readonly Mode[]; gain?: number; attack?: number },
): void {
  ring(out, take, { modes, blows: [{ at, gain }], attack });
}

/** Modes at ratios of a pitch; the higher the ratio, the faster its decay, and `brightness` (0 to 1) the weight of the high ones. */
export function modesAt(
  pitch: number,
  ratios: readonly number[],
  { decay, brightness, damping = 0.7 }: { decay: number; brightness: number; damping?: number },
): Mode[] {
  const lowest = ratios[0]!;
  return ratios.map((ratio) => {
    const above = ratio / lowest;
    return {
      hz: pitch * ratio,
      gain: 1 / (1 + (1 - brightness) * (above - 1)),
      decay: decay / (1 + damping * (above - 1)),
    };
  });
}
