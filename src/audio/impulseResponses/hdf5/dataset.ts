import { ResponseFileError } from '../responseFileError.ts';
import { type AttributeValue, readAttributes } from './attributes.ts';
import type { Blocks } from './block.ts';
import { type ChunkGrid, readChunkIndex, type StoredChunk } from './chunkIndex.ts';
import { countOf, readDataspace } from './dataspace.ts';
import { type Datatype, decodeNumbers, readDatatype } from './datatype.ts';
import { type Filter, readFilters, unfilter } from './filters.ts';
import { type ChunkedLayout, type Layout, readLayout } from './layout.ts';
import { type Message, messageOf } from './objectHeader.ts';

const MOST_INFLATED = 1032; // what a byte of a deflate stream can stand for
const MOST_CHUNKS = 2 ** 22;

/** An array of numbers in a file. */
export class Dataset {
  readonly shape: readonly number[];
  readonly attributes: ReadonlyMap<string, AttributeValue>;
  readonly #blocks: Blocks;
  readonly #what: string;
  readonly #type: Datatype;
  readonly #layout: Layout;
  readonly #filters: readonly Filter[];
  #index: Promise<Map<number, StoredChunk>> | undefined;
  #latest: { readonly number: number; readonly bytes: Uint8Array } | undefined;

  private constructor(
    blocks: Blocks,
    name: string,
    parts: {
      shape: number[];
      type: Datatype;
      layout: Layout;
      filters: Filter[];
      attributes: Map<string, AttributeValue>;
    },
  ) {
    this.#blocks = blocks;
    this.#what = name;
    this.shape = parts.shape;
    this.attributes = parts.attributes;
    this.#type = parts.type;
    this.#layout = parts.layout;
    this.#filters = parts.filters;
  }

  /** null for a group. @throws ResponseFileError for arrays of anything but numbers, and for damaged ones. */
  static async open(blocks: Blocks, name: string, messages: readonly Message[]): Promise<Dataset | null> {
    const [space, type, layout] = [
      await messageOf(blocks, messages, 'dataspace'),
      await messageOf(blocks, messages, 'datatype'),
      await messageOf(blocks, messages, 'layout'),
    ];
    if (!space || !type || !layout) return null;
    const filters = await messageOf(blocks, messages, 'filters');
    const dataset = new Dataset(blocks, name, {
      shape: readDataspace(space),
      type: readDatatype(type),
      layout: readLayout(layout),
      filters: filters ? readFilters(filters) : [],
      attributes: await readAttributes(blocks, messages),
    });
    dataset.#expectPossible();
    return dataset;
  }

  /** All numbers. */
  values(): Promise<Float64Array> {
    return this.rows(0, this.shape[0] ?? 1);
  }

