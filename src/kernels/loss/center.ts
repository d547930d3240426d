import { defineKernel } from '../../tensor/engine/kernel.ts';
import { type Nd, nd } from '../../tensor/engine/nd.ts';
import { defineOp } from '../../tensor/engine/op.ts';
import type { Shape } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { fold } from '../reduce/fold.ts';
import { sumFold } from '../reduce/sum.ts';

/** x without the mean of its last axis. */
export function center(x: Tensor): Tensor {
  return centerOp([x], {});
}

const centerOp = /* @__PURE__ */ defineOp({
  name: 'center',
  inputs: ['x'],
  shape: ([x]: readonly [Shape], _: object) => x,
  forward: ([x]: readonly [x: Tensor]) => ({ y: centered(x), saved: {} }),
  // The map is a symmetric projection: its gradient is the map itself.
  backward: (dy) => [centered(dy)],
});

function centered(x: Tensor): Tensor {
  const y = x.derive(x.shape);
  const last = x.ndim - 1;
  const cols = x.shape[last]!;
  const mean = fold(sumFold, { x, dims: [last], scale: 1 / cols });
  centerRows({ x, mean }, { y }, { size: x.size, cols });
  return y;
}

export const centerRows = /* @__PURE__ */ defineKernel({
  name: 'center.rows',
  read: { x: 'f32', mean: 'f32' },
  write: { y: 'f32' },
  params: { size: 'u32', cols: 'u32' },
  workgroup: 64,
  grid: ({ size }) => Math.ceil(size / 64),
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i < params.size) {
    y[i] = x[i] - mean[i / params.cols];
  }
}`,
});

export function centerReference([x]: readonly [Nd]): Nd {
  const cols = x.shape[x.shape.length - 1]!;
  let mean = 0;
  return nd(x.shape, (i) => {
    if (i % cols === 0) mean = x.data.subarray(i, i + cols).reduce((sum, value) => sum + value, 0) / cols;
    return x.data[i]! - mean;
  });
}
