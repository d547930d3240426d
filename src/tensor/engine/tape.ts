import type { Tensor } from '../tensor.ts';
import { accumulate, fill, packedCopy } from './copy.ts';
import { DeviceError, DTypeError, GradientError, ShapeError } from './errors.ts';
import { opWatcher } from './opWatch.ts';
import { tidy } from './scope.ts';
import { formatShape, sameShape } from './shape.ts';
import { storageBytes } from './storage.ts';

/** Which output of which node a tensor is. */
export interface Edge {
  readonly node: Node;
  readonly output: number;
}

/** Gradients for the inputs of a node, given those of its outputs; null where none is needed. */
export type BackwardFn = (dys: readonly Tensor[]) => readonly (Tensor | null)[];

/** Where a gradient goes: on to another node, into a leaf's `grad`, or nowhere. */
type Target = { readonly edge: Edge } | { readonly leaf: Tensor } | null;

interface Output {
  readonly shape: readonly number[];
  /** Makes a tensor on the output's device. It must not hold the output itself: that would keep a lost handle alive. */
  readonly empty: (shape: readonly number[]) => Tensor;
  grad: Tensor | null;
}

let gradEnabled = true;
let nextNode = 1;

/** Runs `fn` without recording it on the tape: results need no gradient. */
export function noGrad<T>(fn: () => T): T {
  return withGrad(false, fn);
}

export function isGradEnabled(): boolean {
  return gradEnabled;
}

export function withGrad<T>(enabled: boolean, fn: () => T): T {
  const before = gradEnabled;
  gradEnabled = enabled;
  try {
    return fn();
  } finally {
    gradEnabled = before;
  }
}

/**
 * One recorded operation. It counts who can still reach it: handles of its
 * outputs, and nodes that consume them. When nobody can, or once its backward
 * has run, it lets go of what it saved.
 */
export class Node {
  /** Rises with creation, so that descending order is an order for backward. */
  readonly id = nextNode++;
  readonly targets: readonly Target[];
  readonly outputs: Output[] = [];
  #backward: BackwardFn | null;
  #saved: readonly Tensor[];
  #refs = 0;

  constructor(
    readonly op: string,
    inputs: readonly (Tensor | null)[],
    saved: readonly Tensor[],
    backward: BackwardFn,
  ) {
    this.targets = inputs.map(targetOf);
    for (const target of this.targets) if (target && 'edge' in target) target.edge.node.retain();
    this.#saved = saved;
    this.#backward = backward;
  }

  retain(): void {
    this.#refs++;
  }

