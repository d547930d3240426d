import { dense } from '../../tensor/engine/copy.ts';
import { DTypeError } from '../../tensor/engine/errors.ts';
import { defineKernel } from '../../tensor/engine/kernel.ts';
import { tidy } from '../../tensor/engine/scope.ts';
import type { Tensor } from '../../tensor/tensor.ts';

/** Counts that `countNonFinite` leaves, one for each of its invocations. Their sum is what is asked for. */
export const NON_FINITE_LANES = 256;

/**
 * How many elements are NaN or infinite, as NON_FINITE_LANES partial counts on the device. One workgroup, so that nothing has
 * to be added up: made for diagnosis, not for speed.
 *
 * @throws DTypeError for anything but f32 and f16.
 */
export function countNonFinite(x: Tensor): Tensor {
  const { dtype } = x;
  if (dtype !== 'f32' && dtype !== 'f16') throw new DTypeError(`countNonFinite: x must be f32 or f16, got ${dtype}`);
  return tidy(() => {
    const counts = x.derive([NON_FINITE_LANES], 'u32');
    nonFiniteCount({ x: dense(x) }, { counts }, { size: x.size }, { T: dtype });
    return counts;
  });
}

// A compiler may take `v != v` for false; the exponent's bits cannot be argued with.
export const nonFiniteCount = /* @__PURE__ */ defineKernel({
  name: 'nonFinite.count',
  read: { x: 'T' },
  write: { counts: 'u32' },
  params: { size: 'u32' },
  constants: { T: ['f32', 'f16'] },
  workgroup: 256,
  grid: () => 1,
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) lane: u32) {
  var count = 0u;
  for (var i = lane; i < params.size; i += WORKGROUP) {
    let bits = bitcast<u32>(f32(x[i]));
    count += select(0u, 1u, (bits & 0x7f800000u) == 0x7f800000u);
  }
  counts[lane] = count;
}`,
});
