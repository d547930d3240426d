import { defineKernel } from '../../tensor/engine/kernel.ts';
import { BLOCK_ROWS, BLOCK_WGSL } from './blocks.ts';
import { GRAD_KEY_VALUE } from './gradKeyValue.ts';
import { GRAD_QUERY } from './gradQuery.ts';
import { SCORES_WGSL } from './problem.ts';

/** Eight queries per invocation, for softgpu: ds = p (dp - delta), dq = scale · Σ ds k. Offsets and steps count chunks. */
export const gradQueryBlock = /* @__PURE__ */ defineKernel({
  name: 'attention.gradQueryBlock',
  ...GRAD_QUERY,
  read: { ...GRAD_QUERY.read, k: 'strided f32', v: 'strided f32' },
  params: { ...GRAD_QUERY.params, channels: 'vec2u' },
  constants: { HEAD: { tested: [1, 8] }, VALUE: { tested: [2] } },
  workgroup: 1,
  grid: ({ batch, queries }) => batch * Math.ceil(queries / BLOCK_ROWS),
  functions: SCORES_WGSL + BLOCK_WGSL,
  wgsl: /* wgsl */ `
var<private> own: Turned;
var<private> upstream: Turned;
var<private> sums: Turned;
var<private> tile: Scores;
var<private> slopes: Scores;

fn headChannel(at: u32) -> f32 { return k[at]; }
fn valueChannel(at: u32) -> f32 { return v[at]; }
fn queries4(at: vec4u) -> mat4x4f { return mat4x4f(q[at.x], q[at.y], q[at.z], q[at.w]); }
fn upstream4(at: vec4u) -> mat4x4f { return mat4x4f(dy[at.x], dy[at.y], dy[at.z], dy[at.w]); }

// Columns: log-sum-exp, delta, sigmoid of the gate.
fn terms4(at: vec4u) -> mat4x4f {
  return transpose(mat4x4f(terms[at.x], terms[at.y], terms[at.z], terms[at.w]));
}

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
  let step = 4u * params.steps;
  var biasAt = Rows();
  var maskAt = Rows();
  if (HAS_BIAS) { biasAt = placesOf(viewIndex(params.bias, head), t, params.biasStep.x); }
  if (HAS_MASK) { maskAt = placesOf(viewIndex(params.mask, head), t, params.maskStep.x); }
  let term0 = terms4(head + t.low);
  let term1 = terms4(head + t.high);

  let qAt = placesOf(viewIndex(params.q, head), t, params.steps.x);
  for (var c = 0u; 4u * c < params.channels.x; c++) {
    putTurned(&own, 8u * c, 0u, queries4(qAt.low + c));
    putTurned(&own, 8u * c, 1u, queries4(qAt.high + c));
  }
  let dyAt = placesOf(viewIndex(params.dy, head), t, params.steps.w);
  for (var c = 0u; 4u * c < params.channels.y; c++) {
    putTurned(&upstream, 8u * c, 0u, upstream4(dyAt.low + c));
    putTurned(&upstream, 8u * c, 1u, upstream4(dyAt.high + c));
  }

  for (var start = 0u; start < params.keys; start += TILE) {
    let count = min(TILE, params.keys - start);
    multiply(&own, &tile, false, kAt + start * step.y, step.y, count);
    multiply(&upstream, &slopes, true, vAt + start * step.z, step.z, count);
    for (var j = 0u; j < count; j++) {
      let p0 = weights(adjusted(tile[2u * j] * params.scale, biasAt.low, maskAt.low), term0[0]);
      let p1 = weights(adjusted(tile[2u * j + 1u] * params.scale, biasAt.high, maskAt.high), term1[0]);
      slopes[2u * j] = p0 * (slopes[2u * j] * term0[2] - term0[1]);
      slopes[2u * j + 1u] = p1 * (slopes[2u * j + 1u] * term1[2] - term1[1]);
      if (HAS_BIAS) { biasAt = moved(biasAt, params.biasStep.y); }
      if (HAS_MASK) { maskAt = moved(maskAt, params.maskStep.y); }
    }
    accumulate(&sums, &slopes, ONE, false, kAt + start * step.y, step.y, count);
  }

  let dqAt = placesOf(viewIndex(params.dq, head), t, params.gradStep);
  finish(dqAt.low, 0u, params.queries - first);
  if (first + 4u < params.queries) { finish(dqAt.high, 1u, params.queries - first - 4u); }
}

// Writes at most four rows of the block.
fn finish(at: vec4u, half: u32, count: u32) {
  for (var c = 0u; 4u * c < params.channels.x; c++) {
    let rows = takeTurned(&sums, 8u * c, half) * params.gradScale;
    dq[at.x + c] = rows[0];
    if (count > 1u) { dq[at.y + c] = rows[1]; }
    if (count > 2u) { dq[at.z + c] = rows[2]; }
    if (count > 3u) { dq[at.w + c] = rows[3]; }
  }
}`,
});

