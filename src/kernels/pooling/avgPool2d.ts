import { defineKernel } from '../../tensor/engine/kernel.ts';
import { type Nd, nd } from '../../tensor/engine/nd.ts';
import { defineOp } from '../../tensor/engine/op.ts';
import type { Shape } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import {
  POOL_PARAMS,
  POOL_WGSL,
  type PoolOptions,
  type PoolWindows,
  pooledShape,
  poolParams,
  poolWindows,
} from './poolWindows.ts';

export interface AvgPool2dOptions extends PoolOptions {
  /** Whether padding counts as zeros in the mean; otherwise the mean is over the pixels inside. Default true. */
  readonly countIncludePad?: boolean;
}

interface Attributes extends PoolWindows {
  readonly countIncludePad: boolean;
}

/**
 * The mean of each window of `x` [batch, channels, height, width].
 *
 * @throws RangeError when padding is more than half the kernel; ShapeError when the kernel is longer than the image.
 */
export function avgPool2d(x: Tensor, { countIncludePad = true, ...options }: AvgPool2dOptions): Tensor {
  return avgPool2dOp([x], { ...poolWindows('avgPool2d', options), countIncludePad });
}

const avgPool2dOp = /* @__PURE__ */ defineOp({
  name: 'avgPool2d',
  inputs: ['x'],
  shape: ([x]: readonly [Shape], attributes: Attributes) => pooledShape('avgPool2d', x, attributes),
  forward([x]: readonly [x: Tensor], attributes) {
    const y = x.derive(pooledShape('avgPool2d', x.shape, attributes));
    meanOfWindow({ x }, { y }, paramsOf(y.size, x.shape, y.shape, attributes));
    return { y, saved: { shape: x.shape } };
  },
  backward(dy, { shape }, attributes) {
    const dx = dy.derive(shape);
    gradOfMean({ dy }, { dx }, paramsOf(dx.size, shape, dy.shape, attributes));
    return [dx];
  },
});

function paramsOf(size: number, x: Shape, y: Shape, { countIncludePad, ...windows }: Attributes) {
  return { ...poolParams(size, x, y, windows), fixedCount: countIncludePad ? 1 : 0 };
}

export const meanOfWindow = /* @__PURE__ */ defineKernel({
  name: 'avgPool2d.mean',
  read: { x: 'f32' },
  write: { y: 'f32' },
  params: { ...POOL_PARAMS, fixedCount: 'u32' },
  workgroup: 64,
  grid: ({ size }) => Math.ceil(size / 64),
  functions: POOL_WGSL,
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i >= params.size) { return; }
  let row = (i / params.output.y) % params.output.x;
  let plane = i / (params.output.x * params.output.y) * params.input.x * params.input.y;
  let rows = within(row, params.stride.x, params.padding.x, params.kernel.x, params.input.x);
  let columns = within(i % params.output.y, params.stride.y, params.padding.y, params.kernel.y, params.input.y);
  var total = 0.0;
  for (var r = rows.x; r < rows.y; r++) {
    for (var c = columns.x; c < columns.y; c++) {
      total += x[plane + r * params.input.y + c];
    }
  }
  let inside = (rows.y - rows.x) * (columns.y - columns.x);
  y[i] = total / f32(select(inside, params.kernel.x * params.kernel.y, params.fixedCount == 1u));
}`,
});

export const gradOfMean = /* @__PURE__ */ defineKernel({
  name: 'avgPool2d.gradInput',
  read: { dy: 'f32' },
  write: { dx: 'f32' },
  params: { ...POOL_PARAMS, fixedCount: 'u32' },
  workgroup: 64,
  grid: ({ size }) => Math.ceil(size / 64),
  functions: POOL_WGSL,
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i >= params.size) { return; }
  let place = i % (params.input.x * params.input.y);
  let plane = i / (params.input.x * params.input.y) * params.output.x * params.output.y;
  let rows = reaching(place / params.input.y, params.stride.x, params.padding.x, params.kernel.x, params.output.x);
  let columns = reaching(place % params.input.y, params.stride.y, params.padding.y, params.kernel.y, params.output.y);
  var total = 0.0;
  for (var r = rows.x; r < rows.y; r++) {
    let high = within(r, params.stride.x, params.padding.x, params.kernel.x, params.input.x);
    for (var c = columns.x; c < columns.y; c++) {
      let wide = within(c, params.stride.y, params.padding.y, params.kernel.y, params.input.y);
      let inside = (high.y - high.x) * (wide.y - wide.x);
      let count = select(inside, params.kernel.x * params.kernel.y, params.fixedCount == 1u);
      total += dy[plane + r * params.output.y + c] / f32(count);
    }
  }
  dx[i] = total;
}`,
});

export function avgPool2dReference([x]: readonly [Nd], { countIncludePad = true, ...options }: AvgPool2dOptions): Nd {
  const windows = poolWindows('avgPool2d', options);
  const { kernel, stride, padding } = windows;
  const [, channels, height, width] = x.shape as readonly [number, number, number, number];
  return nd(pooledShape('avgPool2d', x.shape, windows), (_, [n, c, i, j]) => {
    let total = 0;
    let inside = 0;
    for (let a = 0; a < kernel[0]; a++) {
      for (let b = 0; b < kernel[1]; b++) {
        const [row, column] = [i! * stride[0] + a - padding[0], j! * stride[1] + b - padding[1]];
        if (row < 0 || row >= height || column < 0 || column >= width) continue;
        total += x.data[((n! * channels + c!) * height + row) * width + column]!;
        inside++;
      }
    }
    return total / (countIncludePad ? kernel[0] * kernel[1] : inside);
  });
}
