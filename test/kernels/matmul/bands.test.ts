import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { bandLinear, bandLinearReference } from '../../../src/kernels/matmul/bandLinear.ts';
import { bandMerge } from '../../../src/kernels/matmul/bandMerge.ts';
import { bandNorm, bandNormReference } from '../../../src/kernels/matmul/bandNorm.ts';
import { bandSplit } from '../../../src/kernels/matmul/bandSplit.ts';
import { raggedGlu, raggedGluReference } from '../../../src/kernels/matmul/raggedGlu.ts';
import { raggedLinearIn, raggedLinearInReference } from '../../../src/kernels/matmul/raggedLinearIn.ts';
import { raggedLinearOut, raggedLinearOutReference } from '../../../src/kernels/matmul/raggedLinearOut.ts';
import { tensor, zeros } from '../../../src/tensor/create.ts';
import { init } from '../../../src/tensor/engine/device/init.ts';
import { tidy } from '../../../src/tensor/engine/scope.ts';
import { checkOp, property, views } from '../../setup/checkOp.ts';
import { withVariant } from './withVariant.ts';

beforeAll(async () => {
  await init();
});

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

const problem = fc.record({
  lead: fc.array(fc.integer({ min: 0, max: 7 }), { maxLength: 2 }),
  widths: fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 6 }),
  dim: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constantFrom(4, 8, 32)),
  view: views,
  seed: fc.nat(),
});
type Case = typeof problem extends fc.Arbitrary<infer T> ? T : never;

const checkIn = ({ lead, widths, dim, view, seed }: Case, samples = 40) =>
  checkOp({
    run: ([x, weight, bias]) => raggedLinearIn(x!, weight!, bias!, { widths }),
    reference: ([x, weight, bias]) => raggedLinearInReference([x!, weight!, bias!], { widths }),
    inputs: [
      { shape: [...lead, sum(widths)], view },
      { shape: [sum(widths) * dim], view },
      { shape: [widths.length, dim], view },
    ],
    seed,
    samples,
    gradTolerance: 1e-5,
  });

const checkOut = ({ lead, widths, dim, view, seed }: Case, samples = 40) =>
  checkOp({
    run: ([x, weight, bias]) => raggedLinearOut(x!, weight!, bias!, { widths }),
    reference: ([x, weight, bias]) => raggedLinearOutReference([x!, weight!, bias!], { widths }),
    inputs: [
      { shape: [...lead, widths.length, dim], view },
      { shape: [sum(widths) * dim], view },
      { shape: [sum(widths)], view },
    ],
    seed,
    samples,
    gradTolerance: 1e-5,
  });

test('bands of any widths map in, with their gradients', () => property(problem, (made) => checkIn(made)));
test('bands of any widths map out, with their gradients', () => property(problem, (made) => checkOut(made)));

describe.each(['panel', 'register4', 'register8'])('variant %s', (variant) => {
  const bark = { widths: [12, 14, 12, 30, 90], view: 'dense', seed: 5 } as const;
  test('many rows and widths past a tile, of aligned and odd sizes', () =>
    withVariant('matmul', variant, async () => {
      for (const dim of [16, 13]) {
        await checkIn({ ...bark, widths: [...bark.widths], lead: [90], dim }, 6);
        await checkOut({ ...bark, widths: [...bark.widths], lead: [90], dim }, 6);
        await checkOut({ ...bark, widths: [24, 28, 8], lead: [33], dim }, 6);
      }
    }));
});

test('the weight gradient over thousands of rows is a long sum', async () => {
  const long = { widths: [3, 2], lead: [9000], dim: 2, view: 'dense', seed: 3 } as const;
  await checkIn({ ...long, widths: [3, 2], lead: [9000] }, 2);
  await checkOut({ ...long, widths: [3, 2], lead: [9000] }, 2);
});

