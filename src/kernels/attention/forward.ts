import { defineKernel } from '../../tensor/engine/kernel.ts';
import { SCORES_WGSL } from './problem.ts';
import { QUAD_WGSL } from './quads.ts';

/** What the forward kernels read and write. */
export const FORWARD = {
  read: {
    q: 'strided vec4f',
    k: 'strided vec4f',
    v: 'strided vec4f',
    bias: 'strided f32?',
    mask: 'strided bool?',
    gate: 'strided f32?',
  },
  write: { y: 'strided vec4f', lse: 'f32' },
  params: {
    steps: 'vec4u', // of q, k, v, y
    biasStep: 'vec2u',
    maskStep: 'vec2u',
    gateStep: 'u32',
    batch: 'u32',
    queries: 'u32',
    keys: 'u32',
    scale: 'f32',
  },
} as const;

/**
 * Four queries per invocation and no workgroup memory: a key's row is read once for the four. Straight-line code over
 * named matrices, for processors; rows over 32 channels go on in arrays.
 */
export const forwardQuad = /* @__PURE__ */ defineKernel({
  name: 'attention.forwardQuad',
  ...FORWARD,
  constants: { HEAD: { tested: [1, 8, 16] }, VALUE: { tested: [1, 8, 16] }, LANES: { tested: [16] } },
  workgroup: ({ LANES }) => LANES,
  grid: ({ batch, queries }, { LANES }) => Math.ceil((batch * Math.ceil(queries / 4)) / LANES),
  functions: SCORES_WGSL + QUAD_WGSL,
  wgsl: /* wgsl */ `
fn queryChunk(at: vec4u, c: u32) -> mat4x4f {
  return transpose(mat4x4f(q[at.x + c], q[at.y + c], q[at.z + c], q[at.w + c])) * params.scale;
}

fn queryOctet(at: vec4u, count: u32) -> Octet {
  var x: Octet;
  if (count > 0u) { x.a = queryChunk(at, 0u); }
  if (count > 1u) { x.b = queryChunk(at, 1u); }
  if (count > 2u) { x.c = queryChunk(at, 2u); }
  if (count > 3u) { x.d = queryChunk(at, 3u); }
  if (count > 4u) { x.e = queryChunk(at, 4u); }
  if (count > 5u) { x.f = queryChunk(at, 5u); }
  if (count > 6u) { x.g = queryChunk(at, 6u); }
  if (count > 7u) { x.h = queryChunk(at, 7u); }
  return x;
}

fn scores(x: Octet, at: u32, count: u32) -> vec4f {
  var s = vec4f();
  if (count > 0u) { s += x.a * k[at]; }
  if (count > 1u) { s += x.b * k[at + 1u]; }
  if (count > 2u) { s += x.c * k[at + 2u]; }
  if (count > 3u) { s += x.d * k[at + 3u]; }
  if (count > 4u) { s += x.e * k[at + 4u]; }
  if (count > 5u) { s += x.f * k[at + 5u]; }
  if (count > 6u) { s += x.g * k[at + 6u]; }
  if (count > 7u) { s += x.h * k[at + 7u]; }
  return s;
}

fn blend(o: ptr<function, Octet>, keep: vec4f, p: vec4f, at: u32, count: u32) {
  if (count > 0u) { o.a = blended(o.a, keep, p, v[at]); }
  if (count > 1u) { o.b = blended(o.b, keep, p, v[at + 1u]); }
  if (count > 2u) { o.c = blended(o.c, keep, p, v[at + 2u]); }
  if (count > 3u) { o.d = blended(o.d, keep, p, v[at + 3u]); }
  if (count > 4u) { o.e = blended(o.e, keep, p, v[at + 4u]); }
  if (count > 5u) { o.f = blended(o.f, keep, p, v[at + 5u]); }
  if (count > 6u) { o.g = blended(o.g, keep, p, v[at + 6u]); }
  if (count > 7u) { o.h = blended(o.h, keep, p, v[at + 7u]); }
}

fn writeChunk(at: vec4u, c: u32, o: mat4x4f, factor: vec4f, valid: vec4<bool>) {
  let rows = transpose(scaled(o, factor));
  if (valid.x) { y[at.x + c] = rows[0]; }
  if (valid.y) { y[at.y + c] = rows[1]; }
  if (valid.z) { y[at.z + c] = rows[2]; }
  if (valid.w) { y[at.w + c] = rows[3]; }
}

fn writeOctet(at: vec4u, o: Octet, count: u32, factor: vec4f, valid: vec4<bool>) {
  if (count > 0u) { writeChunk(at, 0u, o.a, factor, valid); }
  if (count > 1u) { writeChunk(at, 1u, o.b, factor, valid); }
  if (count > 2u) { writeChunk(at, 2u, o.c, factor, valid); }
  if (count > 3u) { writeChunk(at, 3u, o.d, factor, valid); }
  if (count > 4u) { writeChunk(at, 4u, o.e, factor, valid); }
  if (count > 5u) { writeChunk(at, 5u, o.f, factor, valid); }
  if (count > 6u) { writeChunk(at, 6u, o.g, factor, valid); }
  if (count > 7u) { writeChunk(at, 7u, o.h, factor, valid); }
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  let blocks = (params.queries + 3u) / 4u;
  let g = i / blocks;
  if (g >= params.batch) { return; }
  let wanted = (i % blocks) * 4u + QUADS;
  let t = min(wanted, vec4u(params.queries - 1u));
  let head = g * params.queries;
  let qAt = viewIndex(params.q, head) + t * params.steps.x;
  var kAt = viewIndex(params.k, g * params.keys);
  var vAt = viewIndex(params.v, g * params.keys);
  var biasAt = vec4u();
  var maskAt = vec4u();
  if (HAS_BIAS) { biasAt = viewIndex(params.bias, head) + t * params.biasStep.x; }
  if (HAS_MASK) { maskAt = viewIndex(params.mask, head) + t * params.maskStep.x; }

  let q0 = queryOctet(qAt, HEAD);
  let q1 = queryOctet(qAt + 8u, HEAD1);
  let q2 = queryOctet(qAt + 16u, HEAD2);
  let q3 = queryOctet(qAt + 24u, HEAD3);
  var o0: Octet; var o1: Octet; var o2: Octet; var o3: Octet;

  var top = vec4f(NOTHING);
  var total = vec4f();
  for (var j = 0u; j < params.keys; j++) {
    var s = scores(q0, kAt, HEAD);
    s += scores(q1, kAt + 8u, HEAD1);
    s += scores(q2, kAt + 16u, HEAD2);
    s += scores(q3, kAt + 24u, HEAD3);
    s = adjusted(s, biasAt, maskAt);

    // The running maximum moves up; what was summed so far shrinks with it.
    let above = max(top, s);
    let keep = exp2(top - above);
    let p = weights(s, above);
    top = above;
    total = total * keep + p;

    blend(&o0, keep, p, vAt, VALUE);
    blend(&o1, keep, p, vAt + 8u, VALUE1);
    blend(&o2, keep, p, vAt + 16u, VALUE2);
    blend(&o3, keep, p, vAt + 24u, VALUE3);
    kAt += params.steps.y;
    vAt += params.steps.z;
    if (HAS_BIAS) { biasAt += params.biasStep.y; }
    if (HAS_MASK) { maskAt += params.maskStep.y; }
  }

  // A row that attends to nothing has total 0 and sums of 0.
  let some = total > vec4f();
  var factor = select(vec4f(), 1.0 / select(vec4f(1.0), total, some), some);
  if (HAS_GATE) {
    let gateAt = viewIndex(params.gate, head) + t * params.gateStep;
    factor /= 1.0 + exp(min(-vec4f(gate[gateAt.x], gate[gateAt.y], gate[gateAt.z], gate[gateAt.w]), vec4f(80.0)));
  }
  let sumExp = select(vec4f(), top + log2(select(vec4f(1.0), total, some)), some);
  let valid = wanted < vec4u(params.queries);
  if (valid.x) { lse[head + t.x] = sumExp.x; }
  if (valid.y) { lse[head + t.y] = sumExp.y; }
  if (valid.z) { lse[head + t.z] = sumExp.z; }
  if (valid.w) { lse[head + t.w] = sumExp.w; }
  let yAt = viewIndex(params.y, head) + t * params.steps.w;
  writeOctet(yAt, o0, VALUE, factor, valid);
  writeOctet(yAt + 8u, o1, VALUE1, factor, valid);
  writeOctet(yAt + 16u, o2, VALUE2, factor, valid);
  writeOctet(yAt + 24u, o3, VALUE3, factor, valid);
}`,
});
