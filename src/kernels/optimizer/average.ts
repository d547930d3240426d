import { defineKernel } from '../../tensor/engine/kernel.ts';
import type { Tensor } from '../../tensor/tensor.ts';

/** shadow ← decay · shadow + (1 − decay) · value, in place. Both dense and of one size. */
export function moveAverage(shadow: Tensor, value: Tensor, decay: number): void {
  average({ value }, { shadow }, { count: Math.ceil(shadow.size / 4), decay });
}

export const average = /* @__PURE__ */ defineKernel({
  name: 'ema.average',
  read: { value: 'vec4f' },
  write: { shadow: 'vec4f' },
  params: { count: 'u32', decay: 'f32' },
  workgroup: 64,
  grid: ({ count }) => Math.ceil(count / 64),
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i < params.count) {
    shadow[i] = params.decay * shadow[i] + (1.0 - params.decay) * value[i];
  }
}`,
});
