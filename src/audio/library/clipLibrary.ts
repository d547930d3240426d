import { JoinedLibrary } from './joinedLibrary.ts';
import type { LibraryConfig } from './libraryConfig.ts';
import { LibraryError } from './libraryError.ts';
import { openFileLibrary } from './openFileLibrary.ts';
import { ProceduralLibrary } from './proceduralLibrary.ts';

export type { LibraryConfig } from './libraryConfig.ts';

/** A recording of one sound, before it is loaded. */
export interface ClipEntry {
  /** Names the clip within its library. */
  readonly id: string;
  /** The class of the sound, such as `dog`. In data sets without classes the id, so that no two clips are of one class. */
  readonly label: string;
  /** Sentences about this recording or, where a data set has only labels, the label in words. */
  readonly captions: readonly string[];
  /** How long it is, where that is known without opening the file. */
  readonly seconds?: number;
}

/** Recordings with labels and captions. */
export interface ClipLibrary {
  /** In an order that is the same wherever the same configuration meets the same files. */
  readonly clips: readonly ClipEntry[];
  /** Files that the data set lists and that are not there, where the configuration skips them. */
  readonly missing?: readonly string[];
  /**
   * The samples of a clip, for the caller to keep: mono, the mean of the channels where the recording has several.
   *
   * @param sampleRate Hz, a whole number; recordings of another rate are resampled.
   * @throws RangeError for a clip that the library does not have, or a rate it cannot give; what `readAudio` throws.
   */
  load(clip: ClipEntry, sampleRate: number): Promise<Float32Array>;
  /** Every channel of a clip, such as the four of ambisonic noise. Left out by libraries where all is mono. */
  loadChannels?(clip: ClipEntry, sampleRate: number): Promise<Float32Array[]>;
}

/**
 * Opens the library that a configuration describes: lists its clips, loads none. The configuration may come from a JSON file and is
 * checked.
 *
 * @throws LibraryError that lists everything amiss with the configuration or with the files it points to; FileError where a folder
 * cannot be read, or in a browser, which has none.
 */
export async function openLibrary(config: LibraryConfig): Promise<ClipLibrary> {
  switch (config.kind) {
    case 'procedural':
      return new ProceduralLibrary(config);
    case 'joined': {
      if (!Array.isArray(config.libraries) || config.libraries.length === 0) {
        throw new LibraryError('joined', ['libraries must be a list of at least one library']);
      }
      return new JoinedLibrary(await Promise.all(config.libraries.map((one) => openLibrary(one))));
    }
    case 'folder':
    case 'fsd50k':
    case 'ears':
    case 'esc50':
    case 'audiocaps':
    case 'clotho':
    case 'dcase2025':
      return openFileLibrary(config);
    default:
      throw new LibraryError('of a configuration', [
        `kind must be one of ${kinds}, got ${JSON.stringify((config as { kind?: unknown }).kind)}`,
      ]);
  }
}

const kinds = 'procedural, folder, fsd50k, ears, esc50, audiocaps, clotho, dcase2025, joined';
