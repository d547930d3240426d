import { defineKernel } from '../../tensor/engine/kernel.ts';
import { SCORES_WGSL } from './problem.ts';
import { QUAD_WGSL } from './quads.ts';

/** What the kernels of the query gradient read and write. */
export const GRAD_QUERY = {
  read: {
    q: 'strided vec4f',
    k: 'strided vec4f',
    v: 'strided vec4f',
    dy: 'strided vec4f',
    terms: 'vec4f',
    bias: 'strided f32?',
    mask: 'strided bool?',
  },
  write: { dq: 'strided vec4f' },
  params: {
    steps: 'vec4u', // of q, k, v, dy
    gradStep: 'u32', // of dq
    biasStep: 'vec2u',
    maskStep: 'vec2u',
    batch: 'u32',
    queries: 'u32',
    keys: 'u32',
    scale: 'f32', // of scores in units of log 2
    gradScale: 'f32',
  },
} as const;

/**
 * Four queries per invocation, for processors. With p = softmax(s), dp = do · v and delta = do · o:
 * ds = p (dp - delta), dq = scale · Σ ds k.
 */
export const gradQueryQuad = /* @__PURE__ */ defineKernel({
  name: 'attention.gradQueryQuad',
  ...GRAD_QUERY,
  constants: { HEAD: { tested: [1, 8, 16] }, VALUE: { tested: [1, 8, 16] }, LANES: { tested: [16] } },
  workgroup: ({ LANES }) => LANES,
  grid: ({ batch, queries }, { LANES }) => Math.ceil((batch * Math.ceil(queries / 4)) / LANES),
  functions: SCORES_WGSL + QUAD_WGSL,
  wgsl: /* wgsl */ `
fn queryChunk(at: vec4u, c: u32) -> mat4x4f {
  return transpose(mat4x4f(q[at.x + c], q[at.y + c], q[at.z + c], q[at.w + c])) * params.scale;
}

fn upstreamChunk(at: vec4u, c: u32) -> mat4x4f {
  return transpose(mat4x4f(dy[at.x + c], dy[at.y + c], dy[at.z + c], dy[at.w + c]));
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

fn upstreamOctet(at: vec4u, count: u32) -> Octet {
  var x: Octet;
  if (count > 0u) { x.a = upstreamChunk(at, 0u); }
  if (count > 1u) { x.b = upstreamChunk(at, 1u); }
  if (count > 2u) { x.c = upstreamChunk(at, 2u); }
  if (count > 3u) { x.d = upstreamChunk(at, 3u); }
  if (count > 4u) { x.e = upstreamChunk(at, 4u); }
  if (count > 5u) { x.f = upstreamChunk(at, 5u); }
  if (count > 6u) { x.g = upstreamChunk(at, 6u); }
  if (count > 7u) { x.h = upstreamChunk(at, 7u); }
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

fn products(x: Octet, at: u32, count: u32) -> vec4f {
  var s = vec4f();
  if (count > 0u) { s += x.a * v[at]; }
  if (count > 1u) { s += x.b * v[at + 1u]; }
  if (count > 2u) { s += x.c * v[at + 2u]; }
  if (count > 3u) { s += x.d * v[at + 3u]; }
  if (count > 4u) { s += x.e * v[at + 4u]; }
  if (count > 5u) { s += x.f * v[at + 5u]; }
  if (count > 6u) { s += x.g * v[at + 6u]; }
  if (count > 7u) { s += x.h * v[at + 7u]; }
  return s;
}

fn addKeys(o: ptr<function, Octet>, p: vec4f, at: u32, count: u32) {
  if (count > 0u) { o.a = added(o.a, p, k[at]); }
  if (count > 1u) { o.b = added(o.b, p, k[at + 1u]); }
  if (count > 2u) { o.c = added(o.c, p, k[at + 2u]); }
  if (count > 3u) { o.d = added(o.d, p, k[at + 3u]); }
  if (count > 4u) { o.e = added(o.e, p, k[at + 4u]); }
  if (count > 5u) { o.f = added(o.f, p, k[at + 5u]); }
  if (count > 6u) { o.g = added(o.g, p, k[at + 6u]); }
  if (count > 7u) { o.h = added(o.h, p, k[at + 7u]); }
}

fn writeChunk(at: vec4u, c: u32, o: mat4x4f, valid: vec4<bool>) {
  let rows = transpose(o) * params.gradScale;
  if (valid.x) { dq[at.x + c] = rows[0]; }
  if (valid.y) { dq[at.y + c] = rows[1]; }
  if (valid.z) { dq[at.z + c] = rows[2]; }
  if (valid.w) { dq[at.w + c] = rows[3]; }
}

fn writeOctet(at: vec4u, o: Octet, count: u32, valid: vec4<bool>) {
  if (count > 0u) { writeChunk(at, 0u, o.a, valid); }
  if (count > 1u) { writeChunk(at, 1u, o.b, valid); }
  if (count > 2u) { writeChunk(at, 2u, o.c, valid); }
  if (count > 3u) { writeChunk(at, 3u, o.d, valid); }
  if (count > 4u) { writeChunk(at, 4u, o.e, valid); }
  if (count > 5u) { writeChunk(at, 5u, o.f, valid); }
  if (count > 6u) { writeChunk(at, 6u, o.g, valid); }
  if (count > 7u) { writeChunk(at, 7u, o.h, valid); }
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
  var kAt = viewIndex(params.k, g * params.keys);
  var vAt = viewIndex(params.v, g * params.keys);
  var biasAt = vec4u();
  var maskAt = vec4u();
  if (HAS_BIAS) { biasAt = viewIndex(params.bias, head) + t * params.biasStep.x; }
  if (HAS_MASK) { maskAt = viewIndex(params.mask, head) + t * params.maskStep.x; }
  // Columns: log-sum-exp, delta, sigmoid of the gate.
  let term = transpose(mat4x4f(terms[head + t.x], terms[head + t.y], terms[head + t.z], terms[head + t.w]));

  let qAt = viewIndex(params.q, head) + t * params.steps.x;
  let q0 = queryOctet(qAt, HEAD);
  let q1 = queryOctet(qAt + 8u, HEAD1);
  let q2 = queryOctet(qAt + 16u, HEAD2);
  let q3 = queryOctet(qAt + 24u, HEAD3);
  let dyAt = viewIndex(params.dy, head) + t * params.steps.w;
  let u0 = upstreamOctet(dyAt, VALUE);
  let u1 = upstreamOctet(dyAt + 8u, VALUE1);
  let u2 = upstreamOctet(dyAt + 16u, VALUE2);
  let u3 = upstreamOctet(dyAt + 24u, VALUE3);
  var d0: Octet; var d1: Octet; var d2: Octet; var d3: Octet;

  for (var j = 0u; j < params.keys; j++) {
    var s = scores(q0, kAt, HEAD);
    s += scores(q1, kAt + 8u, HEAD1);
    s += scores(q2, kAt + 16u, HEAD2);
    s += scores(q3, kAt + 24u, HEAD3);
    let p = weights(adjusted(s, biasAt, maskAt), term[0]);
    var dp = products(u0, vAt, VALUE);
    dp += products(u1, vAt + 8u, VALUE1);
    dp += products(u2, vAt + 16u, VALUE2);
    dp += products(u3, vAt + 24u, VALUE3);
    let ds = p * (dp * term[2] - term[1]);
    addKeys(&d0, ds, kAt, HEAD);
    addKeys(&d1, ds, kAt + 8u, HEAD1);
    addKeys(&d2, ds, kAt + 16u, HEAD2);
    addKeys(&d3, ds, kAt + 24u, HEAD3);
    kAt += params.steps.y;
    vAt += params.steps.z;
    if (HAS_BIAS) { biasAt += params.biasStep.y; }
    if (HAS_MASK) { maskAt += params.maskStep.y; }
  }

  let valid = wanted < vec4u(params.queries);
  let dqAt = viewIndex(params.dq, head) + t * params.gradStep;
  writeOctet(dqAt, d0, HEAD, valid);
  writeOctet(dqAt + 8u, d1, HEAD1, valid);
  writeOctet(dqAt + 16u, d2, HEAD2, valid);
  writeOctet(dqAt + 24u, d3, HEAD3, valid);
}`,
});
