import { defineKernel } from '../../tensor/engine/kernel.ts';
import type { Shape } from '../../tensor/engine/shape.ts';
import { choose } from '../../tensor/engine/tuner.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { type ChannelsLast, channelsLast } from './channelsLast.ts';
import { unfoldingOf } from './correlate.ts';
import { imageOf } from './correlation.ts';
import type { Windows } from './geometry.ts';

/**
 * Gradient of a convolution's weight [a, b / groups, kh, kw]:
 *
 *   dweight[a, b, tap] = Σ over images and pixels of  small[a, pixel] · large[b, pixel · stride + tap · dilation - padding]
 *
 * `small` is dy and `large` is x; for a transposed convolution the other way around. The long sum over pixels is split
 * into chunks of rows, whose partial sums are added in order: the same bits on every run.
 */
export function gradWeight(small: Tensor, large: Tensor, shape: Shape, windows: Windows): Tensor {
  const { groups } = windows;
  const [as, bs, kh, kw] = shape as readonly [number, number, number, number];
  const dweight = small.derive(shape);
  if (dweight.size === 0) return dweight;
  const unfolding = unfoldingOf({
    ...windows,
    batch: small.shape[0]!,
    inChannels: bs,
    outChannels: as / groups,
    input: imageOf(large),
    output: imageOf(small),
    kernel: [kh, kw],
    up: [1, 1],
  });
  const a = channelsLast(small, groups, null);
  const b = channelsLast(large, groups, unfolding);
  const pixelwise = { kernel: [1, 1], rowRule: [1, 1, 0, 0], columnRule: [1, 1, 0, 0] };
  const { stride, dilation, padding } = windows;
  const rules = unfolding
    ? pixelwise
    : {
        kernel: [kh, kw],
        rowRule: [stride[0], dilation[0], padding[0], 0],
        columnRule: [stride[1], dilation[1], padding[1], 0],
      };
  const { partial, chunks } = partialSums(a, b, { batch: small.shape[0]!, groups, rules });
  sumPartials(
    { partial },
    { dweight },
    {
      size: dweight.size,
      chunks,
      chunkSize: partial.size / chunks,
      outChannels: as / groups,
      inChannels: bs,
      taps: kh * kw,
      rows: 4 * b.quads,
      quads: a.quads,
      unfolded: unfolding ? 1 : 0,
    },
  );
  return dweight;
}

interface Sums {
  readonly batch: number;
  readonly groups: number;
  readonly rules: {
    readonly kernel: readonly number[];
    readonly rowRule: readonly number[];
    readonly columnRule: readonly number[];
  };
}

/** [chunks, groups, taps, 4 · b.quads, a.quads] of vec4 over the channels of `a`. */
function partialSums(a: ChannelsLast, b: ChannelsLast, { batch, groups, rules }: Sums) {
  const taps = rules.kernel[0]! * rules.kernel[1]!;
  const { kind } = a.data.device;
  const variant = choose(
    a.data.device,
    'convolution/gradWeight',
    ['blocked', 'tiled'],
    kind === 'cpu' ? 'blocked' : 'tiled',
  );
  const quadsPerJob = variant === 'blocked' ? 2 : 16;
  const columns = [Math.ceil(a.quads / quadsPerJob), Math.ceil(b.quads / quadsPerJob)];
  const jobs = groups * taps * columns[0]! * columns[1]!;
  const size = groups * taps * b.quads * a.quads * 16;
  const imageRows = batch * a.pixels[0];
  const chunks = chunksFor({ jobs, size, rows: imageRows, pixels: imageRows * a.pixels[1] });
  const partial = a.data.derive([chunks * size]);
  const params = {
    ...rules,
    batch,
    groups,
    grid: a.pixels,
    input: b.pixels,
    quads: [a.quads, b.quads],
    columns,
    jobs: jobs * chunks,
    imageRows,
    chunkRows: Math.ceil(imageRows / chunks),
  };
  const launch = variant === 'blocked' ? gradWeightBlocks : gradWeightTiles;
  launch({ a: a.data, b: b.data }, { partial }, params);
  return { partial, chunks };
}

const BUSY = 1024; // invocations or workgroups that keep a device busy
const LONGEST = 16_384; // terms of one running sum in f32
const PARTIAL_FLOATS = 2 ** 24;

