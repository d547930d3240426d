import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  add,
  atan2,
  binaryReferences,
  div,
  maximum,
  minimum,
  mul,
  sub,
} from '../../../src/kernels/elementwise/binary.ts';
import { binaryReference, type Operand } from '../../../src/kernels/elementwise/binaryOp.ts';
import { permute } from '../../../src/kernels/view/permute.ts';
import { slice } from '../../../src/kernels/view/slice.ts';
import { ones, tensor, zeros } from '../../../src/tensor/create.ts';
import { init } from '../../../src/tensor/engine/device/init.ts';
import { nd } from '../../../src/tensor/engine/nd.ts';
import { tidy } from '../../../src/tensor/engine/scope.ts';
import type { Tensor } from '../../../src/tensor/tensor.ts';
import { checkOp, type Input, property, shapes, views } from '../../setup/checkOp.ts';
import { testFixtures } from '../../setup/fixtureCase.ts';
import { valuesOf } from '../../setup/valuesOf.ts';

beforeAll(async () => {
  await init();
});

const table: Record<keyof typeof binaryReferences, (a: Operand, b: Operand) => Tensor> = {
  add,
  sub,
  mul,
  div,
  minimum,
  maximum,
  atan2,
};
type Name = keyof typeof table;
const names = Object.keys(table) as Name[];

/** Two shapes that broadcast: each axis of either may be 1, and one may lack leading axes. */
const pairs = fc
  .record({
    shape: shapes({ min: 0, max: 4 }, { min: 0, max: 5 }),
    ones: fc.array(fc.constantFrom('neither', 'neither', 'a', 'b'), { minLength: 4, maxLength: 4 }),
    lead: fc.nat(3),
    shorter: fc.constantFrom('a', 'b'),
    views: fc.tuple(views, views),
    seed: fc.nat(),
  })
  .map(({ shape, ones, lead, shorter, views, seed }) => {
    const of = (which: 'a' | 'b') => {
      const full = shape.map((extent, d) => (ones[d] === which ? 1 : extent));
      return shorter === which ? full.slice(Math.min(lead, full.length)) : full;
    };
    return { shapes: [of('a'), of('b')] as const, views, seed };
  });

const far: Omit<Input, 'shape'> = { spread: 3, avoid: (value) => Math.abs(value) < 0.3 };

describe('each operation of the table', () => {
  for (const name of names) {
    test(`${name} broadcasts any two views as its float64 reference does, with both gradients`, () =>
      property(
        pairs,
        ({ shapes, views, seed }) =>
          checkOp({
            run: ([a, b]) => table[name](a!, b!),
            reference: binaryReference(binaryReferences[name]),
            // Apart by sign or by a third, so that no central difference crosses a tie or a zero.
            inputs: [
              { shape: shapes[0], view: views[0], ...far, center: 0.1 },
              { shape: shapes[1], view: views[1], ...far },
            ],
            tolerance: 3e-7,
            gradTolerance: 2e-6,
            step: 1e-6,
            seed,
          }),
        12,
      ));

    test(`${name} takes a number on either side`, async () => {
      const x = [0.5, -1.25, 3, 2];
      const f = binaryReferences[name];
      const input = { shape: [2, 2], values: x };
      await checkOp({
        run: ([a]) => table[name](a!, 0.75),
        reference: ([a]) => nd(a!.shape, (i) => f(a!.data[i]!, 0.75)),
        inputs: [input],
        step: 1e-6,
      });
      await checkOp({
        run: ([b]) => table[name](-1.5, b!),
        reference: ([b]) => nd(b!.shape, (i) => f(-1.5, b!.data[i]!)),
        inputs: [input],
        step: 1e-6,
      });
    });

    if (name !== 'atan2') testFixtures(name, ({ a, b }) => table[name](a!, b!), { gradTolerance: 1e-6 });
  }
});

describe('the layouts of networks', () => {
  const cases: Record<string, readonly [a: readonly number[], b: readonly number[]]> = {
    'a bias per channel, channels last': [[3, 5, 16], [16]],
    'a bias per channel, channels first': [
      [2, 8, 3, 4],
      [8, 1, 1],
    ],
    'a factor per row': [
      [6, 8],
      [6, 1],
    ],
    'a factor per batch and channel': [
      [2, 5, 12],
      [2, 1, 12],
    ],
    'odd inner axes': [
      [2, 3, 7, 5],
      [3, 1, 5],
    ],
    'an outer sum': [[7, 1], [8]],
    'four axes that alternate': [
      [3, 1, 4, 1, 4],
      [1, 2, 1, 3, 4],
    ],
    'five axes that alternate': [
      [2, 1, 3, 1, 2],
      [1, 2, 1, 3, 1],
    ],
    'a scalar tensor': [[5, 3], []],
  };
  for (const [name, [a, b]] of Object.entries(cases)) {
    test(name, () =>
      checkOp({
        run: ([x, y]) => mul(x!, y!),
        reference: binaryReference((x, y) => x * y),
        inputs: [{ shape: a }, { shape: b }],
      }),
    );
  }

  test('views of one tensor on both sides', async () => {
    using x = tensor(Float32Array.from({ length: 36 }, (_, i) => i));
    const grid = x.view([6, 6]);
    const y = await valuesOf(() => sub(permute(grid, [1, 0]), slice(slice(grid, 0, 1, 2), 1, 0, 6)));
    grid.dispose();
    expect(y).toEqual(Array.from({ length: 36 }, (_, i) => (i % 6) * 6 + Math.floor(i / 6) - (6 + (i % 6))));
  });
});

