import { defineKernel } from '../../tensor/engine/kernel.ts';
import { SCORES_WGSL } from './problem.ts';
import { QUAD_WGSL, rowReader, rowWriter } from './quads.ts';

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
 * named matrices, for processors.
 */
export const forwardQuad = /* @__PURE__ */ defineKernel({
  name: 'attention.forwardQuad',
  ...FORWARD,
  constants: { HEAD: { tested: [1, 8] }, VALUE: { tested: [2] }, LANES: { tested: [16] } },
  workgroup: ({ LANES }) => LANES,
  grid: ({ batch, queries }, { LANES }) => Math.ceil((batch * Math.ceil(queries / 4)) / LANES),
  functions: [
    SCORES_WGSL,
    QUAD_WGSL,
    rowReader('q', 'HEAD'),
    rowReader('k', 'HEAD'),
    rowReader('v', 'VALUE'),
    rowWriter('Row', 'y', 'VALUE'),
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

  let qAt = viewIndex(params.q, head) + t * params.steps.x;
  var query: Octet;
  for (var r = 0u; r < 4u; r++) { push(&query, qRow(qAt[r]), HEAD); }
  var o: Octet;
  var top = vec4f(NOTHING);
  var total = vec4f();
  for (var j = 0u; j < params.keys; j++) {
    let s = adjusted(dots(query, kRow(kAt), HEAD) * params.scale, biasAt, maskAt);
    // The running maximum moves up; what was summed so far shrinks with it.
    let above = max(top, s);
    let keep = exp2(top - above);
    let p = weights(s, above);
    top = above;
    total = total * keep + p;

    blend(&o, keep, p, vRow(vAt), VALUE);
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
  let yAt = viewIndex(params.y, head) + t * params.steps.w;
  for (var r = 0u; r < 4u; r++) {
    let row = pull(&o, VALUE);
    if (wanted[r] < params.queries) {
      lse[head + wanted[r]] = sumExp[r];
      writeRow(yAt[r], row, factor[r]);
    }
  }
}`,
});
