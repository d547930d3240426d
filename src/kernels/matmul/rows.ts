import { dense } from '../../tensor/engine/copy.ts';
import type { Tensor } from '../../tensor/tensor.ts';

/** x [..., cols] as [rows, cols]: a view where one stride walks all leading axes, else of a packed copy. */
export function rowsOf(x: Tensor): Tensor {
  const cols = x.shape[x.ndim - 1]!;
  const rows = x.shape.slice(0, -1).reduce((product, extent) => product * extent, 1);
  const step = commonStride(x.shape.slice(0, -1), x.strides);
  if (step === null && x.size > 0) return dense(x).view([rows, cols]);
  return x.view([rows, cols], [step ?? cols, x.strides[x.ndim - 1]!]);
}

/** The stride that walks all these axes in row-major order, or null where there is none. */
function commonStride(shape: readonly number[], strides: readonly number[]): number | null {
  let [inner, extent] = [0, 1];
  for (let d = shape.length - 1; d >= 0; d--) {
    if (shape[d] === 1) continue;
    if (extent === 1) inner = strides[d]!;
    else if (strides[d] !== inner * extent) return null;
    extent *= shape[d]!;
  }
  return inner;
}

/** The last two axes swapped. */
export function turned(x: Tensor): Tensor {
  const swap = (of: readonly number[]) => [...of.slice(0, -2), of[of.length - 1]!, of[of.length - 2]!];
  return x.view(swap(x.shape), swap(x.strides));
}
