import { defineKernel } from '../../tensor/engine/kernel.ts';
import { SIGMOID, TANGENT } from '../elementwise/mathFunctions.ts';

/** Columns of a matrix in the order the recurrence reads them, each row filled up with zeros to whole vectors. */
export const packColumns = /* @__PURE__ */ defineKernel({
  name: 'gru.packWeight',
  read: { weight: 'f32' },
  write: { y: 'f32' },
  params: {
    size: 'u32',
    blocks: 'u32',
    columns: 'u32',
    padded: 'u32',
    step: 'u32',
    block: 'u32',
    column: 'u32',
  },
  workgroup: 64,
  grid: ({ size }) => Math.ceil(size / 64),
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i >= params.size) { return; }
  let c = i % params.padded;
  let b = (i / params.padded) % params.blocks;
  let row = i / params.padded / params.blocks;
  var value = 0.0;
  if (c < params.columns) { value = weight[row * params.step + b * params.block + c * params.column]; }
  y[i] = value;
}`,
});

/**
 * One step; an invocation computes four units of ROWS rows of the batch, so that the rows share what it loads of the
 * weight. That is packed as [hidden, 3, quads].
 */
export const gruStep = /* @__PURE__ */ defineKernel({
  name: 'gru.step',
  read: { projected: 'f32', weight: 'vec4f', bias: 'f32?' },
  write: { states: 'f32', gates: 'f32?' },
  params: { t: 'u32', before: 'u32', after: 'u32', batch: 'u32', hidden: 'u32', quads: 'u32' },
  constants: { ROWS: [1, 4], LANES: { tested: [1, 16] } },
  workgroup: ({ LANES }) => LANES,
  grid: ({ batch, quads }, { ROWS, LANES }) => Math.ceil((Math.ceil(batch / ROWS) * quads) / LANES),
  functions: SIGMOID + TANGENT,
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  let row = i / params.quads * ROWS;
  let quad = i % params.quads;
  if (row >= params.batch) { return; }
  var r0 = vec4f(); var r1 = vec4f(); var r2 = vec4f(); var r3 = vec4f();
  var z0 = vec4f(); var z1 = vec4f(); var z2 = vec4f(); var z3 = vec4f();
  var a0 = vec4f(); var a1 = vec4f(); var a2 = vec4f(); var a3 = vec4f();
  let s0 = stateAt(row);
  let s1 = stateAt(row + 1u);
  let s2 = stateAt(row + 2u);
  let s3 = stateAt(row + 3u);
  // Gates r and z, then a: all three at once would take more registers than a processor has.
  var at = quad;
  for (var k = 0u; k < params.hidden; k++) {
    let wr = weight[at];
    let wz = weight[at + params.quads];
    let h0 = states[s0 + k];
    r0 += h0 * wr; z0 += h0 * wz;
    if (ROWS == 4u) {
      let h1 = states[s1 + k];
      r1 += h1 * wr; z1 += h1 * wz;
      let h2 = states[s2 + k];
      r2 += h2 * wr; z2 += h2 * wz;
      let h3 = states[s3 + k];
      r3 += h3 * wr; z3 += h3 * wz;
    }
    at += 3u * params.quads;
  }
  at = quad + 2u * params.quads;
  for (var k = 0u; k < params.hidden; k++) {
    let wa = weight[at];
    a0 += states[s0 + k] * wa;
    if (ROWS == 4u) {
      a1 += states[s1 + k] * wa;
      a2 += states[s2 + k] * wa;
      a3 += states[s3 + k] * wa;
    }
    at += 3u * params.quads;
  }
  finish(row, 4u * quad, r0, z0, a0);
  if (ROWS == 4u) {
    finish(row + 1u, 4u * quad, r1, z1, a1);
    finish(row + 2u, 4u * quad, r2, z2, a2);
    finish(row + 3u, 4u * quad, r3, z3, a3);
  }
}

// Rows behind the last repeat it; nothing is stored for them.
fn stateAt(row: u32) -> u32 {
  return (params.before * params.batch + min(row, params.batch - 1u)) * params.hidden;
}

fn finish(row: u32, unit: u32, sumR: vec4f, sumZ: vec4f, sumA: vec4f) {
  if (row >= params.batch) { return; }
  var r = sumR;
  var z = sumZ;
  var a = sumA;
  if (HAS_BIAS) {
    r += biasQuad(unit);
    z += biasQuad(params.hidden + unit);
    a += biasQuad(2u * params.hidden + unit);
  }
  let input = (params.t * params.batch + row) * 3u * params.hidden + unit;
  r = sigmoid(r + projectedQuad(input, unit));
  z = sigmoid(z + projectedQuad(input + params.hidden, unit));
  let n = hyperbolicTangent(r * a + projectedQuad(input + 2u * params.hidden, unit));
  let before = (params.before * params.batch + row) * params.hidden + unit;
  let after = (params.after * params.batch + row) * params.hidden + unit;
  let gate = (params.t * params.batch + row) * 4u * params.hidden + unit;
  let count = min(4u, params.hidden - unit);
  putState(after, count, (1.0 - z) * n + z * stateQuad(before, count));
  if (HAS_GATES) {
    putGate(gate, count, r);
    putGate(gate + params.hidden, count, z);
    putGate(gate + 2u * params.hidden, count, n);
    putGate(gate + 3u * params.hidden, count, a);
  }
}

// Elements behind the last unit repeat it; nothing is stored for them.
fn stateQuad(at: u32, count: u32) -> vec4f {
  let last = at + count - 1u;
  return vec4f(states[at], states[min(at + 1u, last)], states[min(at + 2u, last)], states[last]);
}
fn projectedQuad(at: u32, unit: u32) -> vec4f {
  let last = at + min(4u, params.hidden - unit) - 1u;
  return vec4f(projected[at], projected[min(at + 1u, last)], projected[min(at + 2u, last)], projected[last]);
}
fn biasQuad(at: u32) -> vec4f {
  let last = at + min(4u, params.hidden - at % params.hidden) - 1u;
  return vec4f(bias[at], bias[min(at + 1u, last)], bias[min(at + 2u, last)], bias[last]);
}

fn putState(at: u32, count: u32, v: vec4f) {
  states[at] = v.x;
  if (count == 4u) {
    states[at + 1u] = v.y;
    states[at + 2u] = v.z;
    states[at + 3u] = v.w;
    return;
  }
  if (count > 1u) { states[at + 1u] = v.y; }
  if (count > 2u) { states[at + 2u] = v.z; }
}
fn putGate(at: u32, count: u32, v: vec4f) {
  gates[at] = v.x;
  if (count == 4u) {
    gates[at + 1u] = v.y;
    gates[at + 2u] = v.z;
    gates[at + 3u] = v.w;
    return;
  }
  if (count > 1u) { gates[at + 1u] = v.y; }
  if (count > 2u) { gates[at + 2u] = v.z; }
}`,
});

