import { defineKernel } from '../../tensor/engine/kernel.ts';
import { CORRELATION_PARAMS, CORRELATION_WGSL } from './correlation.ts';

// For GPUs: a matrix product whose left matrix, pixels × (tap, channel), is gathered from the image while tiles of it
// are loaded. A workgroup owns TILE pixels × TILE channels in 16 × 16 invocations, each with 4 × 4 sums, or four times
// that in a large tile, which fills the 16 KB of workgroup memory that every device has.
export const correlateTiles = /* @__PURE__ */ defineKernel({
  name: 'convolution.tiles',
  read: { x: 'raw f32', weight: 'vec4f', bias: 'f32?' },
  write: { y: 'f32' },
  params: {
    ...CORRELATION_PARAMS,
    quads: 'u32',
    tiles: 'u32',
    columns: 'u32',
    jobs: 'u32',
    strides: 'vec4u',
    offset: 'u32',
  },
  constants: { LARGE: [false, true] },
  workgroup: 256,
  grid: ({ jobs }) => jobs,
  functions: CORRELATION_WGSL,
  wgsl: /* wgsl */ `
const STEP = 16u;
const TILE_QUADS = select(16u, 32u, LARGE);
const ROWS_PER_LOAD = WORKGROUP / TILE_QUADS;

var<workgroup> pixelTile: array<vec4f, STEP * TILE_QUADS>;
var<workgroup> weightTile: array<vec4f, STEP * TILE_QUADS>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let job = linearGroup(group);
  if (job >= params.jobs) { return; }
  let up = vec2u(u32(params.rowRule.w), u32(params.columnRule.w));
  let phase = (job / params.tiles) % (up.x * up.y);
  let column = job / params.tiles / (up.x * up.y) % params.columns;
  let part = job / params.tiles / (up.x * up.y) / params.columns;
  let phases = vec2u(phase / up.y, phase % up.y);
  let rows = tapsOf(phases.x, params.rowRule, params.kernel.x, params.tapStep.x);
  let columns = tapsOf(phases.y, params.columnRule, params.kernel.y, params.tapStep.y);
  let depth = rows.count * columns.count * params.inChannels;

  let loadQuad = lane % TILE_QUADS;
  let loadRow = lane / TILE_QUADS;
  let tileStart = 4u * TILE_QUADS * (job % params.tiles);
  let loaded = locate(tileStart + 4u * loadQuad, phases, rows, columns);
  let weightQuad = column * TILE_QUADS + loadQuad;
  let across = lane % 16u; // pixels
  let down = lane / 16u; // channels

  var sum00 = mat4x4f();
  var sum01 = mat4x4f();
  var sum10 = mat4x4f();
  var sum11 = mat4x4f();
  for (var start = 0u; start < depth; start += STEP) {
    for (var r = loadRow; r < STEP; r += ROWS_PER_LOAD) {
      let k = start + r;
      var pixel = vec4f();
      var weights = vec4f();
      if (k < depth) {
        let channel = k % params.inChannels;
        let i = k / params.inChannels / columns.count;
        let j = k / params.inChannels % columns.count;
        pixel = window(loaded, i32(i) * rows.advance, i32(j) * columns.advance, part * params.inChannels + channel);
        if (weightQuad < params.quads) {
          let tap = (rows.first + i * rows.step) * params.kernel.y + columns.first + j * columns.step;
          let row = (part * params.kernel.x * params.kernel.y + tap) * params.inChannels + channel;
          weights = weight[row * params.quads + weightQuad];
        }
      }
      pixelTile[r * TILE_QUADS + loadQuad] = pixel;
      weightTile[r * TILE_QUADS + loadQuad] = weights;
    }
    workgroupBarrier();
    for (var r = 0u; r < STEP; r++) {
      let x0 = pixelTile[r * TILE_QUADS + across];
      let w0 = weightTile[r * TILE_QUADS + down];
      sum00 += outer(w0, x0);
      if (LARGE) {
        let x1 = pixelTile[r * TILE_QUADS + 16u + across];
        let w1 = weightTile[r * TILE_QUADS + 16u + down];
        sum01 += outer(w0, x1);
        sum10 += outer(w1, x0);
        sum11 += outer(w1, x1);
      }
    }
    workgroupBarrier();
  }

  let p0 = locate(tileStart + 4u * across, phases, rows, columns);
  let channel = 4u * (column * TILE_QUADS + down);
  put(p0, part, channel, sum00);
  if (LARGE) {
    let p1 = locate(tileStart + 64u + 4u * across, phases, rows, columns);
    put(p1, part, channel, sum01);
    put(p0, part, channel + 64u, sum10);
    put(p1, part, channel + 64u, sum11);
  }
}

// What four pixels read of one channel through one tap.
fn window(pixels: Pixels, rowShift: i32, columnShift: i32, channel: u32) -> vec4f {
  let row = vec4u(pixels.row + rowShift);
  let column = vec4u(pixels.column + columnShift);
  let hit = pixels.inside & (row < vec4u(params.input.x)) & (column < vec4u(params.input.y));
  let at = params.offset + channel * params.strides.y
    + pixels.image * params.strides.x + row * params.strides.z + column * params.strides.w;
  var values = vec4f();
  if (hit.x) { values.x = x[at.x]; }
  if (hit.y) { values.y = x[at.y]; }
  if (hit.z) { values.z = x[at.z]; }
  if (hit.w) { values.w = x[at.w]; }
  return values;
}

fn outer(weights: vec4f, pixels: vec4f) -> mat4x4f {
  return mat4x4f(weights * pixels.x, weights * pixels.y, weights * pixels.z, weights * pixels.w);
}`,
});
