import type { ClipEntry, ClipLibrary } from '../../library/clipLibrary.ts';

/** A library's clips by id and by label. */
export interface LibraryIndex {
  readonly byId: ReadonlyMap<string, ClipEntry>;
  /** In the order in which labels come in the library. */
  readonly byLabel: ReadonlyMap<string, readonly ClipEntry[]>;
}

/** Indexes live as long as somebody keeps their library. */
const indexes = new WeakMap<ClipLibrary, LibraryIndex>();

export function libraryIndex(library: ClipLibrary): LibraryIndex {
  const known = indexes.get(library);
  if (known) return known;
  const byLabel = new Map<string, ClipEntry[]>();
  for (const clip of library.clips) {
    const same = byLabel.get(clip.label);
    if (same) same.push(clip);
    else byLabel.set(clip.label, [clip]);
  }
  const index = { byId: new Map(library.clips.map((clip) => [clip.id, clip])), byLabel };
  indexes.set(library, index);
  return index;
}

/** @throws RangeError for an id that the library does not have, or a clip without samples. */
export async function loadClip(library: ClipLibrary, id: string, sampleRate: number): Promise<Float32Array> {
  const { byId } = libraryIndex(library);
  const entry = byId.get(id);
  if (!entry) {
    throw new RangeError(
      `mixture: the library has no clip '${id}' among its ${byId.size}: is it the one that the record was made with?`,
    );
  }
  const samples = await library.load(entry, sampleRate);
  if (samples.length === 0) throw new RangeError(`mixture: clip '${id}' has no samples`);
  return samples;
}
