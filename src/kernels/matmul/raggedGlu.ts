import { classOf } from '../../tensor/engine/device/deviceClass.ts';
import { defineKernel } from '../../tensor/engine/kernel.ts';
import { type Nd, nd } from '../../tensor/engine/nd.ts';
import { defineOp } from '../../tensor/engine/op.ts';
import { expectShape, type Shape } from '../../tensor/engine/shape.ts';
import { choose } from '../../tensor/engine/tuner.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { BAND_UNIT_WGSL, type BandOptions, type Bands, bandsOf, bandTable, expectJoint } from './bands.ts';
import { ALONE, type Lanes, SHARED } from './lanes.ts';

export interface RaggedGluOptions extends BandOptions {
  /** Multiplies each band of each row of the result: [..., bands]. */
  readonly scale?: Tensor | null;
}

/**
 * Gated linear unit of each band. Band n of x [..., 2 · Σ widths] holds width_n values, then as many gates:
 *
 *   y = values · sigmoid(gates) (· scale) → [..., Σ widths]
 *
 * @throws ShapeError when x or scale does not fit the widths, RangeError for a width that is no positive integer.
 */
export function raggedGlu(x: Tensor, { widths, scale = null }: RaggedGluOptions): Tensor {
  return raggedGluOp([x, scale], { widths });
}

const raggedGluOp = /* @__PURE__ */ defineOp({
  name: 'raggedGlu',
  inputs: ['x', 'scale'],
  dtypes: ['f32', 'f16'],
  shape([x, scale]: readonly [Shape, Shape | null], { widths }: BandOptions) {
    const { total } = bandsOf('raggedGlu', widths);
    expectJoint('raggedGlu', x, 2 * total);
    expectShape('raggedGlu', { scale }, [...x.slice(0, -1), widths.length]);
    return [...x.slice(0, -1), total];
  },
  forward([x, scale]: readonly [x: Tensor, scale: Tensor | null], { widths }) {
    const bands = bandsOf('raggedGlu', widths);
    const y = x.derive([...x.shape.slice(0, -1), bands.total]);
    const gate = GATES[variantFor(x)];
    gate({ x, scale, table: bandTable(x, bands) }, { y }, sizes(y, bands), { T: x.dtype as 'f32' | 'f16' });
    return { y, saved: { x, scale } };
  },
  // dvalues = dy · σ · scale, dgates = dvalues · values · (1 - σ), dscale = Σ over the band of dy · values · σ
  backward(dy, { x, scale }, { widths }, [_needsX, needsScale]) {
    const bands = bandsOf('raggedGlu', widths);
    const dx = x.derive(x.shape);
    const dscale = needsScale && scale ? scale.derive(scale.shape) : null;
    const gradient = GRADIENTS[variantFor(x)];
    const read = { x, scale, dy, table: bandTable(x, bands) };
    gradient(read, { dx, dscale }, sizes(dy, bands), { T: x.dtype as 'f32' | 'f16' });
    return [dx, dscale];
  },
});

function sizes(y: Tensor, { total, widths }: Bands) {
  return { rows: y.size / total, bands: widths.length, total };
}

type Variant = '1' | '32' | 'row';

/** `row`: an invocation per row and all its bands, for softgpu. Otherwise so many invocations share a band of a row. */
function variantFor({ device }: Tensor): Variant {
  const fallback = { softgpu: 'row', processor: '1', gpu: '32' } as const;
  return choose<Variant>(device, 'raggedGlu/lanes', ['row', '1', '32'], fallback[classOf(device)]);
}

/** A row of x holds the values and gates of twice the width: band n starts at 2 · start. */
const GATE_WGSL = /* wgsl */ `
alias R = f32;
fn sigmoid(x: f32) -> f32 { return 1.0 / (1.0 + exp(-max(x, -80.0))); }`;

export const raggedGate = /* @__PURE__ */ gateKernel(ALONE);
export const raggedGateShared = /* @__PURE__ */ gateKernel(SHARED);

