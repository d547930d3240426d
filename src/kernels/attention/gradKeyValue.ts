import { defineKernel } from '../../tensor/engine/kernel.ts';
import { SCORES_WGSL } from './problem.ts';
import { QUAD_WGSL, rowReader, rowWriter } from './quads.ts';

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
  functions: [
    SCORES_WGSL,
    QUAD_WGSL,
    rowReader('q', 'HEAD'),
    rowReader('k', 'HEAD'),
    rowReader('v', 'VALUE'),
    rowReader('dy', 'VALUE'),
    rowWriter('Key', 'dkv', 'HEAD'),
    rowWriter('Value', 'dkv', 'VALUE'),
  ].join('\n'),
  wgsl: /* wgsl */ `
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
      writeValue(dkAt[r] + params.valueShift, valueRow, 1.0);
    }
  }
}`,
});
