import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  abs,
  ceil,
  cos,
  erf,
  exp,
  expm1,
  floor,
  log,
  log1p,
  neg,
  reciprocal,
  relu,
  round,
  rsqrt,
  sigmoid,
  sign,
  sin,
  sqrt,
  square,
  tanh,
  unaryReferences,
} from '../../../src/kernels/elementwise/unary.ts';
import { unaryReference } from '../../../src/kernels/elementwise/unaryOp.ts';
import { expand } from '../../../src/kernels/view/expand.ts';
import { slice } from '../../../src/kernels/view/slice.ts';
import { tensor } from '../../../src/tensor/create.ts';
import { defaultDevice, init } from '../../../src/tensor/engine/device/init.ts';
import { tidy } from '../../../src/tensor/engine/scope.ts';
import { applyChoices } from '../../../src/tensor/engine/tuner.ts';
import type { Tensor } from '../../../src/tensor/tensor.ts';
import { checkOp, expectClose, type Input, property, shapes, views } from '../../setup/checkOp.ts';
import { testFixtures } from '../../setup/fixtureCase.ts';
import { valuesOf } from '../../setup/valuesOf.ts';

beforeAll(async () => {
  await init();
});

// biome-ignore format: a list of names
const table = {
  abs, ceil, cos, erf, exp, expm1, floor, log, log1p, neg, reciprocal, relu, round, rsqrt, sigmoid, sign, sin, sqrt, square, tanh,
};
type Name = keyof typeof unaryReferences;
const names = Object.keys(unaryReferences) as Name[];

/** Where a function is smooth, unless [-4, 4] with its zero left out will do. */
const domains: Partial<Record<Name, Omit<Input, 'shape'>>> = {
  sqrt: { center: 2, spread: 1.9 },
  rsqrt: { center: 2, spread: 1.9 },
  log: { center: 2, spread: 1.9 },
  log1p: { center: 2, spread: 2.9 },
  reciprocal: { spread: 4, avoid: (x) => Math.abs(x) < 0.2 },
};
const nearStep = (x: number) => Math.abs(2 * x - Math.round(2 * x)) < 1e-3;

describe('each function of the table', () => {
  for (const name of names) {
    const cases = fc.record({ shape: shapes({ min: 0, max: 4 }, { min: 0, max: 6 }), view: views, seed: fc.nat() });
    test(`${name} of any view equals its float64 reference, with its gradient`, () =>
      property(
        cases,
        ({ shape, view, seed }) =>
          checkOp({
            run: ([x]) => table[name](x!),
            reference: ([x]) => unaryReference(unaryReferences[name])([x!]),
            inputs: [{ shape, view, spread: 4, avoid: nearStep, ...domains[name] }],
            tolerance: 3e-7,
            // The gradient of rsqrt is a product of three, that of tanh and sigmoid carries the error of y twice.
            gradTolerance: 1e-6,
            seed,
          }),
        5,
      ));
  }

  for (const name of names.filter(
    (name) => !['sign', 'square', 'reciprocal', 'expm1', 'log1p', 'erf', 'floor', 'ceil', 'round'].includes(name),
  )) {
    testFixtures(name, ({ x }) => table[name](x!), { gradTolerance: 1e-6 });
  }
});

/** Largest relative error of a function over `count` points of an interval. */
async function relativeError(name: Name, from: number, to: number, count = 20_000): Promise<number> {
  const x = Float32Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1));
  const y = await valuesOf(() => table[name](tensor(x)));
  const errors = Array.from(x, (value, i) => {
    const truth = unaryReferences[name](value);
    return truth === 0 ? 0 : Math.abs(y[i]! - truth) / Math.abs(truth);
  });
  return errors.reduce((a, b) => Math.max(a, b));
}

describe('precision', () => {
  // Four units in the last place; WGSL's own functions allow from hundreds (exp, log near 1) to 2^-11 of 1 (sin).
  const ULP = 2 ** -24;
  test.each([
    ['exp', -80, 88],
    ['expm1', -1e-3, 1e-3],
    ['expm1', -5, 5],
    ['log', 0.9, 1.1],
    ['log', 1e-3, 1e3],
    ['log1p', -1e-3, 1e-3],
    ['log1p', -0.9, 10],
    ['tanh', -1e-3, 1e-3],
    ['tanh', -9, 9],
    ['erf', -1e-3, 1e-3],
    ['erf', -4, 4],
    ['sigmoid', -1, 20],
    ['rsqrt', 1e-3, 1e3],
  ] as const)('%s keeps its digits on [%d, %d]', async (name, from, to) => {
    expect(await relativeError(name, from, to)).toBeLessThan(4 * ULP);
  });

  test.each(['sin', 'cos'] as const)('%s is right to 2e-7 up to 1e5', async (name) => {
    for (const reach of [4, 1000, 1e5]) {
      const x = Float32Array.from({ length: 10_000 }, (_, i) => reach * (i / 5000 - 1));
      const y = await valuesOf(() => table[name](tensor(x)));
      expectClose(y, Array.from(x, unaryReferences[name]), 2e-7);
    }
  });
});

