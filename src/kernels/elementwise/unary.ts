import type { Tensor } from '../../tensor/tensor.ts';
import { ERROR_FUNCTION, EXPONENTIAL, LOGARITHM, SIGMOID, SINE, TANGENT } from './mathFunctions.ts';
import { unary } from './unaryOp.ts';

const INTEGERS_TOO = ['f32', 'f16', 'i32'] as const;

export const negRow = /* @__PURE__ */ unary({
  name: 'neg',
  value: '-x',
  gradient: '-dy',
  keeps: 'nothing',
  types: INTEGERS_TOO,
});
/** -x; also of i32. */
export function neg(x: Tensor): Tensor {
  return negRow.apply(x);
}

export const absRow = /* @__PURE__ */ unary({
  name: 'abs',
  value: 'abs(x)',
  gradient: 'dy * sign(x)',
  keeps: 'x',
  types: INTEGERS_TOO,
});
/** |x|; also of i32. The gradient at 0 is 0. */
export function abs(x: Tensor): Tensor {
  return absRow.apply(x);
}

export const signRow = /* @__PURE__ */ unary({ name: 'sign', value: 'sign(x)', gradient: null, keeps: 'nothing' });
/** -1, 0 or 1. The gradient is 0. */
export function sign(x: Tensor): Tensor {
  return signRow.apply(x);
}

export const reluRow = /* @__PURE__ */ unary({
  name: 'relu',
  value: 'select(x, V(), x < V())',
  gradient: 'select(V(), dy, y > V())',
  keeps: 'y',
});
/** max(x, 0). The gradient at 0 is 0. */
export function relu(x: Tensor): Tensor {
  return reluRow.apply(x);
}

export const squareRow = /* @__PURE__ */ unary({
  name: 'square',
  value: 'x * x',
  gradient: '2.0 * x * dy',
  keeps: 'x',
});
/** x² */
export function square(x: Tensor): Tensor {
  return squareRow.apply(x);
}

export const reciprocalRow = /* @__PURE__ */ unary({
  name: 'reciprocal',
  value: '1.0 / x',
  gradient: '-dy * y * y',
  keeps: 'y',
});
/** 1 / x */
export function reciprocal(x: Tensor): Tensor {
  return reciprocalRow.apply(x);
}

export const sqrtRow = /* @__PURE__ */ unary({ name: 'sqrt', value: 'sqrt(x)', gradient: '0.5 * dy / y', keeps: 'y' });
/** √x. The gradient at 0 is infinite. */
export function sqrt(x: Tensor): Tensor {
  return sqrtRow.apply(x);
}

export const rsqrtRow = /* @__PURE__ */ unary({
  name: 'rsqrt',
  value: 'inverseSqrt(x)',
  gradient: '-0.5 * dy * y * y * y',
  keeps: 'y',
});
/** 1 / √x */
export function rsqrt(x: Tensor): Tensor {
  return rsqrtRow.apply(x);
}

export const expRow = /* @__PURE__ */ unary({
  name: 'exp',
  value: 'exponential(x)',
  gradient: 'dy * y',
  keeps: 'y',
  functions: EXPONENTIAL,
});
/** e^x; infinite above 88.72, 0 below -87. */
export function exp(x: Tensor): Tensor {
  return expRow.apply(x);
}

export const expm1Row = /* @__PURE__ */ unary({
  name: 'expm1',
  value: 'exponentialMinus1(x)',
  gradient: 'dy * (y + 1.0)',
  keeps: 'y',
  functions: EXPONENTIAL,
});
/** e^x - 1, with all digits near 0. */
export function expm1(x: Tensor): Tensor {
  return expm1Row.apply(x);
}

export const logRow = /* @__PURE__ */ unary({
  name: 'log',
  value: 'logarithm(x)',
  gradient: 'dy / x',
  keeps: 'x',
  functions: LOGARITHM,
});
/** Natural logarithm; -Infinity at 0 (and for subnormal numbers), NaN below. */
export function log(x: Tensor): Tensor {
  return logRow.apply(x);
}

