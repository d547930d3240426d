import { defineKernel } from '../../tensor/engine/kernel.ts';
import { BLOCK_PARAMS, blockFunctions, STORE_VECTOR_WGSL, STORE_WGSL } from './gemmBlock.ts';

/** Rows of the result that one workgroup computes with one panel of b, which stays in the nearest cache meanwhile. */
export const STRIP = 64;

const PANEL_BLOCK = `const BLOCK_M = ${STRIP}u; const BLOCK_N = 8u;`;

/**
 * For softgpu: a workgroup is one invocation that walks down a strip of rows, four at a time, with 4 × 8 sums in eight
 * vector registers. The inner loop is two loads of b, four loads that fill a vector with one element of a, and eight
 * multiply-adds, all with addresses that grow by a fixed step. b lies in panels of 8 columns or has aligned rows; a may
 * have any strides, or, where PACKED, both lie in panels.
 */
export const gemmPanel = /* @__PURE__ */ panel('matmul.panel', 'raw vec4T', 'vec4f?', 'u32?');
export const gemmPanelGrouped = /* @__PURE__ */ panel('matmul.panelGrouped', 'raw vec4T', 'vec4f?', 'u32');

/** The same where results do not lie in whole vectors of four; in rows without gaps where ADJACENT. */
export const gemmPanelStrided = /* @__PURE__ */ panel('matmul.panelStrided', 'raw T', 'f32?', 'u32?');
export const gemmPanelStridedGrouped = /* @__PURE__ */ panel('matmul.panelStridedGrouped', 'raw T', 'f32?', 'u32');

/* @__NO_SIDE_EFFECTS__ */
function panel<
  const Y extends 'raw T' | 'raw vec4T',
  const P extends 'f32?' | 'vec4f?',
  const G extends 'u32' | 'u32?',
>(name: string, result: Y, partial: P, groups: G) {
  const packed: readonly boolean[] = groups === 'u32' ? [false] : [true, false];
  const adjacent: readonly boolean[] = result === 'raw T' ? [true, false] : [true];
  return defineKernel({
    name,
    read: { a: 'raw S', b: 'raw vec4S', bias: 'raw T?', groups },
    write: { y: `${result}?` as const, pre: `${result}?` as const, partial },
    params: BLOCK_PARAMS,
    // S is the type of the operands: panels are f32 whatever T is.
    constants: { T: ['f32', 'f16'], S: ['f32', 'f16'], PACKED: packed, ADJACENT: adjacent, ACTIVATED: [false, true] },
    workgroup: 1,
    grid: ({ blocks }) => blocks,
    functions: blockFunctions(groups, PANEL_BLOCK, result === 'raw T' ? STORE_WGSL : STORE_VECTOR_WGSL),
    wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u) {
  let index = linearGroup(group);
  if (index >= params.blocks) { return; }
  var block = blockOf(index);
  if (ADJACENT) { block.yCol = 1u; }
  let aStep = select(params.aCol, 4u, PACKED);
  let bStep = select(block.bRow / 4u, 2u, PACKED);
  let rows = min(block.m, BLOCK_M);
  for (var row = 0u; row < rows; row += 4u) {
    var c00 = vec4f(); var c01 = vec4f(); var c10 = vec4f(); var c11 = vec4f();
    var c20 = vec4f(); var c21 = vec4f(); var c30 = vec4f(); var c31 = vec4f();
    let last = block.m - 1u; // rows past the end repeat the last one; their results are not stored
    var at0 = block.a;
    var at1 = block.a + min(1u, last) * params.aRow;
    var at2 = block.a + min(2u, last) * params.aRow;
    var at3 = block.a + min(3u, last) * params.aRow;
    var bAt = block.b / 4u;
    for (var k = 0u; k < block.k; k++) {
      let b0 = vec4f(b[bAt]);
      let b1 = vec4f(b[bAt + 1u]);
      let a0 = f32(a[at0]);
      c00 += a0 * b0; c01 += a0 * b1;
      let a1 = f32(a[select(at1, at0 + 1u, PACKED)]);
      c10 += a1 * b0; c11 += a1 * b1;
      let a2 = f32(a[select(at2, at0 + 2u, PACKED)]);
      c20 += a2 * b0; c21 += a2 * b1;
      let a3 = f32(a[select(at3, at0 + 3u, PACKED)]);
      c30 += a3 * b0; c31 += a3 * b1;
      bAt += bStep;
      at0 += aStep;
      at1 += aStep;
      at2 += aStep;
      at3 += aStep;
    }
    store(block, 0u, 0u, c00);
    store(block, 0u, 4u, c01);
    store(block, 1u, 0u, c10);
    store(block, 1u, 4u, c11);
    store(block, 2u, 0u, c20);
    store(block, 2u, 4u, c21);
    store(block, 3u, 0u, c30);
    store(block, 3u, 4u, c31);
    block.a += 4u * params.aRow;
    block.y += 4u * block.yRow;
    block.bias += 4u * params.biasRow;
    block.m -= 4u;
  }
}`,
  });
}
