import { fill } from '../../tensor/engine/copy.ts';
import { defineKernel } from '../../tensor/engine/kernel.ts';
import { type Shape, sizeOf } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { sum } from '../reduce/sum.ts';
import { type Attention, SCORES_WGSL } from './problem.ts';
import type { Rows } from './rows.ts';

const FEW_PARTIAL_SUMS = 16_384; // invocations enough for any device
const SHORTEST_SEGMENT = 16;

/**
 * Gradient of a bias of this shape, which broadcasts to [batch axes..., queries, keys]: the sum of ds = p (dp - delta)
 * over the axes along which it repeats. An invocation owns one element and walks the longest of those axes; the other
 * axes, and segments of the walk where elements are few, give partial sums that are added in order afterwards.
 */
export function gradBias(problem: Attention, dy: Rows, terms: Tensor, shape: Shape): Tensor {
  const { q, k, v, bias, mask, keys, scale } = problem;
  const rows = q.first.shape; // [batch axes..., queries]
  // A bias that is the same for all keys of a row leaves the softmax as it is.
  if (shape[shape.length - 1] !== keys || keys === 1 || q.first.size === 0) {
    const zero = q.first.derive(shape);
    fill(zero, 0);
    return zero;
  }
  const { outer, walk, kept } = split(rows, shape);
  const order = [...outer, ...walk, ...kept];
  const extents = (dims: readonly number[]) => sizeOf(dims.map((d) => rows[d]!));
  const elements = extents(kept) * keys;
  const length = extents(walk);
  const wanted = Math.ceil(FEW_PARTIAL_SUMS / (elements * extents(outer)));
  const segments = Math.max(1, Math.min(wanted, Math.ceil(length / SHORTEST_SEGMENT)));
  const partials = extents(outer) * segments;

  const view = (x: Tensor, strides: Shape) =>
    x.view(
      order.map((d) => rows[d]!),
      order.map((d) => strides[d]!),
      x.offset,
    );
  const walkStep = (strides: Shape) => (walk.length > 0 ? strides[walk[0]!]! : 0);
  // Keys and values of a row depend on its batch axes alone.
  const kStrides = k.first.strides.with(-1, 0);
  const vStrides = v.first.strides.with(-1, 0);
  const termRows = terms.view(rows);
  const sums = q.first.derive([partials, ...shape]);
  sumScoreGradients(
    {
      q: view(q.first, q.first.strides),
      k: view(k.first, kStrides),
      v: view(v.first, vStrides),
      dy: view(dy.first, dy.first.strides),
      terms: view(termRows, termRows.strides),
      bias: bias && view(bias.first, bias.first.strides),
      mask: mask && view(mask.first, mask.first.strides),
    },
    { sums },
    {
      rowSteps: [q.first, dy.first].map((x) => walkStep(x.strides)).concat(walkStep(kStrides), walkStep(vStrides)),
      otherSteps: [walkStep(termRows.strides), mask ? walkStep(mask.first.strides) : 0, 0, 0],
      keySteps: [k.step, v.step, bias?.step[1] ?? 0, mask?.step[1] ?? 0],
      size: partials * elements,
      kept: extents(kept),
      keys,
      length,
      segments,
      segment: Math.ceil(length / segments),
      scale: scale * Math.LOG2E,
    },
    { HEAD: q.chunks, VALUE: v.chunks },
  );
  return partials === 1 ? sums.view(shape) : sum(sums, 0);
}

/** The axes of rows that the bias has, the longest of the others, and what is left. */
function split(rows: Shape, shape: Shape): { outer: number[]; walk: number[]; kept: number[] } {
  const lead = rows.length + 1 - shape.length;
  const isKept = (d: number) => d >= lead && shape[d - lead] === rows[d];
  const kept = [...rows.keys()].filter(isKept);
  const others = [...rows.keys()].filter((d) => !isKept(d)).sort((a, b) => rows[b]! - rows[a]!);
  return { outer: others.slice(1), walk: others.slice(0, 1), kept };
}

export const sumScoreGradients = /* @__PURE__ */ defineKernel({
  name: 'attention.gradBias',
  read: {
    q: 'strided vec4f',
    k: 'strided vec4f',
    v: 'strided vec4f',
    dy: 'strided vec4f',
    terms: 'strided vec4f',
    bias: 'strided f32?',
    mask: 'strided bool?',
  },
  write: { sums: 'f32' },
  params: {
    rowSteps: 'vec4u', // along the walk: of q, dy, k, v
    otherSteps: 'vec4u', // along the walk: of terms, mask
    keySteps: 'vec4u', // to the next key: of k, v, bias, mask
    size: 'u32',
    kept: 'u32',
    keys: 'u32',
    length: 'u32',
    segments: 'u32',
    segment: 'u32',
    scale: 'f32',
  },
  constants: { HEAD: { tested: [1, 8] }, VALUE: { tested: [1, 8] } },
  workgroup: 64,
  grid: ({ size }) => Math.ceil(size / 64),
  functions: SCORES_WGSL,
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i >= params.size) { return; }
  let key = i % params.keys;
  let kept = (i / params.keys) % params.kept;
  let partial = i / (params.keys * params.kept);
  let start = (partial % params.segments) * params.segment;
  let end = min(start + params.segment, params.length);
  let row = ((partial / params.segments) * params.length + min(start, params.length - 1u)) * params.kept + kept;
  var qAt = viewIndex(params.q, row);
  var dyAt = viewIndex(params.dy, row);
  var kAt = viewIndex(params.k, row) + key * params.keySteps.x;
  var vAt = viewIndex(params.v, row) + key * params.keySteps.y;
  var termAt = viewIndex(params.terms, row);
  var biasAt = 0u;
  var maskAt = 0u;
  if (HAS_BIAS) { biasAt = viewIndex(params.bias, row) + key * params.keySteps.z; }
  if (HAS_MASK) { maskAt = viewIndex(params.mask, row) + key * params.keySteps.w; }
  var total = 0.0;
  for (var n = start; n < end; n++) {
    var s = vec4f();
    for (var c = 0u; c < HEAD; c++) { s += q[qAt + c] * k[kAt + c]; }
    var dp = vec4f();
    for (var c = 0u; c < VALUE; c++) { dp += dy[dyAt + c] * v[vAt + c]; }
    let term = terms[termAt];
    let score = adjustedOne(((s.x + s.y) + (s.z + s.w)) * params.scale, biasAt, maskAt);
    total += weightOne(score, term.x) * (((dp.x + dp.y) + (dp.z + dp.w)) * term.z - term.y);
    qAt += params.rowSteps.x;
    dyAt += params.rowSteps.y;
    kAt += params.rowSteps.z;
    vAt += params.rowSteps.w;
    termAt += params.otherSteps.x;
    if (HAS_MASK) { maskAt += params.otherSteps.y; }
  }
  sums[i] = total;
}`,
});
