import { ShapeError } from '../../tensor/engine/errors.ts';
import { defineKernel } from '../../tensor/engine/kernel.ts';
import { tidy } from '../../tensor/engine/scope.ts';
import { formatShape } from '../../tensor/engine/shape.ts';
import { choose } from '../../tensor/engine/tuner.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { fold } from '../reduce/fold.ts';
import { sumFold } from '../reduce/sum.ts';
import { ownsMemory } from './slots.ts';

const MOST = 7; // tensors, which with one more buffer make the 8 a kernel can bind
const BLOCK = 64 * 16 * 4; // elements of one workgroup: 16 quads for each invocation

/**
 * Euclidean norm of all the gradients together, as a tensor [1] on the device.
 *
 * @throws RangeError without gradients; ShapeError for one that is a view.
 */
export function gradNorm(grads: readonly Tensor[]): Tensor {
  const first = grads[0];
  if (!first) throw new RangeError('gradNorm: there must be at least one gradient');
  checkGradients('gradNorm', grads);
  return tidy(() => {
    const launches = inLaunches(grads);
    const blocks = launches.map(({ ends }) => ends[MOST - 1]!);
    const partial = first.derive([blocks.reduce((a, b) => a + b, 0) * 64]);
    let at = 0;
    for (const [i, { buffers, ...launch }] of launches.entries()) {
      gradNormSquares(buffers, { squares: partial }, { ...packed(launch), at });
      at += blocks[i]! * 64;
    }
    const norm = first.derive([1]);
    gradNormRoot({ sum: fold(sumFold, { x: partial, dims: [0] }) }, { norm });
    return norm;
  });
}

/**
 * Multiplies all gradients in place by min(1, maxNorm / (norm + 1e-6)), as PyTorch's clip_grad_norm_ does.
 *
 * @throws ShapeError for a gradient that is a view.
 */
export function scaleGradients(grads: readonly Tensor[], norm: Tensor, maxNorm: number): void {
  checkGradients('scaleGradients', grads);
  for (const { buffers, ...launch } of inLaunches(grads))
    gradNormScale({ norm }, buffers, { ...packed(launch), maxNorm });
}

interface Launch {
  readonly buffers: {
    readonly [K in 'g0' | 'g1' | 'g2' | 'g3' | 'g4' | 'g5' | 'g6']: Tensor | null;
  };
  /** Workgroups up to the end of each tensor, and elements of each. */
  readonly ends: readonly number[];
  readonly sizes: readonly number[];
}

/** Drivers that run on a processor execute every branch for every invocation, so there a launch takes one tensor. */
function tensorsPerLaunch(grads: readonly Tensor[]): number {
  const device = grads[0]?.device;
  if (!device) return MOST;
  return choose(device, 'gradNorm/tensors', ['1', '7'], device.kind === 'cpu' ? '1' : '7') === '1' ? 1 : MOST;
}

function inLaunches(grads: readonly Tensor[]): Launch[] {
  const launches: Launch[] = [];
  const count = tensorsPerLaunch(grads);
  for (let first = 0; first < grads.length; first += count) {
    const part = Array.from({ length: MOST }, (_, i) => (i < count ? (grads[first + i] ?? null) : null));
    const sizes = part.map((grad) => grad?.size ?? 0);
    let end = 0;
    const ends = sizes.map((size) => {
      end += Math.ceil(size / BLOCK);
      return end;
    });
    const [g0, g1, g2, g3, g4, g5, g6] = part as [Tensor, ...(Tensor | null)[]];
    const buffers = { g0, g1: g1!, g2: g2!, g3: g3!, g4: g4!, g5: g5!, g6: g6! };
    launches.push({ buffers, ends, sizes });
  }
  return launches;
}

/** As two vectors of four, which is how parameters take seven numbers. */
function packed({ ends, sizes }: Pick<Launch, 'ends' | 'sizes'>) {
  return {
    endsA: ends.slice(0, 4),
    endsB: [...ends.slice(4), ends[MOST - 1]!],
    sizesA: sizes.slice(0, 4),
    sizesB: [...sizes.slice(4), 0],
  };
}

function checkGradients(op: string, grads: readonly Tensor[]): void {
  for (const [i, grad] of grads.entries()) {
    if (!ownsMemory(grad)) {
      throw new ShapeError(`${op}: gradient ${i} ${formatShape(grad.shape)} must own its memory, got a view`);
    }
  }
}