  release(): void {
    if (--this.#refs === 0) this.free();
  }

  /** Marks a tensor as the next output of this node. */
  addOutput(tensor: Tensor): void {
    tensor.attach(this, this.outputs.length);
    this.outputs.push({ shape: tensor.shape, empty: tensor.maker(), grad: null });
  }

  /** Adds `grad` to what this output has gathered so far. */
  gather(output: number, grad: Tensor): void {
    const slot = this.outputs[output]!;
    slot.grad = sum(slot.grad, grad);
  }

  /** Runs the operation's backward and passes the results on. */
  run(): void {
    const backward = this.#backward;
    if (backward === null) throw released(this.op);
    const dys = this.outputs.map((output) => output.grad ?? zerosFor(output));
    for (const output of this.outputs) output.grad = null;
    opWatcher()?.backwardStart(this);
    const grads = ownHandles(
      tidy(() => backward(dys) as (Tensor | null)[]),
      dys,
    );
    for (const dy of dys) dy.dispose();
    opWatcher()?.backward(this, grads);
    for (let i = 0; i < this.targets.length; i++) {
      const target = this.targets[i] ?? null;
      const grad = grads[i] ?? null;
      if (grad === null) continue;
      if (target === null) grad.dispose();
      else if ('leaf' in target) settle(target.leaf, grad);
      else target.edge.node.gather(target.edge.output, grad);
    }
    this.free();
  }

  free(): void {
    if (this.#backward === null) return;
    this.#backward = null;
    for (const tensor of this.#saved) tensor.dispose();
    this.#saved = [];
    for (const output of this.outputs) {
      output.grad?.dispose();
      output.grad = null;
    }
    for (const target of this.targets) if (target && 'edge' in target) target.edge.node.release();
  }

  get released(): boolean {
    return this.#backward === null;
  }
}

/** A backward may return dy itself, or one tensor for two inputs; each gradient gets a handle that is its alone. */
function ownHandles(grads: readonly (Tensor | null)[], dys: readonly Tensor[]): (Tensor | null)[] {
  const taken = new Set<Tensor>(dys);
  return grads.map((grad) => {
    if (grad === null) return null;
    if (taken.has(grad)) return detached(grad);
    taken.add(grad);
    return grad;
  });
}

function released(op: string): GradientError {
  return new GradientError(
    `backward: the graph through ${op} was already released by an earlier backward(); run the forward again`,
  );
}

function targetOf(input: Tensor | null): Target {
  if (input === null || !input.requiresGrad) return null;
  return input.edge ? { edge: input.edge } : { leaf: input };
}

/** See `Tensor.backward`. */
export function backward(root: Tensor, grad?: Tensor): void {
  root.assertAlive('backward');
  if (!root.requiresGrad) {
    throw new GradientError('backward: the tensor needs no gradient: nothing it was made from has requiresGrad');
  }
  if (grad === undefined && root.size !== 1) {
    throw new ShapeError(
      `backward: a tensor of shape ${formatShape(root.shape)} needs a gradient argument; only a scalar may leave it out`,
    );
  }
  if (grad !== undefined) checkGrad(root, grad);
  tidy(() => withGrad(false, () => backwardFrom([{ root, seed: grad ? detached(grad) : onesLike(root) }])));
}

function checkGrad(root: Tensor, grad: Tensor): void {
  grad.assertAlive('backward: grad');
  if (!sameShape(grad.shape, root.shape)) {
    throw new ShapeError(`backward: grad must be ${formatShape(root.shape)}, got ${formatShape(grad.shape)}`);
  }
  if (grad.dtype !== root.dtype) {
    throw new DTypeError(`backward: grad must be ${root.dtype} as the tensor, got ${grad.dtype}: cast it first`);
  }
  if (grad.device !== root.device) {
    throw new DeviceError(
      `backward: grad is on ${grad.device.name}, the tensor on ${root.device.name}: make them on one device`,
    );
  }
}

/** A tensor to start from, and its gradient, a handle that is the tape's alone. */
export interface Start {
  readonly root: Tensor;
  readonly seed: Tensor;
}

/**
 * One pass from several tensors: what they share runs once and is released once. Called without gradients enabled, in a
 * scope of its own. Should an operation throw, the graph is released all the same.
 */
export function backwardFrom(starts: readonly Start[]): void {
  const nodes = descending(starts.flatMap(({ root }) => (root.edge ? [root.edge.node] : [])));
  for (const { root, seed } of starts) {
    if (root.edge) root.edge.node.gather(root.edge.output, seed);
    else settle(root, seed);
  }
  for (const node of nodes) node.retain(); // its consumers let go of it before its turn comes
  try {
    for (const node of nodes) node.run();
  } finally {
    for (const node of nodes) {
      node.free();
      node.release();
    }
  }
}

/** The nodes reachable from `roots`, each after everything that consumes it. */
function descending(roots: readonly Node[]): Node[] {
  const seen = new Set<Node>(roots);
  const stack = [...roots];
  for (let node = stack.pop(); node; node = stack.pop()) {
    for (const target of node.targets) {
      if (target && 'edge' in target && !seen.has(target.edge.node)) {
        seen.add(target.edge.node);
        stack.push(target.edge.node);
      }
    }
  }
  const nodes = [...seen].sort((a, b) => b.id - a.id);
  const gone = nodes.find((node) => node.released);
  if (gone) throw released(gone.op);
  return nodes;
}

function detached(grad: Tensor): Tensor {
  return grad.view(grad.shape, grad.strides, grad.offset);
}

function onesLike(x: Tensor): Tensor {
  const ones = x.derive(x.shape);
  fill(ones, 1);
  return ones;
}

function zerosFor({ empty, shape }: Output): Tensor {
  const zeros = empty(shape);
  fill(zeros, 0);
  return zeros;
}

/** Adds in place where nobody else can see it, else into a fresh copy. Consumes both arguments. */
function sum(held: Tensor | null, grad: Tensor): Tensor {
  if (held === null) return grad;
  const total = held.storage.refs === 1 && held.isDense && held.offset === 0 ? held : packedCopy(held);
  accumulate(total, grad);
  grad.dispose();
  if (total !== held) held.dispose();
  return total;
}

function settle(leaf: Tensor, grad: Tensor): void {
  leaf.grad = leafGrad(leaf.grad, grad);
}

/** A leaf's gradient is its alone, and so is all of its memory: clipping scales it in place, optimizers read whole vec4s. */
function leafGrad(held: Tensor | null, grad: Tensor): Tensor {
  if (held !== null) {
    accumulate(held, grad);
    grad.dispose();
    return held;
  }
  const { refs, bytes } = grad.storage;
  const isAlone = refs === 1 && bytes === storageBytes(grad.size, grad.dtype);
  if (isAlone && grad.isDense && grad.offset === 0) return grad;
  const own = packedCopy(grad);
  grad.dispose();
  return own;
}
