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
  readonly split?: 'train' | 'valid' | 'test';
  /** How much of what was made is kept to be handed out again; 128 MiB unless given. */
  readonly cacheBytes?: number;
}

/** What `openLibrary` opens, as it stands in a JSON file. */
export type LibraryConfig = ProceduralConfig;
