/** Sounds that are made, not recorded: no files are needed. */
export interface ProceduralConfig {
  readonly kind: 'procedural';
  /** Names of `soundClasses`; all of them unless given. */
  readonly classes?: readonly string[];
  /** 40 unless given. */
  readonly clipsPerClass?: number;
  /** The length of every clip; 5 unless given. */
  readonly seconds?: number;
  /** A whole number in [0, 2^32); 1 unless given. */
  readonly seed?: number;
  /** No two splits share a clip. `train` unless given. */
  readonly split?: Split;
  /** How much of what was made is kept to be handed out again; 128 MiB unless given. */
  readonly cacheBytes?: number;
}

/** Data sets name their splits differently; here they are always called so. */
export type Split = 'train' | 'valid' | 'test';

/** What all libraries of files have in common. */
interface OnDisk {
  /** Where the data set lies; relative paths are from the working directory. */
  readonly path: string;
  /** Keeps only clips of these labels. A clip with several labels counts as the first of them that is kept. */
  readonly labels?: readonly string[];
  /** Other names for published labels, before `labels` is applied; null takes a label away. Labels not named keep theirs. */
  readonly classMap?: Readonly<Record<string, string | null>>;
  /** What to do when listed files are not there: `refuse` to open the library, which is the standard, or `skip` such clips. */
  readonly missing?: 'refuse' | 'skip';
  /** How many bytes of decoded clips are kept to be handed out again; 128 MiB unless given. */
  readonly cacheBytes?: number;
}

/**
 * Any folder of audio files, at any depth.
 *
 * Without a table, each file is a clip and the first folder on the way to it is its label: `dog/a.wav`, `rain/light/b.wav`.
 *
 * A CSV table has a line of column names. `file` is the path from the folder; `label`, `caption` and `split` are optional, and so is
 * `caption_1`, `caption_2`, … for more captions. Rows with the same file add captions to one clip. A JSON table is a list of objects
 * with `file`, and optionally `label`, `caption`, `captions` (a list) and `split`. Clips without a label have the first folder's
 * name or, in no folder, their own.
 */
export interface FolderConfig extends OnDisk {
  readonly kind: 'folder';
  /** CSV or JSON file, from the folder; unless given, `clips.csv` or `clips.json` where there is one. */
  readonly table?: string;
  /** Keeps only rows with this in their column `split`. */
  readonly split?: string;
}

/**
 * FSD50K (Fonseca et al. 2022, https://zenodo.org/records/4060432): `FSD50K.dev_audio`, `FSD50K.eval_audio`, `FSD50K.ground_truth`.
 * `train` and `valid` are the two parts of `dev.csv`, `test` is `eval.csv`. Labels are those of AudioSet as the files write them
 * (`Electric_guitar`), the most telling first; captions are the first label in words.
 */
export interface Fsd50kConfig extends OnDisk {
  readonly kind: 'fsd50k';
  /** `train` unless given. */
  readonly split?: Split;
}

/**
 * EARS (Richter et al. 2024, https://github.com/facebookresearch/ears_dataset): folders `p001` to `p107`. Every clip has the label
 * `Speech`; captions tell what the name of the file tells. Splits are those of its benchmark: p100 and p101 are `valid`, p102 to
 * p107 are `test`.
 */
export interface EarsConfig extends OnDisk {
  readonly kind: 'ears';
  /** `train` unless given. */
  readonly split?: Split;
  /**
   * Kinds of recording to take: the first word of the file name. `emo`, `freeform`, `rainbow` and `sentences` unless given, as in
   * the benchmark; the others are `interjection`, `melodic`, `nonverbal` and `vegetative`.
   */
  readonly styles?: readonly string[];
}

/** ESC-50 (Piczak 2015, https://github.com/karolpiczak/ESC-50): `audio` and `meta/esc50.csv`. Labels as in the table (`door_wood_knock`). */
export interface Esc50Config extends OnDisk {
  readonly kind: 'esc50';
  /** Of 1 to 5; all unless given. */
  readonly folds?: readonly number[];
}

/**
 * AudioCaps (Kim et al. 2019, https://github.com/cdjkim/audiocaps): `train.csv`, `val.csv` and `test.csv`, in the folder or in its
 * `dataset`. Files of audio lie anywhere in the folder, in a folder of the split's name (`train`, `val`, `test`) if there is one, and
 * are called `<youtube_id>`, `<youtube_id>_<start>`, `<youtube_id>_<start>_<end>` (in seconds or milliseconds), each with or without
 * a `Y` before it, or `<audiocap_id>`. There are no classes: the label of a clip is its id.
 */
export interface AudioCapsConfig extends OnDisk {
  readonly kind: 'audiocaps';
  /** `train` unless given. */
  readonly split?: Split;
}

/**
 * Clotho 2 (Drossos et al. 2020, https://zenodo.org/records/4783391): folders `development`, `validation` and `evaluation`, which are
 * `train`, `valid` and `test`, and `clotho_captions_<folder>.csv`. Five captions each. The label of a clip is its id.
 */
export interface ClothoConfig extends OnDisk {
  readonly kind: 'clotho';
  /** `train` unless given. */
  readonly split?: Split;
}

/**
 * The development set of task 4 of DCASE 2025 (https://zenodo.org/records/15117227), from `dev_set` or a folder that holds it. Labels
 * are the 18 folders of `sound_event`, or those of `interference`; all clips of `noise` are `noise`.
 */
export interface Dcase2025Config extends OnDisk {
  readonly kind: 'dcase2025';
  /** `sound_event` unless given. */
  readonly part?: 'sound_event' | 'interference' | 'noise';
  /** `train` unless given; there is no `test`. */
  readonly split?: 'train' | 'valid';
}

/** Several libraries as one, in this order. Ids begin with the place of their library in the list: `0/dog/train-1-3`. */
export interface JoinedConfig {
  readonly kind: 'joined';
  readonly libraries: readonly LibraryConfig[];
}

export type FileLibraryConfig =
  | FolderConfig
  | Fsd50kConfig
  | EarsConfig
  | Esc50Config
  | AudioCapsConfig
  | ClothoConfig
  | Dcase2025Config;

/** What `openLibrary` opens, as it stands in a JSON file. */
export type LibraryConfig = ProceduralConfig | FileLibraryConfig | JoinedConfig;
