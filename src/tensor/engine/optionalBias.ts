import type { Tensor } from '../tensor.ts';
import { isTensor } from './scope.ts';

/** Tells a bias from options in its place: the bias is positional and may be left out. */
export function biasAndOptions<O extends object>(
  third: Tensor | O | null | undefined,
  fourth: O | undefined,
): [bias: Tensor | null, options: O | undefined] {
  if (third === null || third === undefined) return [null, fourth];
  return isTensor(third) ? [third, fourth] : [null, third];
}
