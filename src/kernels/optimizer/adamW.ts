import { defineKernel } from '../../tensor/engine/kernel.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { buffersOf, launchesOf, type Slot, slotKernel } from './slots.ts';

export interface AdamWSettings {
  readonly lr: number;
  readonly betas: readonly [number, number];
  readonly eps: number;
  /** Decoupled from the gradient: each step takes lr · weightDecay of the parameter away. */
  readonly weightDecay: number;
}

/**
 * What the step reads from the device: lr, β1, β2, eps, weightDecay, the number of steps taken, 1 - β1^t and 1 - β2^t. The
 * first five are the host's to change, the others rise on the device, so that a recorded step can be replayed.
 */
export function adamWHyper({ lr, betas, eps, weightDecay }: AdamWSettings): number[] {
  return [lr, betas[0], betas[1], eps, weightDecay, 0, 0, 0];
}

/**
 * One step of AdamW on all slots, in place. Loshchilov and Hutter 2017, https://arxiv.org/abs/1711.05101
 *
 *   p ← p - lr · weightDecay · p
 *   m ← m + (1 - β1) (g - m)      v ← β2 v + (1 - β2) g²
 *   p ← p - lr / (1 - β1^t) · m / (sqrt(v / (1 - β2^t)) + eps)
 *
 * `state` is [2, total] with m in the first row and v in the second, zeros at first; `hyper` is made from `adamWHyper`.
 *
 * @throws ShapeError, DTypeError when a slot does not fit; see `launchesOf`.
 */
export function adamWStep(slots: readonly Slot[], state: Tensor, hyper: Tensor): void {
  const launches = launchesOf('adamW', slots, state);
  adamWAdvance({}, { hyper });
  for (const launch of launches) {
    const { grads, params } = buffersOf(launch);
    const { ends, places } = launch;
    adamWUpdate({ ...grads, hyper }, { ...params, state }, { ends, places, second: state.shape[1]! / 4 });
  }
}

// 1 - β^t from the step before: pow(β2, t) near 1 would leave 1 - β2^t with four digits.
export const adamWAdvance = /* @__PURE__ */ defineKernel({
  name: 'adamW.advance',
  read: {},
  write: { hyper: 'f32' },
  workgroup: 1,
  grid: () => 1,
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main() {
  hyper[5] += 1.0;
  hyper[6] = hyper[6] * hyper[1] + (1.0 - hyper[1]);
  hyper[7] = hyper[7] * hyper[2] + (1.0 - hyper[2]);
}`,
});

export const adamWUpdate = /* @__PURE__ */ slotKernel(
  'adamW.update',
  /* wgsl */ `
fn stepped(param: vec4f, gradient: vec4f, at: u32) -> vec4f {
  let lr = hyper[0];
  let mean = state[at] + (1.0 - hyper[1]) * (gradient - state[at]);
  let square = hyper[2] * state[params.second + at] + (1.0 - hyper[2]) * gradient * gradient;
  state[at] = mean;
  state[params.second + at] = square;
  let scale = sqrt(square) / sqrt(hyper[7]) + hyper[3];
  return param * (1.0 - lr * hyper[4]) - lr / hyper[6] * mean / scale;
}`,
);

/** The same step on one parameter in float64, in place; t counts from 1. */
export function adamWReference(
  { param, grad, m, v }: { param: Float64Array; grad: ArrayLike<number>; m: Float64Array; v: Float64Array },
  { lr, betas: [beta1, beta2], eps, weightDecay }: AdamWSettings,
  t: number,
): void {
  for (let i = 0; i < param.length; i++) {
    m[i] = beta1 * m[i]! + (1 - beta1) * grad[i]!;
    v[i] = beta2 * v[i]! + (1 - beta2) * grad[i]! ** 2;
    const step = m[i]! / (1 - beta1 ** t) / (Math.sqrt(v[i]! / (1 - beta2 ** t)) + eps);
    param[i] = param[i]! * (1 - lr * weightDecay) - lr * step;
  }
}
