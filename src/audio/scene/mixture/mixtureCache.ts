import { BoundedCache } from './boundedCache.ts';
import { Convolver } from './convolution/convolver.ts';
import type { HeardResponse } from './heardResponse.ts';
import { MeasuredRooms } from './measuredRooms.ts';

const MEGABYTE = 2 ** 20;

export interface MixtureCacheOptions {
  /** In MiB. Default 256. */
  readonly responses?: number;
  /** Made and recorded. In MiB. Default 160: eight of 10 s mixtures at 32 kHz. */
  readonly noises?: number;
  /** Of rooms in folders of WAV files. In MiB. Default 128. */
  readonly rooms?: number;
}

/** What mixtures share: responses of rooms, recordings of noise, memory to convolve in. (Libraries keep their clips.) Mixtures do not depend on it. */
export class MixtureCache {
  readonly responses: BoundedCache<HeardResponse>;
  readonly noises: BoundedCache<readonly Float32Array[]>;
  readonly rooms: MeasuredRooms;
  readonly convolver = new Convolver();
  readonly #fileLists = new Map<string, readonly string[]>();

  constructor({ responses = 256, noises = 160, rooms = 128 }: MixtureCacheOptions = {}) {
    this.responses = new BoundedCache(responses * MEGABYTE);
    this.rooms = new MeasuredRooms(rooms * MEGABYTE);
    this.noises = new BoundedCache(noises * MEGABYTE);
  }

  /** The files of a folder, listed once. */
  async fileList(path: string, list: () => Promise<readonly string[]>): Promise<readonly string[]> {
    const files = this.#fileLists.get(path) ?? (await list());
    this.#fileLists.set(path, files);
    return files;
  }
}
