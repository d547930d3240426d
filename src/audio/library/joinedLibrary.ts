import type { ClipEntry, ClipLibrary } from './clipLibrary.ts';

/** Several libraries as one. The id of a clip begins with the place of its library in the list. */
export class JoinedLibrary implements ClipLibrary {
  readonly clips: readonly ClipEntry[];
  readonly #libraries: readonly ClipLibrary[];

  constructor(libraries: readonly ClipLibrary[]) {
    this.#libraries = libraries;
    this.clips = libraries.flatMap(({ clips }, at) => clips.map((clip) => ({ ...clip, id: `${at}/${clip.id}` })));
  }

  async load(clip: ClipEntry, sampleRate: number): Promise<Float32Array> {
    const { library, inside } = this.#find(clip);
    return library.load(inside, sampleRate);
  }

  async loadChannels(clip: ClipEntry, sampleRate: number): Promise<Float32Array[]> {
    const { library, inside } = this.#find(clip);
    return library.loadChannels?.(inside, sampleRate) ?? [await library.load(inside, sampleRate)];
  }

  #find(clip: ClipEntry): { library: ClipLibrary; inside: ClipEntry } {
    const [, at = '', id = ''] = /^(\d+)\/(.*)$/s.exec(clip.id) ?? [];
    const library = this.#libraries[Number(at || -1)];
    if (!library) throw new RangeError(`load: the joined libraries have no clip '${clip.id}'`);
    return { library, inside: { ...clip, id } };
  }
}
