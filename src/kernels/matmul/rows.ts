import { dense } from '../../tensor/engine/copy.ts';
import { collapseAxes } from '../../tensor/engine/params.ts';
import type { Tensor } from '../../tensor/tensor.ts';

/** x [..., cols] as [rows, cols]: a view where one stride walks all leading axes, else of a packed copy. */
export function rowsOf(x: Tensor): Tensor {
  const cols = x.shape[x.ndim - 1]!;
  const lead = { shape: x.shape.slice(0, -1), strides: x.strides.slice(0, -1) };
  const rows = lead.shape.reduce((product, extent) => product * extent, 1);
  const { strides } = collapseAxes(lead);
  if (strides.length > 1 && x.size > 0) return dense(x).view([rows, cols]);
  return x.view([rows, cols], [strides[0] ?? cols, x.strides[x.ndim - 1]!]);
}

/** The last two axes swapped. */
export function turned(x: Tensor): Tensor {
  const swap = (of: readonly number[]) => [...of.slice(0, -2), of[of.length - 1]!, of[of.length - 2]!];
  return x.view(swap(x.shape), swap(x.strides));
}
