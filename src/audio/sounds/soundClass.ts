import type { RandomStream } from '../scene/random.ts';
import { finish } from './synthesis/finish.ts';
import { type Take, takeOf } from './synthesis/take.ts';

export interface SoundOptions {
  /** From 8000 Hz. */
  readonly sampleRate: number;
  readonly seconds: number;
}

export type SoundParameters = Readonly<Record<string, number | string>>;

/** One made recording. */
export interface SoundClip {
  /** Mono. */
  readonly samples: Float32Array<ArrayBuffer>;
  /** What is heard, in a sentence that knows the parameters. */
  readonly caption: string;
  /** What was drawn for this clip. */
  readonly parameters: SoundParameters;
}

/** A kind of sound, such as `dog`, that can be made anew any number of times. */
export interface SoundClass {
  readonly name: string;
  /** Sentences that are true of every clip of the class. */
  readonly captions: readonly string[];
  /** What `clip` draws from the same stream, without making the sound. */
  describe(random: RandomStream): Pick<SoundClip, 'caption' | 'parameters'>;
  /** A clip with its caption. @throws RangeError for a rate below 8000 Hz or a length that is not at least one sample. */
  clip(random: RandomStream, options: SoundOptions): SoundClip;
  /** The samples of `clip`. */
  generate(random: RandomStream, options: SoundOptions): Float32Array<ArrayBuffer>;
}

export interface SoundRecipe<P extends SoundParameters> {
  readonly name: string;
  readonly captions: readonly string[];
  /** What tells this recording from the others of its class. */
  draw(random: RandomStream): P;
  /** Sentences about these parameters. */
  describe(parameters: P): readonly string[];
  render(take: Take, parameters: P): Float64Array;
}

/**
 * A class of sounds from its recipe. Parameters and caption are drawn before the sound is made: one stream gives the same recording
 * at every sample rate and length, and the same bits on every machine.
 *
 * Clips have no DC, start and end at 0, and are as loud as each other: the RMS of what sounds is 0.1 (-20 dB over full scale), less
 * where the peak would pass 0.9.
 */
/* @__NO_SIDE_EFFECTS__ */
export function defineSound<P extends SoundParameters>(recipe: SoundRecipe<P>): SoundClass {
  const { name, captions, render } = recipe;
  const describe = (random: RandomStream) => {
    const parameters = recipe.draw(random);
    return { caption: random.pick(recipe.describe(parameters)), parameters };
  };
  const clip = (random: RandomStream, { sampleRate, seconds }: SoundOptions): SoundClip => {
    expectOptions(name, sampleRate, seconds);
    const { caption, parameters } = describe(random);
    const take = takeOf(random, sampleRate, seconds);
    return { samples: finish(render(take, parameters), take), caption, parameters };
  };
  return { name, captions, describe, clip, generate: (random, options) => clip(random, options).samples };
}

function expectOptions(name: string, sampleRate: number, seconds: number): void {
  if (!(sampleRate >= 8000 && Number.isFinite(sampleRate))) {
    throw new RangeError(`${name}: sampleRate must be at least 8000 Hz, got ${sampleRate}`);
  }
  if (!(Math.round(seconds * sampleRate) >= 1 && seconds * sampleRate <= 2 ** 31)) {
    throw new RangeError(`${name}: seconds must give 1 to 2^31 samples at ${sampleRate} Hz, got ${seconds}`);
  }
}
