import { countNonFinite } from '../kernels/reduce/nonFinite.ts';
import type { Module } from '../nn/module.ts';
import { trainedTensor } from '../nn/packedParameter.ts';
import { watchOps } from '../tensor/engine/opWatch.ts';
import { own } from '../tensor/engine/scope.ts';
import type { Node } from '../tensor/engine/tape.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** The first thing in a step that held NaN or infinity. */
export interface NonFiniteFinding {
  /** Path of the module and name of the operation: `separator.blocks.3.time.attention: rmsNorm`. */
  readonly where: string;
  /** How many of the elements. */
  readonly count: number;
  readonly size: number;
}

interface Watched {
  readonly where: string;
  readonly size: number;
  readonly counts: Tensor;
}

/**
 * Runs `step`, a forward and backward, and checks everything that goes in and comes out of each operation, in order:
 * parameters, inputs, outputs, gradients. Null when all of it is finite.
 */
export async function findNonFinite(
  model: Module,
  inputs: Readonly<Record<string, Tensor>>,
  step: () => void,
): Promise<NonFiniteFinding | null> {
  const watched: Watched[] = [];
  const look = (where: string, tensor: Tensor) => {
    if (tensor.size === 0 || (tensor.dtype !== 'f32' && tensor.dtype !== 'f16')) return;
    watched.push({ where, size: tensor.size, counts: own(countNonFinite(tensor)) });
  };
  for (const [name, tensor] of model.stateDict()) look(`parameter ${name}`, tensor);
  for (const [name, tensor] of Object.entries(inputs)) look(`input ${name}`, tensor);
  const paths = new WeakMap<Node, string>();
  const module = followModules(model);
  const under: string[] = []; // backward
  const backwardOf = (node: Node) => `backward of ${paths.get(node) ?? node.op}`;
  try {
    watchOps(
      {
        forward(op, outputs, node) {
          const place = module.path() || under[under.length - 1];
          const where = place ? `${place}: ${op}` : op;
          if (node) paths.set(node, where);
          for (const output of outputs) look(where, output);
        },
        backwardStart: (node) => under.push(backwardOf(node)),
        backward(node, grads) {
          under.pop();
          for (const grad of grads) if (grad) look(backwardOf(node), grad);
        },
      },
      step,
    );
  } finally {
    module.restore();
  }
  const seen = new Set<Tensor>();
  for (const [name, parameter] of model.namedParameters()) {
    const { grad } = trainedTensor(parameter);
    if (grad && !seen.has(grad)) look(`gradient of ${name}`, grad);
    if (grad) seen.add(grad);
  }
  return firstOf(watched);
}

async function firstOf(watched: readonly Watched[]): Promise<NonFiniteFinding | null> {
  try {
    for (const { where, size, counts } of watched) {
      const count = ((await counts.data()) as Uint32Array).reduce((total, value) => total + value, 0);
      if (count > 0) return { where, count, size };
    }
    return null;
  } finally {
    for (const { counts } of watched) counts.dispose();
  }
}

/** Follows which module's `forward` runs. */
function followModules(model: Module): { path(): string; restore(): void } {
  const stack: string[] = [];
  const kept = [...model.namedModules()].map(([path, module]) => {
    const forward = module.forward as (...args: unknown[]) => unknown;
    module.forward = (...args: unknown[]) => {
      stack.push(path);
      try {
        return forward(...args);
      } finally {
        stack.pop();
      }
    };
    return { module, forward };
  });
  return {
    path: () => stack[stack.length - 1] ?? '',
    restore() {
      for (const { module, forward } of kept) module.forward = forward;
    },
  };
}
