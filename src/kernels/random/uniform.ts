import { defineKernel } from '../../tensor/engine/kernel.ts';
import { randomEpoch, type Words } from '../../tensor/engine/randomState.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { blocksPerInvocation, checkTarget } from './draw.ts';
import { PHILOX, PHILOX_PARAMS, randomWords } from './philox.ts';

/**
 * Overwrites an f32 tensor with uniform random numbers in [0, 1), multiples of 2^-24: the upper 24 bits of each word of
 * the blocks from `counter` on. Four elements use up one block.
 */
export function uniformInto(y: Tensor, key: Words, counter: Words): void {
  checkTarget('uniformInto', y);
  const blocks = Math.ceil(y.size / 4);
  drawUniform({ epoch: randomEpoch(y) }, { y }, { blocks, key, counter }, { BLOCKS: blocksPerInvocation(y.device) });
}

export const drawUniform = /* @__PURE__ */ defineKernel({
  name: 'random.uniform',
  read: { epoch: 'u32' },
  write: { y: 'vec4f' },
  params: { blocks: 'u32', ...PHILOX_PARAMS },
  constants: { BLOCKS: { tested: [1] } },
  workgroup: 64,
  grid: ({ blocks }, { BLOCKS }) => Math.ceil(blocks / (64 * BLOCKS)),
  functions: PHILOX,
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let first = linearGroup(group) * WORKGROUP * BLOCKS + lane;
  let end = min(first + WORKGROUP * BLOCKS, params.blocks);
  for (var i = first; i < end; i += WORKGROUP) {
    y[i] = vec4f(randomBlock(i) >> vec4u(8u)) * 5.9604644775390625e-8; // 2^-24
  }
}`,
});

export function uniformReference(count: number, key: Words, counter: Words, epoch = 0): Float64Array {
  return Float64Array.from(randomWords(count, key, counter, epoch), (word) => (word >>> 8) * 2 ** -24);
}
