import { defineKernel } from '../../tensor/engine/kernel.ts';
import { GRAD_KEY_VALUE } from './gradKeyValue.ts';
import { GRAD_QUERY } from './gradQuery.ts';
import { SCORES_WGSL } from './problem.ts';

/**
 * One query per invocation, for GPUs. STAGED: a workgroup belongs to one sequence and shares tiles of keys and values
 * in workgroup memory; otherwise every invocation reads its sequence's few keys itself.
 */
export const gradQueryRow = /* @__PURE__ */ defineKernel({
  name: 'attention.gradQueryRow',
  ...GRAD_QUERY,
  constants: {
    HEAD: { tested: [1, 8] },
    VALUE: { tested: [2] },
    LANES: { tested: [32] },
    TILE: { tested: [32] },
    STAGED: [true, false],
  },
  workgroup: ({ LANES }) => LANES,
  grid: ({ batch, queries }, { LANES, STAGED }) =>
    STAGED ? batch * Math.ceil(queries / LANES) : Math.ceil((batch * queries) / LANES),
  functions: SCORES_WGSL,
  wgsl: /* wgsl */ `
var<workgroup> kTile: array<vec4f, select(1u, TILE * HEAD, STAGED)>;
var<workgroup> vTile: array<vec4f, select(1u, TILE * VALUE, STAGED)>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  var g = (linearGroup(group) * WORKGROUP + lane) / params.queries;
  var wanted = (linearGroup(group) * WORKGROUP + lane) % params.queries;
  if (STAGED) {
    let blocks = (params.queries + WORKGROUP - 1u) / WORKGROUP;
    g = linearGroup(group) / blocks;
    wanted = (linearGroup(group) % blocks) * WORKGROUP + lane;
  }
  let inside = g < params.batch && wanted < params.queries;
  g = min(g, params.batch - 1u);
  let t = min(wanted, params.queries - 1u);
  let head = g * params.queries;
  let kAt = viewIndex(params.k, g * params.keys);
  let vAt = viewIndex(params.v, g * params.keys);
  var biasAt = 0u;
  var maskAt = 0u;
  if (HAS_BIAS) { biasAt = viewIndex(params.bias, head) + t * params.biasStep.x; }
  if (HAS_MASK) { maskAt = viewIndex(params.mask, head) + t * params.maskStep.x; }
  let term = terms[head + t];

  var query: array<vec4f, HEAD>;
  var upstream: array<vec4f, VALUE>;
  var sum: array<vec4f, HEAD>;
  let qAt = viewIndex(params.q, head) + t * params.steps.x;
  let dyAt = viewIndex(params.dy, head) + t * params.steps.w;
  for (var c = 0u; c < HEAD; c++) { query[c] = q[qAt + c] * params.scale; }
  for (var c = 0u; c < VALUE; c++) { upstream[c] = dy[dyAt + c] * term.z; }

  for (var start = 0u; start < params.keys; start += TILE) {
    let count = min(TILE, params.keys - start);
    if (STAGED) {
      workgroupBarrier();
      for (var n = lane; n < count * HEAD; n += WORKGROUP) {
        kTile[n] = k[kAt + (start + n / HEAD) * params.steps.y + n % HEAD];
      }
      for (var n = lane; n < count * VALUE; n += WORKGROUP) {
        vTile[n] = v[vAt + (start + n / VALUE) * params.steps.z + n % VALUE];
      }
      workgroupBarrier();
    }
    for (var j = 0u; j < count; j++) {
      let kRow = kAt + (start + j) * params.steps.y;
      let vRow = vAt + (start + j) * params.steps.z;
      var key: array<vec4f, HEAD>;
      var s4 = vec4f();
      for (var c = 0u; c < HEAD; c++) {
        if (STAGED) { key[c] = kTile[j * HEAD + c]; } else { key[c] = k[kRow + c]; }
        s4 += query[c] * key[c];
      }
      var dp4 = vec4f();
      for (var c = 0u; c < VALUE; c++) {
        if (STAGED) { dp4 += upstream[c] * vTile[j * VALUE + c]; } else { dp4 += upstream[c] * v[vRow + c]; }
      }
      let at = start + j;
      let s = adjustedOne((s4.x + s4.y) + (s4.z + s4.w), biasAt + at * params.biasStep.y, maskAt + at * params.maskStep.y);
      let ds = weightOne(s, term.x) * ((dp4.x + dp4.y) + (dp4.z + dp4.w) - term.y);
      for (var c = 0u; c < HEAD; c++) { sum[c] += ds * key[c]; }
    }
  }

  if (inside) {
    let dqAt = viewIndex(params.dq, head) + t * params.gradStep;
    for (var c = 0u; c < HEAD; c++) { dq[dqAt + c] = sum[c] * params.gradScale; }
  }
}`,
});

/**
 * One key per invocation, for GPUs, over tiles of queries as above. Long rows do dk and dv in two launches, because
 * the four rows of k, v, dk and dv would not fit into registers.
 */
