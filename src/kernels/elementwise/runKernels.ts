import { defineKernel, type Kernel } from '../../tensor/engine/kernel.ts';
import type { MapSpec, Operands } from './elementMap.ts';
import { absent, type Buffers, buffersOf, type Constants, functionsOf, LOCATE, PARAMS, typesOf } from './mapKernels.ts';
import { withBuiltIns } from './mathFunctions.ts';

const RUN_PARAMS = { ...PARAMS, rows: 'u32', length: 'u32', rowsPerGroup: 'u32', segment: 'u32' } as const;

/** Both ways to walk a map in runs. */
export interface RunKernels {
  readonly quadRuns: Kernel<Buffers, Buffers, typeof RUN_PARAMS, Constants>;
  readonly elementRuns: Kernel<Buffers, Buffers, typeof RUN_PARAMS, Constants>;
}

/**
 * The kernels of a map for softgpu, which runs an invocation as one piece of code: each takes a stretch of the innermost
 * axis, `segment` steps long, over several rows, in a loop whose accesses all move on by fixed steps. Positions are found
 * once a row. A step is four elements (`quadRuns`) or one.
 */
/* @__NO_SIDE_EFFECTS__ */
export function runKernels(spec: MapSpec<Operands>, tensors: readonly string[]): RunKernels {
  const functions = [...functionsOf({ ...spec, functions: withBuiltIns(spec.functions ?? '') }, tensors), LOCATE, MAIN];
  const constants = { ...typesOf(spec), AXES: { tested: [4] }, SPLATS: { tested: [7] } } as const;
  const shared = {
    params: RUN_PARAMS,
    workgroup: 1,
    grid: ({ rows, length, rowsPerGroup, segment }: Sizes) =>
      Math.ceil(rows / rowsPerGroup) * Math.ceil(length / segment),
  };
  const R = spec.result ?? 'T';
  const quadRuns = defineKernel({
    ...shared,
    name: `${spec.name}Runs`,
    constants,
    read: buffersOf(spec, tensors, 'vec4'),
    write: { y: `raw vec4${R}` },
    functions: [...functions, absent(tensors, 'vec4<T>')].join('\n'),
    wgsl: QUAD_RUN,
  });
  const elementRuns = defineKernel({
    ...shared,
    name: `${spec.name}StridedRuns`,
    constants: { ...constants, NEIGHBORS: { tested: [7] } },
    read: buffersOf(spec, tensors, ''),
    write: { y: `raw ${R}` },
    functions: [...functions, absent(tensors, 'T')].join('\n'),
    wgsl: ELEMENT_RUN,
  });
  return { quadRuns, elementRuns } as unknown as RunKernels;
}

interface Sizes {
  readonly rows: number;
  readonly length: number;
  readonly rowsPerGroup: number;
  readonly segment: number;
}

// Axis 0 is walked inside a run, so a row's index counts the axes from 1 on.
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
    run(locate(row * params.extents.x), begin, end);
  }
}`;

const QUAD_RUN = /* wgsl */ `
fn run(at: vec4u, begin: u32, end: u32) {
  let quads = at >> vec4u(2u);
  var va: vec4<A>;
  var vb: vec4<B>;
  var vc: vec4<C>;
  if ((SPLATS & 1u) != 0u) { va = vec4<A>(a[quads.y][at.y & 3u]); }
  if (OPERANDS > 1 && (SPLATS & 2u) != 0u) { vb = vec4<B>(B(b[quads.z][at.z & 3u])); }
  if (OPERANDS > 2 && (SPLATS & 4u) != 0u) { vc = vec4<C>(C(c[quads.w][at.w & 3u])); }
  for (var i = begin; i < end; i++) {
    if ((SPLATS & 1u) == 0u) { va = a[quads.y + i]; }
    if (OPERANDS > 1 && (SPLATS & 2u) == 0u) { vb = vec4<B>(b[quads.z + i]); }
    if (OPERANDS > 2 && (SPLATS & 4u) == 0u) { vc = vec4<C>(c[quads.w + i]); }
    y[quads.x + i] = element(va, vb, vc);
  }
}`;

// Operands step by params.stride0, which NEIGHBORS has a bit for where it is 1.
const ELEMENT_RUN = /* wgsl */ `
fn run(at: vec4u, begin: u32, end: u32) {
  let sa = select(params.stride0.y, 1u, (NEIGHBORS & 1u) != 0u);
  let sb = select(params.stride0.z, 1u, (NEIGHBORS & 2u) != 0u);
  let sc = select(params.stride0.w, 1u, (NEIGHBORS & 4u) != 0u);
  let start = at + begin * vec4u(1u, sa, sb, sc);
  var py = start.x;
  var pa = start.y;
  var pb = start.z;
  var pc = start.w;
  var va = vec4<A>(a[pa]);
  var vb: vec4<B>;
  var vc: vec4<C>;
  if (OPERANDS > 1 && (SPLATS & 2u) != 0u) { vb = vec4<B>(B(b[pb])); }
  if (OPERANDS > 2 && (SPLATS & 4u) != 0u) { vc = vec4<C>(C(c[pc])); }
  var i = begin;
  for (; i + 3u < end; i += 4u) {
    if ((SPLATS & 1u) == 0u) { va = vec4<A>(a[pa], a[pa + sa], a[pa + 2u * sa], a[pa + 3u * sa]); }
    if (OPERANDS > 1 && (SPLATS & 2u) == 0u) {
      vb = vec4<B>(B(b[pb]), B(b[pb + sb]), B(b[pb + 2u * sb]), B(b[pb + 3u * sb]));
    }
    if (OPERANDS > 2 && (SPLATS & 4u) == 0u) {
      vc = vec4<C>(C(c[pc]), C(c[pc + sc]), C(c[pc + 2u * sc]), C(c[pc + 3u * sc]));
    }
    let value = element(va, vb, vc);
    y[py] = value.x;
    y[py + 1u] = value.y;
    y[py + 2u] = value.z;
    y[py + 3u] = value.w;
    py += 4u;
    pa += 4u * sa;
    pb += 4u * sb;
    pc += 4u * sc;
  }
  for (; i < end; i++) {
    if ((SPLATS & 1u) == 0u) { va = vec4<A>(a[pa]); }
    if (OPERANDS > 1 && (SPLATS & 2u) == 0u) { vb = vec4<B>(B(b[pb])); }
    if (OPERANDS > 2 && (SPLATS & 4u) == 0u) { vc = vec4<C>(C(c[pc])); }
    y[py] = element(va, vb, vc).x;
    py += 1u;
    pa += sa;
    pb += sb;
    pc += sc;
  }
}`;
