import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { binaryReference } from '../../../src/kernels/elementwise/binaryOp.ts';
import {
  equal,
  greater,
  greaterEqual,
  less,
  lessEqual,
  logicalAnd,
  logicalNot,
  logicalOr,
  notEqual,
} from '../../../src/kernels/elementwise/compare.ts';
import { unaryReference } from '../../../src/kernels/elementwise/unaryOp.ts';
import { tensor } from '../../../src/tensor/create.ts';
import { init } from '../../../src/tensor/engine/device/init.ts';
import { checkOp, type Input, property, shapes, views } from '../../setup/checkOp.ts';
import { valuesOf } from '../../setup/valuesOf.ts';

beforeAll(async () => {
  await init();
});

const table = {
  equal: [equal, (a: number, b: number) => a === b],
  notEqual: [notEqual, (a: number, b: number) => a !== b],
  less: [less, (a: number, b: number) => a < b],
  lessEqual: [lessEqual, (a: number, b: number) => a <= b],
  greater: [greater, (a: number, b: number) => a > b],
  greaterEqual: [greaterEqual, (a: number, b: number) => a >= b],
  logicalAnd: [logicalAnd, (a: number, b: number) => a !== 0 && b !== 0],
  logicalOr: [logicalOr, (a: number, b: number) => a !== 0 || b !== 0],
} as const;
const names = Object.keys(table) as (keyof typeof table)[];

const cases = fc.record({
  shape: shapes({ min: 1, max: 3 }, { min: 0, max: 5 }),
  row: fc.boolean(),
  dtype: fc.constantFrom('f32' as const, 'i32' as const, 'u32' as const, 'bool' as const),
  views: fc.tuple(views, views),
  seed: fc.nat(),
});

describe('comparisons', () => {
  for (const name of names) {
    const [op, holds] = table[name];
    test(`${name} broadcasts any two views of any dtype`, () =>
      property(
        cases,
        ({ shape, row, dtype, views, seed }) => {
          const few: Omit<Input, 'shape'> = {
            dtype,
            gradient: false,
            ...(dtype === 'i32' || dtype === 'f32' ? { spread: 2 } : { center: 0.5, spread: 0.5 }),
          };
          return checkOp({
            run: ([a, b]) => op(a!, b!),
            reference: binaryReference((a, b) => Number(holds(a, b))),
            inputs: [
              { shape, view: views[0], ...few },
              { shape: row ? shape.slice(-1) : shape, view: views[1], ...few },
            ],
            tolerance: 0,
            seed,
          });
        },
        8,
      ));

    test(`${name} takes a number on either side`, async () => {
      using x = tensor(Int32Array.of(-1, 0, 1, 2));
      const holdsAs = (a: number, b: number) => Number(holds(a, b));
      expect(await valuesOf(() => op(x, 1))).toEqual([-1, 0, 1, 2].map((value) => holdsAs(value, 1)));
      expect(await valuesOf(() => op(1, x))).toEqual([-1, 0, 1, 2].map((value) => holdsAs(1, value)));
    });
  }

  test('logicalNot of any view', () =>
    checkOp({
      run: ([x]) => logicalNot(x!),
      reference: ([x]) => unaryReference((value) => Number(value === 0))([x!]),
      inputs: [{ shape: [5, 3], view: 'permuted', dtype: 'i32', spread: 1 }],
    }));

  test('the result is bool and needs no gradient, though an operand does', () => {
    using x = tensor([1, 2], { requiresGrad: true });
    for (const op of [() => greater(x, 1), () => logicalNot(x), () => logicalAnd(x, x)]) {
      using y = op();
      expect([y.dtype, y.requiresGrad]).toEqual(['bool', false]);
    }
  });

  test('integers compare exactly where floats would not', async () => {
    using x = tensor(Int32Array.of(2 ** 24 + 1));
    expect(await valuesOf(() => equal(x, 2 ** 24))).toEqual([0]);
  });

  test('dtypes that differ are a mistake', () => {
    using a = tensor([1]);
    using b = tensor([true]);
    expect(() => equal(a, b)).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: equal: a is f32 and b is bool: cast one of them, dtypes are never mixed silently]`,
    );
  });
});
