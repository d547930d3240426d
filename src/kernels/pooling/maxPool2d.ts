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

export type { PoolOptions } from './poolWindows.ts';

/**
 * The largest value of each window of `x` [batch, channels, height, width]. Padding never wins. The gradient goes to the
 * first largest value in row-major order, as in PyTorch; the forward pass keeps where that was.
 *
 * @throws RangeError when padding is more than half the kernel; ShapeError when the kernel is longer than the image.
 */
export function maxPool2d(x: Tensor, options: PoolOptions): Tensor {
  return maxPool2dOp([x], poolWindows('maxPool2d', options));
}

const maxPool2dOp = /* @__PURE__ */ defineOp({
  name: 'maxPool2d',
  inputs: ['x'],
  shape: ([x]: readonly [Shape], windows: PoolWindows) => pooledShape('maxPool2d', x, windows),
  forward([x]: readonly [x: Tensor], windows) {
    const y = x.derive(pooledShape('maxPool2d', x.shape, windows));
    const winner = x.derive(y.shape, 'u32');
    largestOfWindow({ x }, { y, winner }, poolParams(y.size, x.shape, y.shape, windows));
    return { y, saved: { winner, shape: x.shape } };
  },
  backward(dy, { winner, shape }, windows) {
    const dx = dy.derive(shape);
    gradOfWinner({ dy, winner }, { dx }, poolParams(dx.size, shape, dy.shape, windows));
    return [dx];
  },
});

export const largestOfWindow = /* @__PURE__ */ defineKernel({
  name: 'maxPool2d.largest',
  read: { x: 'f32' },
  write: { y: 'f32', winner: 'u32' },
  params: POOL_PARAMS,
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
  // From the first value instead of a very small number: a window of -inf has a winner too.
  var place = rows.x * params.input.y + columns.x;
  var largest = x[plane + place];
  for (var r = rows.x; r < rows.y; r++) {
    for (var c = columns.x; c < columns.y; c++) {
      let value = x[plane + r * params.input.y + c];
      if (value > largest) {
        largest = value;
        place = r * params.input.y + c;
      }
    }
  }
  y[i] = largest;
  winner[i] = place;
}`,
});

// One invocation per input pixel asks the windows over it whether it won: no two write to one place.
export const gradOfWinner = /* @__PURE__ */ defineKernel({
  name: 'maxPool2d.gradInput',
  read: { dy: 'f32', winner: 'u32' },
  write: { dx: 'f32' },
  params: POOL_PARAMS,
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
    for (var c = columns.x; c < columns.y; c++) {
      let at = plane + r * params.output.y + c;
      if (winner[at] == place) { total += dy[at]; }
    }
  }
  dx[i] = total;
}`,
});

export function maxPool2dReference([x]: readonly [Nd], options: PoolOptions): Nd {
  const windows = poolWindows('maxPool2d', options);
  const { kernel, stride, padding } = windows;
  const [, channels, height, width] = x.shape as readonly [number, number, number, number];
  return nd(pooledShape('maxPool2d', x.shape, windows), (_, [n, c, i, j]) => {
    let largest = Number.NEGATIVE_INFINITY;
    for (let a = 0; a < kernel[0]; a++) {
      for (let b = 0; b < kernel[1]; b++) {
        const [row, column] = [i! * stride[0] + a - padding[0], j! * stride[1] + b - padding[1]];
        if (row < 0 || row >= height || column < 0 || column >= width) continue;
        largest = Math.max(largest, x.data[((n! * channels + c!) * height + row) * width + column]!);
      }
    }
    return largest;
  });
}
