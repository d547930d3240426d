import { defineKernel } from '../../tensor/engine/kernel.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { inGroups, type Slot, vectorsOf } from './slots.ts';

/**
 * One step of stochastic gradient descent for many tensors, three to a launch, as PyTorch computes it:
 *
 *   g ← g + weightDecay · p
 *   b ← momentum · b + g               (b = g at the first step: the buffer starts at 0 and dampening is 0)
 *   p ← p − lr · (nesterov ? g + momentum · b : b)
 *
 * velocity: flat, each tensor at its `stateAt`; hyper: [lr, momentum, weightDecay, nesterov ? 1 : 0].
 */
export function sgdStep(slots: readonly Slot[], velocity: Tensor, hyper: Tensor): void {
  for (const [a, b, c] of inGroups(slots, 3)) {
    descend(
      { grad0: a!.grad, grad1: b?.grad ?? null, grad2: c?.grad ?? null, hyper },
      { param0: a!.param, param1: b?.param ?? null, param2: c?.param ?? null, velocity },
      {
        count0: vectorsOf(a),
        count1: vectorsOf(b),
        count2: vectorsOf(c),
        at0: (a!.stateAt ?? 0) / 4,
        at1: (b?.stateAt ?? 0) / 4,
        at2: (c?.stateAt ?? 0) / 4,
      },
    );
  }
}

export const descend = /* @__PURE__ */ defineKernel({
  name: 'sgd.descend',
  read: { grad0: 'vec4f', grad1: 'vec4f?', grad2: 'vec4f?', hyper: 'f32' },
  write: { param0: 'vec4f', param1: 'vec4f?', param2: 'vec4f?', velocity: 'vec4f' },
  params: { count0: 'u32', count1: 'u32', count2: 'u32', at0: 'u32', at1: 'u32', at2: 'u32' },
  workgroup: 64,
  grid: ({ count0, count1, count2 }) => Math.ceil((count0 + count1 + count2) / 64),
  wgsl: /* wgsl */ `
fn stepped(param: vec4f, grad: vec4f, at: u32) -> vec4f {
  let momentum = hyper[1];
  let g = grad + hyper[2] * param;
  let b = momentum * velocity[at] + g;
  velocity[at] = b;
  return param - hyper[0] * select(b, g + momentum * b, hyper[3] != 0.0);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  var i = linearGroup(group) * WORKGROUP + lane;
  if (i < params.count0) {
    param0[i] = stepped(param0[i], grad0[i], params.at0 + i);
    return;
  }
  i -= params.count0;
  if (HAS_PARAM1 && i < params.count1) {
    param1[i] = stepped(param1[i], grad1[i], params.at1 + i);
    return;
  }
  i -= params.count1;
  if (HAS_PARAM2 && i < params.count2) {
    param2[i] = stepped(param2[i], grad2[i], params.at2 + i);
  }
}`,
});
