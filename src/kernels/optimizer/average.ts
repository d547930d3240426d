import { ShapeError } from '../../tensor/engine/errors.ts';
import { defineKernel } from '../../tensor/engine/kernel.ts';
import { formatShape, sameShape } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { ownsMemory, quads } from './slots.ts';

/**
 * average ← decay · average + (1 - decay) · x, in place.
 *
 * @throws ShapeError when the shapes differ, or one of the tensors is a view.
 */
export function moveAverage(average: Tensor, x: Tensor, decay: number): void {
  if (!sameShape(average.shape, x.shape) || !ownsMemory(average) || !ownsMemory(x)) {
    throw new ShapeError(
      `moveAverage: average and x must have one shape and own their memory, got ${formatShape(average.shape)} and ${formatShape(x.shape)}`,
    );
  }
  averageMove({ x }, { average }, { size: quads(x.size), decay, rest: 1 - decay });
}

export const averageMove = /* @__PURE__ */ defineKernel({
  name: 'average.move',
  read: { x: 'vec4f' },
  write: { average: 'vec4f' },
  params: { size: 'u32', decay: 'f32', rest: 'f32' },
  workgroup: 64,
  grid: ({ size }) => Math.ceil(size / 64),
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i < params.size) {
    average[i] = params.decay * average[i] + params.rest * x[i];
  }
}`,
});
