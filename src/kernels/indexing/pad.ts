import { fill } from '../../tensor/engine/copy.ts';
import { ShapeError } from '../../tensor/engine/errors.ts';
import { defineKernel } from '../../tensor/engine/kernel.ts';
import { type Nd, nd } from '../../tensor/engine/nd.ts';
import { defineOp } from '../../tensor/engine/op.ts';
import { tidy } from '../../tensor/engine/scope.ts';
import { denseStrides, formatShape, type Shape } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { copyBlock } from './copyBlock.ts';

export type PadMode = 'constant' | 'reflect' | 'replicate';

export interface PadOptions {
  /** How many elements go [before, after] each axis, one pair per axis. */
  readonly pads: readonly (readonly [before: number, after: number])[];
  /** What they are: `value`, the mirror image without the edge itself, or the edge. Default 'constant'. */
  readonly mode?: PadMode;
  /** For mode 'constant'. Default 0. */
  readonly value?: number;
}

/**
 * Adds elements around a tensor. 'constant' takes any element type, the others floats; 'reflect' and 'replicate' are one
 * launch per padded axis.
 *
 * @throws RangeError for an unknown mode or pads that are not integers of at least 0; ShapeError when there is not one
 * pair per axis, or an axis is too short to reflect or empty.
 */
export function pad(x: Tensor, { pads, mode = 'constant', value = 0 }: PadOptions): Tensor {
  checkPads(x.shape, pads, mode);
  const padded = pads.flatMap(([before, after], dim) => (before + after > 0 ? [{ dim, before, after }] : []));
  if (mode === 'constant' || padded.length === 0) return padConstantOp([x], { pads, value });
  return tidy(() => padded.reduce((y, edge) => padEdgeOp([y], { ...edge, mode }), x));
}

const padConstantOp = /* @__PURE__ */ defineOp({
  name: 'pad',
  inputs: ['x'],
  dtypes: 'any',
  strided: true,
  shape: ([x]: readonly [Shape], { pads }: { pads: PadOptions['pads']; value: number }) => paddedShape(x, pads),
  forward([x]: readonly [x: Tensor], { pads, value }) {
    const y = x.derive(paddedShape(x.shape, pads));
    if (y.size !== x.size) fill(y, value);
    copyBlock(x, centerOf(y, x.shape, pads));
    return { y, saved: { shape: x.shape } };
  },
  backward: (dy, { shape }, { pads }) => [centerOf(dy, shape, pads)],
});

/** The part of a padded tensor that came from inside. */
function centerOf(y: Tensor, shape: Shape, pads: PadOptions['pads']): Tensor {
  const offset = pads.reduce((at, [before], d) => at + before * y.strides[d]!, y.offset);
  return y.view(shape, y.strides, offset);
}

interface Edge {
  readonly dim: number;
  readonly before: number;
  readonly after: number;
  readonly mode: 'reflect' | 'replicate';
}

const padEdgeOp = /* @__PURE__ */ defineOp({
  name: 'pad',
  inputs: ['x'],
  dtypes: ['f32', 'f16'],
  strided: true,
  shape: ([x]: readonly [Shape], { dim, before, after }: Edge) => x.with(dim, x[dim]! + before + after),
  forward([x]: readonly [x: Tensor], edge) {
    const extent = x.shape[edge.dim]!;
    const y = x.derive(x.shape.with(edge.dim, extent + edge.before + edge.after));
    padAlong({ x }, { y }, { size: y.size, ...axisParams(x.shape, edge) }, constantsOf(x, edge));
    return { y, saved: { shape: x.shape } };
  },
  backward(dy, { shape }, edge) {
    const dx = dy.derive(shape);
    foldAlong({ dy }, { dx }, { size: dx.size, ...axisParams(shape, edge) }, constantsOf(dy, edge));
    return [dx];
  },
});

function axisParams(shape: Shape, { dim, before, after }: Edge) {
  return { inner: denseStrides(shape)[dim]!, extent: shape[dim]!, before, after };
}

function constantsOf(x: Tensor, { mode }: Edge) {
  return { T: x.dtype as 'f32' | 'f16', REFLECT: mode === 'reflect' };
}

