import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { elu, eluReference } from '../../../src/kernels/activation/elu.ts';
import { gelu, geluReference } from '../../../src/kernels/activation/gelu.ts';
import { leakyRelu, leakyReluReference } from '../../../src/kernels/activation/leakyRelu.ts';
import { silu, siluReference } from '../../../src/kernels/activation/silu.ts';
import { softplus, softplusReference } from '../../../src/kernels/activation/softplus.ts';
import { tensor } from '../../../src/tensor/create.ts';
import { init } from '../../../src/tensor/engine/device/init.ts';
import type { Nd } from '../../../src/tensor/engine/nd.ts';
import { tidy } from '../../../src/tensor/engine/scope.ts';
import type { Tensor } from '../../../src/tensor/tensor.ts';
import { checkOp, expectClose, property, shapes, views } from '../../setup/checkOp.ts';
import { testFixtures } from '../../setup/fixtureCase.ts';
import { valuesOf } from '../../setup/valuesOf.ts';

beforeAll(async () => {
  await init();
});

type Reference = (inputs: readonly [Nd]) => Nd;
const table: Record<string, readonly [run: (x: Tensor) => Tensor, reference: Reference]> = {
  gelu: [(x) => gelu(x), geluReference()],
  'gelu with tanh': [(x) => gelu(x, { approximate: 'tanh' }), geluReference({ approximate: 'tanh' })],
  silu: [silu, siluReference()],
  elu: [(x) => elu(x), eluReference()],
  'elu with alpha 0.3': [(x) => elu(x, { alpha: 0.3 }), eluReference({ alpha: 0.3 })],
  softplus: [softplus, softplusReference()],
  leakyRelu: [(x) => leakyRelu(x), leakyReluReference()],
  'leakyRelu with slope 0.2': [(x) => leakyRelu(x, { negativeSlope: 0.2 }), leakyReluReference({ negativeSlope: 0.2 })],
};

describe('activations', () => {
  const cases = fc.record({ shape: shapes({ min: 0, max: 4 }, { min: 0, max: 6 }), view: views, seed: fc.nat() });
  for (const [name, [run, reference]] of Object.entries(table)) {
    test(`${name} of any view equals its float64 reference, with its gradient`, () =>
      property(
        cases,
        ({ shape, view, seed }) =>
          checkOp({
            run: ([x]) => run(x!),
            reference: ([x]) => reference([x!]),
            inputs: [{ shape, view, spread: 5, avoid: (x) => Math.abs(x) < 1e-3 }],
            tolerance: 3e-7,
            gradTolerance: 1e-6,
            seed,
          }),
        5,
      ));

    test(`${name} is right to 5e-7 of its scale, and finite, from -100 to 100`, async () => {
      for (const reach of [1, 6, 100]) {
        const data = Float32Array.from({ length: 8001 }, (_, i) => reach * (i / 4000 - 1));
        const truth = reference([{ shape: [data.length], data: Float64Array.from(data) }]);
        expectClose(await valuesOf(() => run(tensor(data))), truth.data, 5e-7);
      }
    });

    test(`${name} has a finite gradient at ±1e4 and hands on a NaN`, async () => {
      using x = tensor([1e4, -1e4, 0], { requiresGrad: true });
      tidy(() => run(x).backward(tensor([1, 1, 1])));
      const gradient = await x.grad!.data();
      expect(gradient[0]).toBeCloseTo(1, 6);
      expect(Math.abs(gradient[1]!)).toBeLessThan(0.21);
      expect((await valuesOf(() => run(tensor([Number.NaN]))))[0]).toBeNaN();
    });
  }

  test('a negative tail of softplus and elu keeps its digits', async () => {
    expect((await valuesOf(() => softplus(tensor([-20]))))[0]! / Math.log1p(Math.exp(-20))).toBeCloseTo(1, 5);
    expect((await valuesOf(() => elu(tensor([-1e-6]))))[0]! / Math.expm1(Math.fround(-1e-6))).toBeCloseTo(1, 6);
  });

  test('an unknown approximation is named', () => {
    using x = tensor([1]);
    expect(() => gelu(x, { approximate: 'sigmoid' as 'tanh' })).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: gelu: approximate must be 'none' or 'tanh', got 'sigmoid']`,
    );
  });

  testFixtures<{ approximate: 'none' | 'tanh' }>('gelu', ({ x }, options) => gelu(x!, options), {
    gradTolerance: 1e-6,
  });
  testFixtures('silu', ({ x }) => silu(x!), { gradTolerance: 1e-6 });
  testFixtures<{ alpha: number }>('elu', ({ x }, options) => elu(x!, options), { gradTolerance: 1e-6 });
});
