import type { Tensor } from '../tensor.ts';
import type { DType } from './dtype.ts';
import { defineKernel } from './kernel.ts';

/** Steps that are worth a workgroup. */
const STEPS = 4096;
/** Elements of one segment where neighbors lie apart and rows are walked in stripes, and of a cache line. */
const STRIPE = 64;
const LINE = 16;

/**
 * A view into a new dense tensor, for softgpu: an invocation walks stretches of the innermost axis, whose places it finds
 * once a row. `quads` is the view in groups of four neighbors where it falls into such.
 */
export function copyInRuns(x: Tensor, quads: Tensor | null, y: Tensor): void {
  const source = quads ?? x;
  // The innermost axis that counts, or one more of extent 1.
  const last = source.shape.findLastIndex((extent) => extent !== 1);
  const length = last < 0 ? 1 : source.shape[last]!;
  const step = last < 0 ? 0 : source.strides[last]!;
  using rows = source.view(
    source.shape.filter((_, d) => d !== last),
    source.strides.filter((_, d) => d !== last),
  );
  const before = source.shape.slice(0, Math.max(last, 0)).findLastIndex((extent) => extent !== 1);
  const across = step >= LINE && before >= 0 && source.strides[before]! < LINE;
  const segment = Math.max(1, Math.min(length, across ? STRIPE : STEPS));
  const rowsPerGroup = Math.max(1, Math.floor(STEPS / segment));
  const params = { rows: rows.size, length, step, segment, rowsPerGroup };
  const T = x.dtype as DType;
  if (quads) copyQuadRuns({ x: rows }, { y }, params, { T });
  else copyRuns({ x: rows }, { y }, params, { T, NEIGHBORS: step === 1 });
}

const PARAMS = { rows: 'u32', length: 'u32', step: 'u32', segment: 'u32', rowsPerGroup: 'u32' } as const;

const grid = ({ rows, length, segment, rowsPerGroup }: Readonly<Record<keyof typeof PARAMS, number>>) =>
  Math.ceil(rows / rowsPerGroup) * Math.ceil(length / segment);

const MAIN = /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u) {
  let index = linearGroup(group);
  let segments = (params.length + params.segment - 1u) / params.segment;
  let block = index / segments;
  let begin = (index - block * segments) * params.segment;
  let end = min(begin + params.segment, params.length);
  let behind = min((block + 1u) * params.rowsPerGroup, params.rows);
  for (var row = block * params.rowsPerGroup; row < behind; row++) {
    run(viewIndex(params.x, row), row * params.length, begin, end);
  }
}`;

export const copyRuns = /* @__PURE__ */ defineKernel({
  name: 'contiguous.copyRuns',
  read: { x: 'strided T' },
  write: { y: 'T' },
  params: PARAMS,
  constants: { T: ['f32', 'f16', 'i32', 'u32', 'bool'], NEIGHBORS: [false, true] },
  workgroup: 1,
  grid,
  functions: MAIN,
  wgsl: /* wgsl */ `
fn run(xAt: u32, yAt: u32, begin: u32, end: u32) {
  let step = select(params.step, 1u, NEIGHBORS);
  for (var i = begin; i < end; i++) {
    y[yAt + i] = x[xAt + i * step];
  }
}`,
});

export const copyQuadRuns = /* @__PURE__ */ defineKernel({
  name: 'contiguous.copyQuadRuns',
  read: { x: 'strided vec4T' },
  write: { y: 'vec4T' },
  params: PARAMS,
  constants: { T: ['f32', 'f16', 'i32', 'u32', 'bool'] },
  workgroup: 1,
  grid,
  functions: MAIN,
  wgsl: /* wgsl */ `
fn run(xAt: u32, yAt: u32, begin: u32, end: u32) {
  for (var i = begin; i < end; i++) {
    y[yAt + i] = x[xAt + i * params.step];
  }
}`,
});