/** Finds the tensor a workgroup is for, and reads it by number. */
const BLOCKS = `
const QUADS = 16u;

struct Block { which: u32, first: u32, size: u32 }

fn blockOf(index: u32) -> Block {
  var which = 0u;
  for (; which < 6u; which++) {
    if (index < endOf(which)) { break; }
  }
  let start = select(0u, endOf(max(which, 1u) - 1u), which > 0u);
  let size = select(params.sizesB[which % 4u], params.sizesA[which % 4u], which < 4u);
  return Block(which, (index - start) * QUADS * WORKGROUP, size);
}

fn endOf(which: u32) -> u32 {
  return select(params.endsB[which % 4u], params.endsA[which % 4u], which < 4u);
}

fn valueAt(which: u32, quad: u32) -> vec4f {
  var value = vec4f();
  if (HAS_G0) { if (which == 0u) { value = g0[quad]; } }
  if (HAS_G1) { if (which == 1u) { value = g1[quad]; } }
  if (HAS_G2) { if (which == 2u) { value = g2[quad]; } }
  if (HAS_G3) { if (which == 3u) { value = g3[quad]; } }
  if (HAS_G4) { if (which == 4u) { value = g4[quad]; } }
  if (HAS_G5) { if (which == 5u) { value = g5[quad]; } }
  if (HAS_G6) { if (which == 6u) { value = g6[quad]; } }
  return value;
}
`;

export const gradNormSquares = /* @__PURE__ */ defineKernel({
  name: 'gradNorm.squares',
  read: { g0: 'vec4f?', g1: 'vec4f?', g2: 'vec4f?', g3: 'vec4f?', g4: 'vec4f?', g5: 'vec4f?', g6: 'vec4f?' },
  write: { squares: 'f32' },
  params: { endsA: 'vec4u', endsB: 'vec4u', sizesA: 'vec4u', sizesB: 'vec4u', at: 'u32' },
  workgroup: 64,
  grid: ({ endsB }) => endsB[3]!,
  functions: BLOCKS,
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = linearGroup(group);
  if (index >= params.endsB.w) { return; }
  let block = blockOf(index);
  var total = 0.0;
  for (var q = 0u; q < QUADS; q++) {
    let quad = block.first + q * WORKGROUP + lane;
    if (4u * quad >= block.size) { break; }
    // The last quad may end in memory that nobody has written.
    let inside = 4u * vec4u(quad) + vec4u(0u, 1u, 2u, 3u) < vec4u(block.size);
    let value = select(vec4f(), valueAt(block.which, quad), inside);
    total += dot(value, value);
  }
  squares[params.at + index * WORKGROUP + lane] = total;
}`,
});

export const gradNormRoot = /* @__PURE__ */ defineKernel({
  name: 'gradNorm.root',
  read: { sum: 'f32' },
  write: { norm: 'f32' },
  workgroup: 1,
  grid: () => 1,
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main() {
  norm[0] = sqrt(sum[0]);
}`,
});

export const gradNormScale = /* @__PURE__ */ defineKernel({
  name: 'gradNorm.scale',
  read: { norm: 'f32' },
  write: { g0: 'vec4f?', g1: 'vec4f?', g2: 'vec4f?', g3: 'vec4f?', g4: 'vec4f?', g5: 'vec4f?', g6: 'vec4f?' },
  params: { endsA: 'vec4u', endsB: 'vec4u', sizesA: 'vec4u', sizesB: 'vec4u', maxNorm: 'f32' },
  workgroup: 64,
  grid: ({ endsB }) => endsB[3]!,
  functions: BLOCKS,
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = linearGroup(group);
  let factor = params.maxNorm / (norm[0] + 1e-6);
  if (index >= params.endsB.w || factor >= 1.0) { return; }
  let block = blockOf(index);
  for (var q = 0u; q < QUADS; q++) {
    let quad = block.first + q * WORKGROUP + lane;
    if (4u * quad >= block.size) { break; }
    put(block.which, quad, valueAt(block.which, quad) * factor);
  }
}

fn put(which: u32, quad: u32, value: vec4f) {
  if (HAS_G0) { if (which == 0u) { g0[quad] = value; } }
  if (HAS_G1) { if (which == 1u) { g1[quad] = value; } }
  if (HAS_G2) { if (which == 2u) { g2[quad] = value; } }
  if (HAS_G3) { if (which == 3u) { g3[quad] = value; } }
  if (HAS_G4) { if (which == 4u) { g4[quad] = value; } }
  if (HAS_G5) { if (which == 5u) { g5[quad] = value; } }
  if (HAS_G6) { if (which == 6u) { g6[quad] = value; } }
}`,
});
