/** https://www.w3.org/TR/WGSL/#uniformity-expressions */

import type { Root } from '../functionRecord.ts';
import type { Expression } from '../program.ts';
import { call } from './calls.ts';
import { MAY_BE_NON_UNIFORM, type Node } from './graph.ts';
import type { Note } from './note.ts';
import { meet } from './values.ts';
import type { View, Walk } from './walk.ts';

/** The node of an expression's value; of a pointer, that it points at one place. It implies `cf`, where it is evaluated. */
export function value(walk: Walk, node: Expression, cf: Node): Node {
  switch (node.kind) {
    case 'constant':
    case 'override':
      return cf;
    case 'binding':
      return binding(walk, node, cf);
    case 'load':
      return load(walk, node.place, cf);
    case 'addressOf':
      return place(walk, node.place, cf).address;
    case 'variable':
    case 'deref':
      return place(walk, node, cf).address;
    case 'member':
    case 'swizzle':
      return value(walk, node.base, cf);
    case 'element':
      return walk.graph.all(cf, [value(walk, node.base, cf), value(walk, node.index, cf)]);
    case 'unary':
      return value(walk, node.operand, cf);
    case 'convert':
      return value(walk, node.value, cf);
    case 'binary':
      return binary(walk, node, cf);
    case 'construct':
      return walk.graph.all(
        cf,
        node.args.map((arg) => value(walk, arg, cf)),
      );
    case 'builtin':
    case 'call':
      return call(walk, node, cf);
  }
}

function binding(walk: Walk, node: Expression & { kind: 'binding' }, cf: Node): Node {
  const { binding, span } = node;
  if (binding.type.kind === 'pointer') return pointer(walk, node, cf).address;
  const known = walk.bindings.get(binding) ?? cf;
  return known === cf ? cf : walk.graph.node({ kind: 'name', name: binding.name, span }, cf, known);
}

function binary(walk: Walk, { op, left, right, span }: Expression & { kind: 'binary' }, cf: Node): Node {
  const { graph, values } = walk;
  const first = value(walk, left, cf);
  if (op !== '&&' && op !== '||') return graph.all(cf, [first, value(walk, right, cf)]);
  const inside = graph.node({ kind: 'shortCircuit', name: op, span: left.span ?? span }, first);
  // Calls on the right side may write through pointers, or be skipped.
  const { mark } = values;
  const second = value(walk, right, inside);
  if (values.mark > mark) meet(graph, values, values.rewind(mark), new Map());
  return second;
}

/** The value of a memory view. */
function load(walk: Walk, node: Expression, cf: Node): Node {
  const view = place(walk, node, cf);
  return contents(walk, view, node, cf);
}

/** What a view shows, at the point at hand. */
export function contents(walk: Walk, { root, address }: View, { span }: Expression, cf: Node): Node {
  const { graph, values } = walk;
  if (root === null) return address;
  const inside = values.get(root);
  if (inside !== undefined) {
    const note: Note = { kind: 'name', name: root.name, span };
    return inside === cf && address === cf ? cf : graph.node(note, cf, inside, address);
  }
  const kind = sharing(root);
  return kind === null ? address : graph.node({ kind, name: root.name, span }, cf, MAY_BE_NON_UNIFORM);
}

/** Where memory is that invocations write; null for read-only memory. */
function sharing(root: Root): 'private' | 'workgroup' | 'storage' | null {
  const memory = 'space' in root ? root : root.type.kind === 'pointer' ? root.type : null;
  switch (memory?.space) {
    case 'private':
    case 'workgroup':
      return memory.space;
    case 'storage':
      return memory.access === 'read' ? null : 'storage';
    default:
      return null;
  }
}

/** The memory view of a place. */
export function place(walk: Walk, node: Expression, cf: Node): View {
  switch (node.kind) {
    case 'variable':
      return { root: node.variable, isFull: true, address: cf };
    case 'deref':
      return pointer(walk, node.pointer, cf);
    case 'member':
    case 'swizzle':
      return { ...place(walk, node.base, cf), isFull: false };
    case 'element': {
      const { root, address } = place(walk, node.base, cf);
      return { root, isFull: false, address: walk.graph.all(cf, [address, value(walk, node.index, cf)]) };
    }
    default:
      return { root: null, isFull: false, address: value(walk, node, cf) };
  }
}

export function pointer(walk: Walk, node: Expression, cf: Node): View {
  if (node.kind === 'addressOf') return place(walk, node.place, cf);
  const known = node.kind === 'binding' ? walk.pointers.get(node.binding) : undefined;
  if (known === undefined) return { root: null, isFull: false, address: cf };
  const { address } = known;
  if (address === cf || node.kind !== 'binding') return { ...known, address: cf };
  return {
    ...known,
    address: walk.graph.node({ kind: 'name', name: node.binding.name, span: node.span }, cf, address),
  };
}

/** Writes `written` to a place. */
export function store(walk: Walk, { root, isFull, address }: View, written: Node, cf: Node): void {
  const before = walk.values.get(root);
  if (root === null || before === undefined) return;
  // What is not written stays.
  const parts = isFull ? [written, address] : [written, address, before];
  walk.values.set(root, walk.graph.all(cf, parts));
}