export const log1pRow = /* @__PURE__ */ unary({
  name: 'log1p',
  value: 'logarithm1p(x)',
  gradient: 'dy / (1.0 + x)',
  keeps: 'x',
  functions: LOGARITHM,
});
/** log(1 + x), with all digits near 0. */
export function log1p(x: Tensor): Tensor {
  return log1pRow.apply(x);
}

export const sinRow = /* @__PURE__ */ unary({
  name: 'sin',
  value: 'sineOfTurned(x, 0)',
  gradient: 'dy * sineOfTurned(x, 1)',
  keeps: 'x',
  functions: SINE,
});
/** Sine of radians; the error stays under 2e-7 up to |x| = 1e5. */
export function sin(x: Tensor): Tensor {
  return sinRow.apply(x);
}

export const cosRow = /* @__PURE__ */ unary({
  name: 'cos',
  value: 'sineOfTurned(x, 1)',
  gradient: '-dy * sineOfTurned(x, 0)',
  keeps: 'x',
  functions: SINE,
});
/** Cosine of radians; the error stays under 2e-7 up to |x| = 1e5. */
export function cos(x: Tensor): Tensor {
  return cosRow.apply(x);
}

export const tanhRow = /* @__PURE__ */ unary({
  name: 'tanh',
  value: 'hyperbolicTangent(x)',
  gradient: 'dy * (1.0 - y) * (1.0 + y)',
  keeps: 'y',
  functions: TANGENT,
});
/** Hyperbolic tangent: ±1 for large |x|, with all digits near 0. */
export function tanh(x: Tensor): Tensor {
  return tanhRow.apply(x);
}

export const sigmoidRow = /* @__PURE__ */ unary({
  name: 'sigmoid',
  value: 'sigmoid(x)',
  gradient: 'dy * y * (1.0 - y)',
  keeps: 'y',
  functions: SIGMOID,
});
/** 1 / (1 + e^-x) */
export function sigmoid(x: Tensor): Tensor {
  return sigmoidRow.apply(x);
}

export const erfRow = /* @__PURE__ */ unary({
  name: 'erf',
  value: 'errorFunction(x)',
  gradient: 'dy * 1.1283792 * exp(-x * x)', // 2/√π
  keeps: 'x',
  functions: ERROR_FUNCTION,
});
/** The error function 2/√π ∫₀ˣ e^(-t²) dt. */
export function erf(x: Tensor): Tensor {
  return erfRow.apply(x);
}

export const floorRow = /* @__PURE__ */ unary({ name: 'floor', value: 'floor(x)', gradient: null, keeps: 'nothing' });
/** The largest integer not above x. The gradient is 0. */
export function floor(x: Tensor): Tensor {
  return floorRow.apply(x);
}

export const ceilRow = /* @__PURE__ */ unary({ name: 'ceil', value: 'ceil(x)', gradient: null, keeps: 'nothing' });
/** The smallest integer not below x. The gradient is 0. */
export function ceil(x: Tensor): Tensor {
  return ceilRow.apply(x);
}

export const roundRow = /* @__PURE__ */ unary({ name: 'round', value: 'round(x)', gradient: null, keeps: 'nothing' });
/** The nearest integer, halves to the even one. The gradient is 0. */
export function round(x: Tensor): Tensor {
  return roundRow.apply(x);
}

/** Each function in float64. */
export const unaryReferences = {
  neg: (x: number) => -x,
  abs: Math.abs,
  sign: Math.sign,
  relu: (x: number) => Math.max(x, 0),
  square: (x: number) => x * x,
  reciprocal: (x: number) => 1 / x,
  sqrt: Math.sqrt,
  rsqrt: (x: number) => 1 / Math.sqrt(x),
  exp: Math.exp,
  expm1: Math.expm1,
  log: Math.log,
  log1p: Math.log1p,
  sin: Math.sin,
  cos: Math.cos,
  tanh: Math.tanh,
  sigmoid: (x: number) => 1 / (1 + Math.exp(-x)),
  erf: erfReference,
  floor: Math.floor,
  ceil: Math.ceil,
  round: (x: number) => (Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x)),
} as const;

/** erf x = 2/√π e^(-x²) Σ 2ⁿ x^(2n+1) / (2n+1)!!, a sum without cancellation. */
function erfReference(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x;
  let total = x;
  for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(total); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    total += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * total;
}
