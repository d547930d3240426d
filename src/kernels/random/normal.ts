import { cached } from '../../tensor/engine/deviceCache.ts';
import { defineKernel } from '../../tensor/engine/kernel.ts';
import { randomEpoch, type Words } from '../../tensor/engine/randomState.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { blocksPerInvocation, checkTarget } from './draw.ts';
import { normalOf, normalTable } from './normalTable.ts';
import { PHILOX, PHILOX_PARAMS, randomWords } from './philox.ts';

/**
 * Overwrites an f32 tensor with normal random numbers of mean 0 and variance 1, one per word of the blocks from
 * `counter` on: the same bits on every device, see `normalTable`. Four elements use up one block.
 */
export function normalInto(y: Tensor, key: Words, counter: Words): void {
  checkTarget('normalInto', y);
  const table = cached(y, 'random.normalTable', normalTable);
  const blocks = Math.ceil(y.size / 4);
  drawNormal(
    { epoch: randomEpoch(y), table },
    { y },
    { blocks, key, counter },
    { BLOCKS: blocksPerInvocation(y.device) },
  );
}

export const drawNormal = /* @__PURE__ */ defineKernel({
  name: 'random.normal',
  read: { epoch: 'u32', table: 'f32' },
  write: { y: 'vec4f' },
  params: { blocks: 'u32', ...PHILOX_PARAMS },
  constants: { BLOCKS: { tested: [1] } },
  workgroup: 64,
  grid: ({ blocks }, { BLOCKS }) => Math.ceil(blocks / (64 * BLOCKS)),
  functions: PHILOX,
  wgsl: /* wgsl */ `
fn normal(word: u32) -> f32 {
  let tail = 2u * word + 1u;
  let zeros = countLeadingZeros(tail);
  let shifted = tail << zeros;
  let at = (31u - zeros) * 64u + ((shifted >> 25u) & 63u);
  let fraction = (shifted >> 9u) & 0xffffu;
  let start = u32(table[at]);
  let z = start - (((start - u32(table[at + 1u])) * fraction + 0x8000u) >> 16u);
  let signed = select(i32(z), -i32(z), (word >> 31u) != 0u);
  return f32(signed) * 4.76837158203125e-7; // 2^-21
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let first = linearGroup(group) * WORKGROUP * BLOCKS + lane;
  let end = min(first + WORKGROUP * BLOCKS, params.blocks);
  for (var i = first; i < end; i += WORKGROUP) {
    let words = randomBlock(i);
    y[i] = vec4f(normal(words.x), normal(words.y), normal(words.z), normal(words.w));
  }
}`,
});

export function normalReference(count: number, key: Words, counter: Words, epoch = 0): Float64Array {
  const table = normalTable();
  return Float64Array.from(randomWords(count, key, counter, epoch), (word) => normalOf(word, table));
}
