import { defineKernel } from '../../tensor/engine/kernel.ts';

/**
 * Gradients of one step; an invocation computes four units of ROWS rows of the batch. First it finishes the step behind:
 * carry, which holds dh · z of it, gets its (dr', dz', da) · W. Then it begins its own. weight [3 · hidden, quads] is packed.
 */
export const gruGradStep = /* @__PURE__ */ defineKernel({
  name: 'gru.gradStep',
  read: { weight: 'vec4f', gates: 'f32', states: 'f32', dy: 'f32' },
  write: { dgates: 'f32', carry: 'f32' },
  params: {
    t: 'u32',
    behind: 'u32',
    before: 'u32',
    finish: 'u32',
    begin: 'u32',
    batch: 'u32',
    hidden: 'u32',
    quads: 'u32',
  },
  constants: { ROWS: [1, 4], LANES: { tested: [1, 16] } },
  workgroup: ({ LANES }) => LANES,
  grid: ({ batch, quads }, { ROWS, LANES }) => Math.ceil((Math.ceil(batch / ROWS) * quads) / LANES),
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  let row = i / params.quads * ROWS;
  let quad = i % params.quads;
  if (row >= params.batch) { return; }
  var d0 = vec4f(); var d1 = vec4f(); var d2 = vec4f(); var d3 = vec4f();
  if (params.finish == 1u) {
    let s0 = slopesAt(row);
    let s1 = slopesAt(row + 1u);
    let s2 = slopesAt(row + 2u);
    let s3 = slopesAt(row + 3u);
    var at = quad;
    for (var k = 0u; k < 3u * params.hidden; k++) {
      let w = weight[at];
      d0 += dgates[s0 + k] * w;
      if (ROWS == 4u) {
        d1 += dgates[s1 + k] * w;
        d2 += dgates[s2 + k] * w;
        d3 += dgates[s3 + k] * w;
      }
      at += params.quads;
    }
  }
  proceed(row, 4u * quad, d0);
  if (ROWS == 4u) {
    proceed(row + 1u, 4u * quad, d1);
    proceed(row + 2u, 4u * quad, d2);
    proceed(row + 3u, 4u * quad, d3);
  }
}

// (dr', dz', da) of the step behind. Rows behind the last repeat it; nothing is stored for them.
fn slopesAt(row: u32) -> u32 {
  return ((params.behind * params.batch + min(row, params.batch - 1u)) * 6u + 3u) * params.hidden;
}

fn proceed(row: u32, unit: u32, through: vec4f) {
  if (row >= params.batch) { return; }
  let hidden = params.hidden;
  let place = params.t * params.batch + row;
  let count = min(4u, hidden - unit);
  let held = quadOf(row * hidden + unit, count);
  var dh = vec4f(carry[held.x], carry[held.y], carry[held.z], carry[held.w]) + through;
  if (params.begin == 1u) {
    let above = quadOf(place * hidden + unit, count);
    dh += vec4f(dy[above.x], dy[above.y], dy[above.z], dy[above.w]);
    let gate = quadOf(place * 4u * hidden + unit, count);
    let r = gateQuad(gate);
    let z = gateQuad(gate + hidden);
    let n = gateQuad(gate + 2u * hidden);
    let a = gateQuad(gate + 3u * hidden);
    let before = quadOf((params.before * params.batch + row) * hidden + unit, count);
    let h = vec4f(states[before.x], states[before.y], states[before.z], states[before.w]);
    let dn = dh * (1.0 - z) * (1.0 - n) * (1.0 + n);
    let dz = dh * (h - n) * z * (1.0 - z);
    let dr = dn * a * r * (1.0 - r);
    let out = place * 6u * hidden + unit;
    putSlope(out, count, dr);
    putSlope(out + hidden, count, dz);
    putSlope(out + 2u * hidden, count, dn);
    putSlope(out + 3u * hidden, count, dr);
    putSlope(out + 4u * hidden, count, dz);
    putSlope(out + 5u * hidden, count, dn * r);
    dh *= z;
  }
  carry[held.x] = dh.x;
  if (count == 4u) {
    carry[held.x + 1u] = dh.y;
    carry[held.x + 2u] = dh.z;
    carry[held.x + 3u] = dh.w;
    return;
  }
  if (count > 1u) { carry[held.y] = dh.y; }
  if (count > 2u) { carry[held.z] = dh.z; }
}

// Elements behind the last unit repeat it; nothing is stored for them.
fn quadOf(at: u32, count: u32) -> vec4u {
  return at + min(vec4u(0u, 1u, 2u, 3u), vec4u(count - 1u));
}
fn gateQuad(at: vec4u) -> vec4f {
  return vec4f(gates[at.x], gates[at.y], gates[at.z], gates[at.w]);
}
fn putSlope(at: u32, count: u32, v: vec4f) {
  dgates[at] = v.x;
  if (count == 4u) {
    dgates[at + 1u] = v.y;
    dgates[at + 2u] = v.z;
    dgates[at + 3u] = v.w;
    return;
  }
  if (count > 1u) { dgates[at + 1u] = v.y; }
  if (count > 2u) { dgates[at + 2u] = v.z; }
}`,
});

/** All steps of one row of the batch per workgroup, an invocation per unit. weight [3 · hidden, padded] is packed. */
export const gruGradGroup = /* @__PURE__ */ defineKernel({
  name: 'gru.gradGroup',
  read: { weight: 'f32', gates: 'f32', states: 'f32', dy: 'f32' },
  write: { dgates: 'f32', carry: 'f32' },
  params: { time: 'u32', batch: 'u32', hidden: 'u32', padded: 'u32', reverse: 'u32' },
  constants: { UNITS: [32, 64, 128, 256] },
  workgroup: ({ UNITS }) => UNITS,
  grid: ({ batch }) => batch,
  wgsl: /* wgsl */ `
var<workgroup> slopes: array<vec3f, WORKGROUP>; // (dr', dz', da) of one unit

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = linearGroup(group);
  if (row >= params.batch) { return; }
  let hidden = params.hidden;
  let inside = lane < hidden;
  let unit = min(lane, hidden - 1u);
  var dh = carry[row * hidden + unit];
  for (var step = 0u; step < params.time; step++) {
    let t = select(params.time - 1u - step, step, params.reverse == 1u);
    let place = t * params.batch + row;
    dh += dy[place * hidden + unit];
    let gate = place * 4u * hidden + unit;
    let r = gates[gate];
    let z = gates[gate + hidden];
    let n = gates[gate + 2u * hidden];
    let a = gates[gate + 3u * hidden];
    let h = states[((t + params.reverse) * params.batch + row) * hidden + unit];
    let dn = dh * (1.0 - z) * (1.0 - n) * (1.0 + n);
    let dz = dh * (h - n) * z * (1.0 - z);
    let dr = dn * a * r * (1.0 - r);
    slopes[lane] = vec3f(dr, dz, dn * r);
    if (inside) {
      let out = place * 6u * hidden + unit;
      dgates[out] = dr;
      dgates[out + hidden] = dz;
      dgates[out + 2u * hidden] = dn;
      dgates[out + 3u * hidden] = dr;
      dgates[out + 4u * hidden] = dz;
      dgates[out + 5u * hidden] = dn * r;
    }
    workgroupBarrier();
    dh *= z;
    var at = unit;
    for (var k = 0u; k < hidden; k++) {
      let block = hidden * params.padded;
      dh += dot(slopes[k], vec3f(weight[at], weight[at + block], weight[at + 2u * block]));
      at += params.padded;
    }
    workgroupBarrier(); // before the next step overwrites the slopes
  }
  if (inside) { carry[row * hidden + unit] = dh; }
}`,
});
