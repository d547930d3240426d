import type { Tensor } from '../tensor.ts';
import { isTensor, own, tidy } from './scope.ts';
import { backwardFrom, isGradEnabled, Node, noGrad, withGrad } from './tape.ts';

/**
 * Runs `fn(...inputs)` without keeping what its backward would read, and runs it
 * again when backward gets there: memory for time. Random numbers repeat, so
 * dropout draws the same mask. Gradients reach the inputs and every parameter
 * that `fn` uses. Chen et al. 2016, https://arxiv.org/abs/1604.06174
 *
 * `fn` must be pure apart from that: what it does besides happens twice.
 *
 * @throws TypeError without inputs, or when `fn` returns anything but a tensor or an array of tensors.
 */
export function checkpoint<Y extends Tensor | readonly Tensor[]>(
  fn: (...inputs: Tensor[]) => Y,
  ...inputs: Tensor[]
): Y {
  const first = inputs[0];
  if (first === undefined)
    throw new TypeError('checkpoint: give the tensors that fn takes as inputs: checkpoint(fn, x)');
  for (const input of inputs) input.assertAlive('checkpoint');
  const { random } = first.device;
  const counter = random.counter;
  const y = tidy(() => noGrad(() => ownOutputs(fn(...inputs))) as Y & never) as Y;
  if (!isGradEnabled()) return y;
  const saved = inputs.map((input) => own(detachedView(input)));
  const wanted = inputs.map((input) => input.requiresGrad);
  const node = new Node('checkpoint', inputs, saved, (dys) => {
    const after = random.counter;
    const leaves = saved.map((tensor, i) => {
      const leaf = detachedView(tensor);
      leaf.requiresGrad = wanted[i]!;
      return leaf;
    });
    random.counter = counter;
    let again: Y;
    try {
      again = withGrad(true, () => fn(...leaves));
    } finally {
      random.counter = after;
    }
    const starts = outputsOf(again).map((root, i) => ({ root, seed: detachedView(dys[i]!) }));
    backwardFrom(starts.filter(({ root }) => root.requiresGrad)); // together: outputs may share a part of the graph
    return leaves.map((leaf) => leaf.grad && detachedView(leaf.grad));
  });
  for (const output of outputsOf(y)) node.addOutput(output);
  return y;
}

function outputsOf(y: Tensor | readonly Tensor[]): readonly Tensor[] {
  return isTensor(y) ? [y] : y;
}

/** Handles of their own: `fn` may return an input, a parameter or one tensor twice, which have a place on the tape already. */
function ownOutputs<Y extends Tensor | readonly Tensor[]>(y: Y): Y {
  const outputs: unknown = isTensor(y) ? [y] : y;
  if (!Array.isArray(outputs) || !outputs.every(isTensor)) {
    throw new TypeError(`checkpoint: fn must return a tensor or an array of tensors, got ${typeof y}`);
  }
  const views = outputs.map(detachedView);
  return (isTensor(y) ? views[0]! : views) as unknown as Y;
}

function detachedView(x: Tensor): Tensor {
  return x.view(x.shape, x.strides, x.offset);
}
