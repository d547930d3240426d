/** Memory accesses of four lanes. */

import { type Access, type Format, type Op, Register, type Root, type Slot, type ValueType } from '../ir.ts';
import { BOOL, constantBits, I32, valueType } from '../valueType.ts';
import { accessOf } from '../walk.ts';
import type { Limit } from './lanes.ts';
import type { Widener } from './widen.ts';

const LANES = [0, 1, 2, 3] as const;
/** How far to look for the clamps of an address: one for each dimension of an array. */
const DEEPEST = 6;

function bytesOf(format: Format): number {
  return format === 'f16' ? 2 : 4;
}

export class WideMemory {
  readonly #w: Widener;

  constructor(w: Widener) {
    this.#w = w;
  }

  /** The components of what is loaded. */
  load(op: Op): readonly Op[] {
    const { b, lanes } = this.#w;
    const where = accessOf(op);
    const address = this.#w.part(op.args[0]!, 0);
    if (isPrivate(where)) return this.#loadPrivate(op, address);
    if (!lanes.isWide(address)) return components(this.#w, b.load(op.type, address, where));
    const linear = lanes.linear(address);
    if (op.type.size === 1) {
      if (linear === null || linear.stride !== bytesOf(where.format)) {
        return [this.#gather(op.type, this.#working(address, where), where)];
      }
      const wide = valueType(op.type.lane, 4);
      if (linear.limit === null) return [b.load(wide, linear.base, where)];
      // Side by side as long as no lane is at the limit.
      const result = new Register(wide, 'loaded');
      b.if(
        this.#inRange(linear.limit),
        () => b.set(result, b.load(wide, linear.base, where)),
        () => b.set(result, this.#gather(op.type, address, where)),
      );
      return [b.get(result)];
    }
    const working = this.#working(address, where);
    const rows = LANES.map((lane) => b.load(op.type, lanes.lane(working, lane), where));
    return transpose(this.#w, rows, op.type);
  }

  store(op: Op): void {
    const { b, lanes } = this.#w;
    const where = accessOf(op);
    const value = op.args[1]!;
    const { size, lane } = value.type;
    const address = this.#w.part(op.args[0]!, 0);
    if (this.#w.shared) {
      const parts = Array.from({ length: size }, (_, i) => this.#w.part(value, i));
      b.store(address, b.build(parts), where);
      return;
    }
    if (isPrivate(where)) {
      this.#storePrivate(op, address);
      return;
    }
    const rows = () =>
      LANES.map((each) => b.build(Array.from({ length: size }, (_, i) => lanes.lane(this.#w.part(value, i), each))));
    const scatter = () => {
      const values = size === 1 ? null : rows();
      this.#eachLane((each) => {
        b.store(
          lanes.lane(address, each),
          values === null ? lanes.lane(this.#w.part(value, 0), each) : values[each]!,
          where,
        );
      });
    };
    const linear = lanes.linear(address);
    if (size > 1 || linear === null || linear.stride !== bytesOf(where.format)) {
      scatter();
      return;
    }
    const wide = lanes.widen(this.#w.part(value, 0));
    const together = this.#all(linear.limit === null ? null : this.#inRange(linear.limit));
    const inOne = () => b.store(linear.base, wide, { ...where, format: lane === 'bool' ? 'bool' : where.format });
    if (together === null) inOne();
    else b.if(together, inOne, scatter);
  }

  /** One lane after the other; the old values. */
  atomic(op: Op): Op {
    const { b, lanes } = this.#w;
    const where = accessOf(op);
    const address = this.#w.part(op.args[0]!, 0);
    const operands = op.args.slice(1).map((operand) => this.#w.part(operand, 0));
    if (this.#w.shared) return b.atomic(address, operands, where);
    const results = LANES.map(() => new Register(I32, 'old'));
    this.#eachLane((lane) => {
      const old = b.atomic(
        lanes.lane(address, lane),
        operands.map((operand) => lanes.lane(operand, lane)),
        where,
      );
      if (where.atomic !== 'store') b.set(results[lane]!, old);
    });
    return where.atomic === 'store' ? b.i32(0) : b.build(results.map((result) => b.get(result)));
  }

  /** Runs `body` for each lane at work. */
  #eachLane(body: (lane: number) => void): void {
    const { b, mask } = this.#w;
    for (const lane of LANES) {
      if (mask === null) body(lane);
      else b.if(b.extract(mask, lane), () => body(lane));
    }
  }

  /**
   * Address 0, which every access can have, for the lanes at rest: what they hold was proven in range for lanes at work
   * only, and may be any number. Addresses that were clamped just now need no such care.
   */
  #working(address: Op, { root }: Access): Op {
    const { b, lanes, mask } = this.#w;
    if (mask === null || !lanes.isWide(address) || isClamped(address, root)) return address;
    return b.select(mask, address, b.splat(b.i32(0), 4));
  }

  #gather(type: ValueType, address: Op, where: Access): Op {
    const { b, lanes } = this.#w;
    return b.build(LANES.map((lane) => b.load(type, lanes.lane(address, lane), where)));
  }

  /** Whether index, index + stride, … index + 3 · stride are at most the bound. */
  #inRange({ index, stride, bound }: Limit): Op {
    const { b } = this.#w;
    const span = b.i32(3 * stride);
    // bound - span without wrapping: 0 where it would, and then nothing is below.
    const end = b.select(b.compare('leU', span, bound), b.add(b.sub(bound, span), b.i32(1)), b.i32(0));
    return b.compare('ltU', index, end);
  }

  /** A condition that holds for all lanes together, or null for always. */
  #all(condition: Op | null): Op | null {
    const { b, mask } = this.#w;
    if (mask === null) return condition;
    const all = b.all(mask);
    return condition === null ? all : b.op('and', BOOL, [all, condition]);
  }

  // ---- Private slots: each word of the narrow slot is four lanes of the wide one.

  #loadPrivate(op: Op, address: Op): readonly Op[] {
    const { b, lanes } = this.#w;
    const where = accessOf(op);
    const { type } = op;
    const scaled = scale(this.#w, this.#working(address, where));
    return Array.from({ length: type.size }, (_, i) => {
      const place = this.#place(where, i);
      if (this.#w.shared) return b.load(valueType(type.lane, 1), scaled, place);
      if (!lanes.isWide(address)) return b.load(valueType(type.lane, 4), scaled, place);
      return b.build(
        LANES.map((lane) => b.load(valueType(type.lane, 1), lanes.lane(scaled, lane), shifted(place, 4 * lane))),
      );
    });
  }

  #storePrivate(op: Op, address: Op): void {
    const { b, lanes, mask } = this.#w;
    const where = accessOf(op);
    const value = op.args[1]!;
    const scaled = scale(this.#w, address);
    for (let i = 0; i < value.type.size; i++) {
      const place = this.#place(where, i);
      const part = this.#w.part(value, i);
      if (lanes.isWide(address)) {
        this.#eachLane((lane) => b.store(lanes.lane(scaled, lane), lanes.lane(part, lane), shifted(place, 4 * lane)));
        continue;
      }
      const wide = lanes.widen(part);
      const kept = mask === null ? wide : b.select(mask, wide, b.load(wide.type, scaled, place));
      b.store(scaled, kept, place);
    }
  }

  #place(where: Access, component: number): Access {
    return { ...where, root: this.#w.slot(where.root as Slot), offset: (where.offset + 4 * component) * 4 };
  }
}

function isPrivate({ root }: Access): boolean {
  return root.kind === 'slot' && root.space === 'private';
}

/** Whether what varies in an address was clamped to the end of the root. */
function isClamped(address: Op, root: Root, depth = 0): boolean {
  const { code, args } = address;
  if (code === 'splat' || isSame(constantBits(address))) return true;
  if (code === 'minU') return args.some((bound) => isEnd(bound.code === 'splat' ? bound.args[0]! : bound, root));
  if (depth === DEEPEST) return false;
  return (code === 'add' || code === 'mul' || code === 'shl') && args.every((arg) => isClamped(arg, root, depth + 1));
}

function isSame(bits: readonly number[] | null): boolean {
  return bits?.every((each) => each === bits[0]) ?? false;
}

/** Whether a value is made of constants and the length of the root. */
function isEnd(op: Op, root: Root, depth = 0): boolean {
  if (op.code === 'length') return accessOf(op).root === root;
  if (op.args.length === 0 || depth === DEEPEST) return op.code === 'const';
  return op.args.every((arg) => isEnd(arg, root, depth + 1));
}

function shifted(where: Access, bytes: number): Access {
  return { ...where, offset: where.offset + bytes };
}

function scale({ b }: Widener, address: Op): Op {
  const two = address.type.size === 1 ? b.i32(2) : b.splat(b.i32(2), 4);
  return b.op('shl', address.type, [address, two]);
}

function components({ b }: Widener, value: Op): readonly Op[] {
  return Array.from({ length: value.type.size }, (_, i) => b.extract(value, i));
}

/** Four rows of a lane each to components of four lanes. */
function transpose({ b }: Widener, rows: readonly Op[], { size }: ValueType): readonly Op[] {
  const [r0, r1, r2, r3] = rows as [Op, Op, Op, Op];
  const low01 = b.shuffle([r0, r1], [0, 4, 1, 5]);
  const low23 = b.shuffle([r2, r3], [0, 4, 1, 5]);
  const result = [b.shuffle([low01, low23], [0, 1, 4, 5]), b.shuffle([low01, low23], [2, 3, 6, 7])];
  if (size === 2) return result;
  const high01 = b.shuffle([r0, r1], size === 3 ? [2, 6, 2, 6] : [2, 6, 3, 7]);
  const high23 = b.shuffle([r2, r3], size === 3 ? [2, 6, 2, 6] : [2, 6, 3, 7]);
  result.push(b.shuffle([high01, high23], [0, 1, 4, 5]));
  if (size === 4) result.push(b.shuffle([high01, high23], [2, 3, 6, 7]));
  return result;
}
