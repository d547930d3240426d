/**
 * The graph of one function. A node stands for a proposition (control flow is uniform here, this value is uniform), an
 * edge for "holds only if". https://www.w3.org/TR/WGSL/#uniformity-function
 */

import type { Note } from './note.ts';

export type Node = number;

/** False at every scope. */
export const MAY_BE_NON_UNIFORM: Node = 0;
/** False among the invocations of a workgroup or a draw, but true within a subgroup. */
export const MAY_VARY_BETWEEN_SUBGROUPS: Node = 1;
export const CF_START: Node = 2;
export const VALUE_RETURN: Node = 3;

export class Graph {
  readonly from: Node[] = [];
  readonly to: Node[] = [];
  readonly #notes: (Note | null)[] = [null, null, null, null];

  get size(): number {
    return this.#notes.length;
  }

  /** A new node, with an edge to each of `targets`. */
  node(note: Note | null, ...targets: readonly Node[]): Node {
    const node = this.#notes.push(note) - 1;
    for (const target of targets) this.edge(node, target);
    return node;
  }

  edge(from: Node, to: Node): void {
    this.from.push(from);
    this.to.push(to);
  }

  /** What holds if control flow at `cf` is uniform and each of `values` is; every value here implies its own control flow. */
  all(cf: Node, values: readonly Node[]): Node {
    const others = new Set(values);
    others.delete(cf);
    const [only = cf] = others;
    return others.size <= 1 ? only : this.node(null, ...others);
  }

  noteOf(node: Node): Note | null {
    return this.#notes[node] ?? null;
  }
}

/** Questions to a finished graph. */
export class Reachability {
  readonly #size: number;
  readonly #forward: Adjacency;
  readonly #backward: Adjacency;

  constructor({ size, from, to }: Graph) {
    this.#size = size;
    this.#forward = adjacency(size, from, to);
    this.#backward = adjacency(size, to, from);
  }

  /** For each node the next one on a shortest way to one of `ends`, or -1 where none leads there. */
  towards(ends: readonly Node[]): Int32Array {
    const next = new Int32Array(this.#size).fill(-1);
    const queue = [...ends];
    for (const end of ends) next[end] = end;
    const { start, neighbors } = this.#backward;
    for (let i = 0; i < queue.length; i++) {
      const node = queue[i]!;
      for (let j = start[node]!; j < start[node + 1]!; j++) {
        const before = neighbors[j]!;
        if (next[before] !== -1) continue;
        next[before] = node;
        queue.push(before);
      }
    }
    return next;
  }

  nothing(): Uint8Array {
    return new Uint8Array(this.#size);
  }

  /** Adds to `reached` what can be reached from `node`. */
  reach(node: Node, reached: Uint8Array): Uint8Array {
    const { start, neighbors } = this.#forward;
    const open = reached[node] ? [] : [node];
    reached[node] = 1;
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      for (let j = start[at]!; j < start[at + 1]!; j++) {
        const next = neighbors[j]!;
        if (reached[next]) continue;
        reached[next] = 1;
        open.push(next);
      }
    }
    return reached;
  }
}

/** The neighbors of node `n` are those from `start[n]` up to `start[n + 1]`. */
interface Adjacency {
  readonly start: Int32Array;
  readonly neighbors: Int32Array;
}

function adjacency(size: number, from: readonly Node[], to: readonly Node[]): Adjacency {
  const start = new Int32Array(size + 1);
  for (const node of from) start[node + 1]!++;
  for (let i = 0; i < size; i++) start[i + 1]! += start[i]!;
  const filled = start.slice();
  const neighbors = new Int32Array(to.length);
  for (let i = 0; i < to.length; i++) neighbors[filled[from[i]!]!++] = to[i]!;
  return { start, neighbors };
}