export const padAlong = /* @__PURE__ */ defineKernel({
  name: 'pad.along',
  read: { x: 'strided T' },
  write: { y: 'T' },
  params: { size: 'u32', inner: 'u32', extent: 'u32', before: 'u32', after: 'u32' },
  constants: { T: ['f32', 'f16'], REFLECT: [true, false] },
  workgroup: 64,
  grid: ({ size }) => Math.ceil(size / 64),
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i >= params.size) { return; }
  let padded = params.extent + params.before + params.after;
  let last = i32(params.extent) - 1;
  let at = i32(i / params.inner % padded) - i32(params.before);
  let position = select(clamp(at, 0, last), last - abs(last - abs(at)), REFLECT);
  let outer = i / params.inner / padded;
  y[i] = x[viewIndex(params.x, (outer * params.extent + u32(position)) * params.inner + i % params.inner)];
}`,
});

// Every element gathers the gradients of its copies: before the front edge, itself, behind the back edge.
export const foldAlong = /* @__PURE__ */ defineKernel({
  name: 'pad.gradInput',
  read: { dy: 'strided T' },
  write: { dx: 'T' },
  params: { size: 'u32', inner: 'u32', extent: 'u32', before: 'u32', after: 'u32' },
  constants: { T: ['f32', 'f16'], REFLECT: [true, false] },
  workgroup: 64,
  grid: ({ size }) => Math.ceil(size / 64),
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i >= params.size) { return; }
  let padded = params.extent + params.before + params.after;
  let position = i / params.inner % params.extent;
  let start = i / params.inner / params.extent * padded * params.inner + i % params.inner;
  let last = params.extent - 1u;
  let itself = params.before + position;
  var total = gradAt(start, itself);
  if (REFLECT) {
    if (position > 0u && position <= params.before) { total += gradAt(start, params.before - position); }
    if (position < last && last - position <= params.after) { total += gradAt(start, itself + 2u * (last - position)); }
  } else {
    if (position == 0u) {
      for (var p = 0u; p < params.before; p++) { total += gradAt(start, p); }
    }
    if (position == last) {
      for (var p = 1u; p <= params.after; p++) { total += gradAt(start, itself + p); }
    }
  }
  dx[i] = T(total);
}

fn gradAt(start: u32, position: u32) -> f32 {
  return f32(dy[viewIndex(params.dy, start + position * params.inner)]);
}`,
});

function paddedShape(x: Shape, pads: PadOptions['pads']): number[] {
  return x.map((extent, d) => extent + pads[d]![0] + pads[d]![1]);
}

function checkPads(x: Shape, pads: PadOptions['pads'], mode: PadMode): void {
  if (!['constant', 'reflect', 'replicate'].includes(mode)) {
    throw new RangeError(`pad: mode must be constant, reflect or replicate, got ${String(mode)}`);
  }
  if (pads.length !== x.length || pads.some((pair) => pair.length !== 2)) {
    throw new ShapeError(`pad: pads must have a pair for each axis of ${formatShape(x)}, got ${JSON.stringify(pads)}`);
  }
  if (!pads.flat().every((count) => Number.isInteger(count) && count >= 0)) {
    throw new RangeError(`pad: pads must be integers of at least 0, got ${JSON.stringify(pads)}: use slice() to cut`);
  }
  if (mode === 'constant') return;
  pads.forEach(([before, after], d) => {
    const most = Math.max(before, after);
    const least = most === 0 ? 0 : mode === 'reflect' ? most + 1 : 1;
    if (x[d]! < least) {
      throw new ShapeError(
        `pad: axis ${d} of ${formatShape(x)} must have at least ${least} elements to ${mode} [${before}, ${after}]`,
      );
    }
  });
}

export function padReference([x]: readonly [Nd], { pads, mode = 'constant', value = 0 }: PadOptions): Nd {
  return nd(paddedShape(x.shape, pads), (_, at) => {
    let index = 0;
    for (let d = 0; d < at.length; d++) {
      const last = x.shape[d]! - 1;
      let position = at[d]! - pads[d]![0];
      if (mode === 'constant' && (position < 0 || position > last)) return value;
      if (mode === 'replicate') position = Math.min(Math.max(position, 0), last);
      if (mode === 'reflect') position = last - Math.abs(last - Math.abs(position));
      index = index * x.shape[d]! + position;
    }
    return x.data[index]!;
  });
}
