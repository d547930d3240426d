/** What WebAssembly has no instruction for, from the math library. */

import type { Op, Opcode } from '../../ir/ir.ts';
import { MATH, type MathName } from '../../math/index.ts';
import type { Generator } from './generator.ts';

const BY_OPCODE: Partial<Record<Opcode, MathName>> = {
  divS: 'divideI32',
  divU: 'divideU32',
  remS: 'remainderI32',
  remU: 'remainderU32',
  rem: 'remainderF32',
  clz: 'countLeadingZeros',
  ctz: 'countTrailingZeros',
  popcnt: 'countOneBits',
  shl: 'shiftLeft',
  shrS: 'shiftRightI32',
  shrU: 'shiftRightU32',
  roundF16: 'roundToF16',
};

export function emitMath(g: Generator, op: Op): void {
  const name = op.code === 'math' ? (op.detail as MathName) : BY_OPCODE[op.code];
  const callee = name === undefined ? undefined : MATH[name];
  if (callee === undefined) throw new Error(`generate: no way to compute ${name ?? op.code}`);
  g.pushAll(op.args);
  if (op.type.size > 1 || op.args.some(({ type }) => type.size > 1)) g.math.call(g.f, callee);
  else g.math.callScalar(g.f, callee);
}
