import { defineKernel } from '../../tensor/engine/kernel.ts';
import { BLOCK_PARAMS, blockFunctions, STORE_WGSL } from './gemmBlock.ts';

const REGISTER_BLOCK = 'const BLOCK_M = ROWS; const BLOCK_N = 8u;';
const COLUMNS_ALIGNED = 'fn columns(at: u32, step: u32) -> vec4f { return vec4f(b[at / 4u]); }';
const COLUMNS_STRIDED =
  'fn columns(at: u32, step: u32) -> vec4f { return vec4f(vec4<T>(b[at], b[at + step], b[at + 2u * step], b[at + 3u * step])); }';

/**
 * For processors: each invocation keeps a block of ROWS × 8 results in registers, with no workgroup memory and no
 * barrier. b is read as vec4 along its columns, so it must be aligned or packed into panels; a as vec4 along k or along
 * its rows.
 */
export const gemmRegister = /* @__PURE__ */ register('matmul.register', 'u32?');
export const gemmRegisterGrouped = /* @__PURE__ */ register('matmul.registerGrouped', 'u32');

/** The same for an a of any strides. */
export const gemmRegisterMixed = /* @__PURE__ */ strided('matmul.registerMixed', 'raw vec4T', 'u32?');
export const gemmRegisterMixedGrouped = /* @__PURE__ */ strided('matmul.registerMixedGrouped', 'raw vec4T', 'u32');

/** The same for operands of any strides: small products, for which packing b does not pay. */
export const gemmRegisterStrided = /* @__PURE__ */ strided('matmul.registerStrided', 'raw T', 'u32?');
export const gemmRegisterStridedGrouped = /* @__PURE__ */ strided('matmul.registerStridedGrouped', 'raw T', 'u32');

