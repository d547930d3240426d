import { fill } from '../../tensor/engine/copy.ts';
import { defineKernel } from '../../tensor/engine/kernel.ts';
import { defineOp } from '../../tensor/engine/op.ts';
import { denseStrides, formatShape, resolveDim, type Shape } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';

interface Range {
  readonly dim: number;
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

/**
 * Elements `start`, `start + step`, … before `end` along one axis, without a copy. Negative positions count from the
 * end.
 *
 * @throws RangeError when a position lies outside the axis or `step` is not a positive integer.
 */
export function slice(x: Tensor, dim: number, start = 0, end?: number, step = 1): Tensor {
  const d = resolveDim('slice', dim, x.ndim);
  const extent = x.shape[d]!;
  const resolved = { dim: d, start: fromEnd(start, extent), end: fromEnd(end ?? extent, extent), step };
  return sliceOp([x], resolved);
}

const sliceOp = /* @__PURE__ */ defineOp({
  name: 'slice',
  inputs: ['x'],
  dtypes: 'any',
  strided: true,
  shape([x]: readonly [Shape], { dim, start, end, step }: Range) {
    const extent = x[dim]!;
    if (!(start >= 0 && start <= end && end <= extent && Number.isInteger(start) && Number.isInteger(end))) {
      throw new RangeError(
        `slice: start and end must satisfy 0 <= start <= end <= ${extent} on axis ${dim} of ${formatShape(x)}, got ${start} and ${end}`,
      );
    }
    if (!Number.isInteger(step) || step < 1)
      throw new RangeError(`slice: step must be a positive integer, got ${step}`);
    return x.with(dim, Math.ceil((end - start) / step));
  },
  forward([x]: readonly [x: Tensor], range) {
    return { y: sliced(x, range), saved: { shape: x.shape } };
  },
  backward(dy, { shape }, range) {
    const dx = dy.derive(shape);
    fill(dx, 0);
    scatterSlice(
      { dy },
      { dx },
      { size: dy.size, ...placement(shape, range, dy.shape) },
      { T: dy.dtype as 'f32' | 'f16' },
    );
    return [dx];
  },
});

function fromEnd(position: number, extent: number): number {
  return position < 0 ? position + extent : position;
}

function sliced(x: Tensor, { dim, start, end, step }: Range): Tensor {
  return x.view(
    x.shape.with(dim, Math.ceil((end - start) / step)),
    x.strides.with(dim, x.strides[dim]! * step),
    x.offset + start * x.strides[dim]!,
  );
}

/** How the row-major index of a slice maps into the whole: index = (outer, position, inner). */
function placement(shape: Shape, { dim, start, step }: Range, part: Shape) {
  const inner = denseStrides(shape)[dim]!;
  return { inner, extent: shape[dim]!, part: part[dim]!, start, step };
}

export const scatterSlice = /* @__PURE__ */ defineKernel({
  name: 'slice.gradInput',
  read: { dy: 'strided T' },
  write: { dx: 'T' },
  params: { size: 'u32', inner: 'u32', extent: 'u32', part: 'u32', start: 'u32', step: 'u32' },
  constants: { T: ['f32', 'f16'] },
  workgroup: 64,
  grid: ({ size }) => Math.ceil(size / 64),
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i >= params.size) { return; }
  let inner = i % params.inner;
  let position = (i / params.inner) % params.part;
  let outer = i / params.inner / params.part;
  let at = (outer * params.extent + params.start + position * params.step) * params.inner + inner;
  dx[at] = dy[viewIndex(params.dy, i)];
}`,
});
