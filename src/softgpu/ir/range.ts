/**
 * The range of an integer instruction as an unsigned number, to prove indexes
 * in range. It holds wherever the instruction is executed, under a condition
 * or not, so that moving a proven access is safe. It does not hold for lanes at
 * rest in a wide kernel, of which widen/memory.ts takes care.
 */

import type { Op } from './ir.ts';
import { scalarBits } from './valueType.ts';

export interface Range {
  readonly low: number;
  readonly high: number;
}

const MAX = 0xffffffff;
const ANY: Range = { low: 0, high: MAX };
// Deeper chains are rare, and a bound keeps this linear.
const DEPTH = 12;

/** `facts` are ranges known from elsewhere: inputs, loop variables. */
export function rangeOf(op: Op, facts: ReadonlyMap<Op, Range>, depth = DEPTH): Range {
  const bits = scalarBits(op);
  if (bits !== null) return { low: bits, high: bits };
  const fact = facts.get(op);
  if (fact !== undefined) return fact;
  if (depth === 0 || op.args.length === 0 || op.type.size > 1) return ANY;
  const first = op.args[0]!;
  if (op.code === 'intFromBool') return { low: 0, high: 1 };
  if (op.code === 'clz' || op.code === 'ctz' || op.code === 'popcnt') return { low: 0, high: 32 };
  if (op.code === 'select')
    return union(rangeOf(op.args[1]!, facts, depth - 1), rangeOf(op.args[2]!, facts, depth - 1));
  if (op.args.length !== 2 || first.type.lane !== 'i32') return ANY;
  const a = rangeOf(first, facts, depth - 1);
  const b = rangeOf(op.args[1]!, facts, depth - 1);
  return combine(op, a, b);
}

function combine(op: Op, a: Range, b: Range): Range {
  switch (op.code) {
    case 'add':
      if (a.high + b.high <= MAX) return { low: a.low + b.low, high: a.high + b.high };
      // A negative constant: always wraps.
      if (a.low + b.low > MAX) return { low: a.low + b.low - MAX - 1, high: a.high + b.high - MAX - 1 };
      return ANY;
    case 'sub':
      return a.low >= b.high ? { low: a.low - b.high, high: a.high - b.low } : ANY;
    case 'mul':
      return a.high * b.high <= MAX ? { low: a.low * b.low, high: a.high * b.high } : ANY;
    case 'shl':
      return b.high < 32 && a.high * 2 ** b.high <= MAX ? { low: a.low * 2 ** b.low, high: a.high * 2 ** b.high } : ANY;
    case 'shrU':
      return b.high < 32 ? { low: Math.floor(a.low / 2 ** b.high), high: Math.floor(a.high / 2 ** b.low) } : ANY;
    case 'shrS':
      return b.high < 32 && a.high <= 0x7fffffff
        ? { low: Math.floor(a.low / 2 ** b.high), high: Math.floor(a.high / 2 ** b.low) }
        : ANY;
    case 'and':
      return { low: 0, high: Math.min(a.high, b.high) };
    case 'or':
    case 'xor': {
      const bits = Math.max(a.high, b.high);
      return { low: 0, high: bits === 0 ? 0 : 2 ** (32 - Math.clz32(bits)) - 1 };
    }
    case 'divU':
      return b.low > 0 ? { low: Math.floor(a.low / b.high), high: Math.floor(a.high / b.low) } : ANY;
    case 'divS':
      return b.low > 0 && b.high <= 0x7fffffff && a.high <= 0x7fffffff
        ? { low: Math.floor(a.low / b.high), high: Math.floor(a.high / b.low) }
        : ANY;
    case 'remU':
      return b.low > 0 ? { low: 0, high: Math.min(a.high, b.high - 1) } : { low: 0, high: a.high };
    case 'remS':
      return b.low > 0 && b.high <= 0x7fffffff && a.high <= 0x7fffffff
        ? { low: 0, high: Math.min(a.high, b.high - 1) }
        : ANY;
    case 'minU':
      return { low: Math.min(a.low, b.low), high: Math.min(a.high, b.high) };
    case 'maxU':
      return { low: Math.max(a.low, b.low), high: Math.max(a.high, b.high) };
    case 'minS':
      return nonNegative(a) && nonNegative(b) ? { low: Math.min(a.low, b.low), high: Math.min(a.high, b.high) } : ANY;
    case 'maxS':
      if (nonNegative(a) && nonNegative(b)) return { low: Math.max(a.low, b.low), high: Math.max(a.high, b.high) };
      if (nonNegative(a)) return { low: a.low, high: 0x7fffffff };
      return nonNegative(b) ? { low: b.low, high: 0x7fffffff } : ANY;
    default:
      return ANY;
  }
}

function nonNegative({ high }: Range): boolean {
  return high <= 0x7fffffff;
}

function union(a: Range, b: Range): Range {
  return { low: Math.min(a.low, b.low), high: Math.max(a.high, b.high) };
}
