import { infoNce } from '../../src/kernels/loss/infoNce.ts';
import { l1Loss } from '../../src/kernels/loss/l1Loss.ts';
import { mseLoss } from '../../src/kernels/loss/mseLoss.ts';
import { siSdr } from '../../src/kernels/loss/siSdr.ts';
import { snr } from '../../src/kernels/loss/snr.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { type BenchCase, bytesOf, operation, passCost, textOf } from '../benchCase.ts';
import type { ModelShapes } from '../shapes.ts';

/** Reads estimate and target; backward reads both and writes the estimate's gradient. [forward, backward] per sample. */
const SIGNAL_LOSSES: Readonly<Record<string, readonly [(x: Tensor, target: Tensor) => Tensor, number, number]>> = {
  siSdr: [siSdr, 6, 4],
  snr: [snr, 5, 3],
  l1Loss: [l1Loss, 3, 2],
  mseLoss: [mseLoss, 3, 2],
};

export function lossCases(shapes: ModelShapes): BenchCase[] {
  return [...signalCases(shapes), ...contrastiveCases(shapes)];
}

function signalCases({ bsast }: ModelShapes): BenchCase[] {
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

/** One product of n × n × d for the logits; backward has them again and one more for each embedding. */
function contrastiveCases({ contrastive: { batch, dim } }: ModelShapes): BenchCase[] {
  const embeddings = [batch, dim];
  const product = 2 * batch * batch * dim;
  return operation({
    name: 'infoNce',
    shape: textOf(embeddings, embeddings),
    forward: { flops: product, bytes: bytesOf(embeddings, embeddings) },
    backward: { flops: 3 * product, bytes: 4 * bytesOf(embeddings) },
    make: (inputs) => {
      const unit = { scale: dim ** -0.5 };
      const [audio, text] = [inputs.randn(embeddings, unit), inputs.randn(embeddings, unit)];
      const logScale = inputs.randn([], { scale: 0, offset: 2.659 });
      return () => infoNce(audio, text, logScale);
    },
  });
}
