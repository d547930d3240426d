import { defineKernel } from '../../tensor/engine/kernel.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { ACROSS_LANES, groupsFor, LANES, type Lanes, laneGroup, lanesFor } from '../reduce/lanes.ts';
import { rowsOf } from '../reduce/rows.ts';

export interface RowAttributes {
  readonly dim: number;
  /** Logarithms of the shares instead of the shares. */
  readonly log: boolean;
}

/** The softmax of a view of any strides along one axis, without a permuted copy; y is dense. */
export function softmaxRows(x: Tensor, { dim, log }: RowAttributes): Tensor {
  const y = x.derive(x.shape);
  const [from, to] = [rowsOf(x, [dim]), rowsOf(y, [dim])];
  const lanes = lanesOf('softmax.rows', x, from);
  softmaxForward(
    { x: from.view },
    { y: to.view },
    { rows: from.rows, cols: from.cols, xStep: from.step, yStep: to.step },
    { T: x.dtype as 'f32' | 'f16', LANES: lanes, LOG: log },
  );
  return y;
}

/** The gradient of `softmaxRows` for its result y, which is dense, and dy, any view. */
export function softmaxRowsGradient(y: Tensor, dy: Tensor, { dim, log }: RowAttributes): Tensor {
  const dx = y.derive(y.shape);
  const [rows, upstream, out] = [rowsOf(y, [dim]), rowsOf(dy, [dim]), rowsOf(dx, [dim])];
  softmaxGradInput(
    { y: rows.view, dy: upstream.view },
    { dx: out.view },
    { rows: rows.rows, cols: rows.cols, yStep: rows.step, dyStep: upstream.step },
    { T: y.dtype as 'f32' | 'f16', LANES: lanesOf('softmax.gradInput', y, rows), LOG: log },
  );
  return dx;
}

/** Where the elements of a row lie apart, neighboring invocations take neighboring rows. */
function lanesOf(kernel: string, x: Tensor, { cols, step }: { readonly cols: number; readonly step: number }): Lanes {
  return step === 1 ? lanesFor(x.device, kernel, cols) : 1;
}

// Under -3e38 lies only -infinity, a mask: its share is 0 and its gradient 0, in a row of masks too.
export const softmaxForward = /* @__PURE__ */ defineKernel({
  name: 'softmax.rows',
  read: { x: 'strided T' },
  write: { y: 'strided T' },
  params: { rows: 'u32', cols: 'u32', xStep: 'u32', yStep: 'u32' },
  constants: { T: ['f32', 'f16'], LANES, LOG: [false, true] },
  workgroup: laneGroup,
  grid: ({ rows }, constants) => groupsFor(rows, constants),
  functions: `
alias R = vec2f; // the largest element, and the sum of exp(x - largest)
fn join(a: R, b: R) -> R {
  let largest = max(a.x, b.x);
  return vec2f(largest, a.y * exp(a.x - largest) + b.y * exp(b.x - largest));
}
${ACROSS_LANES}`,
  wgsl: /* wgsl */ `
const MASKED = -3.0e38;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = (linearGroup(group) * WORKGROUP + lane) / LANES;
  let first = lane % LANES;
  let end = select(0u, params.cols, row < params.rows);
  let xAt = viewIndex(params.x, row);
  let yAt = viewIndex(params.y, row);
  let whole = acrossLanes(lane, expSum(xAt, first, end));
  if (whole.y == 0.0) {
    for (var k = first; k < end; k += LANES) {
      y[yAt + k * params.yStep] = select(T(0), x[xAt + k * params.xStep], LOG);
    }
    return;
  }
  for (var k = first; k < end; k += LANES) {
    let stored = x[xAt + k * params.xStep];
    let value = f32(stored);
    if (LOG) {
      y[yAt + k * params.yStep] = select(T((value - whole.x) - log(whole.y)), stored, value < MASKED);
    } else {
      y[yAt + k * params.yStep] = T(select(exp(value - whole.x), 0.0, value < MASKED) / whole.y);
    }
  }
}

fn expSum(xAt: u32, first: u32, end: u32) -> vec2f {
  var largest = -3.4028234e38;
  for (var k = first; k < end; k += LANES) {
    largest = max(largest, f32(x[xAt + k * params.xStep]));
  }
  var a = 0.0;
  var b = 0.0;
  for (var k = first; k < end; k += 2u * LANES) {
    a += expAt(xAt, k, largest);
    if (k + LANES < end) { b += expAt(xAt, k + LANES, largest); }
  }
  return vec2f(largest, a + b);
}

fn expAt(xAt: u32, k: u32, largest: f32) -> f32 {
  let value = f32(x[xAt + k * params.xStep]);
  return select(exp(value - largest), 0.0, value < MASKED);
}`,
});

// softmax:     dx = y · (dy - Σ y · dy)
// logSoftmax:  dx = dy - exp(y) · Σ dy
export const softmaxGradInput = /* @__PURE__ */ defineKernel({
  name: 'softmax.gradInput',
  read: { y: 'strided T', dy: 'strided T' },
  write: { dx: 'strided T' },
  params: { rows: 'u32', cols: 'u32', yStep: 'u32', dyStep: 'u32' },
  constants: { T: ['f32', 'f16'], LANES, LOG: [false, true] },
  workgroup: laneGroup,
  grid: ({ rows }, constants) => groupsFor(rows, constants),
  functions: `alias R = f32; fn join(a: R, b: R) -> R { return a + b; }\n${ACROSS_LANES}`,
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = (linearGroup(group) * WORKGROUP + lane) / LANES;
  let first = lane % LANES;
  let end = select(0u, params.cols, row < params.rows);
  let yAt = viewIndex(params.y, row);
  let dyAt = viewIndex(params.dy, row);
  let dxAt = viewIndex(params.dx, row);
  var dot = 0.0;
  for (var k = first; k < end; k += LANES) {
    dot += f32(dy[dyAt + k * params.dyStep]) * weightOf(f32(y[yAt + k * params.yStep]));
  }
  let whole = acrossLanes(lane, dot);
  for (var k = first; k < end; k += LANES) {
    let value = f32(y[yAt + k * params.yStep]);
    let upstream = f32(dy[dyAt + k * params.dyStep]);
    dx[dxAt + k * params.yStep] = T(slope(value, upstream, whole));
  }
}

fn weightOf(value: f32) -> f32 {
  if (LOG) { return select(1.0, 0.0, value < -3.0e38); }
  return value;
}

fn slope(value: f32, upstream: f32, whole: f32) -> f32 {
  if (!LOG) { return value * (upstream - whole); }
  if (value < -3.0e38) { return 0.0; }
  return upstream - exp(value) * whole;
}`,
});
