/** What a case of the bench is, and how an operation becomes one or two of them. */

import { tidy } from '../src/tensor/engine/scope.ts';
import type { Shape } from '../src/tensor/engine/shape.ts';
import { noGrad } from '../src/tensor/engine/tape.ts';
import type { Tensor } from '../src/tensor/tensor.ts';
import type { Inputs } from './inputs.ts';
import type { Work } from './measure.ts';

/** What one run has to do at least. A multiply-add is two operations; each operand and result crosses memory once. */
export interface Cost {
  readonly flops: number;
  readonly bytes: number;
}

export interface BenchCase extends Cost {
  /** The operation, with `.backward` behind it for its gradient. */
  readonly name: string;
  /** What runs, in shapes. */
  readonly shape: string;
  /** Makes the inputs in `inputs`, which frees them afterwards. */
  readonly make: (inputs: Inputs) => Work;
}

export interface OperationCase {
  readonly name: string;
  readonly shape: string;
  readonly forward: Cost;
  /** Left out for operations without a gradient. */
  readonly backward?: Cost;
  /** Makes the inputs and returns the call. */
  readonly make: (inputs: Inputs) => () => Tensor;
}

/** What an element-wise pass does: so many operations per element, so many tensors of this shape read or written. */
export function passCost(shape: Shape, { flops, tensors }: { flops: number; tensors: number }): Cost {
  return { flops: flops * sizeOf(shape), bytes: tensors * bytesOf(shape) };
}

/** The operation alone, and where it has a gradient its backward alone. */
export function operation({ name, shape, forward, backward, make }: OperationCase): BenchCase[] {
  const forwardCase = { name, shape, ...forward, make: (inputs: Inputs) => forwardWork(make(inputs)) };
  if (!backward) return [forwardCase];
  const backwardMake = (inputs: Inputs) => backwardWork(inputs, make(inputs.withGradients()));
  return [forwardCase, { name: `${name}.backward`, shape, ...backward, make: backwardMake }];
}

function forwardWork(call: () => Tensor): Work {
  const once = () => {
    call();
  };
  return { run: () => tidy(() => noGrad(once)) };
}

/** Each graph serves one backward, so each run gets one that was made before. */
function backwardWork(inputs: Inputs, call: () => Tensor): Work {
  let dy: Tensor | undefined;
  const prepare = () => {
    const y = tidy(call);
    dy ??= inputs.fixed(y.shape);
    return y;
  };
  const run = (prepared: unknown) => {
    const y = prepared as Tensor;
    y.backward(dy);
    y.dispose();
    inputs.clearGradients();
  };
  return { prepare, run };
}

export function sizeOf(...shapes: readonly Shape[]): number {
  return shapes.reduce((total, shape) => total + shape.reduce((a, b) => a * b, 1), 0);
}

/** Bytes of f32 tensors of these shapes. */
export function bytesOf(...shapes: readonly Shape[]): number {
  return 4 * sizeOf(...shapes);
}

export function textOf(...shapes: readonly Shape[]): string {
  return shapes.map((shape) => `[${shape.join(', ')}]`).join(' · ');
}
