import { l1Loss } from '../../src/kernels/loss/l1Loss.ts';
import { mseLoss } from '../../src/kernels/loss/mseLoss.ts';
import { siSdr } from '../../src/kernels/loss/siSdr.ts';
import { snr } from '../../src/kernels/loss/snr.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { type BenchCase, operation, passCost, textOf } from '../benchCase.ts';
import type { ModelShapes } from '../shapes.ts';

/** Reads estimate and target; backward reads both and writes the estimate's gradient. [forward, backward] per sample. */
const SIGNAL_LOSSES: Readonly<Record<string, readonly [(x: Tensor, target: Tensor) => Tensor, number, number]>> = {
  siSdr: [siSdr, 6, 4],
  snr: [snr, 5, 3],
  l1Loss: [l1Loss, 3, 2],
  mseLoss: [mseLoss, 3, 2],
};

export function lossCases({ bsast }: ModelShapes): BenchCase[] {
  const signals = [8, bsast.samples];
  return Object.entries(SIGNAL_LOSSES).flatMap(([name, [call, forward, backward]]) =>
    operation({
      name,
      shape: textOf(signals),
      forward: passCost(signals, { flops: forward, tensors: 2 }),
      backward: passCost(signals, { flops: backward, tensors: 3 }),
      make: (inputs) => {
        const [estimate, target] = [inputs.randn(signals), inputs.fixed(signals)];
        return () => call(estimate, target);
      },
    }),
  );
}