  /** The numbers of `count` places along the first axis, from `start` on. */
  async rows(start: number, count: number): Promise<Float64Array> {
    const extent = this.shape[0] ?? 1;
    if (!(start >= 0 && count >= 0 && start + count <= extent)) {
      throw new RangeError(`rows: must lie within 0 to ${extent}, got ${count} from ${start}`);
    }
    const rowBytes = countOf(this.shape.slice(1)) * this.#type.size;
    const [from, bytes] = [start * rowBytes, count * rowBytes];
    const layout = this.#layout;
    if (layout.kind === 'compact') return decodeNumbers(layout.bytes.subarray(from, from + bytes), this.#type);
    if (layout.kind === 'contiguous') {
      if (layout.address === null) return new Float64Array(bytes / this.#type.size); // never written
      return decodeNumbers(await this.#blocks.data(layout.address + from, bytes, this.#what), this.#type);
    }
    return decodeNumbers(await this.#gather(layout, start, count), this.#type);
  }

  /** Before any memory is asked for: a damaged file may claim any extents. */
  #expectPossible(): void {
    const bytes = countOf(this.shape) * this.#type.size;
    const { kind } = this.#type;
    if (kind !== 'integer' && kind !== 'float') throw this.#fail('must hold numbers of 1 to 8 bytes');
    const layout = this.#layout;
    if (layout.kind === 'compact' && layout.bytes.length < bytes) throw this.#fail('is shorter than its extents say');
    const most = this.#blocks.source.size * (layout.kind === 'chunked' && this.#filters.length > 0 ? MOST_INFLATED : 1);
    if (!(bytes <= most)) throw this.#fail(`of [${this.shape.join(', ')}] is more than the file can hold`);
    if (layout.kind === 'chunked') this.#grid(layout);
  }

  #grid({ chunk }: ChunkedLayout): ChunkGrid {
    const counts = this.shape.map((extent, axis) => Math.ceil(extent / chunk[axis]!));
    const chunkBytes = countOf(chunk) * this.#type.size;
    const possible = chunk.length === this.shape.length && chunk.every((extent) => extent >= 1);
    if (!possible || !(countOf(counts) <= MOST_CHUNKS) || !(chunkBytes < 2 ** 32)) {
      throw this.#fail(`has chunks of [${chunk.join(', ')}] for extents [${this.shape.join(', ')}]`);
    }
    return { counts, chunkBytes, filtered: this.#filters.length > 0 };
  }

  /** Bytes of rows, put together from the chunks that reach into them. */
  async #gather(layout: ChunkedLayout, start: number, count: number): Promise<Uint8Array> {
    const { chunk } = layout;
    const grid = this.#grid(layout);
    this.#index ??= readChunkIndex(this.#blocks, layout, grid);
    const index = await this.#index;
    const shape = [count, ...this.shape.slice(1)];
    const out = new Uint8Array(countOf(shape) * this.#type.size);
    if (out.length === 0) return out;
    const perRow = countOf(grid.counts.slice(1));
    const last = Math.ceil((start + count) / chunk[0]!) * perRow;
    for (let number = Math.floor(start / chunk[0]!) * perRow; number < last; number++) {
      const stored = index.get(number);
      if (!stored) continue; // never written: 0
      const place = placeOf(number, grid.counts).map((at, axis) => at * chunk[axis]!);
      const bytes = await this.#chunk(number, stored, layout, place);
      copyChunk(bytes, chunk, [place[0]! - start, ...place.slice(1)], out, shape, this.#type.size);
    }
    return out;
  }

  /** The one read last is kept: a chunk may hold many rows. */
  async #chunk(
    number: number,
    { address, bytes, mask }: StoredChunk,
    layout: ChunkedLayout,
    place: readonly number[],
  ): Promise<Uint8Array> {
    if (this.#latest?.number === number) return this.#latest.bytes;
    const { chunkBytes } = this.#grid(layout);
    const over = layout.chunk.some((extent, axis) => place[axis]! + extent > this.shape[axis]!);
    const filters = layout.plainEdges && over ? [] : this.#filters;
    const stored = await this.#blocks.data(address, bytes, this.#what);
    if (chunkBytes > stored.length * MOST_INFLATED) throw this.#fail(`has a chunk of ${bytes} bytes for ${chunkBytes}`);
    const fail = (reason: string) => this.#fail(`at [${place.join(', ')}] ${reason}`);
    this.#latest = { number, bytes: unfilter(stored, filters, mask, chunkBytes, fail) };
    return this.#latest.bytes;
  }

  #fail(reason: string): ResponseFileError {
    return new ResponseFileError(this.#blocks.source.name, this.#what, reason);
  }
}

function placeOf(number: number, counts: readonly number[]): number[] {
  const place: number[] = [];
  let rest = number;
  for (let axis = counts.length - 1; axis >= 0; axis--) {
    place[axis] = rest % counts[axis]!;
    rest = Math.floor(rest / counts[axis]!);
  }
  return place;
}

/** Copies a chunk that lies at `place`, in part perhaps outside, run by run along the last axis. */
function copyChunk(
  chunkBytes: Uint8Array,
  chunk: readonly number[],
  place: readonly number[],
  out: Uint8Array,
  shape: readonly number[],
  size: number,
): void {
  const lastAxis = shape.length - 1;
  const run = Math.min(chunk[lastAxis]!, shape[lastAxis]! - place[lastAxis]!);
  const copyFrom = lastAxis === 0 ? Math.max(0, -place[0]!) : 0;
  visit(0, 0, 0);

  function visit(axis: number, from: number, to: number): void {
    if (axis === lastAxis) {
      const source = (from * chunk[axis]! + copyFrom) * size;
      const target = (to * shape[axis]! + place[axis]! + copyFrom) * size;
      out.set(chunkBytes.subarray(source, source + Math.max(0, run - copyFrom) * size), target);
      return;
    }
    for (let n = 0; n < chunk[axis]!; n++) {
      const at = place[axis]! + n;
      if (at >= 0 && at < shape[axis]!) visit(axis + 1, from * chunk[axis]! + n, to * shape[axis]! + at);
    }
  }
}
