import { MixtureError } from './mixtureError.ts';

const FULL_SCALE = 32_766 / 32_768; // the largest code of 16 bits, and one less for those who scale by 32,767
const CLIPPED_RUN = 3; // equal samples at full scale in a row: no waveform stays there by itself

/** Looks at every sample of a recording as it streams past. */
export class SampleCheck {
  readonly #source: string;
  readonly #sampleRate: number;
  /** Per channel: how many of the latest samples were at full scale on the same side. */
  readonly #runs: number[] = [];
  #channels: number | undefined;
  #samples = 0;
  #clipped = 0;

  /** sampleRate: Hz, for messages. */
  constructor(source: string, sampleRate: number) {
    this.#source = source;
    this.#sampleRate = sampleRate;
  }

  /** Samples per channel so far. */
  get samples(): number {
    return this.#samples;
  }

  /** What is wrong with the recording so far but does not forbid to go on. */
  get warning(): string | undefined {
    if (this.#clipped === 0) return undefined;
    const places = this.#clipped === 1 ? 'in one place' : `in ${this.#clipped} places`;
    return `${this.#source} is clipped ${places} (${CLIPPED_RUN} or more samples in a row at full scale): what is extracted will sound distorted there`;
  }

  /** @throws MixtureError for blocks that change their number of channels, channels of different lengths, and naming the first sample that is not a finite number. */
  check(block: readonly Float32Array[]): void {
    this.#channels ??= block.length;
    if (block.length === 0 || block.length !== this.#channels) {
      throw new MixtureError(
        this.#source,
        `every block must hold the same number of channels, at least one, got ${block.length} behind blocks of ${this.#channels}`,
      );
    }
    const { length } = block[0]!;
    for (const [c, channel] of block.entries()) {
      if (channel.length !== length) {
        throw new MixtureError(
          this.#source,
          `channels must have equal lengths, got ${length} samples in channel 1 and ${channel.length} in channel ${c + 1}`,
        );
      }
      this.#checkChannel(channel, c);
    }
    this.#samples += length;
  }

  #checkChannel(channel: Float32Array, c: number): void {
    let run = this.#runs[c] ?? 0; // signed: which side it is at
    for (const [n, sample] of channel.entries()) {
      if (sample < FULL_SCALE && sample > -FULL_SCALE) {
        run = 0;
        continue;
      }
      if (!Number.isFinite(sample)) throw this.#notFinite(sample, c, this.#samples + n);
      run = sample > 0 ? Math.max(run, 0) + 1 : Math.min(run, 0) - 1;
      if (Math.abs(run) === CLIPPED_RUN) this.#clipped++;
    }
    this.#runs[c] = run;
  }

  #notFinite(sample: number, c: number, at: number): MixtureError {
    const seconds = (at / this.#sampleRate).toFixed(3);
    return new MixtureError(
      this.#source,
      `sample ${at} (${seconds} s) of channel ${c + 1} is ${sample}: repair the recording, or cut that part out`,
    );
  }
}