test('each band is normalized by its own rms, both results with gradients', () =>
  property(problem, ({ lead, widths, view, seed }) =>
    checkOp({
      run: ([x, weight]) => {
        const { y, rms } = bandNorm(x!, weight!, { widths });
        return [y, rms];
      },
      reference: ([x, weight]) => bandNormReference([x!, weight!], { widths }),
      // Away from 0: the norm of a band of one element near it has a kink no central difference sees through.
      inputs: [
        { shape: [...lead, sum(widths)], view, avoid: (value) => Math.abs(value) < 0.02 },
        { shape: [sum(widths)], view },
      ],
      seed,
    }),
  ));

test('more rows of a norm than a chunk of its weight gradient', () =>
  checkOp({
    run: ([x, weight]) => bandNorm(x!, weight!, { widths: [5, 3] }).y,
    reference: ([x, weight]) => bandNormReference([x!, weight!], { widths: [5, 3] })[0],
    inputs: [{ shape: [1000, 8] }, { shape: [8] }],
    samples: 10,
  }));

test('a norm shared by 32 lanes gives the same', () =>
  withVariant('bandNorm', '32', () =>
    checkOp({
      run: ([x, weight]) => {
        const { y, rms } = bandNorm(x!, weight!, { widths: [5, 70] });
        return [y, rms];
      },
      reference: ([x, weight]) => bandNormReference([x!, weight!], { widths: [5, 70] }),
      inputs: [{ shape: [9, 75] }, { shape: [75] }],
    }),
  ));

test.each(['row', '1', '32'])('the gates of the variant %s', (variant) =>
  withVariant('raggedGlu', variant, () =>
    checkOp({
      run: ([x, scale]) => raggedGlu(x!, { widths: [5, 70], scale: scale! }),
      reference: ([x, scale]) => raggedGluReference([x!, scale!], { widths: [5, 70] }),
      inputs: [{ shape: [9, 150] }, { shape: [9, 2] }],
    }),
  ),
);

test('a silent band gives zeros and a gradient through the constant it was divided by', async () => {
  using x = tensor([0, 0, 3, 4], { shape: [1, 4], requiresGrad: true });
  using weight = tensor([1, 1, 1, 1]);
  const { y, rms } = bandNorm(x, weight, { widths: [2, 2], eps: 1e-3 });
  tidy(() => y.backward(tensor([1, 0, 0, 0], { shape: [1, 4] })));
  expect([...(await y.data())].map((value) => Math.fround(value))).toEqual(
    [0, 0, 3, 4].map((v) => Math.fround((v * Math.SQRT2) / 5)),
  );
  const [silent, loud] = await rms.data();
  expect(silent).toBeCloseTo(1e-3 / Math.SQRT2, 9);
  expect(loud).toBeCloseTo(5 / Math.SQRT2, 6);
  expect((await x.grad!.data())[0]).toBeCloseTo(Math.SQRT2 / 1e-3, 2);
  y.dispose();
  rms.dispose();
});

test('the gates of each band lie behind its values; a scale multiplies each band', () =>
  property(problem, ({ lead, widths, view, seed }) =>
    checkOp({
      run: ([x, scale]) => raggedGlu(x!, { widths, scale: scale! }),
      reference: ([x, scale]) => raggedGluReference([x!, scale!], { widths }),
      inputs: [
        { shape: [...lead, 2 * sum(widths)], view, spread: 3 },
        { shape: [...lead, widths.length], view },
      ],
      seed,
    }),
  ));

test('a map of each band on its own, with bias and activation, equals the float64 map', () =>
  property(
    fc.record({
      lead: fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 2 }),
      sizes: fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 9 }), fc.constantFrom(1, 4, 7, 16)),
      activation: fc.constantFrom('none', 'tanh', 'gelu'),
      view: views,
      seed: fc.nat(),
    }),
    ({ lead, sizes: [bands, out, inputs], activation, view, seed }) =>
      checkOp({
        run: ([x, weight, bias]) => bandLinear(x!, weight!, bias!, { activation }),
        reference: ([x, weight, bias]) => bandLinearReference([x!, weight!, bias!], { activation }),
        inputs: [
          { shape: [...lead, bands, inputs], view },
          { shape: [bands, out, inputs], view },
          { shape: [bands, out], view },
        ],
        tolerance: 4e-6, // erf and tanh: up to 1.5e-7 of 1, against results that may all be small
        seed,
      }),
  ));

