import { defineKernel } from '../../tensor/engine/kernel.ts';
import { type Nd, nd } from '../../tensor/engine/nd.ts';
import { defineOp } from '../../tensor/engine/op.ts';
import { expectShape, type Shape } from '../../tensor/engine/shape.ts';
import { choose } from '../../tensor/engine/tuner.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { sumTo } from '../reduce/sum.ts';
import { BAND_UNIT_WGSL, type BandOptions, type Bands, bandsOf, bandTable, expectJoint } from './bands.ts';
import { ALONE, type Lanes, SHARED } from './lanes.ts';

export interface BandNormOptions extends BandOptions {
  /** Smallest norm that is divided by. Default 1e-12. */
  readonly eps?: number;
}

export interface NormalizedBands {
  /** [..., total] */
  readonly y: Tensor;
  /** What each band was divided by, [..., bands]: multiplying by it undoes the norm. */
  readonly rms: Tensor;
}

/**
 * RMS norm of each band on its own, in the form with the L2 norm that band-split models use (BS-RoFormer, Lu et al. 2023,
 * https://arxiv.org/abs/2309.02612): for x [..., total], total = Σ widths, weight [total] and a band of width w
 *
 *   rms = max(‖x_band‖₂, eps) / √w      y = x / rms · weight
 *
 * Both results have gradients.
 *
 * @throws ShapeError when x or weight does not fit the widths, RangeError for a width that is no positive integer.
 */
export function bandNorm(x: Tensor, weight: Tensor, { widths, eps = 1e-12 }: BandNormOptions): NormalizedBands {
  const [y, rms] = bandNormOp([x, weight], { widths, eps });
  return { y: y!, rms: rms! };
}

const bandNormOp = /* @__PURE__ */ defineOp({
  name: 'bandNorm',
  inputs: ['x', 'weight'],
  dtypes: ['f32', 'f16'],
  shape([x, weight]: readonly [Shape, Shape], { widths }: Required<BandNormOptions>) {
    const { total } = bandsOf('bandNorm', widths);
    expectJoint('bandNorm', x, total);
    expectShape('bandNorm', { weight }, [total]);
    return [x, [...x.slice(0, -1), widths.length]];
  },
  forward(
    [x, weight]: readonly [x: Tensor, weight: Tensor],
    { widths, eps },
  ): {
    y: readonly Tensor[];
    saved: { x: Tensor; weight: Tensor; rms: Tensor };
  } {
    const bands = bandsOf('bandNorm', widths);
    const y = x.derive(x.shape);
    const rms = x.derive([...x.shape.slice(0, -1), widths.length]);
    const table = bandTable(x, bands);
    const normalized = shares(x) ? bandNormalizeShared : bandNormalize;
    normalized({ x, weight, table }, { y, rms }, { ...sizes(x, bands), eps }, { T: x.dtype as 'f32' | 'f16' });
    return { y: [y, rms], saved: { x, weight, rms } };
  },
  // With n = rms, while ‖x‖ > eps: dn/dx = x / (w n), so
  //   dx = dy · weight / n + x / (w n) · (drms - Σ dy · weight · x / n²)      dweight = Σ rows of dy · x / n
  backward([dy, drms], { x, weight, rms }, { widths, eps }, [needsX, needsWeight]) {
    const bands = bandsOf('bandNorm', widths);
    const table = bandTable(x, bands);
    const dx = needsX ? x.derive(x.shape) : null;
    if (dx) {
      const read = { x, weight, rms, dy: dy!, drms: drms!, table };
      const gradient = shares(x) ? bandNormGradInputShared : bandNormGradInput;
      gradient(read, { dx }, { ...sizes(x, bands), eps }, { T: x.dtype as 'f32' | 'f16' });
    }
    return [dx, needsWeight ? gradWeight(x, rms, dy!, bands, table) : null];
  },
});

function gradWeight(x: Tensor, rms: Tensor, dy: Tensor, { total, widths }: Bands, table: Tensor): Tensor {
  const rows = x.size / total;
  const chunks = Math.max(Math.ceil(rows / ROWS_PER_CHUNK), 1);
  const parts = x.derive([chunks, total]);
  const read = { x, rms, dy, table };
  const params = { rows, bands: widths.length, total, size: chunks * total, chunk: ROWS_PER_CHUNK };
  bandNormGradWeight(read, { parts }, params, { T: x.dtype as 'f32' | 'f16' });
  return sumTo(parts, [total]);
}

const ROWS_PER_CHUNK = 64;

function sizes(x: Tensor, { total, widths }: Bands) {
  return { rows: x.size / total, bands: widths.length, total };
}

function shares({ device }: Tensor): boolean {
  return choose(device, 'bandNorm/lanes', ['1', '32'], device.kind === 'cpu' ? '1' : '32') === '32';
}

export const bandNormalize = /* @__PURE__ */ normalize(ALONE);
export const bandNormalizeShared = /* @__PURE__ */ normalize(SHARED);

