import { ShapeError } from '../../tensor/engine/errors.ts';
import { defineKernel } from '../../tensor/engine/kernel.ts';
import { formatShape, sameShape } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { ownsMemory, quads } from './slots.ts';

/**
 * average ← decay · average + rest · x, in place. `rates`: [2], decay and rest, on the device so that a recorded step can
 * have them changed; rest is 1 - decay rounded once, which f32 arithmetic with a decay near 1 would not give.
 *
 * @throws ShapeError when the shapes differ, or one of the tensors is a view.
 */
export function moveAverage(average: Tensor, x: Tensor, rates: Tensor): void {
  if (!sameShape(average.shape, x.shape) || !ownsMemory(average) || !ownsMemory(x)) {
    throw new ShapeError(
      `moveAverage: average and x must have one shape and own their memory, got ${formatShape(average.shape)} and ${formatShape(x.shape)}`,
    );
  }
  averageMove({ x, rates }, { average }, { size: quads(x.size) });
}

export const averageMove = /* @__PURE__ */ defineKernel({
  name: 'average.move',
  read: { x: 'vec4f', rates: 'f32' },
  write: { average: 'vec4f' },
  params: { size: 'u32' },
  workgroup: 64,
  grid: ({ size }) => Math.ceil(size / 64),
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i < params.size) {
    average[i] = rates[0] * average[i] + rates[1] * x[i];
  }
}`,
});
