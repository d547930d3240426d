import { describe, expect, it } from 'vitest';
import { NUMERIC_FAMILIES } from '../../../../src/softgpu/program/overloads/numeric.ts';
import { resolveBinary } from '../../../../src/softgpu/program/overloads/operator.ts';
import { resolveBuiltin } from '../../../../src/softgpu/program/overloads/resolve.ts';
import type { ConstantValue } from '../../../../src/softgpu/program/program.ts';
import { type } from '../typeText.ts';
import { binary, call, type Operand } from './constantCall.ts';

const F32_MAX = 3.4028234663852886e38;

const SCALARS: Readonly<Record<string, readonly ConstantValue[]>> = {
  AI: [-(2n ** 63n), -1n, 0n, 1n, 33n, 2n ** 63n - 1n],
  AF: [-1.7976931348623157e308, -1, -0, 0, 5e-324, 0.5, 1, 1.7976931348623157e308],
  i32: [-2147483648, -1, 0, 1, 31, 2147483647],
  u32: [0, 1, 16, 32, 4294967295],
  f32: [-F32_MAX, -1, -0, 0, 2 ** -149, 0.5, 1, F32_MAX],
  f16: [-65504, -1, -0, 0, 2 ** -24, 0.5, 1, 65504],
  bool: [true, false],
};

function isSound(value: ConstantValue): boolean {
  if (typeof value === 'object') return value.every(isSound);
  return typeof value !== 'number' || Number.isFinite(value);
}

/** The value is finite, or the error one of constants. */
function expectSound(args: readonly Operand[], evaluate: () => ConstantValue): void {
  try {
    const value = evaluate();
    if (!isSound(value)) expect.fail(`${String(args)} gives ${String(value)}`);
  } catch (error) {
    if ((error as Error).name !== 'ConstantError') expect.fail(`${String(args)}: ${(error as Error).stack}`);
  }
}

function takes(name: string, args: readonly Operand[]): boolean {
  return !(
    'failure' in
    resolveBuiltin(
      name,
      args.map(([text]) => type(text)),
      [],
      true,
    )
  );
}

const FUNCTIONS: readonly string[] = NUMERIC_FAMILIES.filter(({ constEvaluable }) => constEvaluable).flatMap(
  ({ names }) => names.split(' '),
);

/** The values of one kind, as scalars or as vectors. */
const FAMILIES: readonly (readonly Operand[])[] = Object.entries(SCALARS).flatMap(([kind, values]) => [
  values.map((value): Operand => [kind, value]),
  values.map((value, i): Operand => [`vec3<${kind}>`, [value, values[(i + 1) % values.length]!, value]]),
]);

/** Arguments after the first ones that stand for all types there: of `select`, of bit ranges. */
const TAILS: readonly (readonly Operand[])[] = [
  [],
  [['bool', true]],
  [['vec3<bool>', [true, false, true]]],
  [
    ['u32', 3],
    ['u32', 5],
  ],
  [
    ['u32', 0],
    ['u32', 0],
  ],
  [
    ['u32', 31],
    ['u32', 2],
  ],
  [['f32', 0.5]],
  [['f16', 65504]],
];

describe('extreme arguments', () => {
  it.each(FUNCTIONS)('give %s a finite value or an error of constants', (name) => {
    let calls = 0;
    for (const family of FAMILIES) {
      const [sample] = family;
      for (const tail of TAILS) {
        for (let length = 1; length <= 3; length++) {
          const shape = Array.from({ length }, () => sample!);
          if (!takes(name, [...shape, ...tail])) continue;
          for (const args of lists(family, length)) {
            calls++;
            expectSound(args, () => call(name, ...args, ...tail));
          }
        }
      }
    }
    // Matrices, and packed vectors of four, have tests of their own.
    if (!/^(determinant|transpose|pack)/.test(name)) expect(calls).toBeGreaterThan(0);
  });

  it.each(['+', '-', '*', '/', '%', '&', '|', '^', '<<', '>>', '==', '<', '>='] as const)(
    'give %s a finite value or an error of constants',
    (op) => {
      for (const left of FAMILIES) {
        for (const right of FAMILIES) {
          const [leftType, rightType] = [type(left[0]![0]), type(right[0]![0])];
          if ('failure' in resolveBinary(op, leftType, rightType, true)) continue;
          for (const l of left) for (const r of right) expectSound([l, r], () => binary(l, op, r));
        }
      }
    },
  );
});

/** All lists of `length` of the operands. */
function* lists(operands: readonly Operand[], length: number): Generator<readonly Operand[]> {
  if (length === 0) yield [];
  else for (const rest of lists(operands, length - 1)) for (const operand of operands) yield [...rest, operand];
}
