import { dense } from '../../tensor/engine/copy.ts';
import { defineKernel } from '../../tensor/engine/kernel.ts';
import type { Tensor } from '../../tensor/tensor.ts';

/** Function applied to the result of a linear map where it is written. `gelu` is the exact one, x · Φ(x). */
export type Activation = 'none' | 'relu' | 'gelu' | 'tanh' | 'sigmoid' | 'silu';

/** The number by which kernels know an activation. */
export const ACTIVATION_CODE: Readonly<Record<Activation, number>> = {
  none: 0,
  relu: 1,
  gelu: 2,
  tanh: 3,
  sigmoid: 4,
  silu: 5,
};

/** Whether the derivative follows from the result alone, so that the value before it need not be kept. */
export function derivativeFromResult(activation: Activation): boolean {
  return activation !== 'gelu' && activation !== 'silu';
}

/** Throws RangeError for a name that is none of the activations. */
export function checkActivation(op: string, activation: string): void {
  if (!Object.hasOwn(ACTIVATION_CODE, activation)) {
    throw new RangeError(
      `${op}: activation must be one of ${Object.keys(ACTIVATION_CODE).join(', ')}, got ${activation}`,
    );
  }
}

/**
 * `activate(x, code)`, and `slope(saved, code)`: the derivative, from the result for relu, tanh and sigmoid, from the
 * value before the activation for gelu and silu. Arguments of exp are bounded: no step relies on infinities.
 */
export const ACTIVATION_WGSL = /* wgsl */ `
// Gelu and its derivative are odd around (0, 1/2) but for a factor or a term x: minimax quotients in x², within 1.2e-7
// up to the bound from which on the result is 0 or x, and its derivative 0 or 1, to half a unit of 1.
fn gelu4(x: vec4f) -> vec4f {
  let t = min(x * x, vec4f(30.25));
  let p = 0.39894223 + t * (0.033852644 + t * (0.00467726 + t * (0.00016882554 + t * (6.3521065e-6 + t * 2.2749344e-8))));
  let q = 1.0 + t * (0.25152192 + t * (0.02864587 + t * (0.001884444 + t * (7.36474e-5 + t * 1.1975025e-6))));
  return select(max(x, vec4f()), x * (0.5 + x * p / q), abs(x) < vec4f(5.5));
}

fn geluSlope4(x: vec4f) -> vec4f {
  let t = min(x * x, vec4f(32.49));
  let p = 0.79788536 + t * (-0.030991876 + t * (0.014229517 + t * (1.932186e-5 + t * (3.5945537e-5 + t * 1.9278927e-7))));
  let q = 1.0 + t * (0.294499 + t * (0.04098094 + t * (0.003522971 + t * (0.00019204045 + t * 8.947956e-6))));
  return select(select(vec4f(), vec4f(1.0), x > vec4f()), 0.5 + x * p / q, abs(x) < vec4f(5.7));
}

fn sigmoid4(x: vec4f) -> vec4f {
  return 1.0 / (1.0 + exp(-max(x, vec4f(-80.0))));
}

fn activate(x: vec4f, code: u32) -> vec4f {
  switch (code) {
    case 1u: { return max(x, vec4f()); }
    case 2u: { return gelu4(x); }
    case 3u: { return tanh(clamp(x, vec4f(-15.0), vec4f(15.0))); }
    case 4u: { return sigmoid4(x); }
    case 5u: { return x * sigmoid4(x); }
    default: { return x; }
  }
}

fn slope(saved: vec4f, code: u32) -> vec4f {
  switch (code) {
    case 1u: { return select(vec4f(), vec4f(1.0), saved > vec4f()); }
    case 2u: { return geluSlope4(saved); }
    case 3u: { return 1.0 - saved * saved; }
    case 4u: { return saved * (1.0 - saved); }
    case 5u: {
      let s = sigmoid4(saved);
      return s * (1.0 + saved * (1.0 - s));
    }
    default: { return vec4f(1.0); }
  }
}
`;

/** dy · activation'(saved), where `saved`, which is dense, is what `derivativeFromResult` says. */
export function gradActivation(dy: Tensor, saved: Tensor, activation: Activation): Tensor {
  const dx = dy.derive(dy.shape);
  gradActivationMap(
    { dy: dense(dy), saved },
    { dx },
    { size: dy.size, code: ACTIVATION_CODE[activation] },
    { T: dy.dtype as 'f32' | 'f16' },
  );
  return dx;
}

export const gradActivationMap = /* @__PURE__ */ defineKernel({
  name: 'linear.gradActivation',
  read: { dy: 'vec4T', saved: 'vec4T' },
  write: { dx: 'vec4T' },
  params: { size: 'u32', code: 'u32' },
  constants: { T: ['f32', 'f16'] },
  workgroup: 64,
  grid: ({ size }) => Math.ceil(size / 256),
  functions: ACTIVATION_WGSL,
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = linearGroup(group) * WORKGROUP + lane;
  if (4u * at < params.size) {
    dx[at] = vec4<T>(vec4f(dy[at]) * slope(vec4f(saved[at]), params.code));
  }
}`,
});

/** The activation in float64. */
export function activationReference(x: number, activation: Activation): number {
  switch (activation) {
    case 'none':
      return x;
    case 'relu':
      return Math.max(x, 0);
    case 'gelu':
      return x * 0.5 * (1 + erf(x / Math.SQRT2));
    case 'tanh':
      return Math.tanh(x);
    case 'sigmoid':
      return 1 / (1 + Math.exp(-x));
    case 'silu':
      return x / (1 + Math.exp(-x));
  }
}

/** Abramowitz and Stegun 7.1.5, and the continued fraction 7.1.14 where the series would cancel. */
function erf(x: number): number {
  if (Math.abs(x) > 2) {
    let tail = Math.abs(x);
    for (let n = 60; n > 0; n--) tail = Math.abs(x) + n / 2 / tail;
    return Math.sign(x) * (1 - Math.exp(-x * x) / (Math.sqrt(Math.PI) * tail));
  }
  let term = x;
  let total = x;
  for (let n = 1; Math.abs(term) > 1e-18; n++) {
    term *= (-x * x) / n;
    total += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * total;
}
