import type { DType } from '../../tensor/engine/dtype.ts';
import { isFloat } from '../../tensor/engine/dtype.ts';
import { defineOp } from '../../tensor/engine/op.ts';
import type { Shape } from '../../tensor/engine/shape.ts';
import { noGrad } from '../../tensor/engine/tape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { defineMap } from './elementMap.ts';

/**
 * The elements in another type. Floats become integers by truncation, limited to the integers' range; i32 and u32 keep
 * their bits; bool is x ≠ 0, and 0 or 1 the other way. Only a cast between floats carries a gradient. A NaN becomes some
 * integer.
 */
export function cast(x: Tensor, dtype: DType): Tensor {
  const apply = (): Tensor => castOp([x], { dtype });
  return isFloat(dtype) ? apply() : noGrad(apply);
}

const castOp = /* @__PURE__ */ defineOp({
  name: 'cast',
  inputs: ['x'],
  dtypes: 'any',
  strided: true,
  shape: ([x]: readonly [Shape], _: { dtype: DType }) => x,
  forward([x]: readonly [x: Tensor], { dtype }) {
    return { y: x.dtype === dtype ? x.view(x.shape, x.strides) : converted(x, dtype), saved: { from: x.dtype } };
  },
  backward(dy, { from }) {
    return [dy.dtype === from ? dy : converted(dy, from)];
  },
});

function converted(x: Tensor, dtype: DType): Tensor {
  const y = x.derive(x.shape, dtype);
  if (dtype === 'bool') toBool.run({ x }, y);
  else if (isFloat(x.dtype) && dtype === 'i32') toSigned.run({ x }, y);
  else if (isFloat(x.dtype) && dtype === 'u32') toUnsigned.run({ x }, y);
  else convert.run({ x }, y);
  return y;
}

export const convert = /* @__PURE__ */ defineMap({
  name: 'cast.convert',
  operands: { x: 'S' },
  value: 'V(x)',
  arithmetic: 'T',
  types: ['f32', 'f16', 'i32', 'u32'],
  otherTypes: ['f32', 'f16', 'i32', 'u32', 'bool'],
});

export const toBool = /* @__PURE__ */ defineMap({
  name: 'cast.toBool',
  operands: { x: 'S' },
  value: 'V(x != vec4<S>())',
  arithmetic: 'T',
  types: ['bool'],
  otherTypes: ['f32', 'f16', 'i32', 'u32'],
});

// The conversion of a number out of range is limited only to the floats inside it, which end before 2^31 and 2^32.
export const toSigned = /* @__PURE__ */ defineMap({
  name: 'cast.toSigned',
  operands: { x: 'S' },
  value: 'select(vec4i(limited(vec4f(x))), vec4i(2147483647), vec4f(x) >= vec4f(2147483648.0))',
  functions: /* wgsl */ `
fn limited(x: vec4f) -> vec4f { return clamp(x, vec4f(-2147483648.0), vec4f(2147483520.0)); }`,
  arithmetic: 'T',
  types: ['i32'],
  otherTypes: ['f32', 'f16'],
});

export const toUnsigned = /* @__PURE__ */ defineMap({
  name: 'cast.toUnsigned',
  operands: { x: 'S' },
  value: 'select(vec4u(limited(vec4f(x))), vec4u(4294967295), vec4f(x) >= vec4f(4294967296.0))',
  functions: /* wgsl */ `
fn limited(x: vec4f) -> vec4f { return clamp(x, vec4f(), vec4f(4294967040.0)); }`,
  arithmetic: 'T',
  types: ['u32'],
  otherTypes: ['f32', 'f16'],
});
