import { BoundedCache } from './boundedCache.ts';
import { Convolver } from './convolution/convolver.ts';
import type { HeardResponse } from './heardResponse.ts';

const MEGABYTE = 2 ** 20;

export interface MixtureCacheOptions {
  /** In MiB. Default 256. */
  readonly responses?: number;
  /** In MiB. Default 64. */
  readonly noises?: number;
}

/** What mixtures share: responses of rooms, recordings of noise, memory to convolve in. (Libraries keep their clips.) Mixtures do not depend on it. */
export class MixtureCache {
  readonly responses: BoundedCache<HeardResponse>;
  readonly noises: BoundedCache<readonly Float32Array[]>;
  readonly convolver = new Convolver();

  constructor({ responses = 256, noises = 64 }: MixtureCacheOptions = {}) {
    this.responses = new BoundedCache(responses * MEGABYTE);
    this.noises = new BoundedCache(noises * MEGABYTE);
  }
}
