import { defineKernel } from '../../tensor/engine/kernel.ts';
import { SCORES_WGSL } from './problem.ts';
import { QUAD_WGSL } from './quads.ts';

/** What the kernels of the gradient of keys and values read and write. */
export const GRAD_KEY_VALUE = {
  read: {
    q: 'strided vec4f',
    k: 'strided vec4f',
    v: 'strided vec4f',
    dy: 'strided vec4f',
    terms: 'vec4f',
    bias: 'strided f32?',
    mask: 'strided bool?',
  },
  write: { dkv: 'strided vec4f' }, // rows of dk; a row of dv lies `valueShift` chunks behind its row of dk
  params: {
    steps: 'vec4u', // of q, k, v, dy
    gradStep: 'u32', // of dkv
    valueShift: 'u32',
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
 * Four keys per invocation, for processors: every query adds to them in its turn, so the sums need no atomics.
 * dv = Σ p do, dk = scale · Σ p (dp - delta) q.
 */
export const gradKeyValueQuad = /* @__PURE__ */ defineKernel({
  name: 'attention.gradKeyValueQuad',
  ...GRAD_KEY_VALUE,
  constants: { HEAD: { tested: [1, 8, 16] }, VALUE: { tested: [1, 8, 16] }, LANES: { tested: [16] } },
  workgroup: ({ LANES }) => LANES,
  grid: ({ batch, keys }, { LANES }) => Math.ceil((batch * Math.ceil(keys / 4)) / LANES),
  functions: SCORES_WGSL + QUAD_WGSL,
  wgsl: /* wgsl */ `
fn keyChunk(at: vec4u, c: u32) -> mat4x4f {
  return transpose(mat4x4f(k[at.x + c], k[at.y + c], k[at.z + c], k[at.w + c])) * params.scale;
}

fn valueChunk(at: vec4u, c: u32) -> mat4x4f {
  return transpose(mat4x4f(v[at.x + c], v[at.y + c], v[at.z + c], v[at.w + c]));
}

fn keyOctet(at: vec4u, count: u32) -> Octet {
  var x: Octet;
  if (count > 0u) { x.a = keyChunk(at, 0u); }
  if (count > 1u) { x.b = keyChunk(at, 1u); }
  if (count > 2u) { x.c = keyChunk(at, 2u); }
  if (count > 3u) { x.d = keyChunk(at, 3u); }
  if (count > 4u) { x.e = keyChunk(at, 4u); }
  if (count > 5u) { x.f = keyChunk(at, 5u); }
  if (count > 6u) { x.g = keyChunk(at, 6u); }
  if (count > 7u) { x.h = keyChunk(at, 7u); }
  return x;
}

fn valueOctet(at: vec4u, count: u32) -> Octet {
  var x: Octet;
  if (count > 0u) { x.a = valueChunk(at, 0u); }
  if (count > 1u) { x.b = valueChunk(at, 1u); }
  if (count > 2u) { x.c = valueChunk(at, 2u); }
  if (count > 3u) { x.d = valueChunk(at, 3u); }
  if (count > 4u) { x.e = valueChunk(at, 4u); }
  if (count > 5u) { x.f = valueChunk(at, 5u); }
  if (count > 6u) { x.g = valueChunk(at, 6u); }
  if (count > 7u) { x.h = valueChunk(at, 7u); }
  return x;
}

fn scores(x: Octet, at: u32, count: u32) -> vec4f {
  var s = vec4f();
  if (count > 0u) { s += x.a * q[at]; }
  if (count > 1u) { s += x.b * q[at + 1u]; }
  if (count > 2u) { s += x.c * q[at + 2u]; }
  if (count > 3u) { s += x.d * q[at + 3u]; }
  if (count > 4u) { s += x.e * q[at + 4u]; }
  if (count > 5u) { s += x.f * q[at + 5u]; }
  if (count > 6u) { s += x.g * q[at + 6u]; }
  if (count > 7u) { s += x.h * q[at + 7u]; }
  return s;
}

fn products(x: Octet, at: u32, count: u32) -> vec4f {
  var s = vec4f();
  if (count > 0u) { s += x.a * dy[at]; }
  if (count > 1u) { s += x.b * dy[at + 1u]; }
  if (count > 2u) { s += x.c * dy[at + 2u]; }
  if (count > 3u) { s += x.d * dy[at + 3u]; }
  if (count > 4u) { s += x.e * dy[at + 4u]; }
  if (count > 5u) { s += x.f * dy[at + 5u]; }
  if (count > 6u) { s += x.g * dy[at + 6u]; }
  if (count > 7u) { s += x.h * dy[at + 7u]; }
  return s;
}

fn addQueries(o: ptr<function, Octet>, p: vec4f, at: u32, count: u32) {
  if (count > 0u) { o.a = added(o.a, p, q[at]); }
  if (count > 1u) { o.b = added(o.b, p, q[at + 1u]); }
  if (count > 2u) { o.c = added(o.c, p, q[at + 2u]); }
  if (count > 3u) { o.d = added(o.d, p, q[at + 3u]); }
  if (count > 4u) { o.e = added(o.e, p, q[at + 4u]); }
  if (count > 5u) { o.f = added(o.f, p, q[at + 5u]); }
  if (count > 6u) { o.g = added(o.g, p, q[at + 6u]); }
  if (count > 7u) { o.h = added(o.h, p, q[at + 7u]); }
}

fn addUpstream(o: ptr<function, Octet>, p: vec4f, at: u32, count: u32) {
  if (count > 0u) { o.a = added(o.a, p, dy[at]); }
  if (count > 1u) { o.b = added(o.b, p, dy[at + 1u]); }
  if (count > 2u) { o.c = added(o.c, p, dy[at + 2u]); }
  if (count > 3u) { o.d = added(o.d, p, dy[at + 3u]); }
  if (count > 4u) { o.e = added(o.e, p, dy[at + 4u]); }
  if (count > 5u) { o.f = added(o.f, p, dy[at + 5u]); }
  if (count > 6u) { o.g = added(o.g, p, dy[at + 6u]); }
  if (count > 7u) { o.h = added(o.h, p, dy[at + 7u]); }
}

fn writeChunk(at: vec4u, c: u32, o: mat4x4f, factor: f32, valid: vec4<bool>) {
  let rows = transpose(o) * factor;
  if (valid.x) { dkv[at.x + c] = rows[0]; }
  if (valid.y) { dkv[at.y + c] = rows[1]; }
  if (valid.z) { dkv[at.z + c] = rows[2]; }
  if (valid.w) { dkv[at.w + c] = rows[3]; }
}

fn writeOctet(at: vec4u, o: Octet, count: u32, factor: f32, valid: vec4<bool>) {
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
  let blocks = (params.keys + 3u) / 4u;
  let g = i / blocks;
  if (g >= params.batch) { return; }
  let wanted = (i % blocks) * 4u + QUADS;
  let j = min(wanted, vec4u(params.keys - 1u));
  let head = g * params.queries;
  var qAt = viewIndex(params.q, head);
  var dyAt = viewIndex(params.dy, head);
  var biasAt = vec4u();
  var maskAt = vec4u();
  if (HAS_BIAS) { biasAt = viewIndex(params.bias, head) + j * params.biasStep.y; }
  if (HAS_MASK) { maskAt = viewIndex(params.mask, head) + j * params.maskStep.y; }

  let kAt = viewIndex(params.k, g * params.keys) + j * params.steps.y;
  let k0 = keyOctet(kAt, HEAD);
  let k1 = keyOctet(kAt + 8u, HEAD1);
  let k2 = keyOctet(kAt + 16u, HEAD2);
  let k3 = keyOctet(kAt + 24u, HEAD3);
  let vAt = viewIndex(params.v, g * params.keys) + j * params.steps.z;
  let v0 = valueOctet(vAt, VALUE);
  let v1 = valueOctet(vAt + 8u, VALUE1);
  let v2 = valueOctet(vAt + 16u, VALUE2);
  let v3 = valueOctet(vAt + 24u, VALUE3);
  var dk0: Octet; var dk1: Octet; var dk2: Octet; var dk3: Octet;
  var dv0: Octet; var dv1: Octet; var dv2: Octet; var dv3: Octet;

  for (var t = 0u; t < params.queries; t++) {
    let term = terms[head + t];
    var s = scores(k0, qAt, HEAD);
    s += scores(k1, qAt + 8u, HEAD1);
    s += scores(k2, qAt + 16u, HEAD2);
    s += scores(k3, qAt + 24u, HEAD3);
    let p = weights(adjusted(s, biasAt, maskAt), vec4f(term.x));
    var dp = products(v0, dyAt, VALUE);
    dp += products(v1, dyAt + 8u, VALUE1);
    dp += products(v2, dyAt + 16u, VALUE2);
    dp += products(v3, dyAt + 24u, VALUE3);
    let ds = p * (dp * term.z - term.y);
    let opened = p * term.z;
    addQueries(&dk0, ds, qAt, HEAD);
    addQueries(&dk1, ds, qAt + 8u, HEAD1);
    addQueries(&dk2, ds, qAt + 16u, HEAD2);
    addQueries(&dk3, ds, qAt + 24u, HEAD3);
    addUpstream(&dv0, opened, dyAt, VALUE);
    addUpstream(&dv1, opened, dyAt + 8u, VALUE1);
    addUpstream(&dv2, opened, dyAt + 16u, VALUE2);
    addUpstream(&dv3, opened, dyAt + 24u, VALUE3);
    qAt += params.steps.x;
    dyAt += params.steps.w;
    if (HAS_BIAS) { biasAt += params.biasStep.x; }
    if (HAS_MASK) { maskAt += params.maskStep.x; }
  }

  let valid = wanted < vec4u(params.keys);
  let dkAt = viewIndex(params.dkv, g * params.keys) + j * params.gradStep;
  writeOctet(dkAt, dk0, HEAD, params.gradScale, valid);
  writeOctet(dkAt + 8u, dk1, HEAD1, params.gradScale, valid);
  writeOctet(dkAt + 16u, dk2, HEAD2, params.gradScale, valid);
  writeOctet(dkAt + 24u, dk3, HEAD3, params.gradScale, valid);
  let dvAt = dkAt + params.valueShift;
  writeOctet(dvAt, dv0, VALUE, 1.0, valid);
  writeOctet(dvAt + 8u, dv1, VALUE1, 1.0, valid);
  writeOctet(dvAt + 16u, dv2, VALUE2, 1.0, valid);
  writeOctet(dvAt + 24u, dv3, VALUE3, 1.0, valid);
}`,
});