export const gradKeyValueRow = /* @__PURE__ */ defineKernel({
  name: 'attention.gradKeyValueRow',
  ...GRAD_KEY_VALUE,
  constants: {
    HEAD: { tested: [1, 8] },
    VALUE: { tested: [2] },
    LANES: { tested: [32] },
    TILE: { tested: [32] },
    STAGED: [true, false],
    GRAD_K: [true, false],
    GRAD_V: [true, false],
  },
  workgroup: ({ LANES }) => LANES,
  grid: ({ batch, keys }, { LANES, STAGED }) =>
    STAGED ? batch * Math.ceil(keys / LANES) : Math.ceil((batch * keys) / LANES),
  functions: SCORES_WGSL,
  wgsl: /* wgsl */ `
var<workgroup> qTile: array<vec4f, select(1u, TILE * HEAD, STAGED)>;
var<workgroup> dyTile: array<vec4f, select(1u, TILE * VALUE, STAGED)>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  var g = (linearGroup(group) * WORKGROUP + lane) / params.keys;
  var wanted = (linearGroup(group) * WORKGROUP + lane) % params.keys;
  if (STAGED) {
    let blocks = (params.keys + WORKGROUP - 1u) / WORKGROUP;
    g = linearGroup(group) / blocks;
    wanted = (linearGroup(group) % blocks) * WORKGROUP + lane;
  }
  let inside = g < params.batch && wanted < params.keys;
  g = min(g, params.batch - 1u);
  let j = min(wanted, params.keys - 1u);
  let head = g * params.queries;
  let qAt = viewIndex(params.q, head);
  let dyAt = viewIndex(params.dy, head);
  var biasAt = 0u;
  var maskAt = 0u;
  if (HAS_BIAS) { biasAt = viewIndex(params.bias, head) + j * params.biasStep.y; }
  if (HAS_MASK) { maskAt = viewIndex(params.mask, head) + j * params.maskStep.y; }

  var key: array<vec4f, HEAD>;
  var value: array<vec4f, VALUE>;
  var keySum: array<vec4f, HEAD>;
  var valueSum: array<vec4f, VALUE>;
  let kAt = viewIndex(params.k, g * params.keys) + j * params.steps.y;
  let vAt = viewIndex(params.v, g * params.keys) + j * params.steps.z;
  for (var c = 0u; c < HEAD; c++) { key[c] = k[kAt + c] * params.scale; }
  if (GRAD_K) {
    for (var c = 0u; c < VALUE; c++) { value[c] = v[vAt + c]; }
  }

  for (var start = 0u; start < params.queries; start += TILE) {
    let count = min(TILE, params.queries - start);
    if (STAGED) {
      workgroupBarrier();
      for (var n = lane; n < count * HEAD; n += WORKGROUP) {
        qTile[n] = q[qAt + (start + n / HEAD) * params.steps.x + n % HEAD];
      }
      for (var n = lane; n < count * VALUE; n += WORKGROUP) {
        dyTile[n] = dy[dyAt + (start + n / VALUE) * params.steps.w + n % VALUE];
      }
      workgroupBarrier();
    }
    for (var n = 0u; n < count; n++) {
      let t = start + n;
      let term = terms[head + t];
      let qRow = qAt + t * params.steps.x;
      let dyRow = dyAt + t * params.steps.w;
      var query: array<vec4f, HEAD>;
      var s4 = vec4f();
      for (var c = 0u; c < HEAD; c++) {
        if (STAGED) { query[c] = qTile[n * HEAD + c]; } else { query[c] = q[qRow + c]; }
        s4 += key[c] * query[c];
      }
      let s = adjustedOne((s4.x + s4.y) + (s4.z + s4.w), biasAt + t * params.biasStep.x, maskAt + t * params.maskStep.x);
      let p = weightOne(s, term.x);
      let opened = p * term.z;
      var dp4 = vec4f();
      for (var c = 0u; c < VALUE; c++) {
        var upstream: vec4f;
        if (STAGED) { upstream = dyTile[n * VALUE + c]; } else { upstream = dy[dyRow + c]; }
        if (GRAD_K) { dp4 += value[c] * upstream; }
        if (GRAD_V) { valueSum[c] += opened * upstream; }
      }
      if (GRAD_K) {
        let ds = opened * ((dp4.x + dp4.y) + (dp4.z + dp4.w)) - p * term.y;
        for (var c = 0u; c < HEAD; c++) { keySum[c] += ds * query[c]; }
      }
    }
  }

  if (inside) {
    let dkAt = viewIndex(params.dkv, g * params.keys) + j * params.gradStep;
    if (GRAD_K) {
      for (var c = 0u; c < HEAD; c++) { dkv[dkAt + c] = keySum[c] * params.gradScale; }
    }
    if (GRAD_V) {
      for (var c = 0u; c < VALUE; c++) { dkv[dkAt + params.valueShift + c] = valueSum[c]; }
    }
  }
}`,
});
