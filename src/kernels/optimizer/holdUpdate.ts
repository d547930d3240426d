import { defineKernel } from '../../tensor/engine/kernel.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { quads } from './slots.ts';

/**
 * Stops an optimizer on the device once a number is NaN or infinite: sets `held` to 1 for good, the learning rate to 0 and
 * all gradients to zeros, in this step and in every one after it. A host that reads losses back some steps late then still
 * finds the parameters as they were before the step that failed.
 *
 * `watched`: [n], f32. `held`: [1], u32, zero at first. `hyper`: an optimizer's, the learning rate first.
 */
export function holdUpdate(watched: Tensor, held: Tensor, hyper: Tensor, grads: readonly Tensor[]): void {
  holdOnNonFinite({ watched }, { held, hyper }, { size: watched.size });
  for (const grad of grads) holdClear({ held }, { grad }, { size: quads(grad.size) });
}

// By the exponent's bits: a compiler may take `v != v` for false.
export const holdOnNonFinite = /* @__PURE__ */ defineKernel({
  name: 'holdUpdate.onNonFinite',
  read: { watched: 'f32' },
  write: { held: 'u32', hyper: 'f32' },
  params: { size: 'u32' },
  workgroup: 1,
  grid: () => 1,
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main() {
  for (var i = 0u; i < params.size; i++) {
    if ((bitcast<u32>(watched[i]) & 0x7f800000u) == 0x7f800000u) { held[0] = 1u; }
  }
  if (held[0] != 0u) { hyper[0] = 0.0; }
}`,
});

// Not a product with zero, which leaves NaN as it is.
export const holdClear = /* @__PURE__ */ defineKernel({
  name: 'holdUpdate.clear',
  read: { held: 'u32' },
  write: { grad: 'vec4f' },
  params: { size: 'u32' },
  workgroup: 64,
  grid: ({ size }) => Math.ceil(size / 1024),
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  if (held[0] == 0u) { return; }
  let first = linearGroup(group) * WORKGROUP * 16u + lane;
  for (var k = 0u; k < 16u; k++) {
    let i = first + k * WORKGROUP;
    if (i < params.size) { grad[i] = vec4f(); }
  }
}`,
});
