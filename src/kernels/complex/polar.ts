import { ShapeError } from '../../tensor/engine/errors.ts';
import { defineKernel, type Kernel } from '../../tensor/engine/kernel.ts';
import type { Nd } from '../../tensor/engine/nd.ts';
import { nd } from '../../tensor/engine/nd.ts';
import { defineOp, type Op } from '../../tensor/engine/op.ts';
import { formatShape, type Shape } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';

/**
 * A row of the table: a real number from a complex one, y = forward(z), and its two derivatives. WGSL of
 * `fn forward(z: vec2f, eps: f32) -> f32` and `fn derivative(z: vec2f, y: f32) -> vec2f`.
 */
interface Row {
  readonly name: string;
  readonly forward: string;
  readonly derivative: string;
}

interface PolarOp {
  readonly op: Op<readonly [x: Tensor], { readonly eps: number }, Tensor>;
  readonly kernels: Readonly<Record<string, Kernel>>;
}

/* @__NO_SIDE_EFFECTS__ */
function polar({ name, forward, derivative }: Row): PolarOp {
  const map = mapKernel(name, forward);
  const grad = gradKernel(name, derivative);
  const op = defineOp({
    name,
    inputs: ['x'],
    shape: ([x]: readonly [Shape], _: { readonly eps: number }) => withoutParts(name, x),
    forward([x]: readonly [x: Tensor], { eps }) {
      const y = x.derive(withoutParts(name, x.shape));
      map({ x }, { y }, { size: y.size, eps });
      return { y, saved: { x, y } };
    },
    backward(dy, { x, y }) {
      const dx = x.derive(x.shape);
      grad({ x, y, dy }, { dx }, { size: y.size });
      return [dx];
    },
  });
  return { op, kernels: { map, grad } as unknown as Record<string, Kernel> };
}

function withoutParts(name: string, x: Shape): number[] {
  if (x.at(-1) !== 2) throw new ShapeError(`${name}: x must be [..., 2] with (re, im) last, got ${formatShape(x)}`);
  return x.slice(0, -1);
}

/* @__NO_SIDE_EFFECTS__ */
function mapKernel(name: string, functions: string) {
  return defineKernel({
    name: `${name}.map`,
    read: { x: 'vec2f' },
    write: { y: 'f32' },
    params: { size: 'u32', eps: 'f32' },
    workgroup: 64,
    grid: ({ size }) => Math.ceil(size / 64),
    functions,
    wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i < params.size) {
    y[i] = forward(x[i], params.eps);
  }
}`,
  });
}

/* @__NO_SIDE_EFFECTS__ */
function gradKernel(name: string, functions: string) {
  return defineKernel({
    name: `${name}.gradInput`,
    read: { x: 'vec2f', y: 'f32', dy: 'f32' },
    write: { dx: 'vec2f' },
    params: { size: 'u32' },
    workgroup: 64,
    grid: ({ size }) => Math.ceil(size / 64),
    functions,
    wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i < params.size) {
    dx[i] = dy[i] * derivative(x[i], y[i]);
  }
}`,
  });
}

// Divided by the larger part first: squares of f32 below 1e-19 or above 1e19 leave its range.
export const magnitudeOp = /* @__PURE__ */ polar({
  name: 'magnitude',
  forward: /* wgsl */ `
fn forward(z: vec2f, eps: f32) -> f32 {
  let larger = max(max(abs(z.x), abs(z.y)), sqrt(eps));
  if (larger == 0.0) { return 0.0; }
  let r = z / larger;
  return larger * sqrt(dot(r, r) + eps / larger / larger);
}`,
  derivative: /* wgsl */ `
fn derivative(z: vec2f, y: f32) -> vec2f {
  if (y == 0.0) { return vec2f(); }
  return z / y;
}`,
});

/**
 * Absolute value of complex numbers: x [..., 2] → [...], sqrt(re² + im² + eps). The gradient at the origin is 0.
 *
 * @throws ShapeError unless the last axis holds (re, im).
 * @throws RangeError for a negative eps.
 */
export function magnitude(x: Tensor, { eps = 0 }: { readonly eps?: number } = {}): Tensor {
  if (!(eps >= 0)) throw new RangeError(`magnitude: eps must be at least 0, got ${eps}`);
  return magnitudeOp.op([x], { eps });
}

// The driver's own atan2 may be off by 4096 units in the last place. Here atan(z) = z + z³ p(z²) on [0, tan(π/8)], a
// minimax polynomial with an error of 2e-8 relative, and atan(z) = π/4 + atan((z - 1) / (z + 1)) up to 1.
export const phaseOp = /* @__PURE__ */ polar({
  name: 'phase',
  forward: /* wgsl */ `
fn forward(z: vec2f, eps: f32) -> f32 {
  let larger = max(abs(z.x), abs(z.y));
  if (larger == 0.0) { return 0.0; }
  let smaller = min(abs(z.x), abs(z.y));
  let steep = smaller > 0.41421357 * larger;
  let t = select(smaller / larger, (smaller - larger) / (smaller + larger), steep);
  let u = t * t;
  let p = ((0.080537207 * u - 0.13877678) * u + 0.1997771) * u - 0.3333295;
  var angle = t + t * u * p;
  if (steep) { angle += 0.78539816; }
  if (abs(z.y) > abs(z.x)) { angle = 1.5707964 - angle; }
  if (z.x < 0.0) { angle = 3.1415927 - angle; }
  return select(angle, -angle, (bitcast<u32>(z.y) >> 31u) == 1u);
}`,
  derivative: /* wgsl */ `
fn derivative(z: vec2f, y: f32) -> vec2f {
  let larger = max(abs(z.x), abs(z.y));
  if (larger == 0.0) { return vec2f(); }
  let r = z / larger;
  return vec2f(-r.y, r.x) / dot(r, r) / larger;
}`,
});

/**
 * Angle of complex numbers in radians, in [-π, π]: x [..., 2] → [...], atan2(im, re), with -π for a negative real number
 * whose imaginary part is -0. At the origin the angle and its gradient are 0.
 *
 * @throws ShapeError unless the last axis holds (re, im).
 */
export function phase(x: Tensor): Tensor {
  return phaseOp.op([x], { eps: 0 });
}

export const complexAbs2Op = /* @__PURE__ */ polar({
  name: 'complexAbs2',
  forward: 'fn forward(z: vec2f, eps: f32) -> f32 { return dot(z, z); }',
  derivative: 'fn derivative(z: vec2f, y: f32) -> vec2f { return 2.0 * z; }',
});

/**
 * Squared absolute value (power) of complex numbers: x [..., 2] → [...], re² + im².
 *
 * @throws ShapeError unless the last axis holds (re, im).
 */
export function complexAbs2(x: Tensor): Tensor {
  return complexAbs2Op.op([x], { eps: 0 });
}

export function magnitudeReference([x]: readonly [Nd], { eps = 0 }: { eps?: number } = {}): Nd {
  return eachNumber(x, (re, im) => Math.sqrt(re * re + im * im + eps));
}

export function phaseReference([x]: readonly [Nd]): Nd {
  return eachNumber(x, (re, im) => (re === 0 && im === 0 ? 0 : Math.atan2(im, re)));
}

export function complexAbs2Reference([x]: readonly [Nd]): Nd {
  return eachNumber(x, (re, im) => re * re + im * im);
}

function eachNumber(x: Nd, value: (re: number, im: number) => number): Nd {
  return nd(x.shape.slice(0, -1), (i) => value(x.data[2 * i]!, x.data[2 * i + 1]!));
}
