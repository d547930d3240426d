import { dense, fill } from '../../tensor/engine/copy.ts';
import { defineKernel } from '../../tensor/engine/kernel.ts';
import { type Nd, nd } from '../../tensor/engine/nd.ts';
import { defineOp } from '../../tensor/engine/op.ts';
import { nextCounter, randomEpoch, randomKey, type Words } from '../../tensor/engine/randomState.ts';
import type { Shape } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { blocksPerInvocation } from '../random/draw.ts';
import { PHILOX, PHILOX_PARAMS, randomWords } from '../random/philox.ts';

export interface DropoutOptions {
  /** Probability in [0, 1] that an element becomes 0. Default 0.5. */
  readonly p?: number;
  /** When false, x passes unchanged. Default true. */
  readonly training?: boolean;
}

/**
 * Zeroes each element with probability p and scales the others by 1 / (1 - p). Srivastava et al. 2014.
 *
 * The mask is a function of the device's seed, its counter and the element's position; backward draws it again instead
 * of keeping it. The same seed gives the same mask on every device.
 *
 * @throws RangeError when p is outside [0, 1].
 */
export function dropout(x: Tensor, { p = 0.5, training = true }: DropoutOptions = {}): Tensor {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`dropout: p must be in [0, 1], got ${p}`);
  return dropoutOp([x], { p: training ? p : 0 });
}

const dropoutOp = /* @__PURE__ */ defineOp({
  name: 'dropout',
  inputs: ['x'],
  dtypes: ['f32', 'f16'],
  strided: true,
  shape: ([x]: readonly [Shape], _: { p: number }) => x,
  forward([x]: readonly [x: Tensor], { p }) {
    const draw = p === 0 ? null : nextDraw(x);
    return { y: draw ? masked(x, p, draw) : x.view(x.shape, x.strides), saved: { draw } };
  },
  backward(dy, { draw }, { p }) {
    return [draw === null ? dy : masked(dy, p, draw)];
  },
});

interface Draw {
  readonly key: Words;
  readonly counter: Words;
}

function nextDraw({ device, size }: Tensor): Draw {
  return { key: randomKey(device), counter: nextCounter(device, Math.ceil(size / 4)) };
}

function masked(x: Tensor, p: number, draw: Draw): Tensor {
  const y = x.derive(x.shape);
  if (p === 1) {
    fill(y, 0);
    return y;
  }
  const params = { blocks: Math.ceil(x.size / 4), threshold: thresholdOf(p), scale: 1 / (1 - p), ...draw };
  const constants = { T: x.dtype as 'f32' | 'f16', BLOCKS: blocksPerInvocation(x.device) };
  maskElements({ x: dense(x), epoch: randomEpoch(x) }, { y }, params, constants);
  return y;
}

/** Words below it drop their element. */
function thresholdOf(p: number): number {
  return Math.min(Math.round(p * 2 ** 32), 2 ** 32 - 1);
}

export const maskElements = /* @__PURE__ */ defineKernel({
  name: 'dropout.mask',
  read: { x: 'vec4T', epoch: 'u32' },
  write: { y: 'vec4T' },
  params: { blocks: 'u32', threshold: 'u32', scale: 'f32', ...PHILOX_PARAMS },
  constants: { T: ['f32', 'f16'], BLOCKS: { tested: [1] } },
  workgroup: 64,
  grid: ({ blocks }, { BLOCKS }) => Math.ceil(blocks / (64 * BLOCKS)),
  functions: PHILOX,
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let first = linearGroup(group) * WORKGROUP * BLOCKS + lane;
  let end = min(first + WORKGROUP * BLOCKS, params.blocks);
  for (var i = first; i < end; i += WORKGROUP) {
    let kept = randomBlock(i) >= vec4u(params.threshold);
    y[i] = vec4<T>(select(vec4f(), vec4f(x[i]) * params.scale, kept));
  }
}`,
});

/** With the mask that a device of this seed, counter and epoch draws. */
export function dropoutReference([x]: readonly [Nd], p: number, key: Words, counter: Words, epoch = 0): Nd {
  const words = randomWords(x.data.length, key, counter, epoch);
  return nd(x.shape, (i) => (p < 1 && words[i]! >= thresholdOf(p) ? x.data[i]! / (1 - p) : 0));
}
