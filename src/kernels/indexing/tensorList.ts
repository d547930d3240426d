import { DTypeError } from '../../tensor/engine/errors.ts';
import { isTensor } from '../../tensor/engine/scope.ts';
import type { Tensor } from '../../tensor/tensor.ts';

/** Tensors in an array or one after another, then the options. */
export type TensorListArguments<O> = readonly (readonly Tensor[] | Tensor | O | undefined)[];

/**
 * Tells the tensors of a list op from its options.
 *
 * @throws TypeError when there is no tensor or something else among them; DTypeError when their types differ.
 */
export function tensorList<O extends object>(
  op: string,
  args: TensorListArguments<O>,
): { tensors: readonly Tensor[]; options: O | undefined } {
  const last = args[args.length - 1];
  const given = (Array.isArray(args[0]) ? args[0] : args.filter(isTensor)) as readonly Tensor[];
  const options = isTensor(last) || Array.isArray(last) ? undefined : (last as O | undefined);
  const count = Array.isArray(args[0]) ? 1 : given.length;
  if (given.length === 0 || args.length > count + 1 || !given.every(isTensor)) {
    throw new TypeError(`${op}: give at least one tensor, then the options: ${op}([a, b], { dim: 0 })`);
  }
  const first = given[0]!;
  for (let i = 1; i < given.length; i++) {
    if (given[i]!.dtype !== first.dtype) {
      throw new DTypeError(
        `${op}: tensor 0 is ${first.dtype} and tensor ${i} is ${given[i]!.dtype}: cast one of them, dtypes are never mixed silently`,
      );
    }
  }
  return { tensors: given, options };
}