/* @__NO_SIDE_EFFECTS__ */
function gateKernel(lanes: Lanes) {
  return defineKernel({
    name: `raggedGlu.gate${lanes.suffix}`,
    read: { x: 'T', scale: 'T?', table: 'u32' },
    write: { y: 'T' },
    params: { rows: 'u32', bands: 'u32', total: 'u32' },
    constants: { T: ['f32', 'f16'] },
    workgroup: lanes.workgroup,
    grid: ({ rows, bands }) => Math.ceil((rows * bands) / lanes.rows),
    functions: [GATE_WGSL, `const LANES = ${lanes.count}u;`, BAND_UNIT_WGSL].join('\n'),
    wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let unit = bandUnit(group, lane);
  if (!unit.exists) { return; }
  var factor = 1.0;
  if (HAS_SCALE) { factor = f32(scale[unit.at]); }
  let values = 2u * unit.row + table[unit.band];
  for (var j = unit.first; j < unit.end; j += LANES) {
    let gate = sigmoid(f32(x[values + unit.width + j]));
    y[unit.row + j] = T(f32(x[values + j]) * gate * factor);
  }
}`,
  });
}

export const raggedGateGradient = /* @__PURE__ */ gateGradient(ALONE);
export const raggedGateGradientShared = /* @__PURE__ */ gateGradient(SHARED);

/* @__NO_SIDE_EFFECTS__ */
function gateGradient(lanes: Lanes) {
  return defineKernel({
    name: `raggedGlu.gradient${lanes.suffix}`,
    read: { x: 'T', scale: 'T?', dy: 'T', table: 'u32' },
    write: { dx: 'T', dscale: 'T?' },
    params: { rows: 'u32', bands: 'u32', total: 'u32' },
    constants: { T: ['f32', 'f16'] },
    workgroup: lanes.workgroup,
    grid: ({ rows, bands }) => Math.ceil((rows * bands) / lanes.rows),
    functions: [GATE_WGSL, lanes.wgsl, BAND_UNIT_WGSL].join('\n'),
    wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let unit = bandUnit(group, lane);
  var factor = 1.0;
  if (HAS_SCALE) { factor = f32(scale[select(0u, unit.at, unit.exists)]); }
  let values = 2u * unit.row + table[unit.band];
  var sum = 0.0;
  for (var j = unit.first; j < unit.end; j += LANES) {
    let value = f32(x[values + j]);
    let gate = sigmoid(f32(x[values + unit.width + j]));
    let upstream = f32(dy[unit.row + j]) * gate;
    sum += upstream * value;
    dx[values + j] = T(upstream * factor);
    dx[values + unit.width + j] = T(upstream * factor * (1.0 - gate) * value);
  }
  if (HAS_DSCALE) {
    let total = acrossLanes(lane, sum);
    if (unit.exists && lane % LANES == 0u) { dscale[unit.at] = T(total); }
  }
}`,
  });
}

/** Four neighbors at a time where a band has so many left. */
const ROW_WGSL = /* wgsl */ `
fn sigmoid4(v: vec4f) -> vec4f { return 1.0 / (1.0 + exp(-max(v, vec4f(-80.0)))); }
fn quad(at: u32) -> vec4f {
  return vec4f(vec4<T>(x[at], x[at + 1u], x[at + 2u], x[at + 3u]));
}`;

