import {
  type PolyphaseFilter,
  polyphaseFilter,
  type ResampleOptions,
  type ResampleRatio,
  resampledLength,
  resampleRatio,
} from '../../kernels/resample/polyphaseFilter.ts';
import { filterInto } from './filterInto.ts';

/**
 * Resamples a stream of any length, in pieces of any size: what `push` and `flush` return, one after the other, has the bits
 * of `resampleSignal` of the whole. Memory is the filter's length and one piece.
 */
export class Resampler {
  /** Samples of input that a result waits for: half the filter's length, rounded up. 0 between equal rates. */
  readonly lookahead: number;
  readonly #ratio: ResampleRatio;
  readonly #filter: PolyphaseFilter | undefined;
  /** The latest inputs of each channel, from number #origin on. */
  #held: Float32Array[];
  #origin = 0;
  #received = 0;
  #sent = 0;
  #open = true;

  /** @throws RangeError for rates or options out of range, or a channel count that is not a positive integer. */
  constructor(from: number, to: number, channels = 1, options: ResampleOptions = {}) {
    this.#ratio = resampleRatio('Resampler', from, to, options);
    if (!Number.isInteger(channels) || channels < 1) {
      throw new RangeError(`Resampler: channels must be a positive integer, got ${channels}`);
    }
    this.#held = Array.from({ length: channels }, () => new Float32Array(0));
    if (this.#ratio.from !== this.#ratio.to) this.#filter = polyphaseFilter(this.#ratio);
    this.lookahead = this.#filter === undefined ? 0 : lookaheadOf(this.#filter);
  }

  /**
   * Takes the next samples of every channel and gives all results that they complete.
   *
   * @throws RangeError for another number of channels, channels of different lengths, or after `flush`.
   */
  push(channels: readonly Float32Array[]): Float32Array[] {
    const samples = this.#check(channels);
    this.#received += samples;
    if (this.#filter === undefined) return channels.map((channel) => channel.slice());
    this.#held = this.#held.map((held, c) => joined(held, channels[c]!));
    return this.#results(this.#filter, completeResults(this.#filter, this.#sent, this.#received));
  }

  /** The results that waited for more; the input counts as zero behind its end. Nothing can be pushed afterwards. */
  flush(): Float32Array[] {
    if (!this.#open) throw new RangeError('Resampler: flush: the stream has already ended: make another Resampler');
    this.#open = false;
    if (this.#filter === undefined) return this.#held;
    return this.#results(this.#filter, resampledLength(this.#received, this.#ratio));
  }

  #results(filter: PolyphaseFilter, end: number): Float32Array[] {
    const count = Math.max(0, end - this.#sent);
    const results = this.#held.map((held) => {
      const made = new Float32Array(count);
      filterInto(made, this.#sent, filter, held, this.#origin);
      return made;
    });
    this.#sent += count;
    const needed = Math.max(this.#origin, Math.min(firstInput(filter, this.#sent), this.#received));
    this.#held = this.#held.map((held) => held.slice(needed - this.#origin));
    this.#origin = needed;
    return results;
  }

  #check(channels: readonly Float32Array[]): number {
    if (!this.#open) throw new RangeError('Resampler: push: the stream has already ended: make another Resampler');
    if (channels.length !== this.#held.length) {
      throw new RangeError(`Resampler: push: expected ${this.#held.length} channels, got ${channels.length}`);
    }
    const samples = channels[0]!.length;
    const other = channels.find(({ length }) => length !== samples);
    if (other) {
      throw new RangeError(`Resampler: push: channels must have equal lengths, got ${samples} and ${other.length}`);
    }
    return samples;
  }
}

/** Number of the first input that result n reads. */
function firstInput({ rows, columns, starts }: PolyphaseFilter, n: number): number {
  return Math.floor(n / rows) * columns + starts[n % rows]!;
}

/** How many results read only the first `received` inputs, when `sent` of them surely do. */
function completeResults(filter: PolyphaseFilter, sent: number, received: number): number {
  let n = sent;
  while (firstInput(filter, n) + filter.taps <= received) n++;
  return n;
}

function lookaheadOf({ rows, columns, taps, starts }: PolyphaseFilter): number {
  let most = 0;
  for (let row = 0; row < rows; row++) most = Math.max(most, starts[row]! + taps - Math.floor((row * columns) / rows));
  return most;
}

function joined(a: Float32Array, b: Float32Array): Float32Array {
  if (a.length === 0) return b.slice();
  const both = new Float32Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
