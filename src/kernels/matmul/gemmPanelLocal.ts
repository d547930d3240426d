import { defineKernel } from '../../tensor/engine/kernel.ts';
import { BLOCK_PARAMS, blockFunctions, STORE_WGSL } from './gemmBlock.ts';
import { STRIP } from './gemmPanel.ts';

const PANEL_BLOCK = `const BLOCK_M = ${STRIP}u; const BLOCK_N = 8u;`;

/**
 * The panel kernel for a b of any strides that nobody packed: each workgroup copies its own panel, DEPTH steps of k at a
 * time, and keeps the sums of its strip from one to the next.
 */
export const gemmPanelLocal = /* @__PURE__ */ local('matmul.panelLocal', 'u32?');
export const gemmPanelLocalGrouped = /* @__PURE__ */ local('matmul.panelLocalGrouped', 'u32');

/* @__NO_SIDE_EFFECTS__ */
function local<const G extends 'u32' | 'u32?'>(name: string, groups: G) {
  return defineKernel({
    name,
    read: { a: 'raw T', b: 'raw T', bias: 'raw T?', groups },
    write: { y: 'raw T?', pre: 'raw T?', partial: 'f32?' },
    params: BLOCK_PARAMS,
    constants: { T: ['f32', 'f16'], ADJACENT: [true, false], ACTIVATED: [false, true] },
    workgroup: 1,
    grid: ({ blocks }) => blocks,
    functions: blockFunctions(groups, PANEL_BLOCK, STORE_WGSL),
    wgsl: /* wgsl */ `
const DEPTH = 128u;
var<workgroup> panel: array<vec4f, 256>; // [DEPTH][2]
var<workgroup> kept: array<vec4f, 128>; // [BLOCK_M / 4][8]

// Four columns of b from \`at\` on; columns past the end repeat the last one, and their results are not stored.
fn copy(block: Block, start: u32, count: u32, quad: u32) {
  let last = block.n - 1u;
  let at = block.b + start * block.bRow;
  var at0 = at + min(4u * quad, last) * block.bCol;
  var at1 = at + min(4u * quad + 1u, last) * block.bCol;
  var at2 = at + min(4u * quad + 2u, last) * block.bCol;
  var at3 = at + min(4u * quad + 3u, last) * block.bCol;
  for (var k = 0u; k < count; k++) {
    panel[2u * k + quad] = vec4f(f32(b[at0]), f32(b[at1]), f32(b[at2]), f32(b[at3]));
    at0 += block.bRow;
    at1 += block.bRow;
    at2 += block.bRow;
    at3 += block.bRow;
  }
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u) {
  let index = linearGroup(group);
  if (index >= params.blocks) { return; }
  var block = blockOf(index);
  if (ADJACENT) { block.yCol = 1u; }
  let rows = min(block.m, BLOCK_M);
  var start = 0u;
  loop {
    let count = min(DEPTH, block.k - start);
    for (var quad = 0u; quad < min(2u, (block.n + 3u) / 4u); quad++) { copy(block, start, count, quad); }
    var strip = block;
    strip.a += start * params.aCol;
    for (var row = 0u; row < rows; row += 4u) {
      var c00 = vec4f(); var c01 = vec4f(); var c10 = vec4f(); var c11 = vec4f();
      var c20 = vec4f(); var c21 = vec4f(); var c30 = vec4f(); var c31 = vec4f();
      if (start > 0u) {
        c00 = kept[2u * row]; c01 = kept[2u * row + 1u];
        c10 = kept[2u * row + 2u]; c11 = kept[2u * row + 3u];
        c20 = kept[2u * row + 4u]; c21 = kept[2u * row + 5u];
        c30 = kept[2u * row + 6u]; c31 = kept[2u * row + 7u];
      }
      let last = strip.m - 1u; // rows past the end repeat the last one; their results are not stored
      var at0 = strip.a;
      var at1 = strip.a + min(1u, last) * params.aRow;
      var at2 = strip.a + min(2u, last) * params.aRow;
      var at3 = strip.a + min(3u, last) * params.aRow;
      for (var k = 0u; k < count; k++) {
        let b0 = panel[2u * k];
        let b1 = panel[2u * k + 1u];
        let a0 = f32(a[at0]);
        c00 += a0 * b0; c01 += a0 * b1;
        let a1 = f32(a[at1]);
        c10 += a1 * b0; c11 += a1 * b1;
        let a2 = f32(a[at2]);
        c20 += a2 * b0; c21 += a2 * b1;
        let a3 = f32(a[at3]);
        c30 += a3 * b0; c31 += a3 * b1;
        at0 += params.aCol;
        at1 += params.aCol;
        at2 += params.aCol;
        at3 += params.aCol;
      }
      if (start + count < block.k) {
        kept[2u * row] = c00; kept[2u * row + 1u] = c01;
        kept[2u * row + 2u] = c10; kept[2u * row + 3u] = c11;
        kept[2u * row + 4u] = c20; kept[2u * row + 5u] = c21;
        kept[2u * row + 6u] = c30; kept[2u * row + 7u] = c31;
      } else {
        store(strip, 0u, 0u, c00);
        store(strip, 0u, 4u, c01);
        store(strip, 1u, 0u, c10);
        store(strip, 1u, 4u, c11);
        store(strip, 2u, 0u, c20);
        store(strip, 2u, 4u, c21);
        store(strip, 3u, 0u, c30);
        store(strip, 3u, 4u, c31);
      }
      strip.a += 4u * params.aRow;
      strip.y += 4u * strip.yRow;
      strip.bias += 4u * params.biasRow;
      strip.m -= 4u;
    }
    start += count;
    if (start >= block.k) { break; }
  }
}`,
  });
}
