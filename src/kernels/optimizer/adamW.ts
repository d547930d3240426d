import { defineKernel } from '../../tensor/engine/kernel.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { inGroups, type Slot, vectorsOf } from './slots.ts';

/**
 * One AdamW step for many tensors. Loshchilov and Hutter 2017, https://arxiv.org/abs/1711.05101, algorithm 2, as PyTorch
 * computes it:
 *
 *   p ← p (1 − lr · weightDecay)
 *   m ← β₁ m + (1 − β₁) g          v ← β₂ v + (1 − β₂) g²
 *   p ← p − lr / (1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + eps)
 *
 * Three tensors share a launch: with the moments of all tensors in one buffer and the hyper-parameters in another, that
 * fills the eight bindings every device has. Step count and rate live on the device, so that a recorded step replays.
 *
 * moments: [2, total]: m, then v, each tensor at its `stateAt`. hyper: see `adamWHyper`.
 */
export function adamWStep(slots: readonly Slot[], moments: Tensor, hyper: Tensor): void {
  advance({}, { hyper });
  const total = moments.size / 8; // vec4 elements per moment
  for (const [a, b, c] of inGroups(slots, 3)) {
    update(
      { grad0: a!.grad, grad1: b?.grad ?? null, grad2: c?.grad ?? null, hyper },
      { param0: a!.param, param1: b?.param ?? null, param2: c?.param ?? null, moments },
      {
        total,
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

export interface AdamWSettings {
  readonly lr: number;
  readonly betas: readonly [number, number];
  readonly eps: number;
  readonly weightDecay: number;
}

/** The hyper-parameter buffer at step 0: lr, β₁, β₂, eps, weightDecay, β₁ᵗ, β₂ᵗ, t. */
export function adamWHyper({ lr, betas, eps, weightDecay }: AdamWSettings): number[] {
  return [lr, betas[0], betas[1], eps, weightDecay, 1, 1, 0];
}

// Counts the step: the powers of β are products carried along, exact enough as they go to 0.
export const advance = /* @__PURE__ */ defineKernel({
  name: 'adamW.advance',
  read: {},
  write: { hyper: 'f32' },
  workgroup: 1,
  grid: () => 1,
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main() {
  hyper[5] *= hyper[1];
  hyper[6] *= hyper[2];
  hyper[7] += 1.0;
}`,
});

// Reading and writing whole vec4s is safe past a tensor's end: storages are multiples of 16 bytes.
export const update = /* @__PURE__ */ defineKernel({
  name: 'adamW.update',
  read: { grad0: 'vec4f', grad1: 'vec4f?', grad2: 'vec4f?', hyper: 'f32' },
  write: { param0: 'vec4f', param1: 'vec4f?', param2: 'vec4f?', moments: 'vec4f' },
  params: { total: 'u32', count0: 'u32', count1: 'u32', count2: 'u32', at0: 'u32', at1: 'u32', at2: 'u32' },
  workgroup: 64,
  grid: ({ count0, count1, count2 }) => Math.ceil((count0 + count1 + count2) / 64),
  wgsl: /* wgsl */ `
fn stepped(param: vec4f, grad: vec4f, at: u32) -> vec4f {
  let beta1 = hyper[1];
  let beta2 = hyper[2];
  let m = beta1 * moments[at] + (1.0 - beta1) * grad;
  let v = beta2 * moments[params.total + at] + (1.0 - beta2) * grad * grad;
  moments[at] = m;
  moments[params.total + at] = v;
  let rate = hyper[0] / (1.0 - hyper[5]);
  let scale = 1.0 / sqrt(1.0 - hyper[6]);
  return param * (1.0 - hyper[0] * hyper[4]) - rate * m / (sqrt(v) * scale + hyper[3]);
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
