import { defineKernel } from '../../tensor/engine/kernel.ts';
import { BLOCK_ROWS, BLOCK_WGSL } from './blocks.ts';
import { FORWARD } from './forward.ts';
import { SCORES_WGSL } from './problem.ts';

/** Eight queries per invocation, for softgpu. Offsets and steps count chunks; what streams past is read by numbers. */
export const forwardBlock = /* @__PURE__ */ defineKernel({
  name: 'attention.forwardBlock',
  ...FORWARD,
  read: { ...FORWARD.read, k: 'strided f32', v: 'strided f32' },
  params: { ...FORWARD.params, channels: 'vec2u' },
  constants: { HEAD: { tested: [1, 8] }, VALUE: { tested: [2] } },
  workgroup: 1,
  grid: ({ batch, queries }) => batch * Math.ceil(queries / BLOCK_ROWS),
  functions: SCORES_WGSL + BLOCK_WGSL,
  wgsl: /* wgsl */ `
var<private> own: Turned;
var<private> sums: Turned;
var<private> tile: Scores;

fn headChannel(at: u32) -> f32 { return k[at]; }
fn valueChannel(at: u32) -> f32 { return v[at]; }

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u) {
  let blocks = (params.queries + 7u) / 8u;
  let g = linearGroup(group) / blocks;
  if (g >= params.batch) { return; }
  let first = linearGroup(group) % blocks * 8u;
  let t = rowsFrom(first, params.queries);
  let head = g * params.queries;
  let kAt = 4u * viewIndex(params.k, g * params.keys);
  let vAt = 4u * viewIndex(params.v, g * params.keys);
  var biasAt = Rows();
  var maskAt = Rows();
  if (HAS_BIAS) { biasAt = placesOf(viewIndex(params.bias, head), t, params.biasStep.x); }
  if (HAS_MASK) { maskAt = placesOf(viewIndex(params.mask, head), t, params.maskStep.x); }

  let qAt = viewIndex(params.q, head);
  for (var c = 0u; 4u * c < params.channels.x; c++) {
    putTurned(&own, 8u * c, 0u, queries4(qAt + t.low * params.steps.x + c));
    putTurned(&own, 8u * c, 1u, queries4(qAt + t.high * params.steps.x + c));
  }
  var top = Pair(vec4f(NOTHING), vec4f(NOTHING));
  var total = Pair();
  for (var start = 0u; start < params.keys; start += TILE) {
    let count = min(TILE, params.keys - start);
    multiply(&own, &tile, false, kAt + start * 4u * params.steps.y, 4u * params.steps.y, count);
    var above = top;
    for (var j = 0u; j < count; j++) {
      let s0 = adjusted(tile[2u * j] * params.scale, biasAt.low, maskAt.low);
      let s1 = adjusted(tile[2u * j + 1u] * params.scale, biasAt.high, maskAt.high);
      tile[2u * j] = s0;
      tile[2u * j + 1u] = s1;
      above = Pair(max(above.low, s0), max(above.high, s1));
      if (HAS_BIAS) { biasAt = moved(biasAt, params.biasStep.y); }
      if (HAS_MASK) { maskAt = moved(maskAt, params.maskStep.y); }
    }
    // The running maximum moves up; what was summed so far shrinks with it.
    let keep = Pair(exp2(top.low - above.low), exp2(top.high - above.high));
    top = above;
    total = Pair(total.low * keep.low, total.high * keep.high);
    for (var j = 0u; j < count; j++) {
      let p0 = weights(tile[2u * j], top.low);
      let p1 = weights(tile[2u * j + 1u], top.high);
      tile[2u * j] = p0;
      tile[2u * j + 1u] = p1;
      total = Pair(total.low + p0, total.high + p1);
    }
    accumulate(&sums, &tile, keep, true, vAt + start * 4u * params.steps.z, 4u * params.steps.z, count);
  }

  finish(g, first, t.low, 0u, top.low, total.low);
  if (first + 4u < params.queries) { finish(g, first + 4u, t.high, 1u, top.high, total.high); }
}

fn queries4(at: vec4u) -> mat4x4f {
  return mat4x4f(q[at.x], q[at.y], q[at.z], q[at.w]);
}

// Writes four rows of the block.
fn finish(g: u32, first: u32, t: vec4u, half: u32, top: vec4f, total: vec4f) {
  let head = g * params.queries;
  // A row that attends to nothing has total 0 and sums of 0.
  let some = total > vec4f();
  var factor = select(vec4f(), 1.0 / select(vec4f(1.0), total, some), some);
  if (HAS_GATE) {
    let gateAt = viewIndex(params.gate, head) + t * params.gateStep;
    factor /= 1.0 + exp(min(-vec4f(gate[gateAt.x], gate[gateAt.y], gate[gateAt.z], gate[gateAt.w]), vec4f(80.0)));
  }
  let sumExp = select(vec4f(), top + log2(select(vec4f(1.0), total, some)), some);
  let yAt = viewIndex(params.y, head) + t * params.steps.w;
  let count = min(4u, params.queries - first);
  for (var r = 0u; r < count; r++) { lse[head + first + r] = sumExp[r]; }
  for (var c = 0u; 4u * c < params.channels.y; c++) {
    let rows = takeTurned(&sums, 8u * c, half);
    y[yAt.x + c] = rows[0] * factor.x;
    if (count > 1u) { y[yAt.y + c] = rows[1] * factor.y; }
    if (count > 2u) { y[yAt.z + c] = rows[2] * factor.z; }
    if (count > 3u) { y[yAt.w + c] = rows[3] * factor.w; }
  }
}`,
});
