import { defineKernel } from '../../tensor/engine/kernel.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { Moments } from './moments.ts';
import { inQuads, type Rows } from './rows.ts';

const CHUNK = 1024; // vectors: 16 KB, which stay in the cache for the second look

/**
 * The moments of contiguous rows in one pass over memory, for softgpu: each chunk has its own mean and moments around it,
 * and a row's are put together from those. Chan et al. 1983, "Algorithms for computing the sample variance".
 */
export function momentsInRuns(x: Tensor, source: Rows): Moments {
  const cols = source.cols / 4;
  const chunks = Math.ceil(cols / CHUNK);
  const partials = x.derive([source.rows, chunks, 4], 'f32');
  const T = x.dtype === 'f16' ? 'f16' : 'f32';
  const params = { rows: source.rows, cols, chunk: CHUNK, chunks };
  chunkMoments({ x: inQuads(source, 'rows4') }, { partials }, { ...params, perGroup: Math.ceil(CHUNK / cols) }, { T });
  const mean = x.derive(source.view.shape, 'f32');
  const moments = x.derive([...source.view.shape, 2], 'f32');
  joinMoments({ partials }, { mean, moments }, { rows: source.rows, chunks, count: source.cols });
  partials.dispose();
  return { mean, moments };
}

// A partial result: the mean m of the chunk, rounded, Σ (x - m), Σ (x - m)², and the count. Runs of 64 vectors are summed
// on their own, so that rounding errors of long sums do not pile up.
export const chunkMoments = /* @__PURE__ */ defineKernel({
  name: 'moments.chunks',
  read: { x: 'strided vec4T' },
  write: { partials: 'vec4f' },
  params: { rows: 'u32', cols: 'u32', chunk: 'u32', chunks: 'u32', perGroup: 'u32' },
  constants: { T: ['f32', 'f16'] },
  workgroup: 1,
  grid: ({ rows, chunks, perGroup }) => Math.ceil((rows * chunks) / perGroup),
  wgsl: /* wgsl */ `
const RUN = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u) {
  let first = linearGroup(group) * params.perGroup;
  let behind = min(first + params.perGroup, params.rows * params.chunks);
  for (var unit = first; unit < behind; unit++) {
    let row = unit / params.chunks;
    let from0 = (unit - row * params.chunks) * params.chunk;
    let at = viewIndex(params.x, row) + from0;
    let count = min(params.chunk, params.cols - from0);
    let elements = 4.0 * f32(count);
    let mean = total(sumOf(at, at + count)) / elements;
    partials[unit] = vec4f(mean, momentsAround(mean, at, at + count), elements);
  }
}

fn total(v: vec4f) -> f32 { return (v.x + v.y) + (v.z + v.w); }

fn sumOf(first: u32, end: u32) -> vec4f {
  var sum = vec4f();
  for (var start = first; start < end; start += RUN) {
    let behind = min(start + RUN, end);
    var a = vec4f();
    var b = vec4f();
    var i = start;
    for (; i + 1u < behind; i += 2u) {
      a += vec4f(x[i]);
      b += vec4f(x[i + 1u]);
    }
    if (i < behind) { a += vec4f(x[i]); }
    sum += a + b;
  }
  return sum;
}

fn momentsAround(mean: f32, first: u32, end: u32) -> vec2f {
  var sum = vec4f();
  var squares = vec4f();
  for (var start = first; start < end; start += RUN) {
    let behind = min(start + RUN, end);
    var a = vec4f();
    var b = vec4f();
    var c = vec4f();
    var d = vec4f();
    var i = start;
    for (; i + 1u < behind; i += 2u) {
      let v = vec4f(x[i]) - vec4f(mean);
      let w = vec4f(x[i + 1u]) - vec4f(mean);
      a += v;
      b += w;
      c += v * v;
      d += w * w;
    }
    if (i < behind) {
      let v = vec4f(x[i]) - vec4f(mean);
      a += v;
      c += v * v;
    }
    sum += a + b;
    squares += c + d;
  }
  return vec2f(total(sum), total(squares));
}`,
});

// Around the mean of the row, d = m - mean: Σ (x - mean) = Σ (x - m) + n d, Σ (x - mean)² = Σ (x - m)² + 2 d Σ (x - m) + n d².
export const joinMoments = /* @__PURE__ */ defineKernel({
  name: 'moments.joinChunks',
  read: { partials: 'vec4f' },
  write: { mean: 'f32', moments: 'vec2f' },
  params: { rows: 'u32', chunks: 'u32', count: 'f32' },
  workgroup: 64,
  grid: ({ rows }) => Math.ceil(rows / 64),
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = linearGroup(group) * WORKGROUP + lane;
  if (row >= params.rows) { return; }
  let first = row * params.chunks;
  let near = partials[first].x;
  var rest = 0.0;
  for (var i = first; i < first + params.chunks; i++) {
    let part = partials[i];
    rest += (part.x - near) * part.w + part.y;
  }
  let whole = near + rest / params.count;
  var sum = vec2f();
  for (var i = first; i < first + params.chunks; i++) {
    let part = partials[i];
    let d = part.x - whole;
    sum += vec2f(part.y + part.w * d, part.z + d * (2.0 * part.y + part.w * d));
  }
  mean[row] = whole;
  moments[row] = sum;
}`,
});