function chunksFor({ jobs, size, rows, pixels }: { jobs: number; size: number; rows: number; pixels: number }): number {
  const wanted = Math.max(Math.ceil(BUSY / jobs), Math.ceil(pixels / LONGEST));
  return Math.max(1, Math.min(wanted, rows, Math.floor(PARTIAL_FLOATS / size)));
}

const GRAD_WEIGHT_PARAMS = {
  batch: 'u32',
  groups: 'u32',
  grid: 'vec2u',
  input: 'vec2u',
  kernel: 'vec2u',
  rowRule: 'vec4i',
  columnRule: 'vec4i',
  quads: 'vec2u',
  columns: 'vec2u',
  jobs: 'u32',
  imageRows: 'u32',
  chunkRows: 'u32',
} as const;

/** Shared by the two kernels: what a job or workgroup sums, and an outer product. */
const GRAD_WEIGHT_WGSL = /* wgsl */ `
struct Job { quad: vec2u, tap: u32, shift: vec2i, part: u32, chunk: u32 }

fn jobOf(index: u32, quadsPerJob: u32) -> Job {
  let taps = params.kernel.x * params.kernel.y;
  let quad = quadsPerJob * vec2u(index % params.columns.x, index / params.columns.x % params.columns.y);
  let rest = index / (params.columns.x * params.columns.y);
  let tap = rest % taps;
  let shift = vec2i(
    i32(tap / params.kernel.y) * params.rowRule.y - params.rowRule.z,
    i32(tap % params.kernel.y) * params.columnRule.y - params.columnRule.z,
  );
  return Job(quad, tap, shift, rest / taps % params.groups, rest / taps / params.groups);
}

// Column c of the result belongs to channel c of b.
fn outer(a: vec4f, b: vec4f) -> mat4x4f {
  return mat4x4f(a * b.x, a * b.y, a * b.z, a * b.w);
}

fn put(job: Job, quad: vec2u, sums: mat4x4f) {
  if (quad.x >= params.quads.x || quad.y >= params.quads.y) { return; }
  let taps = params.kernel.x * params.kernel.y;
  let row = (((job.chunk * params.groups + job.part) * taps + job.tap) * params.quads.y + quad.y) * 4u;
  let at = row * params.quads.x + quad.x;
  partial[at] = sums[0];
  partial[at + params.quads.x] = sums[1];
  partial[at + 2u * params.quads.x] = sums[2];
  partial[at + 3u * params.quads.x] = sums[3];
}
`;

