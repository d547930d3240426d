import { describe, expect, it } from 'vitest';
import { scaleByPowerOfTwo, splitExponent } from '../../../../src/softgpu/program/constant/float.ts';
import { roundToF16 } from '../../../../src/softgpu/program/constant/number.ts';
import type { ConstantValue } from '../../../../src/softgpu/program/program.ts';
import { call, type Operand } from './constantCall.ts';

const ROUND = { AF: (x: number) => x, f32: Math.fround, f16: roundToF16 } as const;

/** What the functions of one argument are in f64, and an argument inside every domain. */
const TRUTH: Readonly<Record<string, readonly [(x: number) => number, number]>> = {
  acos: [Math.acos, 0.3125],
  acosh: [Math.acosh, 1.75],
  asin: [Math.asin, -0.3125],
  asinh: [Math.asinh, 3.5],
  atan: [Math.atan, -2.5],
  atanh: [Math.atanh, 0.625],
  ceil: [Math.ceil, -1.25],
  cos: [Math.cos, 1.25],
  cosh: [Math.cosh, 2.5],
  degrees: [(x) => (x / Math.PI) * 180, 1],
  exp: [Math.exp, 1.5],
  exp2: [(x) => 2 ** x, 2.75],
  floor: [Math.floor, -1.25],
  fract: [(x) => x - Math.floor(x), -1.25],
  inverseSqrt: [(x) => 1 / Math.sqrt(x), 3],
  log: [Math.log, 3],
  log2: [Math.log2, 3],
  radians: [(x) => (x / 180) * Math.PI, 90],
  round: [(x) => Math.round(x), 2.75],
  saturate: [(x) => Math.min(1, Math.max(0, x)), 1.5],
  sin: [Math.sin, 1.25],
  sinh: [Math.sinh, -1.5],
  sqrt: [Math.sqrt, 2],
  tan: [Math.tan, 1.25],
  tanh: [Math.tanh, 0.5],
  trunc: [Math.trunc, -1.75],
};

describe.each(['AF', 'f32', 'f16'] as const)('functions of %s', (kind) => {
  it.each(Object.entries(TRUTH))('%s rounds the value of f64', (name, [truth, x]) => {
    const got = call(name, [kind, x]) as number;
    const expected = ROUND[kind](truth(x));
    if (kind === 'AF') expect(got).toBeCloseTo(expected, 14);
    else expect(got).toBe(expected);
  });

  it('go into vectors', () => {
    expect(call('floor', [`vec3<${kind}>`, [1.5, -1.5, 0]])).toEqual([1, -2, 0]);
    expect(call('step', [`vec2<${kind}>`, [1, 1]], [`vec2<${kind}>`, [0.5, 1]])).toEqual([0, 1]);
    expect(call('mix', [`vec2<${kind}>`, [0, 8]], [`vec2<${kind}>`, [1, 4]], [kind, 0.25])).toEqual([0.25, 7]);
  });
});

describe('the value of', () => {
  it.each<[string, readonly Operand[], ConstantValue]>([
    ['round', [['f32', 2.5]], 2],
    ['round', [['f32', 3.5]], 4],
    [
      'atan2',
      [
        ['f32', 1],
        ['f32', -1],
      ],
      Math.fround(Math.atan2(1, -1)),
    ],
    [
      'atan2',
      [
        ['AF', 0],
        ['AF', 0],
      ],
      0,
    ],
    [
      'pow',
      [
        ['f32', 2],
        ['f32', 0.5],
      ],
      Math.fround(Math.SQRT2),
    ],
    [
      'pow',
      [
        ['AF', 0],
        ['AF', 2],
      ],
      0,
    ],
    [
      'fma',
      [
        ['f32', 3],
        ['f32', 4],
        ['f32', 5],
      ],
      17,
    ],
    [
      'smoothstep',
      [
        ['f32', 0],
        ['f32', 2],
        ['f32', 0.5],
      ],
      0.15625,
    ],
    [
      'smoothstep',
      [
        ['f32', 2],
        ['f32', 0],
        ['f32', 0.5],
      ],
      0.84375,
    ],
    [
      'smoothstep',
      [
        ['AF', -1.7e308],
        ['AF', 1.7e308],
        ['AF', 0],
      ],
      0.5,
    ],
    ['quantizeToF16', [['f32', Math.fround(0.1)]], 0.0999755859375],
    [
      'ldexp',
      [
        ['f32', 1],
        ['i32', 127],
      ],
      2 ** 127,
    ],
    [
      'ldexp',
      [
        ['f32', 2 ** -20],
        ['i32', 128],
      ],
      2 ** 108,
    ],
    [
      'ldexp',
      [
        ['f16', 1.5],
        ['i32', -24],
      ],
      2 ** -23,
    ],
    [
      'ldexp',
      [
        ['AF', 2 ** -1000],
        ['AI', 1024n],
      ],
      2 ** 24,
    ],
    [
      'ldexp',
      [
        ['AF', 1],
        ['AI', -9000000000n],
      ],
      0,
    ],
    ['frexp', [['f32', 10]], [0.625, 4]],
    ['frexp', [['AF', -0.75]], [-0.75, 0n]],
    ['frexp', [['f32', 0]], [0, 0]],
    [
      'frexp',
      [['vec2<f32>', [8, 3]]],
      [
        [0.5, 0.75],
        [4, 2],
      ],
    ],
    ['modf', [['f32', -1.25]], [-0.25, -1]],
    [
      'modf',
      [['vec2<f16>', [1.5, 2]]],
      [
        [0.5, 0],
        [1, 2],
      ],
    ],
    ['radians', [['AF', 1.7e308]], 1.7e308 * (Math.PI / 180)],
    ['abs', [['i32', -2147483648]], -2147483648],
    ['abs', [['AI', -5n]], 5n],
    ['abs', [['f32', -2.5]], 2.5],
    ['sign', [['AI', -(2n ** 62n)]], -1n],
    ['sign', [['f32', 3]], 1],
    [
      'min',
      [
        ['AI', 3n],
        ['AF', 2.5],
      ],
      2.5,
    ],
    [
      'max',
      [
        ['u32', 3],
        ['AI', 4n],
      ],
      4,
    ],
    [
      'clamp',
      [
        ['i32', 9],
        ['AI', 1n],
        ['AI', 5n],
      ],
      5,
    ],
    [
      'select',
      [
        ['AI', 1n],
        ['AI', 2n],
        ['bool', true],
      ],
      2n,
    ],
    [
      'select',
      [
        ['vec2<i32>', [1, 2]],
        ['vec2<i32>', [3, 4]],
        ['vec2<bool>', [true, false]],
      ],
      [3, 2],
    ],
    [
      'select',
      [
        ['vec2<f32>', [1, 2]],
        ['vec2<f32>', [3, 4]],
        ['bool', false],
      ],
      [1, 2],
    ],
  ])('%s of %o is %o', (name, args, expected) => {
    expect(call(name, ...args)).toEqual(expected);
  });
});

