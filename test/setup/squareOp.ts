import { defineKernel } from '../../src/tensor/engine/kernel.ts';
import { defineOp } from '../../src/tensor/engine/op.ts';
import type { Shape } from '../../src/tensor/engine/shape.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';

/** The smallest op with a gradient, for tests of the engine: y = x · x, dx = 2 x dy. */
export const square = defineOp({
  name: 'square',
  inputs: ['x'],
  shape: ([x]: readonly [Shape]) => x,
  forward([x]: readonly [x: Tensor]) {
    const y = x.derive(x.shape);
    squareMap({ a: x, b: x }, { y }, { size: x.size, factor: 1 });
    return { y, saved: { x } };
  },
  backward(dy, { x }) {
    const dx = x.derive(x.shape);
    squareMap({ a: x, b: dy }, { y: dx }, { size: x.size, factor: 2 });
    return [dx];
  },
});

export const squareMap = defineKernel({
  name: 'square.map',
  read: { a: 'f32', b: 'f32' },
  write: { y: 'f32' },
  params: { size: 'u32', factor: 'f32' },
  workgroup: 64,
  grid: ({ size }) => Math.ceil(size / 64),
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i < params.size) {
    y[i] = params.factor * a[i] * b[i];
  }
}`,
});