describe('edges', () => {
  const at = (name: Name, values: number[]) => valuesOf(() => table[name](tensor(values)));

  test('tanh and sigmoid saturate without overflow', async () => {
    expect(await at('tanh', [100, -100, 3e38, -3e38])).toEqual([1, -1, 1, -1]);
    expect(await at('sigmoid', [100, 3e38, -3e38])).toEqual([1, 1, 0]);
    expect((await at('sigmoid', [-80]))[0]).toBeCloseTo(Math.exp(-80), 40);
  });

  test('exp overflows to infinity and underflows to 0', async () => {
    expect(await at('exp', [89, 1e30, -90, -1e30, 0])).toEqual([
      Number.POSITIVE_INFINITY,
      Number.POSITIVE_INFINITY,
      0,
      0,
      1,
    ]);
  });

  test('log of 0 is minus infinity', async () => {
    expect(await at('log', [0, 1])).toEqual([Number.NEGATIVE_INFINITY, 0]);
    expect(await at('log1p', [-1, 0])).toEqual([Number.NEGATIVE_INFINITY, 0]);
    expect((await at('log', [-1]))[0]).toBeNaN();
  });

  test('round takes halves to the even neighbor', async () => {
    expect(await at('round', [0.5, 1.5, 2.5, -0.5, -1.5, 2.4])).toEqual([0, 2, 2, -0, -2, 2]);
  });

  test('a NaN stays one', async () => {
    for (const name of names.filter((name) => name !== 'sign'))
      expect((await at(name, [Number.NaN]))[0], name).toBeNaN();
  });

  test('abs and relu have gradient 0 at 0', async () => {
    for (const name of ['abs', 'relu'] as const) {
      using x = tensor([-2, 0, 3], { requiresGrad: true });
      tidy(() => table[name](x).backward(tensor([1, 1, 1])));
      expect([...(await x.grad!.data())]).toEqual(name === 'abs' ? [-1, 0, 1] : [0, 0, 1]);
    }
  });

  test('steps have gradient 0', async () => {
    using x = tensor([0.3, -1.7], { requiresGrad: true });
    tidy(() => round(floor(ceil(sign(x)))).backward(tensor([1, 1])));
    expect([...(await x.grad!.data())]).toEqual([0, 0]);
  });

  test('neg and abs take i32', async () => {
    using x = tensor(Int32Array.of(-7, 2 ** 30 + 1, 0));
    expect(await valuesOf(() => neg(abs(x)))).toEqual([-7, -(2 ** 30) - 1, -0 + 0]);
  });

  test('an integer has no exponential', () => {
    using x = tensor(Int32Array.of(1));
    expect(() => exp(x)).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: exp: x must be f32 or f16, got i32: use cast(x, 'f32')]`,
    );
  });
});

describe('layouts', () => {
  const mapped = (x: Tensor) => valuesOf(() => square(x));

  test('a slice that begins inside a vector of four', async () => {
    using x = tensor(Float32Array.from({ length: 23 }, (_, i) => i));
    using part = slice(x, 0, 3, 20);
    expect(await mapped(part)).toEqual(Array.from({ length: 17 }, (_, i) => (i + 3) ** 2));
  });

  test('a repeated row, and one repeated element', async () => {
    using x = tensor([1, 2, 3]);
    using rows = expand(x, [2, 3]);
    expect(await mapped(rows)).toEqual([1, 4, 9, 1, 4, 9]);
    using one = tensor([3]);
    using many = expand(one, [5]);
    expect(await mapped(many)).toEqual([9, 9, 9, 9, 9]);
  });

  test('six axes that no stride joins', () =>
    checkOp({
      run: ([x]) => square(x!),
      reference: ([x]) => unaryReference(unaryReferences.square)([x!]),
      inputs: [{ shape: [2, 3, 2, 3, 2, 2], view: 'permuted' }],
    }));

  test('the four corners of a size: one past a vector, one past a workgroup', async () => {
    for (const size of [1, 4, 5, 2047, 2048, 2049, 8193]) {
      const values = Float32Array.from({ length: size }, (_, i) => (i % 89) - 44);
      using x = tensor(values);
      expect(await mapped(x), `size ${size}`).toEqual(Array.from(values, (value) => value * value));
    }
  });

  test('more than 65,535 workgroups', async () => {
    const device = defaultDevice();
    applyChoices(device, { 'elementwise/map': '64x1' });
    using column = tensor(Float32Array.from({ length: 65_600 }, (_, i) => i % 1000));
    using x = column.view([65_600, 256], [1, 0]);
    using negated = neg(x);
    const y = await negated.data();
    device.choices.chosen.clear();
    let wrong = 0;
    for (let i = 0; i < y.length; i++) if (y[i] !== -((i >> 8) % 1000)) wrong++;
    expect(wrong).toBe(0);
  });
});
