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
  constants: { HEAD: { tested: [1, 8] }, VALUE: { tested: [2] }, LANES: { tested: [16] } },
  workgroup: ({ LANES }) => LANES,
  grid: ({ batch, keys }, { LANES }) => Math.ceil((batch * Math.ceil(keys / 4)) / LANES),
  functions: SCORES_WGSL + QUAD_WGSL,
  wgsl: /* wgsl */ `
fn qRow(at: u32) -> Chunks {
  var x: Chunks;
  x.a = q[at];
  if (HEAD > 1u) { x.b = q[at + 1u]; }
  if (HEAD > 2u) { x.c = q[at + 2u]; }
  if (HEAD > 3u) { x.d = q[at + 3u]; }
  if (HEAD > 4u) { x.e = q[at + 4u]; }
  if (HEAD > 5u) { x.f = q[at + 5u]; }
  if (HEAD > 6u) { x.g = q[at + 6u]; }
  if (HEAD > 7u) { x.h = q[at + 7u]; }
  return x;
}

fn kRow(at: u32) -> Chunks {
  var x: Chunks;
  x.a = k[at];
  if (HEAD > 1u) { x.b = k[at + 1u]; }
  if (HEAD > 2u) { x.c = k[at + 2u]; }
  if (HEAD > 3u) { x.d = k[at + 3u]; }
  if (HEAD > 4u) { x.e = k[at + 4u]; }
  if (HEAD > 5u) { x.f = k[at + 5u]; }
  if (HEAD > 6u) { x.g = k[at + 6u]; }
  if (HEAD > 7u) { x.h = k[at + 7u]; }
  return x;
}

fn vRow(at: u32) -> Chunks {
  var x: Chunks;
  x.a = v[at];
  if (VALUE > 1u) { x.b = v[at + 1u]; }
  if (VALUE > 2u) { x.c = v[at + 2u]; }
  if (VALUE > 3u) { x.d = v[at + 3u]; }
  if (VALUE > 4u) { x.e = v[at + 4u]; }
  if (VALUE > 5u) { x.f = v[at + 5u]; }
  if (VALUE > 6u) { x.g = v[at + 6u]; }
  if (VALUE > 7u) { x.h = v[at + 7u]; }
  return x;
}

fn dyRow(at: u32) -> Chunks {
  var x: Chunks;
  x.a = dy[at];
  if (VALUE > 1u) { x.b = dy[at + 1u]; }
  if (VALUE > 2u) { x.c = dy[at + 2u]; }
  if (VALUE > 3u) { x.d = dy[at + 3u]; }
  if (VALUE > 4u) { x.e = dy[at + 4u]; }
  if (VALUE > 5u) { x.f = dy[at + 5u]; }
  if (VALUE > 6u) { x.g = dy[at + 6u]; }
  if (VALUE > 7u) { x.h = dy[at + 7u]; }
  return x;
}

fn writeKey(at: u32, row: Chunks, factor: f32) {
  dkv[at] = row.a * factor;
  if (HEAD > 1u) { dkv[at + 1u] = row.b * factor; }
  if (HEAD > 2u) { dkv[at + 2u] = row.c * factor; }
  if (HEAD > 3u) { dkv[at + 3u] = row.d * factor; }
  if (HEAD > 4u) { dkv[at + 4u] = row.e * factor; }
  if (HEAD > 5u) { dkv[at + 5u] = row.f * factor; }
  if (HEAD > 6u) { dkv[at + 6u] = row.g * factor; }
  if (HEAD > 7u) { dkv[at + 7u] = row.h * factor; }
}

fn writeValue(at: u32, row: Chunks) {
  dkv[at] = row.a;
  if (VALUE > 1u) { dkv[at + 1u] = row.b; }
  if (VALUE > 2u) { dkv[at + 2u] = row.c; }
  if (VALUE > 3u) { dkv[at + 3u] = row.d; }
  if (VALUE > 4u) { dkv[at + 4u] = row.e; }
  if (VALUE > 5u) { dkv[at + 5u] = row.f; }
  if (VALUE > 6u) { dkv[at + 6u] = row.g; }
  if (VALUE > 7u) { dkv[at + 7u] = row.h; }
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
  let vAt = viewIndex(params.v, g * params.keys) + j * params.steps.z;
  var key: Octet;
  var value: Octet;
  for (var r = 0u; r < 4u; r++) {
    push(&key, kRow(kAt[r]), HEAD);
    push(&value, vRow(vAt[r]), VALUE);
  }
  var keySum: Octet;
  var valueSum: Octet;

  for (var t = 0u; t < params.queries; t++) {
    let term = terms[head + t];
    let query = qRow(qAt);
    let upstream = dyRow(dyAt);
    let p = weights(adjusted(dots(key, query, HEAD) * params.scale, biasAt, maskAt), vec4f(term.x));
    let dp = dots(value, upstream, VALUE);
    add(&keySum, p * (dp * term.z - term.y), query, HEAD);
    add(&valueSum, p * term.z, upstream, VALUE);
    qAt += params.steps.x;
    dyAt += params.steps.w;
    if (HAS_BIAS) { biasAt += params.biasStep.x; }
    if (HAS_MASK) { maskAt += params.maskStep.x; }
  }

  let dkAt = viewIndex(params.dkv, g * params.keys) + j * params.gradStep;
  for (var r = 0u; r < 4u; r++) {
    let keyRow = pull(&keySum, HEAD);
    let valueRow = pull(&valueSum, VALUE);
    if (wanted[r] < params.keys) {
      writeKey(dkAt[r], keyRow, params.gradScale);
      writeValue(dkAt[r] + params.valueShift, valueRow);
    }
  }
}`,
});
