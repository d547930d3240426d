import { defineKernel } from '../../tensor/engine/kernel.ts';
import { FORWARD } from './forward.ts';
import { SCORES_WGSL } from './problem.ts';

/**
 * One query per invocation, ROWS of them when staged. STAGED: a workgroup belongs to one sequence and shares tiles of
 * keys and values in workgroup memory. Otherwise every invocation reads its sequence's few keys itself, so that one
 * workgroup covers many short sequences.
 */
export const forwardRow = /* @__PURE__ */ defineKernel({
  name: 'attention.forwardRow',
  ...FORWARD,
  constants: {
    HEAD: { tested: [1, 8] },
    VALUE: { tested: [2] },
    LANES: { tested: [32] },
    ROWS: { tested: [1, 2] },
    TILE: { tested: [32] },
    STAGED: [true, false],
  },
  workgroup: ({ LANES }) => LANES,
  grid: ({ batch, queries }, { LANES, ROWS, STAGED }) =>
    STAGED ? batch * Math.ceil(queries / (LANES * ROWS)) : Math.ceil((batch * queries) / LANES),
  functions: SCORES_WGSL,
  wgsl: /* wgsl */ `
var<workgroup> kTile: array<vec4f, select(1u, TILE * HEAD, STAGED)>;
var<workgroup> vTile: array<vec4f, select(1u, TILE * VALUE, STAGED)>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  var g: u32;
  var first: u32;
  if (STAGED) {
    let blocks = (params.queries + WORKGROUP * ROWS - 1u) / (WORKGROUP * ROWS);
    g = linearGroup(group) / blocks;
    first = (linearGroup(group) % blocks) * WORKGROUP * ROWS + lane;
  } else {
    let i = linearGroup(group) * WORKGROUP + lane;
    g = i / params.queries;
    first = i % params.queries;
  }
  let inside = g < params.batch;
  g = min(g, params.batch - 1u);
  let head = g * params.queries;
  let qAt = viewIndex(params.q, head);
  let kAt = viewIndex(params.k, g * params.keys);
  let vAt = viewIndex(params.v, g * params.keys);
  var biasAt = 0u;
  var maskAt = 0u;
  if (HAS_BIAS) { biasAt = viewIndex(params.bias, head); }
  if (HAS_MASK) { maskAt = viewIndex(params.mask, head); }

  var query: array<vec4f, ROWS * HEAD>;
  var o: array<vec4f, ROWS * VALUE>;
  var top: array<f32, ROWS>;
  var total: array<f32, ROWS>;
  for (var r = 0u; r < ROWS; r++) {
    let at = qAt + min(first + r * WORKGROUP, params.queries - 1u) * params.steps.x;
    for (var c = 0u; c < HEAD; c++) { query[r * HEAD + c] = q[at + c] * params.scale; }
    top[r] = NOTHING;
  }

  for (var start = 0u; start < params.keys; start += TILE) {
    let count = min(TILE, params.keys - start);
    if (STAGED) {
      workgroupBarrier();
      for (var n = lane; n < TILE * HEAD; n += WORKGROUP) {
        kTile[n] = k[kAt + min(start + n / HEAD, params.keys - 1u) * params.steps.y + n % HEAD];
      }
      for (var n = lane; n < TILE * VALUE; n += WORKGROUP) {
        vTile[n] = v[vAt + min(start + n / VALUE, params.keys - 1u) * params.steps.z + n % VALUE];
      }
      workgroupBarrier();
    }
    for (var j = 0u; j < count; j += 4u) {
      // Past the last key of a tile that is not full, rows repeat and get weight 0.
      let key = j + vec4u(0u, 1u, 2u, 3u);
      var kRow = key * HEAD;
      var vRow = key * VALUE;
      if (!STAGED) {
        let near = min(start + key, vec4u(params.keys - 1u));
        kRow = kAt + near * params.steps.y;
        vRow = vAt + near * params.steps.z;
      }
      // Spelled out: SwiftShader does not clear an array without initializer when the loop comes by again.
      var s = array<vec4f, ROWS>();
      for (var c = 0u; c < HEAD; c++) {
        var keys4: mat4x4f;
        if (STAGED) {
          keys4 = mat4x4f(kTile[kRow.x + c], kTile[kRow.y + c], kTile[kRow.z + c], kTile[kRow.w + c]);
        } else {
          keys4 = mat4x4f(k[kRow.x + c], k[kRow.y + c], k[kRow.z + c], k[kRow.w + c]);
        }
        for (var r = 0u; r < ROWS; r++) { s[r] += query[r * HEAD + c] * keys4; }
      }
      var keep: array<f32, ROWS>;
      for (var r = 0u; r < ROWS; r++) {
        let t = min(first + r * WORKGROUP, params.queries - 1u);
        let near = min(start + key, vec4u(params.keys - 1u));
        let biasStart = biasAt + t * params.biasStep.x;
        let maskStart = maskAt + t * params.maskStep.x;
        let masked = adjusted(s[r], biasStart + near * params.biasStep.y, maskStart + near * params.maskStep.y);
        let x = select(vec4f(NOTHING), masked, key < vec4u(count));
        let above = max(max(top[r], max(x.x, x.y)), max(x.z, x.w));
        keep[r] = exp2(top[r] - above);
        let p = select(exp2(x - above), vec4f(), x <= vec4f(NOTHING));
        top[r] = above;
        total[r] = total[r] * keep[r] + (p.x + p.y) + (p.z + p.w);
        s[r] = p;
      }
      for (var c = 0u; c < VALUE; c++) {
        var values4: mat4x4f;
        if (STAGED) {
          values4 = mat4x4f(vTile[vRow.x + c], vTile[vRow.y + c], vTile[vRow.z + c], vTile[vRow.w + c]);
        } else {
          values4 = mat4x4f(v[vRow.x + c], v[vRow.y + c], v[vRow.z + c], v[vRow.w + c]);
        }
        for (var r = 0u; r < ROWS; r++) { o[r * VALUE + c] = o[r * VALUE + c] * keep[r] + values4 * s[r]; }
      }
    }
  }

  let yAt = viewIndex(params.y, head);
  for (var r = 0u; r < ROWS; r++) {
    let t = first + r * WORKGROUP;
    if (!inside || t >= params.queries) { continue; }
    var factor = 0.0;
    var sumExp = 0.0;
    if (total[r] > 0.0) {
      factor = 1.0 / total[r];
      sumExp = top[r] + log2(total[r]);
    }
    if (HAS_GATE) { factor /= 1.0 + exp(min(-gate[viewIndex(params.gate, head) + t * params.gateStep], 80.0)); }
    lse[head + t] = sumExp;
    for (var c = 0u; c < VALUE; c++) { y[yAt + t * params.steps.w + c] = o[r * VALUE + c] * factor; }
  }
}`,
});
