import { type MelOptions, melFilterBankMatrix } from '../kernels/fourier/melFilterBank.ts';
import { tensor } from '../tensor/create.ts';
import type { Tensor } from '../tensor/tensor.ts';

/**
 * Triangular filters on the mel scale as a tensor [nMels, floor(nFft / 2) + 1] on the default device, computed in float64;
 * see `melFilterBankMatrix`. `melSpectrogram` applies them without their zeros.
 *
 * @throws RangeError for sizes that are not positive integers, frequencies outside 0 <= fMin < fMax <= sampleRate / 2, or
 *   an unknown scale or norm.
 */
export function melFilterBank(options: MelOptions): Tensor {
  return tensor(melFilterBankMatrix(options), { shape: [options.nMels, Math.floor(options.nFft / 2) + 1] });
}
