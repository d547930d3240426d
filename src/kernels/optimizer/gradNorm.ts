import { empty } from '../../tensor/engine/core.ts';
import { defineKernel } from '../../tensor/engine/kernel.ts';
import { tidy } from '../../tensor/engine/scope.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { inGroups, vectorsOf } from './slots.ts';

const CHUNK = 64; // vec4 elements per partial sum: 256 squares, few enough for f32

/** Euclidean norm of all gradients together, as a tensor [1]: nothing is read back. Seven tensors share a launch. */
export function gradNorm(grads: readonly Tensor[]): Tensor {
  const first = grads[0];
  if (first === undefined) throw new RangeError('gradNorm: there must be at least one gradient');
  return tidy(() => {
    const partials = empty(first, [grads.reduce((total, grad) => total + chunksOf(grad), 0)]);
    let at = 0;
    for (const group of inGroups(grads, 7)) {
      const [a, b, c, d, e, f, g] = group;
      const sizes = [a, b, c, d, e, f, g].map((grad) => grad?.size ?? 0);
      squares(
        {
          grad0: a!,
          grad1: b ?? null,
          grad2: c ?? null,
          grad3: d ?? null,
          grad4: e ?? null,
          grad5: f ?? null,
          grad6: g ?? null,
        },
        { partials },
        { at, low: sizes.slice(0, 4), high: [...sizes.slice(4), 0] },
      );
      at += group.reduce((total, grad) => total + chunksOf(grad), 0);
    }
    const norm = empty(first, [1]);
    root({ partials }, { norm }, { count: partials.size });
    return norm;
  });
}

/** Multiplies every gradient, in place, by min(1, maxNorm / (norm + 1e-6)), as PyTorch's clip_grad_norm_ does. */
export function scaleGradients(grads: readonly Tensor[], norm: Tensor, maxNorm: number): void {
  for (const group of inGroups(grads, 7)) {
    const [a, b, c, d, e, f, g] = group;
    const counts = [a, b, c, d, e, f, g].map((grad) => vectorsOf(grad && { grad }));
    clip(
      { norm },
      {
        grad0: a!,
        grad1: b ?? null,
        grad2: c ?? null,
        grad3: d ?? null,
        grad4: e ?? null,
        grad5: f ?? null,
        grad6: g ?? null,
      },
      { maxNorm, low: counts.slice(0, 4), high: [...counts.slice(4), 0] },
    );
  }
}

function chunksOf(grad: Tensor): number {
  return Math.ceil(vectorsOf({ grad }) / CHUNK);
}

// One invocation squares and sums one chunk. The last vec4 of a tensor may hold padding, which must not count.
export const squares = /* @__PURE__ */ defineKernel({
  name: 'gradNorm.squares',
  read: {
    grad0: 'f32',
    grad1: 'f32?',
    grad2: 'f32?',
    grad3: 'f32?',
    grad4: 'f32?',
    grad5: 'f32?',
    grad6: 'f32?',
  },
  write: { partials: 'f32' },
  params: { at: 'u32', low: 'vec4u', high: 'vec4u' },
  workgroup: 64,
  grid: ({ low, high }) =>
    Math.ceil([...low, ...high].reduce((total, size) => total + Math.ceil(size / (4 * CHUNK)), 0) / 64),
  wgsl: /* wgsl */ `
const CHUNK = 256u; // elements

fn element(slot: u32, i: u32) -> f32 {
  switch slot {
    case 0u: { return grad0[i]; }
    case 1u: { if (HAS_GRAD1) { return grad1[i]; } }
    case 2u: { if (HAS_GRAD2) { return grad2[i]; } }
    case 3u: { if (HAS_GRAD3) { return grad3[i]; } }
    case 4u: { if (HAS_GRAD4) { return grad4[i]; } }
    case 5u: { if (HAS_GRAD5) { return grad5[i]; } }
    default: { if (HAS_GRAD6) { return grad6[i]; } }
  }
  return 0.0;
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = linearGroup(group) * WORKGROUP + lane;
  var chunk = index;
  var slot = 0u;
  var size = params.low.x;
  loop {
    let chunks = (size + CHUNK - 1u) / CHUNK;
    if (chunk < chunks) { break; }
    chunk -= chunks;
    slot += 1u;
    if (slot > 6u) { return; }
    if (slot < 4u) { size = params.low[slot]; } else { size = params.high[slot - 4u]; }
  }
  var total = 0.0;
  for (var i = chunk * CHUNK; i < min((chunk + 1u) * CHUNK, size); i++) {
    let g = element(slot, i);
    total += g * g;
  }
  partials[params.at + index] = total;
}`,
});

// One workgroup folds all partials: at most some hundreds per lane, each a sum of 256 squares.
export const root = /* @__PURE__ */ defineKernel({
  name: 'gradNorm.root',
  read: { partials: 'f32' },
  write: { norm: 'f32' },
  params: { count: 'u32' },
  workgroup: 64,
  grid: () => 1,
  wgsl: /* wgsl */ `
var<workgroup> sums: array<f32, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) lane: u32) {
  var total = 0.0;
  for (var i = lane; i < params.count; i += WORKGROUP) {
    total += partials[i];
  }
  sums[lane] = total;
  workgroupBarrier();
  if (lane == 0u) {
    var all = 0.0;
    for (var i = 0u; i < WORKGROUP; i++) {
      all += sums[i];
    }
    norm[0] = sqrt(all);
  }
}`,
});

export const clip = /* @__PURE__ */ defineKernel({
  name: 'clipGradNorm.scale',
  read: { norm: 'f32' },
  write: {
    grad0: 'vec4f',
    grad1: 'vec4f?',
    grad2: 'vec4f?',
    grad3: 'vec4f?',
    grad4: 'vec4f?',
    grad5: 'vec4f?',
    grad6: 'vec4f?',
  },
  params: { maxNorm: 'f32', low: 'vec4u', high: 'vec4u' },
  workgroup: 64,
  grid: ({ low, high }) => Math.ceil([...low, ...high].reduce((total, count) => total + count, 0) / 64),
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let factor = min(1.0, params.maxNorm / (norm[0] + 1e-6));
  var i = linearGroup(group) * WORKGROUP + lane;
  if (i < params.low.x) { grad0[i] *= factor; return; }
  i -= params.low.x;
  if (HAS_GRAD1 && i < params.low.y) { grad1[i] *= factor; return; }
  i -= params.low.y;
  if (HAS_GRAD2 && i < params.low.z) { grad2[i] *= factor; return; }
  i -= params.low.z;
  if (HAS_GRAD3 && i < params.low.w) { grad3[i] *= factor; return; }
  i -= params.low.w;
  if (HAS_GRAD4 && i < params.high.x) { grad4[i] *= factor; return; }
  i -= params.high.x;
  if (HAS_GRAD5 && i < params.high.y) { grad5[i] *= factor; return; }
  i -= params.high.y;
  if (HAS_GRAD6 && i < params.high.z) { grad6[i] *= factor; }
}`,
});
