/** The values of function-scope variables at a point of the walk. https://www.w3.org/TR/WGSL/#func-var-value-analysis */

import type { Root } from '../functionRecord.ts';
import type { Graph, Node } from './graph.ts';

export class Values {
  /** Every root that was set or set back, in order. */
  readonly touched: Root[] = [];
  readonly #now = new Map<Root, Node>();
  readonly #before: { readonly root: Root; readonly value: Node | undefined }[] = [];

  /** Undefined for what is not a variable of the function. */
  get(root: Root | null): Node | undefined {
    return root === null ? undefined : this.#now.get(root);
  }

  set(root: Root, value: Node): void {
    this.#before.push({ root, value: this.#now.get(root) });
    this.touched.push(root);
    this.#now.set(root, value);
  }

  get mark(): number {
    return this.#before.length;
  }

  /** Goes back to a mark; returns the values that the variables set since then had come to. */
  rewind(mark: number): Map<Root, Node> {
    const left = new Map<Root, Node>();
    for (const { root } of this.#before.slice(mark)) left.set(root, this.#now.get(root)!);
    while (this.#before.length > mark) {
      const { root, value } = this.#before.pop()!;
      if (value === undefined) this.#now.delete(root);
      else this.#now.set(root, value);
      this.touched.push(root);
    }
    return left;
  }
}

/** Where several ways meet: a node for each of `roots`, with an edge to its value on each way. */
export class Join {
  readonly #graph: Graph;
  readonly #roots: ReadonlySet<Root>;
  readonly #nodes = new Map<Root, Node>();
  #seen = 0;

  constructor(graph: Graph, roots: ReadonlySet<Root>) {
    this.#graph = graph;
    this.#roots = roots;
  }

  /** Another way leads here. */
  add(values: Values): void {
    // What nothing touched since the last way came has its edge already: this keeps many ways linear.
    const touched = this.#seen === 0 ? this.#roots : new Set(values.touched.slice(this.#seen));
    for (const root of touched) {
      const value = values.get(root);
      if (value === undefined || !this.#roots.has(root)) continue;
      const node = this.#nodes.get(root);
      if (node === undefined) this.#nodes.set(root, this.#graph.node(null, value));
      else this.#graph.edge(node, value);
    }
    this.#seen = values.touched.length;
  }

  /** Goes on from here. */
  apply(values: Values): void {
    for (const [root, node] of this.#nodes) values.set(root, node);
  }
}

/** Goes on after two ways that started at one point, where each had come to the values given; null: it leads nowhere. */
export function meet(graph: Graph, values: Values, a: Map<Root, Node> | null, b: Map<Root, Node> | null): void {
  const roots = new Set([...(a?.keys() ?? []), ...(b?.keys() ?? [])]);
  for (const root of roots) {
    const before = values.get(root);
    // Without a value before, it was declared in a branch.
    if (before === undefined) continue;
    const ways = [a, b].flatMap((way) => (way === null ? [] : [way.get(root) ?? before]));
    values.set(root, ways.length === 1 ? ways[0]! : graph.node(null, ...ways));
  }
}