describe('laws', () => {
  const values = fc.array(fc.float({ min: -1000, max: 1000, noNaN: true }), { minLength: 1, maxLength: 40 });

  test('a - b = a + (-1) b, and a + b = b + a, bit for bit', () =>
    property(values, async (data) => {
      using a = tensor(data);
      using b = tensor([...data].reverse());
      expect(await valuesOf(() => sub(a, b))).toEqual(await valuesOf(() => add(a, mul(b, -1))));
      expect(await valuesOf(() => add(a, b))).toEqual(await valuesOf(() => add(b, a)));
    }));

  test('minimum + maximum = a + b', () =>
    property(values, async (data) => {
      using a = tensor(data);
      using b = tensor([...data].reverse());
      expect(await valuesOf(() => add(minimum(a, b), maximum(a, b)))).toEqual(await valuesOf(() => add(a, b)));
    }));
});

describe('edges', () => {
  test('a tie of minimum and maximum shares the gradient', async () => {
    for (const op of [minimum, maximum]) {
      using a = tensor([1, 2, 3], { requiresGrad: true });
      using b = tensor([3, 2, 1], { requiresGrad: true });
      tidy(() => op(a, b).backward(tensor([1, 1, 1])));
      expect([...(await a.grad!.data())]).toEqual(op === minimum ? [1, 0.5, 0] : [0, 0.5, 1]);
      expect([...(await b.grad!.data())]).toEqual(op === minimum ? [0, 0.5, 1] : [1, 0.5, 0]);
    }
  });

  test('an operand used twice gets both gradients', async () => {
    using x = tensor([2, -3], { requiresGrad: true });
    tidy(() => mul(x, x).backward(tensor([1, 1])));
    expect([...(await x.grad!.data())]).toEqual([4, -6]);
  });

  test('integers stay exact and wrap', async () => {
    using a = tensor(Int32Array.of(2 ** 30 + 1, -7, 3));
    using b = tensor(Int32Array.of(2 ** 30, 2, -3));
    expect(await valuesOf(() => sub(a, b))).toEqual([1, -9, 6]);
    expect(await valuesOf(() => add(a, 2 ** 30))).toEqual([-(2 ** 31) + 1, 2 ** 30 - 7, 2 ** 30 + 3]);
    expect(await valuesOf(() => maximum(a, -2))).toEqual([2 ** 30 + 1, -2, 3]);
    using u = tensor(Uint32Array.of(1, 4_000_000_000));
    expect(await valuesOf(() => minimum(u, 3_999_999_999))).toEqual([1, 3_999_999_999]);
    expect(await valuesOf(() => mul(u, 2))).toEqual([2, 8_000_000_000 % 2 ** 32]);
  });

  test('the four quadrants and axes of atan2', async () => {
    using y = tensor([0, 1, 1, 1, 0, -1, -1, -1, 0]);
    using x = tensor([1, 1, 0, -1, -1, -1, 0, 1, 0]);
    const eighths = [0, 1, 2, 3, 4, -3, -2, -1, 0];
    const angles = await valuesOf(() => atan2(y, x));
    angles.forEach((angle, i) => {
      expect(angle).toBeCloseTo((eighths[i]! * Math.PI) / 4, 6);
    });
  });

  test('the gradient of atan2 at the origin is 0', async () => {
    using y = tensor([0], { requiresGrad: true });
    using x = tensor([0], { requiresGrad: true });
    tidy(() => atan2(y, x).backward());
    expect(Math.abs(await y.grad!.item())).toBe(0);
    expect(Math.abs(await x.grad!.item())).toBe(0);
  });

  test('nothing plus anything is nothing', async () => {
    using a = zeros([0, 3]);
    using b = ones([1, 3]);
    expect(await valuesOf(() => add(a, b))).toEqual([]);
  });
});

describe('mistakes', () => {
  test('shapes that do not broadcast', () => {
    using a = zeros([2, 3]);
    using b = zeros([2, 4]);
    expect(() => add(a, b)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: add: shapes [2, 3] and [2, 4] do not broadcast: axis -1 is 3 against 4]`,
    );
  });

  test('two numbers', () => {
    expect(() => mul(2, 3)).toThrowErrorMatchingInlineSnapshot(
      `[TypeError: mul: at least one operand must be a Tensor, got two numbers]`,
    );
  });

  test('dtypes that differ', () => {
    using a = zeros([2]);
    using b = zeros([2], { dtype: 'i32' });
    expect(() => mul(a, b)).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: mul: a is f32 and b is i32: cast one of them, dtypes are never mixed silently]`,
    );
  });

  test('a fraction added to integers', () => {
    using a = zeros([2], { dtype: 'i32' });
    expect(() => add(a, 0.5)).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: add: 0.5 is no i32: cast the tensor to f32 first]`,
    );
  });
});
