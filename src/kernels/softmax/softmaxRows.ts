import { classOf } from '../../tensor/engine/device/deviceClass.ts';
import { defineKernel } from '../../tensor/engine/kernel.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { ACROSS_LANES, groupsFor, LANES, type Lanes, laneGroup, lanesFor } from '../reduce/lanes.ts';
import { inQuads, type Rows, rowsOf, type Stride, strideOf } from '../reduce/rows.ts';

export interface RowAttributes {
  readonly dim: number;
  /** Logarithms of the shares instead of the shares. */
  readonly log: boolean;
}

/** The softmax of a view of any strides along one axis, without a permuted copy; y is dense. */
export function softmaxRows(x: Tensor, { dim, log }: RowAttributes): Tensor {
  const y = x.derive(x.shape);
  const [source, target] = [rowsOf(x, [dim]), rowsOf(y, [dim])];
  const plan = planOf('softmax.rows', x, [source, target]);
  softmaxForward[plan.stride](
    { x: inQuads(source, plan.stride) },
    { y: inQuads(target, plan.stride) },
    { ...plan.size, xStep: plan.stepOf(source), yStep: plan.stepOf(target) },
    { T: x.dtype as 'f32' | 'f16', LANES: plan.lanes, LOG: log, KEEP: keepsExponentials(x) },
  );
  return y;
}

/** The gradient of `softmaxRows` for its result y, which is dense, and dy, any view. */
export function softmaxRowsGradient(y: Tensor, dy: Tensor, { dim, log }: RowAttributes): Tensor {
  const dx = y.derive(y.shape);
  const [rows, upstream, out] = [rowsOf(y, [dim]), rowsOf(dy, [dim]), rowsOf(dx, [dim])];
  const plan = planOf('softmax.gradInput', y, [rows, upstream, out]);
  softmaxGradInput[plan.stride](
    { y: inQuads(rows, plan.stride), dy: inQuads(upstream, plan.stride) },
    { dx: inQuads(out, plan.stride) },
    { ...plan.size, yStep: plan.stepOf(rows), dyStep: plan.stepOf(upstream) },
    { T: y.dtype as 'f32' | 'f16', LANES: plan.lanes, LOG: log },
  );
  return dx;
}

/** How the kernels walk: counts and steps in vectors of `stride`. */
function planOf(kernel: string, x: Tensor, all: readonly Rows[]) {
  const stride = strideOf(all, []);
  const [{ rows, cols, step }] = all as readonly [Rows, ...Rows[]];
  const size = { rows: stride === 'columns4' ? rows / 4 : rows, cols: stride === 'rows4' ? cols / 4 : cols };
  const stepOf = (each: Rows) => (stride === 'columns4' ? each.step / 4 : each.step);
  return { stride, size, stepOf, lanes: lanesOf(kernel, x, size.cols, step) };
}

/** Where the elements of a row lie apart, neighboring invocations take neighboring rows. */
function lanesOf(kernel: string, x: Tensor, cols: number, step: number): Lanes {
  return step === 1 ? lanesFor(x.device, kernel, cols) : 1;
}

/** Whether exponentials wait in y, which a processor has in its cache, instead of being computed a second time. */
function keepsExponentials(x: Tensor): boolean {
  return x.dtype === 'f32' && classOf(x.device) === 'softgpu';
}

/**
 * What one step reads: V to compute with, E as it is stored; B compares V. `largestOf` and `totalOf` join the elements
 * of one row that lie in a V.
 */
interface Packing {
  readonly stride: Stride;
  readonly element: 'strided T' | 'strided vec4T';
  readonly wgsl: string;
}

const FOUR = 'alias V = vec4f; alias E = vec4<T>; alias B = vec4<bool>;';
const APART = 'fn largestOf(v: V) -> V { return v; } fn totalOf(v: V) -> V { return v; }';
const ACROSS = `
fn largestOf(v: V) -> V { return V(max(max(v.x, v.y), max(v.z, v.w))); }
fn totalOf(v: V) -> V { return V((v.x + v.y) + (v.z + v.w)); }`;

/* @__NO_SIDE_EFFECTS__ */
function packed<K>(make: (packing: Packing) => K): Readonly<Record<Stride, K>> {
  const one = `alias V = f32; alias E = T; alias B = bool; ${APART}`;
  return {
    rows: make({ stride: 'rows', element: 'strided T', wgsl: one }),
    rows4: make({ stride: 'rows4', element: 'strided vec4T', wgsl: FOUR + ACROSS }),
    columns4: make({ stride: 'columns4', element: 'strided vec4T', wgsl: FOUR + APART }),
  };
}

function nameOf(step: string, { stride }: Packing): string {
  return `softmax.${stride === 'rows' ? step : `${step}${stride === 'rows4' ? 'Row4' : 'Column4'}`}`;
}

/* @__NO_SIDE_EFFECTS__ */
function forwardKernel(packing: Packing) {
  return defineKernel({
    name: nameOf('rows', packing),
    read: { x: packing.element },
    write: { y: packing.element },
    params: { rows: 'u32', cols: 'u32', xStep: 'u32', yStep: 'u32' },
    constants: { T: ['f32', 'f16'], LANES, LOG: [false, true], KEEP: [false, true] },
    workgroup: laneGroup,
    grid: ({ rows }, constants) => groupsFor(rows, constants),
    functions: `${packing.wgsl}
struct R { largest: V, sum: V } // the largest element, and the sum of exp(x - largest)
fn join(a: R, b: R) -> R {
  let largest = max(a.largest, b.largest);
  return R(largest, a.sum * exp(a.largest - largest) + b.sum * exp(b.largest - largest));
}
${ACROSS_LANES}`,
    wgsl: FORWARD,
  });
}

