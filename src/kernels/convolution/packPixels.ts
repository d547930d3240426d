import { defineKernel } from '../../tensor/engine/kernel.ts';

/** What the kernels behind `channelsLast` are told. */
const PACK_PARAMS = {
  size: 'u32',
  pixels: 'u32',
  quads: 'u32',
  depth: 'u32',
  channels: 'u32',
  groups: 'u32',
  grid: 'vec2u',
  input: 'vec2u',
  kernel: 'vec2u',
  rowRule: 'vec4i',
  columnRule: 'vec4i',
  strides: 'vec4u',
  offset: 'u32',
} as const;

/** Where an image lies, and what channel k of the result is where a window's corner lies at `corner`. */
const PACK_WGSL = /* wgsl */ `
fn baseOf(image: u32) -> u32 {
  return params.offset + image / params.groups * params.strides.x
    + image % params.groups * params.channels * params.strides.y;
}

fn element(k: u32, base: u32, corner: vec2i) -> f32 {
  if (k >= params.depth) { return 0.0; }
  let tap = k / params.channels;
  let row = corner.x + i32(tap / params.kernel.y) * params.rowRule.y;
  let column = corner.y + i32(tap % params.kernel.y) * params.columnRule.y;
  if (u32(row) >= params.input.x || u32(column) >= params.input.y) { return 0.0; }
  return x[base + k % params.channels * params.strides.y + u32(row) * params.strides.z + u32(column) * params.strides.w];
}
`;

export const packPixels = /* @__PURE__ */ defineKernel({
  name: 'convolution.packPixels',
  read: { x: 'raw f32' },
  write: { packed: 'vec4f' },
  params: PACK_PARAMS,
  workgroup: 64,
  grid: ({ size }) => Math.ceil(size / 64),
  functions: PACK_WGSL,
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i >= params.size) { return; }
  let pixel = i / params.quads;
  let k = 4u * (i % params.quads);
  if (pixel >= params.pixels) {
    packed[i] = vec4f();
    return;
  }
  let column = pixel % params.grid.y;
  let row = (pixel / params.grid.y) % params.grid.x;
  let base = baseOf(pixel / (params.grid.x * params.grid.y));
  let corner = vec2i(
    i32(row) * params.rowRule.x - params.rowRule.z,
    i32(column) * params.columnRule.x - params.columnRule.z,
  );
  packed[i] = vec4f(
    element(k, base, corner),
    element(k + 1u, base, corner),
    element(k + 2u, base, corner),
    element(k + 3u, base, corner),
  );
}`,
});

/**
 * `packPixels` for softgpu: an invocation writes one quad of channels of at most 64 pixels of a row, with nothing to
 * divide per pixel. The columns that all four channels' taps have in the image are one range.
 */
export const packPixelRows = /* @__PURE__ */ defineKernel({
  name: 'convolution.packPixelRows',
  read: { x: 'raw f32' },
  write: { packed: 'vec4f' },
  params: PACK_PARAMS,
  workgroup: 1,
  grid: ({ pixels, grid, quads }) => ((pixels / Math.max(grid[1]!, 1)) * Math.ceil(grid[1]! / 64) + 1) * quads,
  functions: PACK_WGSL,
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u) {
  let job = linearGroup(group);
  let quad = job % params.quads;
  let parts = (params.grid.y + 63u) / 64u;
  let start = job / params.quads % parts * 64u;
  let end = min(start + 64u, params.grid.y);
  let line = job / params.quads / parts;
  var to = (line * params.grid.y + start) * params.quads + quad;
  if (line * params.grid.y >= params.pixels) {
    packed[params.pixels * params.quads + quad] = vec4f();
    return;
  }
  let row = line % params.grid.x;
  let image = line / params.grid.x;
  let base = baseOf(image);
  let corner = vec2i(i32(row) * params.rowRule.x - params.rowRule.z, -params.columnRule.z);
  let k0 = sourceOf(4u * quad, corner);
  let k1 = sourceOf(4u * quad + 1u, corner);
  let k2 = sourceOf(4u * quad + 2u, corner);
  let k3 = sourceOf(4u * quad + 3u, corner);
  let shift = vec4i(k0.column, k1.column, k2.column, k3.column);
  let live = vec4<bool>(k0.live, k1.live, k2.live, k3.live);
  let across = params.columnRule.x;
  let low = clamp(least(shift, across), start, end);
  let high = clamp(past(shift, across), low, end);
  let step = u32(across) * params.strides.w;
  // Where a column lies left of the image the sum wraps around, and comes back within the range.
  let at0 = base + k0.at;
  let at1 = base + k1.at;
  let at2 = base + k2.at;
  let at3 = base + k3.at;

  for (var column = start; column < low; column++) {
    packed[to] = edge(4u * quad, base, corner + vec2i(0i, i32(column) * across));
    to += params.quads;
  }
  for (var column = low; column < high; column++) {
    let values = vec4f(
      x[at0 + column * step], x[at1 + column * step], x[at2 + column * step], x[at3 + column * step]);
    packed[to] = select(vec4f(), values, live);
    to += params.quads;
  }
  for (var column = high; column < end; column++) {
    packed[to] = edge(4u * quad, base, corner + vec2i(0i, i32(column) * across));
    to += params.quads;
  }
}

// What a channel of the result reads: the input column of pixel 0, where that lies, and whether the row is in the image.
struct Source { column: i32, at: u32, live: bool }

fn sourceOf(k: u32, corner: vec2i) -> Source {
  let tap = k / params.channels;
  let row = corner.x + i32(tap / params.kernel.y) * params.rowRule.y;
  let column = corner.y + i32(tap % params.kernel.y) * params.columnRule.y;
  let live = k < params.depth && u32(row) < params.input.x;
  let at = k % params.channels * params.strides.y + u32(row) * params.strides.z + u32(column) * params.strides.w;
  return Source(column, select(0u, at, live), live);
}

// The first pixel all of whose columns are in the image, if those before it are not.
fn least(shift: vec4i, across: i32) -> u32 {
  let smallest = min(min(shift.x, shift.y), min(shift.z, shift.w));
  return u32(max(0, (across - 1 - smallest) / across));
}

// The first pixel one of whose columns is right of the image.
fn past(shift: vec4i, across: i32) -> u32 {
  let room = i32(params.input.y) - max(max(shift.x, shift.y), max(shift.z, shift.w));
  return u32(max(0, (room + across - 1) / across));
}

fn edge(k: u32, base: u32, corner: vec2i) -> vec4f {
  return vec4f(
    element(k, base, corner),
    element(k + 1u, base, corner),
    element(k + 2u, base, corner),
    element(k + 3u, base, corner),
  );
}`,
});