// An invocation owns 8 × 8 sums of one tap over the rows of one chunk. The columns that hit the image are one range, so
// that the inner loop has no branch.
export const gradWeightBlocks = /* @__PURE__ */ defineKernel({
  name: 'convolution.gradWeightBlocks',
  read: { a: 'vec4f', b: 'vec4f' },
  write: { partial: 'vec4f' },
  params: GRAD_WEIGHT_PARAMS,
  workgroup: 64,
  grid: ({ jobs }) => Math.ceil(jobs / 64),
  functions: GRAD_WEIGHT_WGSL,
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = linearGroup(group) * WORKGROUP + lane;
  if (index >= params.jobs) { return; }
  let job = jobOf(index, 2u);
  let stride = params.columnRule.x;
  let width = i32(params.input.y);
  let first = max(0, (stride - 1 - job.shift.y) / stride);
  let last = select(-1, (width - 1 - job.shift.y) / stride, width - 1 - job.shift.y >= 0);
  let end = min(last + 1, i32(params.grid.y));
  var sum00 = mat4x4f();
  var sum01 = mat4x4f();
  var sum10 = mat4x4f();
  var sum11 = mat4x4f();
  let until = min((job.chunk + 1u) * params.chunkRows, params.imageRows);
  for (var imageRow = job.chunk * params.chunkRows; imageRow < until; imageRow++) {
    let row = imageRow % params.grid.x;
    let plane = imageRow / params.grid.x * params.groups + job.part;
    let source = i32(row) * params.rowRule.x + job.shift.x;
    if (u32(source) >= params.input.x) { continue; }
    var aAt = ((plane * params.grid.x + row) * params.grid.y + u32(first)) * params.quads.x + job.quad.x;
    let corner = (plane * params.input.x + u32(source)) * params.input.y;
    var bAt = (corner + u32(first * stride + job.shift.y)) * params.quads.y + job.quad.y;
    for (var column = first; column < end; column++) {
      let a0 = a[aAt];
      let a1 = a[aAt + 1u];
      let b0 = b[bAt];
      let b1 = b[bAt + 1u];
      sum00 += outer(a0, b0);
      sum01 += outer(a0, b1);
      sum10 += outer(a1, b0);
      sum11 += outer(a1, b1);
      aAt += params.quads.x;
      bAt += u32(stride) * params.quads.y;
    }
  }
  put(job, job.quad, sum00);
  put(job, job.quad + vec2u(0u, 1u), sum01);
  put(job, job.quad + vec2u(1u, 0u), sum10);
  put(job, job.quad + vec2u(1u, 1u), sum11);
}`,
});

// A workgroup owns 64 × 64 sums of one tap, 4 × 4 in each invocation, and walks the pixels of its chunk 16 at a time.
export const gradWeightTiles = /* @__PURE__ */ defineKernel({
  name: 'convolution.gradWeightTiles',
  read: { a: 'vec4f', b: 'vec4f' },
  write: { partial: 'vec4f' },
  params: GRAD_WEIGHT_PARAMS,
  workgroup: 256,
  grid: ({ jobs }) => jobs,
  functions: GRAD_WEIGHT_WGSL,
  wgsl: /* wgsl */ `
var<workgroup> aTile: array<vec4f, 256>;
var<workgroup> bTile: array<vec4f, 256>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = linearGroup(group);
  if (index >= params.jobs) { return; }
  let job = jobOf(index, 16u);
  let pixelOfStep = lane / 16u;
  let quad = job.quad + vec2u(lane % 16u);
  let pixels = params.chunkRows * params.grid.y;
  var sums = mat4x4f();
  for (var start = 0u; start < pixels; start += 16u) {
    let pixel = start + pixelOfStep;
    let imageRow = job.chunk * params.chunkRows + pixel / params.grid.y;
    let row = imageRow % params.grid.x;
    let column = pixel % params.grid.y;
    let plane = imageRow / params.grid.x * params.groups + job.part;
    let source = vec2u(vec2i(
      i32(row) * params.rowRule.x + job.shift.x,
      i32(column) * params.columnRule.x + job.shift.y,
    ));
    let hit = pixel < pixels && imageRow < params.imageRows
      && source.x < params.input.x && source.y < params.input.y;
    var aQuad = vec4f();
    var bQuad = vec4f();
    if (hit && quad.x < params.quads.x) {
      aQuad = a[((plane * params.grid.x + row) * params.grid.y + column) * params.quads.x + quad.x];
    }
    if (hit && quad.y < params.quads.y) {
      bQuad = b[((plane * params.input.x + source.x) * params.input.y + source.y) * params.quads.y + quad.y];
    }
    aTile[lane] = aQuad;
    bTile[lane] = bQuad;
    workgroupBarrier();
    for (var k = 0u; k < 16u; k++) {
      sums += outer(aTile[16u * k + lane % 16u], bTile[16u * k + lane / 16u]);
    }
    workgroupBarrier();
  }
  put(job, job.quad + vec2u(lane % 16u, lane / 16u), sums);
}`,
});

export const sumPartials = /* @__PURE__ */ defineKernel({
  name: 'convolution.sumPartials',
  read: { partial: 'f32' },
  write: { dweight: 'f32' },
  params: {
    size: 'u32',
    chunks: 'u32',
    chunkSize: 'u32',
    outChannels: 'u32',
    inChannels: 'u32',
    taps: 'u32',
    rows: 'u32',
    quads: 'u32',
    unfolded: 'u32',
  },
  workgroup: 64,
  grid: ({ size }) => Math.ceil(size / 64),
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i >= params.size) { return; }
  let tap = i % params.taps;
  let channel = i / params.taps % params.inChannels;
  let output = i / (params.taps * params.inChannels);
  let part = output / params.outChannels;
  let row = select(
    (part * params.taps + tap) * params.rows + channel,
    part * params.rows + tap * params.inChannels + channel,
    params.unfolded == 1u,
  );
  var at = row * 4u * params.quads + output % params.outChannels;
  var total = 0.0;
  for (var chunk = 0u; chunk < params.chunks; chunk++) {
    total += partial[at];
    at += params.chunkSize;
  }
  dweight[i] = total;
}`,
});