/* @__NO_SIDE_EFFECTS__ */
function register<const G extends 'u32' | 'u32?'>(name: string, groups: G) {
  return defineKernel({
    name,
    read: { a: 'raw vec4T', b: 'raw vec4T', bias: 'raw T?', groups },
    write: { y: 'raw T?', pre: 'raw T?', partial: 'f32?' },
    params: BLOCK_PARAMS,
    constants: { T: ['f32', 'f16'], ROWS: [4, 8], A_ALONG_K: [true, false], ACTIVATED: [false, true] },
    workgroup: 64,
    grid: ({ blocks }) => Math.ceil(blocks / 64),
    functions: blockFunctions(groups, REGISTER_BLOCK, STORE_WGSL),
    wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = linearGroup(group) * WORKGROUP + lane;
  if (index >= params.blocks) { return; }
  let block = blockOf(index);
  var c00 = vec4f(); var c01 = vec4f(); var c10 = vec4f(); var c11 = vec4f();
  var c20 = vec4f(); var c21 = vec4f(); var c30 = vec4f(); var c31 = vec4f();
  var c40 = vec4f(); var c41 = vec4f(); var c50 = vec4f(); var c51 = vec4f();
  var c60 = vec4f(); var c61 = vec4f(); var c70 = vec4f(); var c71 = vec4f();
  let bStep = block.bRow / 4u;
  var bAt = block.b / 4u;
  if (A_ALONG_K) {
    // Rows past the end repeat the last one; their results are not stored.
    let last = (block.m - 1u) * params.aRow;
    var at0 = block.a / 4u;
    var at1 = (block.a + min(1u * params.aRow, last)) / 4u;
    var at2 = (block.a + min(2u * params.aRow, last)) / 4u;
    var at3 = (block.a + min(3u * params.aRow, last)) / 4u;
    var at4 = (block.a + min(4u * params.aRow, last)) / 4u;
    var at5 = (block.a + min(5u * params.aRow, last)) / 4u;
    var at6 = (block.a + min(6u * params.aRow, last)) / 4u;
    var at7 = (block.a + min(7u * params.aRow, last)) / 4u;
    for (var k = 0u; k < block.k; k += 4u) {
      let step = k / 4u;
      let a0 = vec4f(a[at0 + step]);
      let a1 = vec4f(a[at1 + step]);
      let a2 = vec4f(a[at2 + step]);
      let a3 = vec4f(a[at3 + step]);
      var a4: vec4f; var a5: vec4f; var a6: vec4f; var a7: vec4f;
      if (ROWS == 8u) {
        a4 = vec4f(a[at4 + step]);
        a5 = vec4f(a[at5 + step]);
        a6 = vec4f(a[at6 + step]);
        a7 = vec4f(a[at7 + step]);
      }
      {
        let b0 = vec4f(b[bAt]); let b1 = vec4f(b[bAt + 1u]);
        bAt += bStep;
        c00 += a0.x * b0; c01 += a0.x * b1;
        c10 += a1.x * b0; c11 += a1.x * b1;
        c20 += a2.x * b0; c21 += a2.x * b1;
        c30 += a3.x * b0; c31 += a3.x * b1;
        if (ROWS == 8u) {
          c40 += a4.x * b0; c41 += a4.x * b1;
          c50 += a5.x * b0; c51 += a5.x * b1;
          c60 += a6.x * b0; c61 += a6.x * b1;
          c70 += a7.x * b0; c71 += a7.x * b1;
        }
      }
      {
        let b0 = vec4f(b[bAt]); let b1 = vec4f(b[bAt + 1u]);
        bAt += bStep;
        c00 += a0.y * b0; c01 += a0.y * b1;
        c10 += a1.y * b0; c11 += a1.y * b1;
        c20 += a2.y * b0; c21 += a2.y * b1;
        c30 += a3.y * b0; c31 += a3.y * b1;
        if (ROWS == 8u) {
          c40 += a4.y * b0; c41 += a4.y * b1;
          c50 += a5.y * b0; c51 += a5.y * b1;
          c60 += a6.y * b0; c61 += a6.y * b1;
          c70 += a7.y * b0; c71 += a7.y * b1;
        }
      }
      {
        let b0 = vec4f(b[bAt]); let b1 = vec4f(b[bAt + 1u]);
        bAt += bStep;
        c00 += a0.z * b0; c01 += a0.z * b1;
        c10 += a1.z * b0; c11 += a1.z * b1;
        c20 += a2.z * b0; c21 += a2.z * b1;
        c30 += a3.z * b0; c31 += a3.z * b1;
        if (ROWS == 8u) {
          c40 += a4.z * b0; c41 += a4.z * b1;
          c50 += a5.z * b0; c51 += a5.z * b1;
          c60 += a6.z * b0; c61 += a6.z * b1;
          c70 += a7.z * b0; c71 += a7.z * b1;
        }
      }
      {
        let b0 = vec4f(b[bAt]); let b1 = vec4f(b[bAt + 1u]);
        bAt += bStep;
        c00 += a0.w * b0; c01 += a0.w * b1;
        c10 += a1.w * b0; c11 += a1.w * b1;
        c20 += a2.w * b0; c21 += a2.w * b1;
        c30 += a3.w * b0; c31 += a3.w * b1;
        if (ROWS == 8u) {
          c40 += a4.w * b0; c41 += a4.w * b1;
          c50 += a5.w * b0; c51 += a5.w * b1;
          c60 += a6.w * b0; c61 += a6.w * b1;
          c70 += a7.w * b0; c71 += a7.w * b1;
        }
      }
    }
  } else {
    let aStep = params.aCol / 4u;
    var aAt = block.a / 4u;
    for (var k = 0u; k < block.k; k++) {
      let b0 = vec4f(b[bAt]); let b1 = vec4f(b[bAt + 1u]);
      let a0 = vec4f(a[aAt]);
      c00 += a0.x * b0; c01 += a0.x * b1;
      c10 += a0.y * b0; c11 += a0.y * b1;
      c20 += a0.z * b0; c21 += a0.z * b1;
      c30 += a0.w * b0; c31 += a0.w * b1;
      if (ROWS == 8u) {
        let a1 = vec4f(a[aAt + 1u]);
        c40 += a1.x * b0; c41 += a1.x * b1;
        c50 += a1.y * b0; c51 += a1.y * b1;
        c60 += a1.z * b0; c61 += a1.z * b1;
        c70 += a1.w * b0; c71 += a1.w * b1;
      }
      aAt += aStep;
      bAt += bStep;
    }
  }
  var sums = array<vec4f, 16>(c00, c01, c10, c11, c20, c21, c30, c31, c40, c41, c50, c51, c60, c61, c70, c71);
  for (var i = 0u; i < 2u * ROWS; i++) {
    store(block, i / 2u, i % 2u * 4u, sums[i]);
  }
}`,
  });
}

/* @__NO_SIDE_EFFECTS__ */
function strided<const B extends 'raw T' | 'raw vec4T', const G extends 'u32' | 'u32?'>(name: string, b: B, groups: G) {
  return defineKernel({
    name,
    read: { a: 'raw T', b, bias: 'raw T?', groups },
    write: { y: 'raw T?', pre: 'raw T?', partial: 'f32?' },
    params: BLOCK_PARAMS,
    constants: { T: ['f32', 'f16'], ROWS: [4, 8], ACTIVATED: [false, true] },
    workgroup: 64,
    grid: ({ blocks }) => Math.ceil(blocks / 64),
    functions: blockFunctions(groups, REGISTER_BLOCK, b === 'raw T' ? COLUMNS_STRIDED : COLUMNS_ALIGNED, STORE_WGSL),
    wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = linearGroup(group) * WORKGROUP + lane;
  if (index >= params.blocks) { return; }
  let block = blockOf(index);
  var c00 = vec4f(); var c01 = vec4f(); var c10 = vec4f(); var c11 = vec4f();
  var c20 = vec4f(); var c21 = vec4f(); var c30 = vec4f(); var c31 = vec4f();
  var c40 = vec4f(); var c41 = vec4f(); var c50 = vec4f(); var c51 = vec4f();
  var c60 = vec4f(); var c61 = vec4f(); var c70 = vec4f(); var c71 = vec4f();
  // Rows past the end repeat the last one; their results are not stored.
  let last = (block.m - 1u) * params.aRow;
  var at0 = block.a;
  var at1 = block.a + min(1u * params.aRow, last);
  var at2 = block.a + min(2u * params.aRow, last);
  var at3 = block.a + min(3u * params.aRow, last);
  var at4 = block.a + min(4u * params.aRow, last);
  var at5 = block.a + min(5u * params.aRow, last);
  var at6 = block.a + min(6u * params.aRow, last);
  var at7 = block.a + min(7u * params.aRow, last);
  for (var k = 0u; k < block.k; k++) {
    let bAt = block.b + k * block.bRow;
    let aAt = k * params.aCol;
    let b0 = columns(bAt, block.bCol);
    let b1 = columns(bAt + 4u * block.bCol, block.bCol);
    let a0 = f32(a[at0 + aAt]);
    c00 += a0 * b0; c01 += a0 * b1;
    let a1 = f32(a[at1 + aAt]);
    c10 += a1 * b0; c11 += a1 * b1;
    let a2 = f32(a[at2 + aAt]);
    c20 += a2 * b0; c21 += a2 * b1;
    let a3 = f32(a[at3 + aAt]);
    c30 += a3 * b0; c31 += a3 * b1;
    if (ROWS == 8u) {
      let a4 = f32(a[at4 + aAt]);
      c40 += a4 * b0; c41 += a4 * b1;
      let a5 = f32(a[at5 + aAt]);
      c50 += a5 * b0; c51 += a5 * b1;
      let a6 = f32(a[at6 + aAt]);
      c60 += a6 * b0; c61 += a6 * b1;
      let a7 = f32(a[at7 + aAt]);
      c70 += a7 * b0; c71 += a7 * b1;
    }
  }
  var sums = array<vec4f, 16>(c00, c01, c10, c11, c20, c21, c30, c31, c40, c41, c50, c51, c60, c61, c70, c71);
  for (var i = 0u; i < 2u * ROWS; i++) {
    store(block, i / 2u, i % 2u * 4u, sums[i]);
  }
}`,
  });
}
