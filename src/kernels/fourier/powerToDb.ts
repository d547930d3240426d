import { defineKernel } from '../../tensor/engine/kernel.ts';
import type { Nd } from '../../tensor/engine/nd.ts';
import { nd } from '../../tensor/engine/nd.ts';
import { defineOp } from '../../tensor/engine/op.ts';
import type { Shape } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';

export interface PowerToDbOptions {
  /** Power below which everything counts as this power. Default 1e-10. */
  readonly amin?: number;
  /** Lifts everything to at least the largest value of the whole tensor less this many dB. Default null: no floor. */
  readonly topDb?: number | null;
}

/**
 * Decibels of a power: 10 log10(max(x, amin)), then, with `topDb`, max(y, max(y) - topDb) with the largest value over the
 * whole tensor. The gradient is 0 below amin; under the floor it goes to the largest value, shared evenly among equals.
 *
 * @throws RangeError unless amin > 0 and topDb is null or at least 0.
 */
export function powerToDb(x: Tensor, { amin = 1e-10, topDb = null }: PowerToDbOptions = {}): Tensor {
  return powerToDbOp([x], { amin, topDb });
}

const powerToDbOp = /* @__PURE__ */ defineOp({
  name: 'powerToDb',
  inputs: ['x'],
  shape([x]: readonly [Shape], { amin, topDb }: { amin: number; topDb: number | null }) {
    if (!(amin > 0) || !Number.isFinite(amin)) throw new RangeError(`powerToDb: amin must be over 0, got ${amin}`);
    if (topDb !== null && !(topDb >= 0))
      throw new RangeError(`powerToDb: topDb must be null or at least 0, got ${topDb}`);
    return x;
  },
  forward([x]: readonly [x: Tensor], { amin, topDb }) {
    const decibels = x.derive(x.shape);
    toDecibels({ x }, { y: decibels }, { size: x.size, amin });
    const peak = topDb === null ? null : largest(decibels);
    let y = decibels;
    if (peak !== null && topDb !== null) {
      y = x.derive(x.shape);
      lift({ decibels, peak }, { y }, { size: x.size, topDb });
    }
    return { y, saved: { x, decibels: peak && decibels, peak } };
  },
  backward(dy, { x, decibels, peak }, { amin, topDb }) {
    const dx = x.derive(x.shape);
    const floor = topDb ?? 0;
    const lifted = peak && decibels && liftedGradient(dy, decibels, peak, floor);
    gradDecibels({ x, dy, decibels, peak, lifted }, { dx }, { size: x.size, amin, topDb: floor });
    return [dx];
  },
});

/** Two launches with √size partial results leave one value. */
function largest(x: Tensor): Tensor {
  const parts = Math.ceil(Math.sqrt(x.size));
  const maxima = x.derive([parts]);
  const peak = x.derive([1]);
  maxStrided({ x }, { y: maxima }, { size: x.size, parts });
  maxStrided({ x: maxima }, { y: peak }, { size: parts, parts: 1 });
  return peak;
}

/** The sum of dy over the lifted elements, and how many elements are the largest. */
function liftedGradient(dy: Tensor, decibels: Tensor, peak: Tensor, topDb: number): Tensor {
  const parts = Math.ceil(Math.sqrt(dy.size));
  const sums = dy.derive([parts, 2]);
  const total = dy.derive([2]);
  sumLifted({ decibels, dy, peak }, { sums }, { size: dy.size, parts, topDb });
  addLifted({ sums }, { total }, { parts });
  return total;
}

export const toDecibels = /* @__PURE__ */ defineKernel({
  name: 'powerToDb.map',
  read: { x: 'f32' },
  write: { y: 'f32' },
  params: { size: 'u32', amin: 'f32' },
  workgroup: 64,
  grid: ({ size }) => Math.ceil(size / 64),
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i < params.size) {
    y[i] = 4.3429448190325175 * log(max(x[i], params.amin)); // 10 / ln 10
  }
}`,
});

// Invocation p takes elements p, p + parts, ...
export const maxStrided = /* @__PURE__ */ defineKernel({
  name: 'powerToDb.max',
  read: { x: 'f32' },
  write: { y: 'f32' },
  params: { size: 'u32', parts: 'u32' },
  workgroup: 64,
  grid: ({ parts }) => Math.ceil(parts / 64),
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let p = linearGroup(group) * WORKGROUP + lane;
  if (p >= params.parts) { return; }
  var largest = -3.4028234e38;
  for (var i = p; i < params.size; i += params.parts) { largest = max(largest, x[i]); }
  y[p] = largest;
}`,
});

export const lift = /* @__PURE__ */ defineKernel({
  name: 'powerToDb.lift',
  read: { decibels: 'f32', peak: 'f32' },
  write: { y: 'f32' },
  params: { size: 'u32', topDb: 'f32' },
  workgroup: 64,
  grid: ({ size }) => Math.ceil(size / 64),
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i < params.size) {
    y[i] = max(decibels[i], peak[0] - params.topDb);
  }
}`,
});

export const sumLifted = /* @__PURE__ */ defineKernel({
  name: 'powerToDb.sumLifted',
  read: { decibels: 'f32', dy: 'f32', peak: 'f32' },
  write: { sums: 'vec2f' },
  params: { size: 'u32', parts: 'u32', topDb: 'f32' },
  workgroup: 64,
  grid: ({ parts }) => Math.ceil(parts / 64),
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let p = linearGroup(group) * WORKGROUP + lane;
  if (p >= params.parts) { return; }
  let floor = peak[0] - params.topDb;
  var sum = vec2f();
  for (var i = p; i < params.size; i += params.parts) {
    sum += vec2f(select(0.0, dy[i], decibels[i] < floor), select(0.0, 1.0, decibels[i] == peak[0]));
  }
  sums[p] = sum;
}`,
});

export const addLifted = /* @__PURE__ */ defineKernel({
  name: 'powerToDb.addLifted',
  read: { sums: 'vec2f' },
  write: { total: 'vec2f' },
  params: { parts: 'u32' },
  workgroup: 1,
  grid: () => 1,
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main() {
  var sum = vec2f();
  for (var p = 0u; p < params.parts; p++) { sum += sums[p]; }
  total[0] = sum;
}`,
});

export const gradDecibels = /* @__PURE__ */ defineKernel({
  name: 'powerToDb.gradInput',
  read: { x: 'f32', dy: 'f32', decibels: 'f32?', peak: 'f32?', lifted: 'vec2f?' },
  write: { dx: 'f32' },
  params: { size: 'u32', amin: 'f32', topDb: 'f32' },
  workgroup: 64,
  grid: ({ size }) => Math.ceil(size / 64),
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i >= params.size) { return; }
  var g = dy[i];
  if (HAS_DECIBELS) {
    if (decibels[i] < peak[0] - params.topDb) { g = 0.0; }
    if (decibels[i] == peak[0]) { g += lifted[0].x / lifted[0].y; }
  }
  dx[i] = select(0.0, g * 4.3429448190325175 / max(x[i], params.amin), x[i] >= params.amin);
}`,
});

export function powerToDbReference([x]: readonly [Nd], { amin = 1e-10, topDb = null }: PowerToDbOptions = {}): Nd {
  const decibels = x.data.map((value) => 10 * Math.log10(Math.max(value, amin)));
  const floor =
    topDb === null ? Number.NEGATIVE_INFINITY : decibels.reduce((a, b) => Math.max(a, b), -Infinity) - topDb;
  return nd(x.shape, (i) => Math.max(decibels[i]!, floor));
}
