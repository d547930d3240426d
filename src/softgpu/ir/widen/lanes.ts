/**
 * Values of four invocations at once. A component of a value is either
 * uniform, one scalar for all four, or varying, one lane for each. Where a
 * varying integer is `base + stride * lane`, that is remembered, so that
 * memory accesses side by side become one.
 */

import type { Builder } from '../builder.ts';
import type { Op } from '../ir.ts';
import { constantBits, valueType } from '../valueType.ts';

/** `base + stride * lane`, with a scalar base, as long as no lane has met the limit. */
export interface Linear {
  readonly base: Op;
  readonly stride: number;
  readonly limit: Limit | null;
}

/** A clamp on the way: the value was made from `index + stride * lane`, at most `bound`. */
export interface Limit {
  readonly index: Op;
  readonly stride: number;
  readonly bound: Op;
}

export class Lanes {
  readonly b: Builder;
  readonly #linear = new Map<Op, Linear>();

  constructor(b: Builder) {
    this.b = b;
  }

  isWide(op: Op): boolean {
    return op.type.size === 4;
  }

  /** The same value in each of four lanes, or what is there already. */
  widen(op: Op): Op {
    return op.type.size === 4 ? op : this.b.splat(op, 4);
  }

  linear(op: Op): Linear | null {
    return this.#linear.get(op) ?? null;
  }

  /** Notes how a new varying value depends on the lane. */
  remember(op: Op, linear: Linear | null): Op {
    if (linear !== null && this.isWide(op)) this.#linear.set(op, linear);
    return op;
  }

  /** A component-wise instruction: on scalars where all operands are, else on four lanes. */
  apply(source: Op, args: readonly Op[]): Op {
    const { code, type, detail } = source;
    if (!args.some((arg) => this.isWide(arg))) return this.b.op(code, valueType(type.lane, 1), args, detail);
    // One condition for all lanes stays a scalar.
    const wide = args.map((arg, i) => (code === 'select' && i === 0 ? arg : this.widen(arg)));
    return this.remember(this.b.op(code, valueType(type.lane, 4), wide, detail), this.#derive(source, args));
  }

  lane(op: Op, lane: number): Op {
    return this.isWide(op) ? this.b.extract(op, lane) : op;
  }

  #derive({ code, type }: Op, args: readonly Op[]): Linear | null {
    if (type.lane !== 'i32' || args.length !== 2) return null;
    const [x, y] = args as readonly [Op, Op];
    const { b } = this;
    const left = this.linear(x);
    const right = this.linear(y);
    if (code === 'add' || code === 'sub') {
      const a = left ?? this.#constant(x);
      const c = right ?? this.#constant(y);
      if (a === null || c === null || a.limit !== null || c.limit !== null) return null;
      return {
        base: b.op(code, a.base.type, [a.base, c.base]),
        stride: code === 'add' ? a.stride + c.stride : a.stride - c.stride,
        limit: null,
      };
    }
    if (code === 'minU') {
      const [value, bound] = left === null ? [right, x] : [left, y];
      if (value === null || value.limit !== null || this.isWide(bound)) return null;
      return { ...value, limit: { index: value.base, stride: value.stride, bound } };
    }
    if (code === 'mul' || code === 'shl') {
      const bits = constantBits(y);
      if (left === null || bits === null) return null;
      const factor = code === 'mul' ? bits[0]! : 2 ** (bits[0]! & 31);
      if (factor > 0xffff) return null;
      const scale = (scalar: Op) => b.op(code, scalar.type, [scalar, b.i32(bits[0]!)]);
      return { base: scale(left.base), stride: left.stride * factor, limit: left.limit };
    }
    return null;
  }

  /** A uniform value as base + 0 * lane. */
  #constant(op: Op): Linear | null {
    return this.isWide(op) ? null : { base: op, stride: 0, limit: null };
  }
}
