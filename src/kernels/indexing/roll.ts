import { type Nd, nd } from '../../tensor/engine/nd.ts';
import { defineOp } from '../../tensor/engine/op.ts';
import { resolveDim, type Shape } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { blockOf, copyBlock } from './copyBlock.ts';

/** Distance for each axis of the tensor, from 0 to its extent. */
interface Shifts {
  readonly byAxis: readonly number[];
}

/**
 * Moves the elements along the given axes; what leaves at one end enters at the other. A positive shift moves towards
 * higher positions. Any element type. Rolling k axes is 2^k block copies, each element moved once.
 *
 * @throws RangeError when shifts and dims differ in count, a shift is not an integer, or an axis is outside or named
 * twice.
 */
export function roll(x: Tensor, shifts: number | readonly number[], dims: number | readonly number[]): Tensor {
  return rollOp([x], { byAxis: shiftsByAxis(x.shape, shifts, dims) });
}

const rollOp = /* @__PURE__ */ defineOp({
  name: 'roll',
  inputs: ['x'],
  dtypes: 'any',
  strided: true,
  shape: ([x]: readonly [Shape], _: Shifts) => x,
  forward: ([x]: readonly [x: Tensor], { byAxis }) => ({ y: rolled(x, byAxis), saved: {} }),
  backward: (dy, _, { byAxis }) => [
    rolled(
      dy,
      byAxis.map((shift, d) => (shift === 0 ? 0 : dy.shape[d]! - shift)),
    ),
  ],
});

function rolled(x: Tensor, byAxis: readonly number[]): Tensor {
  const y = x.derive(x.shape);
  moveBlocks(x, y, byAxis, 0);
  return y;
}

/** Splits along one axis after the other at the place where it wraps around. */
function moveBlocks(from: Tensor, to: Tensor, byAxis: readonly number[], axis: number): void {
  const d = byAxis.findIndex((shift, i) => i >= axis && shift !== 0);
  if (d === -1) {
    copyBlock(from, to);
    return;
  }
  const shift = byAxis[d]!;
  const rest = from.shape[d]! - shift;
  moveBlocks(blockOf(from, d, 0, rest), blockOf(to, d, shift, rest), byAxis, d + 1);
  moveBlocks(blockOf(from, d, rest, shift), blockOf(to, d, 0, shift), byAxis, d + 1);
}

function shiftsByAxis(shape: Shape, shifts: number | readonly number[], dims: number | readonly number[]): number[] {
  const distances = typeof shifts === 'number' ? [shifts] : shifts;
  const axes = (typeof dims === 'number' ? [dims] : dims).map((dim) => resolveDim('roll', dim, shape.length));
  if (distances.length !== axes.length || !distances.every(Number.isInteger)) {
    throw new RangeError(
      `roll: shifts must be one integer per axis, got [${distances.join(', ')}] for axes [${axes.join(', ')}]`,
    );
  }
  if (new Set(axes).size !== axes.length) throw new RangeError(`roll: dims names an axis twice: [${axes.join(', ')}]`);
  return shape.map((extent, d) => {
    const at = axes.indexOf(d);
    return at === -1 || extent === 0 ? 0 : ((distances[at]! % extent) + extent) % extent;
  });
}

export function rollReference(
  [x]: readonly [Nd],
  { shifts, dims }: { shifts: readonly number[]; dims: readonly number[] },
): Nd {
  const byAxis = shiftsByAxis(x.shape, shifts, dims);
  return nd(x.shape, (_, at) => {
    const index = x.shape.reduce((sum, extent, d) => sum * extent + ((at[d]! - byAxis[d]! + extent) % extent), 0);
    return x.data[index]!;
  });
}
