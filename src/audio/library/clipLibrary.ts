import type { LibraryConfig } from './libraryConfig.ts';
import { ProceduralLibrary } from './proceduralLibrary.ts';

export type { LibraryConfig } from './libraryConfig.ts';

/** A recording of one sound, before it is loaded. */
export interface ClipEntry {
  /** Names the clip within its library. */
  readonly id: string;
  /** The class of the sound, such as `dog`. */
  readonly label: string;
  /** Sentences about this recording; none where a data set has none. */
  readonly captions: readonly string[];
  /** How long it is, where that is known without opening the file. */
  readonly seconds?: number;
}

/** Recordings with labels and captions. */
export interface ClipLibrary {
  /** In an order that is the same wherever the same configuration meets the same files. */
  readonly clips: readonly ClipEntry[];
  /**
   * The samples of a clip, mono, for the caller to keep.
   *
   * @param sampleRate Hz
   * @throws RangeError for a clip that the library does not have, or a rate it cannot give.
   */
  load(clip: ClipEntry, sampleRate: number): Promise<Float32Array>;
}

/**
 * Opens the library that a configuration describes: lists its clips, loads none.
 *
 * @throws LibraryError that lists everything amiss with the configuration or with the files it points to.
 */
export async function openLibrary(config: LibraryConfig): Promise<ClipLibrary> {
  switch (config.kind) {
    case 'procedural':
      return new ProceduralLibrary(config);
  }
}