test('split and merge follow their references, from input to every weight', () => {
  const widths = [4, 6, 10];
  const [total, dim, hidden] = [20, 8, 12];
  return checkOp({
    run: ([x, norm, inW, inB, mlpW, mlpB, outW, outB]) => {
      const { latent, rms } = bandSplit(x!, { norm: norm!, weight: inW!, bias: inB! }, { widths });
      const weights = { inWeight: mlpW!, inBias: mlpB!, outWeight: outW!, outBias: outB! };
      return bandMerge(latent, weights, { widths, scale: rms });
    },
    reference: ([x, norm, inW, inB, mlpW, mlpB, outW, outB]) => {
      const [y, rms] = bandNormReference([x!, norm!], { widths });
      const latent = raggedLinearInReference([y, inW!, inB!], { widths });
      const inner = bandLinearReference([latent, mlpW!, mlpB!], { activation: 'tanh' });
      const out = raggedLinearOutReference([inner, outW!, outB!], { widths: widths.map((width) => 2 * width) });
      return raggedGluReference([out, rms], { widths });
    },
    inputs: [
      { shape: [2, 3, total] },
      { shape: [total], center: 1, spread: 0.2 },
      { shape: [total * dim], spread: 0.3 },
      { shape: [widths.length, dim] },
      { shape: [widths.length, hidden, dim], spread: 0.3 },
      { shape: [widths.length, hidden] },
      { shape: [2 * total * hidden], spread: 0.3 },
      { shape: [2 * total] },
    ],
    tolerance: 4e-6,
    samples: 12,
  });
});

test('twice as loud in is twice as loud out when the rms is put back', async () => {
  const widths = [4, 4];
  const made = (count: number, shape: number[], gain = 1) =>
    tensor(
      Float32Array.from({ length: count }, (_, i) => gain * Math.sin(1 + 3 * i)),
      { shape },
    );
  const run = (gain: number) =>
    tidy(() => {
      const weights = { norm: made(8, [8]), weight: made(24, [24]), bias: made(6, [2, 3]) };
      const { latent, rms } = bandSplit(made(16, [2, 8], gain), weights, { widths });
      const mlp = {
        inWeight: made(18, [2, 3, 3]),
        inBias: made(6, [2, 3]),
        outWeight: made(48, [48]),
        outBias: made(16, [16]),
      };
      return bandMerge(latent, mlp, { widths, scale: rms });
    });
  using once = run(1);
  using twice = run(2);
  const [a, b] = [await once.data(), await twice.data()];
  a.forEach((value, i) => {
    expect(b[i]).toBeCloseTo(2 * value, 6);
  });
});

test('shapes that do not fit the widths are named', () => {
  using x = zeros([2, 8]);
  using weight = zeros([24]);
  using bias = zeros([2, 3]);
  using z = zeros([2, 3, 4]);
  const widths = [4, 4];
  expect(() => raggedLinearIn(x, weight, bias, { widths: [4, 5] })).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: raggedLinearIn: x must be [..., 9], the sum of widths, got [2, 8]]`,
  );
  expect(() => raggedLinearIn(x, bias, bias, { widths })).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: raggedLinearIn: weight must be [24], got [2, 3]]`,
  );
  expect(() => raggedLinearIn(x, weight, bias, { widths: [8, 0] })).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: raggedLinearIn: widths must be positive integers, got [8, 0]]`,
  );
  expect(() => raggedLinearOut(z, weight, x, { widths })).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: raggedLinearOut: x must be [..., 2, dim] for 2 widths, got [2, 3, 4]]`,
  );
  expect(() => bandNorm(x, weight, { widths })).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: bandNorm: weight must be [8], got [24]]`,
  );
  expect(() => raggedGlu(x, { widths })).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: raggedGlu: x must be [..., 16], the sum of widths, got [2, 8]]`,
  );
  expect(() => bandLinear(z, z)).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: bandLinear: weight must be [3, out, 4] for x [2, 3, 4], got [2, 3, 4]]`,
  );
});
