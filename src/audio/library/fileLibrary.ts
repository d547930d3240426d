import { resampleSignal } from '../resample/resampleSignal.ts';
import { ClipCache } from './clipCache.ts';
import type { ClipEntry, ClipLibrary } from './clipLibrary.ts';
import type { FileTree } from './fileTree.ts';
import type { FileLibraryConfig } from './libraryConfig.ts';
import { LibraryError } from './libraryError.ts';
import { readAudio } from './readAudio.ts';

/** A recording as its data set lists it. */
export interface ListedClip {
  readonly id: string;
  /** From the root of the tree. */
  readonly file: string;
  /** All that the data set gives it, the most telling first. At least one. */
  readonly labels: readonly string[];
  readonly captions: readonly string[];
  readonly seconds?: number;
}

/** What a data set says that it holds. */
export interface Listing {
  readonly tree: FileTree;
  readonly clips: readonly ListedClip[];
  /** What is amiss besides files that are not there. */
  readonly problems: readonly string[];
  /** Every audio file that is there. */
  readonly files: readonly string[];
  /** How the data set should lie on the disk, for the error when nothing is found. */
  readonly layout: string;
}

/** Recordings on the disk, loaded when they are asked for. */
export class FileLibrary implements ClipLibrary {
  readonly clips: readonly ClipEntry[];
  readonly missing: readonly string[];
  readonly #tree: FileTree;
  readonly #files: ReadonlyMap<string, string>;
  readonly #cache: ClipCache;

  /** @throws LibraryError that lists all that is amiss. */
  constructor(listing: Listing, config: FileLibraryConfig) {
    const name = `${config.kind} ${config.path}`;
    const there = new Set(listing.files);
    const kept = listing.clips.flatMap((clip) => {
      const label = labelOf(clip, config);
      return label === undefined ? [] : [{ ...clip, label }];
    });
    const absent = kept.filter(({ file }) => !there.has(file)).map(({ file }) => file);
    const problems = [...listing.problems];
    if (config.missing !== 'skip') {
      for (const file of absent) problems.push(`${file}: is not there; { "missing": "skip" } leaves such clips out`);
    }
    problems.push(...absentLabels(listing, config), ...repeatedIds(kept));
    const found = kept.filter(({ file }) => there.has(file));
    if (problems.length === 0 && found.length === 0) problems.push(`no clips found; ${listing.layout}`);
    if (problems.length > 0) throw new LibraryError(name, problems);
    this.clips = found.map(({ id, label, captions, seconds }) => ({
      id,
      label,
      captions,
      ...(seconds === undefined ? {} : { seconds }),
    }));
    this.missing = absent;
    this.#tree = listing.tree;
    this.#files = new Map(found.map(({ id, file }) => [id, file]));
    this.#cache = new ClipCache(config.cacheBytes ?? 2 ** 27);
  }

  load(clip: ClipEntry, sampleRate: number): Promise<Float32Array> {
    return this.#cache.get(`${sampleRate}:${clip.id}`, async () => {
      const { channels, sampleRate: from } = await readAudio(this.#path(clip));
      return resampleSignal(meanOf(channels), from, sampleRate);
    });
  }

  async loadChannels(clip: ClipEntry, sampleRate: number): Promise<Float32Array[]> {
    const { channels, sampleRate: from } = await readAudio(this.#path(clip));
    return channels.map((channel) => resampleSignal(channel, from, sampleRate));
  }

  #path({ id }: ClipEntry): string {
    const file = this.#files.get(id);
    if (file === undefined) throw new RangeError(`load: the library ${this.#tree.name} has no clip '${id}'`);
    return this.#tree.path(file);
  }
}

/** The first label that the configuration keeps, under the name that it gives it. */
function labelOf({ labels }: ListedClip, { classMap = {}, labels: wanted }: FileLibraryConfig): string | undefined {
  return labels
    .map((label) => (Object.hasOwn(classMap, label) ? classMap[label] : label))
    .find((label) => typeof label === 'string' && (!wanted || wanted.includes(label))) as string | undefined;
}

function absentLabels({ clips }: Listing, config: FileLibraryConfig): string[] {
  const { classMap = {}, labels: wanted = [] } = config;
  const published = new Set(clips.flatMap(({ labels }) => labels));
  const known = new Set([...published].map((label) => (Object.hasOwn(classMap, label) ? classMap[label] : label)));
  const names = [...known].filter((name) => name !== null).sort();
  return wanted
    .filter((label) => !known.has(label))
    .map((label) => `labels: no clip has the label '${label}'; there are ${names.slice(0, 60).join(', ')}`);
}

function repeatedIds(clips: readonly ListedClip[]): string[] {
  const seen = new Set<string>();
  const repeated = new Set<string>();
  for (const { id } of clips) (seen.has(id) ? repeated : seen).add(id);
  return [...repeated].map((id) => `clip '${id}' is listed twice`);
}

function meanOf(channels: readonly Float32Array[]): Float32Array {
  if (channels.length === 1) return channels[0]!;
  const mean = new Float32Array(channels[0]!.length);
  for (let n = 0; n < mean.length; n++) {
    let sum = 0;
    for (const channel of channels) sum += channel[n]!;
    mean[n] = sum / channels.length;
  }
  return mean;
}
