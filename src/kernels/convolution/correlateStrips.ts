import { defineKernel } from '../../tensor/engine/kernel.ts';
import { CORRELATION_PARAMS, CORRELATION_WGSL } from './correlation.ts';

/** Pixels that one workgroup of `correlateStrips` computes with eight channels' weights, which stay in the nearest cache. */
export const STRIP_PIXELS = 64;

/**
 * For softgpu: a workgroup is one invocation that walks down a strip of pixels, four at a time, with 4 × 8 sums in eight
 * vector registers, or with 4 × 4 where there are no more channels. A step over one input channel is two loads of
 * weights, four loads that fill a vector with one pixel's number, and eight multiply-adds. Taps outside the image read
 * the pixel of zeros.
 */
export const correlateStrips = /* @__PURE__ */ defineKernel({
  name: 'convolution.strips',
  read: { x: 'f32', weight: 'vec4f', bias: 'f32?' },
  write: { y: 'f32' },
  params: { ...CORRELATION_PARAMS, quads: 'u32', outQuads: 'u32', blocks: 'u32', columns: 'u32', jobs: 'u32' },
  constants: { WIDE: [true, false] },
  workgroup: 1,
  grid: ({ jobs }) => jobs,
  functions: `const STRIP_PIXELS = ${STRIP_PIXELS}u;${CORRELATION_WGSL}`,
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u) {
  let job = linearGroup(group);
  if (job >= params.jobs) { return; }
  let up = vec2u(u32(params.rowRule.w), u32(params.columnRule.w));
  let phase = (job / params.blocks) % (up.x * up.y);
  let column = job / params.blocks / (up.x * up.y) % params.columns;
  let part = job / params.blocks / (up.x * up.y) / params.columns;
  let phases = vec2u(phase / up.y, phase % up.y);
  let rows = tapsOf(phases.x, params.rowRule, params.kernel.x, params.tapStep.x);
  let columns = tapsOf(phases.y, params.columnRule, params.kernel.y, params.tapStep.y);
  let quad = select(0u, 2u * column, WIDE);
  let depth = 4u * params.quads;
  let plane = params.input.x * params.input.y;
  let nothing = params.batch * params.groups * plane;

  let start = job % params.blocks * STRIP_PIXELS;
  let end = min(start + STRIP_PIXELS, params.batch * params.grid.x * params.grid.y);
  for (var first = start; first < end; first += 4u) {
    let pixels = locate(first, phases, rows, columns);
    let image = (pixels.image * params.groups + part) * plane;
    var c00 = vec4f(); var c01 = vec4f(); var c10 = vec4f(); var c11 = vec4f();
    var c20 = vec4f(); var c21 = vec4f(); var c30 = vec4f(); var c31 = vec4f();
    for (var i = 0u; i < rows.count; i++) {
      let row = vec4u(pixels.row + i32(i) * rows.advance);
      let inside = pixels.inside & (row < vec4u(params.input.x));
      if (!any(inside)) { continue; }
      for (var j = 0u; j < columns.count; j++) {
        let across = vec4u(pixels.column + i32(j) * columns.advance);
        let hit = inside & (across < vec4u(params.input.y));
        if (!any(hit)) { continue; }
        let at = select(vec4u(nothing), image + row * params.input.y + across, hit) * depth;
        let tap = (rows.first + i * rows.step) * params.kernel.y + columns.first + j * columns.step;
        var w = (part * params.kernel.x * params.kernel.y + tap) * depth * params.outQuads + quad;
        for (var c = 0u; c < depth; c++) {
          let w0 = weight[w];
          var w1 = vec4f();
          if (WIDE) { w1 = weight[w + 1u]; }
          let x0 = x[at.x + c];
          c00 += x0 * w0;
          if (WIDE) { c01 += x0 * w1; }
          let x1 = x[at.y + c];
          c10 += x1 * w0;
          if (WIDE) { c11 += x1 * w1; }
          let x2 = x[at.z + c];
          c20 += x2 * w0;
          if (WIDE) { c21 += x2 * w1; }
          let x3 = x[at.w + c];
          c30 += x3 * w0;
          if (WIDE) { c31 += x3 * w1; }
          w += params.outQuads;
        }
      }
    }
    put(pixels, part, 4u * quad, mat4x4f(c00, c10, c20, c30));
    if (WIDE) { put(pixels, part, 4u * quad + 4u, mat4x4f(c01, c11, c21, c31)); }
  }
}`,
});
