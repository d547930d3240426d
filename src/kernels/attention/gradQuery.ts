import { defineKernel } from '../../tensor/engine/kernel.ts';
import { SCORES_WGSL } from './problem.ts';
import { QUAD_WGSL, rowReader, rowWriter } from './quads.ts';

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
  constants: { HEAD: { tested: [1, 8] }, VALUE: { tested: [2] }, LANES: { tested: [16] } },
  workgroup: ({ LANES }) => LANES,
  grid: ({ batch, queries }, { LANES }) => Math.ceil((batch * Math.ceil(queries / 4)) / LANES),
  functions: [
    SCORES_WGSL,
    QUAD_WGSL,
    rowReader('q', 'HEAD'),
    rowReader('k', 'HEAD'),
    rowReader('v', 'VALUE'),
    rowReader('dy', 'VALUE'),
    rowWriter('Row', 'dq', 'HEAD'),
  ].join('\n'),
  wgsl: /* wgsl */ `
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
  let dyAt = viewIndex(params.dy, head) + t * params.steps.w;
  var query: Octet;
  var upstream: Octet;
  for (var r = 0u; r < 4u; r++) {
    push(&query, qRow(qAt[r]), HEAD);
    push(&upstream, dyRow(dyAt[r]), VALUE);
  }
  var sum: Octet;

  for (var j = 0u; j < params.keys; j++) {
    let key = kRow(kAt);
    let p = weights(adjusted(dots(query, key, HEAD) * params.scale, biasAt, maskAt), term[0]);
    let dp = dots(upstream, vRow(vAt), VALUE);
    add(&sum, p * (dp * term[2] - term[1]), key, HEAD);
    kAt += params.steps.y;
    vAt += params.steps.z;
    if (HAS_BIAS) { biasAt += params.biasStep.y; }
    if (HAS_MASK) { maskAt += params.maskStep.y; }
  }

  let dqAt = viewIndex(params.dq, head) + t * params.gradStep;
  for (var r = 0u; r < 4u; r++) {
    let row = pull(&sum, HEAD);
    if (wanted[r] < params.queries) { writeRow(dqAt[r], row, params.gradScale); }
  }
}`,
});