// Under -3e38 lies only -infinity, a mask: its share is 0 and its gradient 0, in a row of masks too.
const FORWARD = /* wgsl */ `
const MASKED = -3.0e38;
// Lanes that share a row learn of its largest element too late.
const KEPT = KEEP && LANES == 1u && !LOG;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = (linearGroup(group) * WORKGROUP + lane) / LANES;
  let first = lane % LANES;
  let end = select(0u, params.cols, row < params.rows);
  let xAt = viewIndex(params.x, row);
  let yAt = viewIndex(params.y, row);
  let largest = largestOf(widest(xAt, first, end));
  let whole = acrossLanes(lane, R(largest, totalOf(expSum(xAt, yAt, first, end, largest))));
  let none = whole.sum == V();
  let share = select(V(1.0) / whole.sum, V(), none);
  let logSum = log(select(whole.sum, V(1.0), none));
  for (var k = first; k < end; k += LANES) {
    if (KEPT) {
      let at = yAt + k * params.yStep;
      y[at] = E(V(y[at]) * share);
    } else {
      let stored = x[xAt + k * params.xStep];
      let value = V(stored);
      let masked = value < V(MASKED);
      if (LOG) {
        y[yAt + k * params.yStep] = select(E((value - whole.largest) - logSum), stored, masked | B(none));
      } else {
        y[yAt + k * params.yStep] = E(select(exp(value - whole.largest), V(), masked) * share);
      }
    }
  }
}

fn widest(xAt: u32, first: u32, end: u32) -> V {
  var a = V(-3.4028234e38);
  var b = a;
  var k = first;
  for (; k + LANES < end; k += 2u * LANES) {
    a = max(a, V(x[xAt + k * params.xStep]));
    b = max(b, V(x[xAt + (k + LANES) * params.xStep]));
  }
  if (k < end) { a = max(a, V(x[xAt + k * params.xStep])); }
  return max(a, b);
}

fn expSum(xAt: u32, yAt: u32, first: u32, end: u32, largest: V) -> V {
  var a = V();
  var b = V();
  var k = first;
  for (; k + LANES < end; k += 2u * LANES) {
    a += expAt(xAt, yAt, k, largest);
    b += expAt(xAt, yAt, k + LANES, largest);
  }
  if (k < end) { a += expAt(xAt, yAt, k, largest); }
  return a + b;
}

fn expAt(xAt: u32, yAt: u32, k: u32, largest: V) -> V {
  let value = V(x[xAt + k * params.xStep]);
  let share = select(exp(value - largest), V(), value < V(MASKED));
  if (KEPT) { y[yAt + k * params.yStep] = E(share); }
  return share;
}`;

export const softmaxForward = /* @__PURE__ */ packed(forwardKernel);

/* @__NO_SIDE_EFFECTS__ */
function gradInputKernel(packing: Packing) {
  return defineKernel({
    name: nameOf('gradInput', packing),
    read: { y: packing.element, dy: packing.element },
    write: { dx: packing.element },
    params: { rows: 'u32', cols: 'u32', yStep: 'u32', dyStep: 'u32' },
    constants: { T: ['f32', 'f16'], LANES, LOG: [false, true] },
    workgroup: laneGroup,
    grid: ({ rows }, constants) => groupsFor(rows, constants),
    functions: `${packing.wgsl}\nalias R = V; fn join(a: R, b: R) -> R { return a + b; }\n${ACROSS_LANES}`,
    wgsl: GRAD_INPUT,
  });
}

// softmax:     dx = y · (dy - Σ y · dy)
// logSoftmax:  dx = dy - exp(y) · Σ dy
const GRAD_INPUT = /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = (linearGroup(group) * WORKGROUP + lane) / LANES;
  let first = lane % LANES;
  let end = select(0u, params.cols, row < params.rows);
  let yAt = viewIndex(params.y, row);
  let dyAt = viewIndex(params.dy, row);
  let dxAt = viewIndex(params.dx, row);
  var a = V();
  var b = V();
  var k = first;
  for (; k + LANES < end; k += 2u * LANES) {
    a += V(dy[dyAt + k * params.dyStep]) * weightOf(V(y[yAt + k * params.yStep]));
    b += V(dy[dyAt + (k + LANES) * params.dyStep]) * weightOf(V(y[yAt + (k + LANES) * params.yStep]));
  }
  if (k < end) { a += V(dy[dyAt + k * params.dyStep]) * weightOf(V(y[yAt + k * params.yStep])); }
  let whole = acrossLanes(lane, totalOf(a + b));
  for (var k = first; k < end; k += LANES) {
    let value = V(y[yAt + k * params.yStep]);
    let upstream = V(dy[dyAt + k * params.dyStep]);
    dx[dxAt + k * params.yStep] = E(slope(value, upstream, whole));
  }
}

fn weightOf(value: V) -> V {
  if (LOG) { return select(V(1.0), V(), value < V(-3.0e38)); }
  return value;
}

fn slope(value: V, upstream: V, whole: V) -> V {
  if (!LOG) { return value * (upstream - whole); }
  return select(upstream - exp(value) * whole, V(), value < V(-3.0e38));
}`;

export const softmaxGradInput = /* @__PURE__ */ packed(gradInputKernel);
