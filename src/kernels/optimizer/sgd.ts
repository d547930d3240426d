import type { Tensor } from '../../tensor/tensor.ts';
import { buffersOf, launchesOf, type Slot, slotKernel } from './slots.ts';

/**
 * One step of stochastic gradient descent on all slots, in place, with momentum as PyTorch has it.
 *
 *   g ← g + weightDecay · p      velocity ← momentum · velocity + g
 *   p ← p - lr · (nesterov ? g + momentum · velocity : velocity)
 *
 * `state` is [1, total], zeros at first; `hyper` is [lr, momentum, weightDecay, nesterov], the last 0 or 1.
 *
 * @throws ShapeError, DTypeError when a slot does not fit; see `launchesOf`.
 */
export function sgdStep(slots: readonly Slot[], state: Tensor, hyper: Tensor): void {
  for (const launch of launchesOf('sgd', slots, state)) {
    const { grads, params } = buffersOf(launch);
    sgdUpdate({ ...grads, hyper }, { ...params, state }, { ends: launch.ends, places: launch.places, second: 0 });
  }
}

// Without momentum an infinite gradient must not stay: 0 · infinity is NaN in every step after it.
export const sgdUpdate = /* @__PURE__ */ slotKernel(
  'sgd.update',
  /* wgsl */ `
fn stepped(param: vec4f, gradient: vec4f, at: u32) -> vec4f {
  let momentum = hyper[1];
  let slope = gradient + hyper[2] * param;
  var velocity = slope;
  if (momentum != 0.0) { velocity += momentum * state[at]; }
  state[at] = velocity;
  return param - hyper[0] * select(velocity, slope + momentum * velocity, hyper[3] != 0.0);
}`,
);
