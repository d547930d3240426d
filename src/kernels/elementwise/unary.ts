import { defineKernel, type Kernel } from '../../tensor/engine/kernel.ts';
import { defineOp, type Op } from '../../tensor/engine/op.ts';
import type { Shape } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';

/** A row of the table: y = forward(x), and dx = dy · derivative(x, y). Expressions are WGSL over the element type T. */
interface Row {
  readonly name: string;
  readonly forward: string;
  readonly derivative: string;
}

type FloatType = 'f32' | 'f16';

/**
 * A unary element-wise operation from its two expressions. Both kernels share one body; the expression becomes the
 * function `apply` in front of it.
 */
/* @__NO_SIDE_EFFECTS__ */
function unary({ name, forward, derivative }: Row): UnaryOp {
  const map = mapKernel(name, forward);
  const grad = gradKernel(name, derivative);
  const op = defineOp({
    name,
    inputs: ['x'],
    dtypes: ['f32', 'f16'],
    strided: true,
    shape: ([x]: readonly [Shape]) => x,
    forward([x]: readonly [x: Tensor]) {
      const y = x.derive(x.shape);
      map({ x }, { y }, { size: x.size }, { T: x.dtype as FloatType });
      return { y, saved: { x, y } };
    },
    backward(dy, { x, y }) {
      const dx = dy.derive(dy.shape);
      grad({ x, y, dy }, { dx }, { size: dy.size }, { T: dy.dtype as FloatType });
      return [dx];
    },
  });
  return { op, kernels: { map, grad } as unknown as Record<string, Kernel> };
}

interface UnaryOp {
  readonly op: Op<readonly [x: Tensor], unknown, Tensor>;
  readonly kernels: Readonly<Record<string, Kernel>>;
}

/* @__NO_SIDE_EFFECTS__ */
function mapKernel(name: string, expression: string) {
  return defineKernel({
    name: `${name}.map`,
    read: { x: 'strided T' },
    write: { y: 'T' },
    params: { size: 'u32' },
    constants: { T: ['f32', 'f16'] },
    workgroup: 64,
    grid: ({ size }) => Math.ceil(size / 64),
    functions: `fn apply(x: T) -> T { return ${expression}; }`,
    wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i < params.size) {
    y[i] = apply(x[viewIndex(params.x, i)]);
  }
}`,
  });
}

/* @__NO_SIDE_EFFECTS__ */
function gradKernel(name: string, expression: string) {
  return defineKernel({
    name: `${name}.gradInput`,
    read: { x: 'strided T', y: 'T', dy: 'strided T' },
    write: { dx: 'T' },
    params: { size: 'u32' },
    constants: { T: ['f32', 'f16'] },
    workgroup: 64,
    grid: ({ size }) => Math.ceil(size / 64),
    functions: `fn derivative(x: T, y: T) -> T { return ${expression}; }`,
    wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i < params.size) {
    dx[i] = dy[viewIndex(params.dy, i)] * derivative(x[viewIndex(params.x, i)], y[i]);
  }
}`,
  });
}

const expOp = /* @__PURE__ */ unary({ name: 'exp', forward: 'exp(x)', derivative: 'y' });
/** e^x */
export function exp(x: Tensor): Tensor {
  return expOp.op([x], {});
}
