import { reduceAngle } from './angleReduction.ts';
import type { Emitter, Value } from './emitter.ts';
import type { MathFunction } from './mathFunction.ts';

/** (sin x - x) / x³ in x² on ±π/4; relative to sin x, 2^-27.9. */
const SIN = [-0.166666552, 0.00833218917, -0.000195182845];
/** (cos x - 1 + x² / 2) / x⁴ in x² on ±π/4; 2^-33. */
const COS = [0.0416666456, -0.00138873095, 0.0000244323273];

function sinCos(e: Emitter, r: Value): { sine: Value; cosine: Value } {
  const z = e.let(e.mul(r, r));
  const sine = e.let(e.fma(e.mul(r, z), e.polynomial(z, SIN), r));
  const cosine = e.let(e.fma(e.mul(z, z), e.polynomial(z, COS), e.fnma(z, e.f32(0.5), e.f32(1))));
  return { sine, cosine };
}

function isOdd(e: Emitter, quadrant: Value): Value {
  return e.let(e.shrS(e.shl(quadrant, 31), 31));
}

/** sin(r + quadrant · π/2): the cosine in odd quadrants, negative in the upper half turn. */
function sineIn(e: Emitter, r: Value, quadrant: Value): Value {
  const { sine, cosine } = sinCos(e, r);
  return e.op('v128.xor', e.select(isOdd(e, quadrant), cosine, sine), e.signBit(e.shl(quadrant, 30)));
}

export const sin: MathFunction = {
  name: 'sin',
  params: ['f32x4'],
  result: 'f32x4',
  inline: 'few',
  emit: (e, x) => {
    const { r, quadrant } = reduceAngle(e, x);
    return sineIn(e, r, quadrant);
  },
};

export const cos: MathFunction = {
  name: 'cos',
  params: ['f32x4'],
  result: 'f32x4',
  inline: 'few',
  emit: (e, x) => {
    const { r, quadrant } = reduceAngle(e, x);
    return sineIn(e, r, e.let(e.op('i32x4.add', quadrant, e.i32(1))));
  },
};

export const tan: MathFunction = {
  name: 'tan',
  params: ['f32x4'],
  result: 'f32x4',
  inline: 'never',
  emit: (e, x) => {
    const { r, quadrant } = reduceAngle(e, x);
    const { sine, cosine } = sinCos(e, r);
    const odd = isOdd(e, quadrant);
    const ratio = e.div(e.select(odd, cosine, sine), e.select(odd, sine, cosine));
    return e.op('v128.xor', ratio, e.signBit(odd));
  },
};
