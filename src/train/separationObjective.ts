import { l1Loss } from '../kernels/loss/l1Loss.ts';
import { siSdr } from '../kernels/loss/siSdr.ts';
import { tidy } from '../tensor/engine/scope.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Losses } from './trainingTask.ts';

/** Silence is good enough this far below the mixture: 30 dB, as a ratio of energies. */
const QUIET = 1e-3;

/**
 * BSAST's loss, λ · L1 − SI-SDR, and where the target is silence, the estimate's energy in dB relative to the mixture's first
 * channel in place of SI-SDR, which has no meaning there: 10 log10(Σ ŝ² / Σ w² + 10⁻³). Wisdom et al. 2020, "What's all the
 * FUSS about free universal sound separation data?", https://arxiv.org/abs/2011.00803, section 3.3
 *
 * estimate, target: [batch, samples]; mixture: [batch, channels, samples]; present: [batch], 1 where there is a target and 0
 * where it is silence.
 */
export function separationObjective(
  { estimate, target, mixture, present }: Readonly<Record<'estimate' | 'target' | 'mixture' | 'present', Tensor>>,
  lambda: number,
): Losses {
  return tidy(() => {
    const ratio = siSdr(estimate, target).mul(present);
    const w = mixture.slice(1, 0, 1).reshape(estimate.shape);
    const share = energy(estimate).div(energy(w).add(1e-12)).add(QUIET);
    const leak = share
      .log()
      .mul(10 / Math.LN10)
      .mul(present.neg().add(1));
    const l1 = l1Loss(estimate, target);
    const loss = l1.mul(lambda).add(leak.sub(ratio).mean());
    return { loss, terms: { siSdr: ratio.sum().div(present.sum().clamp({ min: 1 })), l1 } };
  });
}

/** [batch, samples] → [batch] */
function energy(x: Tensor): Tensor {
  return x.mul(x).sum(-1);
}