export const raggedGateRow = /* @__PURE__ */ defineKernel({
  name: 'raggedGlu.gateRow',
  read: { x: 'T', scale: 'T?', table: 'u32' },
  write: { y: 'T' },
  params: { rows: 'u32', bands: 'u32', total: 'u32' },
  constants: { T: ['f32', 'f16'] },
  workgroup: 1,
  grid: ({ rows }) => rows,
  functions: GATE_WGSL + ROW_WGSL,
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u) {
  let row = linearGroup(group);
  if (row >= params.rows) { return; }
  for (var band = 0u; band < params.bands; band++) {
    let start = table[band];
    let width = table[band + 1u] - start;
    var factor = 1.0;
    if (HAS_SCALE) { factor = f32(scale[row * params.bands + band]); }
    var value = 2u * (row * params.total + start);
    var to = row * params.total + start;
    for (var left = width / 4u; left > 0u; left--) {
      let gated = quad(value) * sigmoid4(quad(value + width)) * factor;
      y[to] = T(gated.x);
      y[to + 1u] = T(gated.y);
      y[to + 2u] = T(gated.z);
      y[to + 3u] = T(gated.w);
      value += 4u;
      to += 4u;
    }
    for (var left = width % 4u; left > 0u; left--) {
      y[to] = T(f32(x[value]) * sigmoid(f32(x[value + width])) * factor);
      value++;
      to++;
    }
  }
}`,
});

export const raggedGateGradientRow = /* @__PURE__ */ defineKernel({
  name: 'raggedGlu.gradientRow',
  read: { x: 'T', scale: 'T?', dy: 'T', table: 'u32' },
  write: { dx: 'T', dscale: 'T?' },
  params: { rows: 'u32', bands: 'u32', total: 'u32' },
  constants: { T: ['f32', 'f16'] },
  workgroup: 1,
  grid: ({ rows }) => rows,
  functions: GATE_WGSL + ROW_WGSL,
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u) {
  let row = linearGroup(group);
  if (row >= params.rows) { return; }
  for (var band = 0u; band < params.bands; band++) {
    let start = table[band];
    let width = table[band + 1u] - start;
    var factor = 1.0;
    if (HAS_SCALE) { factor = f32(scale[row * params.bands + band]); }
    var at = 2u * (row * params.total + start);
    var source = row * params.total + start;
    var sums = vec4f();
    for (var left = width / 4u; left > 0u; left--) {
      let value = quad(at);
      let gate = sigmoid4(quad(at + width));
      let own = vec4f(vec4<T>(dy[source], dy[source + 1u], dy[source + 2u], dy[source + 3u]));
      let upstream = own * gate;
      sums += upstream * value;
      let dvalue = upstream * factor;
      let dgate = dvalue * (1.0 - gate) * value;
      dx[at] = T(dvalue.x);
      dx[at + 1u] = T(dvalue.y);
      dx[at + 2u] = T(dvalue.z);
      dx[at + 3u] = T(dvalue.w);
      dx[at + width] = T(dgate.x);
      dx[at + width + 1u] = T(dgate.y);
      dx[at + width + 2u] = T(dgate.z);
      dx[at + width + 3u] = T(dgate.w);
      at += 4u;
      source += 4u;
    }
    var sum = (sums.x + sums.y) + (sums.z + sums.w);
    for (var left = width % 4u; left > 0u; left--) {
      let value = f32(x[at]);
      let gate = sigmoid(f32(x[at + width]));
      let upstream = f32(dy[source]) * gate;
      sum += upstream * value;
      dx[at] = T(upstream * factor);
      dx[at + width] = T(upstream * factor * (1.0 - gate) * value);
      at++;
      source++;
    }
    if (HAS_DSCALE) { dscale[row * params.bands + band] = T(sum); }
  }
}`,
});

const GATES = { row: raggedGateRow, '1': raggedGate, '32': raggedGateShared } as const;
const GRADIENTS = { row: raggedGateGradientRow, '1': raggedGateGradient, '32': raggedGateGradientShared } as const;

export function raggedGluReference([x, scale = null]: readonly [Nd, (Nd | null)?], { widths }: BandOptions): Nd {
  const { starts, total } = bandsOf('raggedGlu', widths);
  const bandOf = widths.flatMap((width, n) => Array.from({ length: width }, () => n));
  return nd([...x.shape.slice(0, -1), total], (index) => {
    const [row, j] = [Math.floor(index / total), index % total];
    const n = bandOf[j]!;
    const at = 2 * row * total + starts[n]! + j;
    const gated = x.data[at]! / (1 + Math.exp(-x.data[at + widths[n]!]!));
    return gated * (scale?.data[row * widths.length + n] ?? 1);
  });
}