describe('an error', () => {
  it.each<[string, readonly Operand[], string]>([
    ['sqrt', [['f32', -1]], 'sqrt: the argument must be at least 0, got -1'],
    ['inverseSqrt', [['AF', 0]], 'inverseSqrt: the argument must be greater than 0, got 0'],
    ['log', [['AI', 0n]], 'log: the argument must be greater than 0, got 0'],
    ['log2', [['vec2<f32>', [1, -1]]], 'log2: the argument must be greater than 0, got -1'],
    ['acos', [['f32', 2]], 'acos: the argument must be in [-1, 1], got 2'],
    ['asin', [['f16', -1.5]], 'asin: the argument must be in [-1, 1], got -1.5'],
    ['acosh', [['AF', 0.5]], 'acosh: the argument must be at least 1, got 0.5'],
    ['atanh', [['AF', 1]], 'atanh: the argument must be between -1 and 1, got 1'],
    [
      'pow',
      [
        ['f32', -1],
        ['f32', 2],
      ],
      'pow: the base must be at least 0, got -1',
    ],
    [
      'pow',
      [
        ['f32', 0],
        ['f32', 0],
      ],
      'pow: the exponent of base 0 must be greater than 0, got 0',
    ],
    ['exp', [['f32', 100]], 'exp: the result 2.6881171418161356e+43 does not fit in f32'],
    ['exp', [['AF', 1000]], 'exp: the result does not fit in abstract-float'],
    ['cosh', [['f16', 20]], 'cosh: the result 242582597.70489514 does not fit in f16'],
    ['degrees', [['f16', 2000]], 'degrees: the result 114591.55902616464 does not fit in f16'],
    [
      'fma',
      [
        ['f32', 3e38],
        ['f32', 2],
        ['f32', 0],
      ],
      'fma: the result 6e+38 does not fit in f32',
    ],
    [
      'mix',
      [
        ['f16', 60000],
        ['f16', 60000],
        ['f16', 3],
      ],
      'mix: the result -120000 does not fit in f16',
    ],
    ['quantizeToF16', [['f32', 65536]], 'quantizeToF16: the argument must be within ±65504, got 65536'],
    [
      'clamp',
      [
        ['f32', 0],
        ['f32', 1],
        ['f32', 0],
      ],
      'clamp: low must be at most high, got 1 and 0',
    ],
    [
      'smoothstep',
      [
        ['AF', 1],
        ['AF', 1],
        ['AF', 0],
      ],
      'smoothstep: the edges must differ, both are 1',
    ],
    [
      'ldexp',
      [
        ['f32', 0],
        ['i32', 129],
      ],
      'ldexp: the exponent must be at most 128 for f32, got 129',
    ],
    [
      'ldexp',
      [
        ['f32', 4],
        ['i32', 127],
      ],
      'ldexp: the result 6.80564733841877e+38 does not fit in f32',
    ],
  ])('%s of %o', (name, args, message) => {
    expect(() => call(name, ...args)).toThrow(expect.objectContaining({ name: 'ConstantError', message }));
  });
});

describe('exponents', () => {
  it.each([1, -3, 0.1, 2 ** -1022, 5e-324, 1.7976931348623157e308, 2 ** 52 - 0.5, 0.49999999999999994])(
    'of %d split off and join again',
    (x) => {
      const [fract, exponent] = splitExponent(x);
      expect(Math.abs(fract)).toBeGreaterThanOrEqual(0.5);
      expect(Math.abs(fract)).toBeLessThan(1);
      expect(scaleByPowerOfTwo(fract, exponent)).toBe(x);
    },
  );
});
