import { packedCopy } from '../../tensor/engine/copy.ts';
import { type Nd, nd } from '../../tensor/engine/nd.ts';
import { defineOp } from '../../tensor/engine/op.ts';
import type { Shape } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { type Dims, resolveDims } from '../reduce/reduction.ts';

/**
 * The elements in reverse order along the given axes; null reverses all. Any element type.
 *
 * @throws RangeError for an axis outside the tensor or named twice.
 */
export function flip(x: Tensor, dims: Dims): Tensor {
  return flipOp([x], { dims: resolveDims('flip', dims, x.ndim) });
}

const flipOp = /* @__PURE__ */ defineOp({
  name: 'flip',
  inputs: ['x'],
  dtypes: 'any',
  strided: true,
  shape: ([x]: readonly [Shape], _: { dims: readonly number[] }) => x,
  forward: ([x]: readonly [x: Tensor], { dims }) => ({ y: flipped(x, dims), saved: {} }),
  backward: (dy, _, { dims }) => [flipped(dy, dims)],
});

/** A view that starts at the far end and walks back: indices are u32, where adding -stride wraps around as it must. */
function flipped(x: Tensor, dims: readonly number[]): Tensor {
  const reversed = dims.filter((d) => x.shape[d]! > 1);
  const strides = x.strides.map((stride, d) => (reversed.includes(d) ? -stride : stride));
  const offset = reversed.reduce((at, d) => at + (x.shape[d]! - 1) * x.strides[d]!, x.offset);
  return packedCopy(x.view(x.shape, strides, offset));
}

export function flipReference([x]: readonly [Nd], dims: readonly number[]): Nd {
  return nd(x.shape, (_, at) => {
    const index = x.shape.reduce(
      (sum, extent, d) => sum * extent + (dims.includes(d) ? extent - 1 - at[d]! : at[d]!),
      0,
    );
    return x.data[index]!;
  });
}