/** Eight keys per invocation, for softgpu: dv = Σ p do, dk = scale · Σ p (dp - delta) q. Offsets and steps count chunks. */
export const gradKeyValueBlock = /* @__PURE__ */ defineKernel({
  name: 'attention.gradKeyValueBlock',
  ...GRAD_KEY_VALUE,
  read: { ...GRAD_KEY_VALUE.read, q: 'strided f32', dy: 'strided f32' },
  params: { ...GRAD_KEY_VALUE.params, channels: 'vec2u' },
  constants: { HEAD: { tested: [1, 8] }, VALUE: { tested: [2] } },
  workgroup: 1,
  grid: ({ batch, keys }) => batch * Math.ceil(keys / BLOCK_ROWS),
  functions: SCORES_WGSL + BLOCK_WGSL,
  wgsl: /* wgsl */ `
var<private> own: Turned;
var<private> value: Turned;
var<private> keySum: Turned;
var<private> valueSum: Turned;
var<private> tile: Scores;
var<private> slopes: Scores;

fn headChannel(at: u32) -> f32 { return q[at]; }
fn valueChannel(at: u32) -> f32 { return dy[at]; }
fn keys4(at: vec4u) -> mat4x4f { return mat4x4f(k[at.x], k[at.y], k[at.z], k[at.w]); }
fn values4(at: vec4u) -> mat4x4f { return mat4x4f(v[at.x], v[at.y], v[at.z], v[at.w]); }

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u) {
  let blocks = (params.keys + 7u) / 8u;
  let g = linearGroup(group) / blocks;
  if (g >= params.batch) { return; }
  let first = linearGroup(group) % blocks * 8u;
  let j = rowsFrom(first, params.keys);
  let head = g * params.queries;
  let qAt = 4u * viewIndex(params.q, head);
  let dyAt = 4u * viewIndex(params.dy, head);
  let step = 4u * params.steps;
  var biasAt = Rows();
  var maskAt = Rows();
  if (HAS_BIAS) { biasAt = placesOf(viewIndex(params.bias, head), j, params.biasStep.y); }
  if (HAS_MASK) { maskAt = placesOf(viewIndex(params.mask, head), j, params.maskStep.y); }

  let kAt = placesOf(viewIndex(params.k, g * params.keys), j, params.steps.y);
  for (var c = 0u; 4u * c < params.channels.x; c++) {
    putTurned(&own, 8u * c, 0u, keys4(kAt.low + c));
    putTurned(&own, 8u * c, 1u, keys4(kAt.high + c));
  }
  let vAt = placesOf(viewIndex(params.v, g * params.keys), j, params.steps.z);
  for (var c = 0u; 4u * c < params.channels.y; c++) {
    putTurned(&value, 8u * c, 0u, values4(vAt.low + c));
    putTurned(&value, 8u * c, 1u, values4(vAt.high + c));
  }

  for (var start = 0u; start < params.queries; start += TILE) {
    let count = min(TILE, params.queries - start);
    multiply(&own, &tile, false, qAt + start * step.x, step.x, count);
    multiply(&value, &slopes, true, dyAt + start * step.w, step.w, count);
    for (var t = 0u; t < count; t++) {
      let term = terms[head + start + t];
      let p0 = weights(adjusted(tile[2u * t] * params.scale, biasAt.low, maskAt.low), vec4f(term.x));
      let p1 = weights(adjusted(tile[2u * t + 1u] * params.scale, biasAt.high, maskAt.high), vec4f(term.x));
      slopes[2u * t] = p0 * (slopes[2u * t] * term.z - term.y);
      slopes[2u * t + 1u] = p1 * (slopes[2u * t + 1u] * term.z - term.y);
      tile[2u * t] = p0 * term.z;
      tile[2u * t + 1u] = p1 * term.z;
      if (HAS_BIAS) { biasAt = moved(biasAt, params.biasStep.x); }
      if (HAS_MASK) { maskAt = moved(maskAt, params.maskStep.x); }
    }
    accumulate(&keySum, &slopes, ONE, false, qAt + start * step.x, step.x, count);
    accumulate(&valueSum, &tile, ONE, true, dyAt + start * step.w, step.w, count);
  }

  let at = placesOf(viewIndex(params.dkv, g * params.keys), j, params.gradStep);
  finish(at.low, 0u, params.keys - first);
  if (first + 4u < params.keys) { finish(at.high, 1u, params.keys - first - 4u); }
}

// Writes at most four rows of the block.
fn finish(at: vec4u, half: u32, count: u32) {
  for (var c = 0u; 4u * c < params.channels.x; c++) {
    put(at + c, count, takeTurned(&keySum, 8u * c, half) * params.gradScale);
  }
  for (var c = 0u; 4u * c < params.channels.y; c++) {
    put(at + params.valueShift + c, count, takeTurned(&valueSum, 8u * c, half));
  }
}

fn put(at: vec4u, count: u32, rows: mat4x4f) {
  dkv[at.x] = rows[0];
  if (count > 1u) { dkv[at.y] = rows[1]; }
  if (count > 2u) { dkv[at.z] = rows[2]; }
  if (count > 3u) { dkv[at.w] = rows[3]; }
}`,
});
