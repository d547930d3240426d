import { defineKernel } from '../../tensor/engine/kernel.ts';
import { BLOCK_PARAMS, blockFunctions, STORE_WGSL } from './gemmBlock.ts';
import { ALONE, type Lanes, SHARED } from './lanes.ts';

/**
 * For products with at most four columns, which cost no more than reading a. An invocation owns a row: right where
 * neighboring rows lie side by side, and on processors. Otherwise 32 share a row that lies along k.
 */
export const gemmSkinny = /* @__PURE__ */ skinny(ALONE);
export const gemmSkinnyShared = /* @__PURE__ */ skinny(SHARED);

/* @__NO_SIDE_EFFECTS__ */
function skinny({ suffix, workgroup, rows, wgsl }: Lanes) {
  return defineKernel({
    name: `matmul.skinny${suffix}`,
    read: { a: 'raw T', b: 'raw T', bias: 'raw T?' },
    write: { y: 'raw T?', pre: 'raw T?', partial: 'f32?' },
    params: BLOCK_PARAMS,
    constants: { T: ['f32', 'f16'], ACTIVATED: [false, true] },
    workgroup,
    grid: ({ blocks }) => blocks,
    functions: blockFunctions(
      'u32?',
      `const BLOCK_M = ${rows}u; const BLOCK_N = 4u; alias R = vec4f;`,
      wgsl,
      STORE_WGSL,
    ),
    wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = linearGroup(group);
  if (index >= params.blocks) { return; }
  let block = blockOf(index);
  let row = lane / LANES;
  let part = lane % LANES;
  let step1 = select(0u, block.bCol, block.n > 1u); // columns past the end repeat the first
  let step2 = select(0u, 2u * block.bCol, block.n > 2u);
  let step3 = select(0u, 3u * block.bCol, block.n > 3u);
  var sum = vec4f();
  if (row < block.m) {
    for (var k = part; k < block.k; k += LANES) {
      let at = block.b + k * block.bRow;
      let columns = vec4f(vec4<T>(b[at], b[at + step1], b[at + step2], b[at + step3]));
      sum += f32(a[block.a + row * params.aRow + k * params.aCol]) * columns;
    }
  }
  sum = acrossLanes(lane, sum);
  if (part == 0u) { store(block, row, 0u, sum); }
}`,
  });
}
