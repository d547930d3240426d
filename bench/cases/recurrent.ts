import { gru } from '../../src/kernels/recurrent/gru.ts';
import { type BenchCase, bytesOf, operation, textOf } from '../benchCase.ts';
import type { ModelShapes } from '../shapes.ts';

/**
 * Per step and direction two products with 3 · hidden rows, of the input and of the state: 6 · hidden · (features + hidden)
 * operations for each sequence; backward twice that. The steps wait for each other.
 */
export function recurrentCases({ seldnet }: ModelShapes): BenchCase[] {
  const { batch, hidden } = seldnet;
  const steps = Math.floor(seldnet.frames / 5);
  const features = hidden;
  const x = [batch, steps, features];
  const y = [batch, steps, 2 * hidden];
  const flops = 2 * 6 * hidden * (features + hidden) * batch * steps;
  const shapes: readonly (readonly [name: string, shape: readonly number[]])[] = [
    ['weight_ih_l0', [3 * hidden, features]],
    ['weight_hh_l0', [3 * hidden, hidden]],
    ['bias_ih_l0', [3 * hidden]],
    ['bias_hh_l0', [3 * hidden]],
  ];
  const weights = shapes.flatMap(([name, shape]) => [[name, shape] as const, [`${name}_reverse`, shape] as const]);
  const weightBytes = bytesOf(...weights.map(([, shape]) => shape));
  return operation({
    name: 'gru',
    shape: `${textOf(x)}, ${hidden} units, both directions`,
    forward: { flops, bytes: bytesOf(x, y) + weightBytes },
    backward: { flops: 2 * flops, bytes: 2 * bytesOf(x, y) + 2 * weightBytes },
    make: (inputs) => {
      const input = inputs.randn(x);
      const made = Object.fromEntries(
        weights.map(([name, shape]) => [name, inputs.randn(shape, { scale: hidden ** -0.5 })]),
      );
      return () => gru(input, null, made, { hidden, bidirectional: true }).y;
    },
  });
}
