import type { Tensor } from '../tensor.ts';
import type { Node } from './tape.ts';

/** Told of every operation that runs under `watchOps`. It must not dispose or keep the tensors. */
export interface OpWatcher {
  /** After a forward, one that a backward calls included; `node` is its entry on the tape, null when no gradient is needed. */
  forward(op: string, outputs: readonly Tensor[], node: Node | null): void;
  /** Before a backward. */
  backwardStart(node: Node): void;
  /** After a backward that has not thrown; the gradients are in the order of the op's inputs, null where none is needed. */
  backward(node: Node, grads: readonly (Tensor | null)[]): void;
}

let current: OpWatcher | undefined;

/** Who watches; undefined outside `watchOps`. */
export function opWatcher(): OpWatcher | undefined {
  return current;
}

/** Runs `fn` and tells `watcher` of each operation in it, forward and backward. For diagnosis: it sees every intermediate. */
export function watchOps<T>(watcher: OpWatcher, fn: () => T): T {
  const before = current;
  current = watcher;
  try {
    return fn();
  } finally {
    current = before;
  }
}
