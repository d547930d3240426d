import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { complexMul, complexMulReference } from '../../../src/kernels/complex/complexMul.ts';
import { complexAbs2 } from '../../../src/kernels/complex/polar.ts';
import { tensor, zeros } from '../../../src/tensor/create.ts';
import { init } from '../../../src/tensor/engine/device/init.ts';
import { checkOp, expectClose, generator, property, shapes, views } from '../../setup/checkOp.ts';

beforeAll(async () => {
  await init();
});

/** Two shapes that broadcast: some axes of each are 1, and leading ones may be missing. */
const pairs = shapes({ min: 0, max: 3 }, { min: 0, max: 5 }).chain((shape) => {
  const part = fc
    .tuple(...shape.map((extent) => fc.constantFrom(extent, extent, 1)))
    .chain((extents) => fc.integer({ min: 0, max: extents.length }).map((from) => (extents as number[]).slice(from)));
  return fc.tuple(fc.constant(shape), part);
});

test('products of any views that broadcast equal float64, with the gradients of both', () =>
  property(
    fc.record({ pair: pairs, swap: fc.boolean(), conjugate: fc.boolean(), viewA: views, viewB: views, seed: fc.nat() }),
    ({ pair: [whole, part], swap, conjugate, viewA, viewB, seed }) => {
      const [a, b] = swap ? [part, whole] : [whole, part];
      return checkOp({
        run: ([a, b]) => complexMul(a!, b!, { conjugate }),
        reference: ([a, b]) => complexMulReference([a!, b!], { conjugate }),
        inputs: [
          { shape: [...a, 2], view: viewA },
          { shape: [...b, 2], view: viewB },
        ],
        tolerance: 1e-6,
        gradTolerance: 1e-5,
        seed,
      });
    },
    30,
  ));

test('i · i = -1, and i · conj(i) = 1', async () => {
  using i = tensor([0, 1]);
  using square = complexMul(i, i);
  using power = complexMul(i, i, { conjugate: true });
  expect([...(await square.data())]).toEqual([-1, 0]);
  expect([...(await power.data())]).toEqual([1, 0]);
});

test('a number times its conjugate is its power', async () => {
  const random = generator(5);
  using z = tensor(Float32Array.from({ length: 40 }, random), { shape: [20, 2] });
  using product = complexMul(z, z, { conjugate: true });
  using power = complexAbs2(z);
  const parts = await product.data();
  expectClose(
    parts.filter((_, i) => i % 2 === 0),
    await power.data(),
    1e-7,
  );
  // Fused, re·im is rounded in one product of the difference and not in the other: half an ulp of it, at most 2⁻²⁵ |z|².
  const powers = await power.data();
  for (let i = 0; i < 20; i++) expect(Math.abs(parts[2 * i + 1]!)).toBeLessThanOrEqual(2 ** -25 * powers[i]!);
});

test('shapes that do not fit are named', () => {
  using a = zeros([3, 2]);
  using b = zeros([4, 2]);
  using c = zeros([3, 1]);
  expect(() => complexMul(a, b)).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: complexMul: shapes [3, 2] and [4, 2] do not broadcast: axis -2 is 3 against 4]`,
  );
  expect(() => complexMul(a, c)).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: complexMul: b must be [..., 2] with (re, im) last, got [3, 1]]`,
  );
});