/* @__NO_SIDE_EFFECTS__ */
function normalize(lanes: Lanes) {
  return defineKernel({
    name: `bandNorm.normalize${lanes.suffix}`,
    read: { x: 'T', weight: 'T', table: 'u32' },
    write: { y: 'T', rms: 'T' },
    params: { rows: 'u32', bands: 'u32', total: 'u32', eps: 'f32' },
    constants: { T: ['f32', 'f16'] },
    workgroup: lanes.workgroup,
    grid: ({ rows, bands }) => Math.ceil((rows * bands) / lanes.rows),
    functions: ['alias R = f32;', lanes.wgsl, BAND_UNIT_WGSL].join('\n'),
    wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let unit = bandUnit(group, lane);
  var sum = 0.0;
  for (var j = unit.first; j < unit.end; j += LANES) {
    let value = f32(x[unit.row + j]);
    sum += value * value;
  }
  let scale = max(sqrt(acrossLanes(lane, sum)), params.eps) / sqrt(f32(unit.width));
  for (var j = unit.first; j < unit.end; j += LANES) {
    y[unit.row + j] = T(f32(x[unit.row + j]) / scale * f32(weight[j]));
  }
  if (unit.exists && lane % LANES == 0u) { rms[unit.at] = T(scale); }
}`,
  });
}

export const bandNormGradInput = /* @__PURE__ */ gradInput(ALONE);
export const bandNormGradInputShared = /* @__PURE__ */ gradInput(SHARED);

/* @__NO_SIDE_EFFECTS__ */
function gradInput(lanes: Lanes) {
  return defineKernel({
    name: `bandNorm.gradInput${lanes.suffix}`,
    read: { x: 'T', weight: 'T', rms: 'T', dy: 'T', drms: 'T', table: 'u32' },
    write: { dx: 'T' },
    params: { rows: 'u32', bands: 'u32', total: 'u32', eps: 'f32' },
    constants: { T: ['f32', 'f16'] },
    workgroup: lanes.workgroup,
    grid: ({ rows, bands }) => Math.ceil((rows * bands) / lanes.rows),
    functions: ['alias R = f32;', lanes.wgsl, BAND_UNIT_WGSL].join('\n'),
    wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let unit = bandUnit(group, lane);
  let own = select(0u, unit.at, unit.exists);
  let scale = f32(rms[own]);
  var sum = 0.0;
  for (var j = unit.first; j < unit.end; j += LANES) {
    sum += f32(dy[unit.row + j]) * f32(weight[j]) * (f32(x[unit.row + j]) / scale);
  }
  let width = f32(unit.width);
  let slope = (f32(drms[own]) - acrossLanes(lane, sum) / scale) / width;
  // A band under eps was divided by a constant. The margin covers the rounding of rms.
  let moving = scale > params.eps / sqrt(width) * 1.000001;
  for (var j = unit.first; j < unit.end; j += LANES) {
    let at = unit.row + j;
    let direction = select(0.0, f32(x[at]) / scale * slope, moving);
    dx[at] = T(f32(dy[at]) * f32(weight[j]) / scale + direction);
  }
}`,
  });
}

/** Each invocation sums one element over a chunk of rows. */
export const bandNormGradWeight = /* @__PURE__ */ defineKernel({
  name: 'bandNorm.gradWeight',
  read: { x: 'T', rms: 'T', dy: 'T', table: 'u32' },
  write: { parts: 'T' },
  params: { rows: 'u32', bands: 'u32', total: 'u32', size: 'u32', chunk: 'u32' },
  constants: { T: ['f32', 'f16'] },
  workgroup: 64,
  grid: ({ size }) => Math.ceil(size / 64),
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i >= params.size) { return; }
  let j = i % params.total;
  let band = table[params.bands + 1u + j];
  let start = i / params.total * params.chunk;
  var sum = 0.0;
  for (var row = start; row < min(start + params.chunk, params.rows); row++) {
    let at = row * params.total + j;
    sum += f32(dy[at]) * (f32(x[at]) / f32(rms[row * params.bands + band]));
  }
  parts[i] = T(sum);
}`,
});

export function bandNormReference(
  [x, weight]: readonly [Nd, Nd],
  { widths, eps = 1e-12 }: BandNormOptions,
): readonly [Nd, Nd] {
  const { starts, total } = bandsOf('bandNorm', widths);
  const rms = nd([...x.shape.slice(0, -1), widths.length], (index) => {
    const [row, n] = [Math.floor(index / widths.length), index % widths.length];
    const band = x.data.subarray(row * total + starts[n]!, row * total + starts[n + 1]!);
    return Math.max(Math.hypot(...band), eps) / Math.sqrt(widths[n]!);
  });
  const bandOf = widths.flatMap((width, n) => Array.from({ length: width }, () => n));
  const y = nd(x.shape, (index) => {
    const [row, j] = [Math.floor(index / total), index % total];
    return (x.data[index]! / rms.data[row * widths.length + bandOf[j]!]!) * weight.data[j]!;
  });
  return [y, rms];
}
