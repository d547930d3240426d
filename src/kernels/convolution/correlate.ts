import { dense } from '../../tensor/engine/copy.ts';
import { classOf, type DeviceClass } from '../../tensor/engine/device/deviceClass.ts';
import { defineKernel } from '../../tensor/engine/kernel.ts';
import { choose } from '../../tensor/engine/tuner.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { channelsLast, packWeight, type Unfolding } from './channelsLast.ts';
import { correlateStrips, STRIP_PIXELS } from './correlateStrips.ts';
import { correlateTiles } from './correlateTiles.ts';
import {
  CORRELATION_PARAMS,
  CORRELATION_WGSL,
  type Correlation,
  correlationParams,
  phasesOf,
  pixelsPerPhase,
} from './correlation.ts';

/**
 * Runs a correlation over any views of `x` and `weight`. `transposed` says that the weight's output channels lie on its
 * second axis. Each result is one sum in a fixed order.
 */
export function correlate(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  problem: Correlation,
  transposed: boolean,
): Tensor {
  const { batch, groups, outChannels, output } = problem;
  const y = x.derive([batch, groups * outChannels, ...output]);
  const args = { x, weight, bias: bias && dense(bias) };
  const variant = choose(
    x.device,
    `convolution/${kindOf(problem)}`,
    VARIANTS,
    staticChoice(classOf(x.device), problem),
  );
  if (variant === 'strips') blocked(args, y, problem, transposed, STRIPS);
  else if (variant === 'blocked') blocked(args, y, problem, transposed, BLOCKS);
  else tiled(args, y, problem, transposed, variant === 'tile128');
  return y;
}

const VARIANTS = ['strips', 'blocked', 'tile64', 'tile128'] as const;

function kindOf({ outChannels, kernel }: Correlation): string {
  return `${outChannels >= 96 ? 'wide' : 'narrow'}-${kernel[0] * kernel[1] === 1 ? 'point' : 'window'}`;
}

/** Large tiles reuse more of what they load, but need enough of them to fill some hundred processors. */
function staticChoice(device: DeviceClass, problem: Correlation): (typeof VARIANTS)[number] {
  if (device === 'softgpu') return 'strips';
  if (device === 'processor') return 'blocked';
  const { outChannels, groups } = problem;
  const largeTiles =
    Math.ceil(pixelsPerPhase(problem) / 128) * Math.ceil(outChannels / 128) * phasesOf(problem) * groups;
  return outChannels >= 96 && largeTiles >= 256 ? 'tile128' : 'tile64';
}

interface Arguments {
  readonly x: Tensor;
  readonly weight: Tensor;
  readonly bias: Tensor | null;
}

function blocked(
  { x, weight, bias }: Arguments,
  y: Tensor,
  problem: Correlation,
  transposed: boolean,
  { kernel, pixels }: Blocking,
): void {
  const unfolding = unfoldingOf(problem);
  const { data, quads } = channelsLast(x, problem.groups, unfolding);
  const effective = unfolding ? pointwise(problem) : problem;
  const wide = problem.outChannels > 4;
  const outQuads = wide ? 2 * Math.ceil(problem.outChannels / 8) : 1;
  const layout = { ...problem, unfolded: unfolding !== null, rows: quads * 4, quads: outQuads };
  const blocks = Math.ceil(pixelsPerPhase(problem) / pixels);
  const columns = wide ? outQuads / 2 : 1;
  kernel(
    { x: data, weight: packWeight(weight, layout, transposed), bias },
    { y },
    {
      ...correlationParams(effective),
      quads,
      outQuads,
      blocks,
      columns,
      jobs: blocks * columns * phasesOf(problem) * problem.groups,
    },
    { WIDE: wide },
  );
}

/**
 * Unfolding windows into channels pays where a tap has too few channels to fill the inner loop, and what is unfolded
 * stays about as small as x (patches: nothing is read twice) or as y.
 */
export function unfoldingOf(problem: Correlation): Unfolding | null {
  const { inChannels, outChannels, kernel, stride, dilation, padding, up } = problem;
  const taps = kernel[0] * kernel[1];
  if (taps === 1 || up[0] * up[1] > 1) return null;
  const patches = [0, 1].every((axis) => stride[axis] === kernel[axis] && dilation[axis] === 1 && padding[axis] === 0);
  const small = inChannels <= 2 || inChannels * taps <= outChannels;
  if (!small && !(patches && inChannels % 4 !== 0)) return null;
  return problem;
}

/** The 1 × 1 correlation that remains after unfolding. */
function pointwise(problem: Correlation): Correlation {
  return {
    ...problem,
    inChannels: problem.inChannels * problem.kernel[0] * problem.kernel[1],
    input: problem.output,
    kernel: [1, 1],
    stride: [1, 1],
    dilation: [1, 1],
    padding: [0, 0],
  };
}

function tiled(
  { x, weight, bias }: Arguments,
  y: Tensor,
  problem: Correlation,
  transposed: boolean,
  large: boolean,
): void {
  const { groups, inChannels, outChannels } = problem;
  const quads = Math.ceil(outChannels / 4);
  const tile = large ? 128 : 64;
  const tiles = Math.ceil(pixelsPerPhase(problem) / tile);
  const columns = Math.ceil(outChannels / tile);
  correlateTiles(
    { x, weight: packWeight(weight, { ...problem, unfolded: false, rows: inChannels, quads }, transposed), bias },
    { y },
    {
      ...correlationParams(problem),
      quads,
      tiles,
      columns,
      jobs: tiles * columns * phasesOf(problem) * groups,
      strides: x.strides,
      offset: x.offset,
    },
    { LARGE: large },
  );
}