/** All steps of one row of the batch per workgroup, an invocation per unit. weight [hidden, 3, padded] is packed. */
export const gruGroup = /* @__PURE__ */ defineKernel({
  name: 'gru.group',
  read: { projected: 'f32', weight: 'f32', bias: 'f32?' },
  write: { states: 'f32', gates: 'f32?' },
  params: { time: 'u32', batch: 'u32', hidden: 'u32', padded: 'u32', reverse: 'u32' },
  constants: { UNITS: [32, 64, 128, 256] },
  workgroup: ({ UNITS }) => UNITS,
  grid: ({ batch }) => batch,
  functions: SIGMOID + TANGENT,
  wgsl: /* wgsl */ `
var<workgroup> state: array<f32, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = linearGroup(group);
  if (row >= params.batch) { return; }
  let inside = lane < params.hidden;
  let unit = min(lane, params.hidden - 1u);
  var fixed = vec3f();
  if (HAS_BIAS) { fixed = vec3f(bias[unit], bias[params.hidden + unit], bias[2u * params.hidden + unit]); }
  var h = states[(params.reverse * params.time * params.batch + row) * params.hidden + unit];
  for (var step = 0u; step < params.time; step++) {
    state[lane] = h;
    workgroupBarrier();
    var sums = fixed;
    var at = unit;
    for (var k = 0u; k < params.hidden; k++) {
      sums += state[k] * vec3f(weight[at], weight[at + params.padded], weight[at + 2u * params.padded]);
      at += 3u * params.padded;
    }
    let t = select(step, params.time - 1u - step, params.reverse == 1u);
    let place = t * params.batch + row;
    let input = place * 3u * params.hidden + unit;
    let gate = sigmoid(vec4f(sums.x + projected[input], sums.y + projected[input + params.hidden], 0.0, 0.0));
    let n = hyperbolicTangent(vec4f(gate.x * sums.z + projected[input + 2u * params.hidden])).x;
    h = (1.0 - gate.y) * n + gate.y * h;
    if (inside) {
      let after = t + 1u - params.reverse;
      states[(after * params.batch + row) * params.hidden + unit] = h;
      if (HAS_GATES) {
        let out = place * 4u * params.hidden + unit;
        gates[out] = gate.x;
        gates[out + params.hidden] = gate.y;
        gates[out + 2u * params.hidden] = n;
        gates[out + 3u * params.hidden] = sums.z;
      }
    }
    workgroupBarrier(); // before the next step overwrites the state
  }
}`,
});
