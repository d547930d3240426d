import type { Tensor } from '../tensor.ts';
import { own, tidy } from './scope.ts';
import { isGradEnabled, Node, noGrad, withGrad } from './tape.ts';

/**
 * Runs `fn(...inputs)` without keeping what its backward would read, and runs it
 * again when backward gets there: memory for time. Random numbers repeat, so
 * dropout draws the same mask. Gradients reach the inputs and every parameter
 * that `fn` uses. Chen et al. 2016, https://arxiv.org/abs/1604.06174
 *
 * `fn` must be pure apart from that: what it does besides happens twice.
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
  const y = tidy(() => noGrad(() => fn(...inputs)) as Y & never) as Y;
  if (!isGradEnabled()) return y;
  const saved = inputs.map((input) => own(detachedView(input)));
  const wanted = inputs.map((input) => input.requiresGrad);
  const single = !Array.isArray(y);
  const node = new Node('checkpoint', inputs, saved, (dys) => {
    const after = random.counter;
    random.counter = counter;
    const leaves = saved.map((tensor, i) => {
      const leaf = detachedView(tensor);
      leaf.requiresGrad = wanted[i]!;
      return leaf;
    });
    const again = withGrad(true, () => fn(...leaves));
    random.counter = after;
    const outputs: readonly Tensor[] = single ? [again as Tensor] : (again as readonly Tensor[]);
    outputs.forEach((output, i) => {
      if (output.requiresGrad) output.backward(dys[i]!);
    });
    return leaves.map((leaf) => leaf.grad && detachedView(leaf.grad));
  });
  for (const output of single ? [y as Tensor] : (y as readonly Tensor[])) node.addOutput(output);
  return y;
}

function detachedView(x: Tensor): Tensor {
  return x.view(x.shape, x.strides, x.offset);
}