// For processors: an invocation owns 8 pixels × 8 channels in four 4 × 4 blocks and needs neither barriers nor
// workgroup memory. A step over four input channels is one matrix product per block. Taps outside the image read the
// pixel of zeros, so that the inner loop has no branch.
export const correlateBlocks = /* @__PURE__ */ defineKernel({
  name: 'convolution.blocks',
  read: { x: 'vec4f', weight: 'vec4f', bias: 'f32?' },
  write: { y: 'f32' },
  params: { ...CORRELATION_PARAMS, quads: 'u32', outQuads: 'u32', blocks: 'u32', columns: 'u32', jobs: 'u32' },
  constants: { WIDE: [true, false] },
  workgroup: 64,
  grid: ({ jobs }) => Math.ceil(jobs / 64),
  functions: CORRELATION_WGSL,
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let job = linearGroup(group) * WORKGROUP + lane;
  if (job >= params.jobs) { return; }
  let up = vec2u(u32(params.rowRule.w), u32(params.columnRule.w));
  let phase = (job / params.blocks) % (up.x * up.y);
  let column = job / params.blocks / (up.x * up.y) % params.columns;
  let part = job / params.blocks / (up.x * up.y) / params.columns;
  let at = vec2u(phase / up.y, phase % up.y);
  let rows = tapsOf(at.x, params.rowRule, params.kernel.x, params.tapStep.x);
  let columns = tapsOf(at.y, params.columnRule, params.kernel.y, params.tapStep.y);
  let first = 8u * (job % params.blocks);
  let p0 = locate(first, at, rows, columns);
  let p1 = locate(first + 4u, at, rows, columns);
  let quad = select(0u, 2u * column, WIDE);

  let plane = params.input.x * params.input.y;
  let nothing = params.batch * params.groups * plane;
  let image0 = (p0.image * params.groups + part) * plane;
  let image1 = (p1.image * params.groups + part) * plane;
  var sum00 = mat4x4f();
  var sum01 = mat4x4f();
  var sum10 = mat4x4f();
  var sum11 = mat4x4f();
  for (var i = 0u; i < rows.count; i++) {
    let row0 = vec4u(p0.row + i32(i) * rows.advance);
    let row1 = vec4u(p1.row + i32(i) * rows.advance);
    let inside0 = p0.inside & (row0 < vec4u(params.input.x));
    let inside1 = p1.inside & (row1 < vec4u(params.input.x));
    if (!any(inside0 | inside1)) { continue; }
    for (var j = 0u; j < columns.count; j++) {
      let column0 = vec4u(p0.column + i32(j) * columns.advance);
      let column1 = vec4u(p1.column + i32(j) * columns.advance);
      let hit0 = inside0 & (column0 < vec4u(params.input.y));
      let hit1 = inside1 & (column1 < vec4u(params.input.y));
      if (!any(hit0 | hit1)) { continue; }
      var at0 = select(vec4u(nothing), image0 + row0 * params.input.y + column0, hit0) * params.quads;
      var at1 = select(vec4u(nothing), image1 + row1 * params.input.y + column1, hit1) * params.quads;
      let tap = (rows.first + i * rows.step) * params.kernel.y + columns.first + j * columns.step;
      var w = (part * params.kernel.x * params.kernel.y + tap) * params.quads * 4u * params.outQuads + quad;
      for (var c = 0u; c < params.quads; c++) {
        let x0 = mat4x4f(x[at0.x], x[at0.y], x[at0.z], x[at0.w]);
        let x1 = mat4x4f(x[at1.x], x[at1.y], x[at1.z], x[at1.w]);
        let w1 = w + params.outQuads;
        let w2 = w1 + params.outQuads;
        let w3 = w2 + params.outQuads;
        let weight0 = mat4x4f(weight[w], weight[w1], weight[w2], weight[w3]);
        sum00 += weight0 * x0;
        sum01 += weight0 * x1;
        if (WIDE) {
          let weight1 = mat4x4f(weight[w + 1u], weight[w1 + 1u], weight[w2 + 1u], weight[w3 + 1u]);
          sum10 += weight1 * x0;
          sum11 += weight1 * x1;
        }
        at0 += vec4u(1u);
        at1 += vec4u(1u);
        w = w3 + params.outQuads;
      }
    }
  }
  put(p0, part, 4u * quad, sum00);
  put(p1, part, 4u * quad, sum01);
  if (WIDE) {
    put(p0, part, 4u * quad + 4u, sum10);
    put(p1, part, 4u * quad + 4u, sum11);
  }
}`,
});

/** A kernel over pixels with their channels together, and how many pixels a job has. */
interface Blocking {
  readonly kernel: typeof correlateBlocks | typeof correlateStrips;
  readonly pixels: number;
}

const BLOCKS: Blocking = { kernel: correlateBlocks, pixels: 8 };
const STRIPS: Blocking = { kernel: correlateStrips, pixels: STRIP_PIXELS };
