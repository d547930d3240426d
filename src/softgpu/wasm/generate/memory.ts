/** Loads, stores and atomics. */

import type { AtomicOp, Op } from '../../ir/ir.ts';
import { accessOf } from '../../ir/walk.ts';
import type { MemoryOp, PlainOp } from '../instructions.ts';
import { placeOf, pushAddress } from './address.ts';
import type { Generator } from './generator.ts';
import { loadHalf, storeHalf } from './half.ts';

export function emitLoad(g: Generator, op: Op): void {
  const { f } = g;
  const { format } = accessOf(op);
  const { size, lane } = op.type;
  if (format === 'f16') {
    loadHalf(g, op);
    return;
  }
  const offset = pushAddress(g, op);
  if (size === 1) f.memory(lane === 'f32' ? 'f32.load' : 'i32.load', offset);
  else if (size === 2) f.memory('v128.load64_zero', offset, 2);
  else f.memory('v128.load', offset, 2);
  if (format === 'bool' && size > 1) f.op('i32x4.neg');
}

export function emitStore(g: Generator, op: Op): void {
  const { f } = g;
  const value = op.args[1]!;
  const { format } = accessOf(op);
  const { size, lane } = value.type;
  if (format === 'f16') {
    storeHalf(g, op);
    return;
  }
  if (size === 1) {
    const offset = pushAddress(g, op);
    g.push(value);
    f.memory(lane === 'f32' ? 'f32.store' : 'i32.store', offset);
    return;
  }
  if (size === 4 && format !== 'bool') {
    const offset = pushAddress(g, op);
    g.push(value);
    f.memory('v128.store', offset, 2);
    return;
  }
  const v = g.temporary('v128');
  g.push(value);
  if (format === 'bool') f.op('i32x4.neg');
  f.set(v);
  const address = g.temporary('i32');
  const offset = pushAddress(g, op);
  f.tee(address);
  f.get(v);
  if (size === 4) {
    f.memory('v128.store', offset, 2);
    return;
  }
  f.memoryLane('v128.store64_lane', offset, 0, 2);
  if (size === 2) return;
  f.get(address);
  f.get(v);
  f.memoryLane('v128.store32_lane', offset + 8, 2, 2);
}

export function emitZero(g: Generator, op: Op): void {
  const { f } = g;
  const { root } = accessOf(op);
  if (root.kind !== 'slot') throw new Error('zero: only slots are cleared');
  const [base, start] = placeOf(g, root);
  f.get(base);
  f.i32Const(start);
  f.op('i32.add');
  f.i32Const(0);
  f.i32Const(root.bytes);
  f.memoryFill();
}

const SHARED_OPERATIONS: Partial<Record<AtomicOp, MemoryOp>> = {
  add: 'i32.atomic.rmw.add',
  sub: 'i32.atomic.rmw.sub',
  and: 'i32.atomic.rmw.and',
  or: 'i32.atomic.rmw.or',
  xor: 'i32.atomic.rmw.xor',
  exchange: 'i32.atomic.rmw.xchg',
};

const PLAIN_OPERATIONS: Partial<Record<AtomicOp, PlainOp>> = {
  add: 'i32.add',
  sub: 'i32.sub',
  and: 'i32.and',
  or: 'i32.or',
  xor: 'i32.xor',
};

const CHOICES: Partial<Record<AtomicOp, PlainOp>> = {
  minS: 'i32.lt_s',
  minU: 'i32.lt_u',
  maxS: 'i32.gt_s',
  maxU: 'i32.gt_u',
};

/**
 * Leaves the old value on the stack (`store`: nothing), or nothing where nobody
 * uses it. Threads share storage buffers; a workgroup's memory belongs to one.
 */
export function emitAtomic(g: Generator, op: Op, used: boolean): void {
  const { root, atomic } = accessOf(op);
  if (root.kind === 'buffer') emitShared(g, op, atomic!);
  else emitPlain(g, op, atomic!);
  if (!used && atomic !== 'store') g.f.op('drop');
}

function emitShared(g: Generator, op: Op, atomic: AtomicOp): void {
  const { f } = g;
  const operands = op.args.slice(1);
  const choice = CHOICES[atomic];
  if (choice === undefined) {
    const offset = pushAddress(g, op);
    g.pushAll(operands);
    if (atomic === 'load') f.memory('i32.atomic.load', offset);
    else if (atomic === 'store') f.memory('i32.atomic.store', offset);
    else if (atomic === 'compareExchange') f.memory('i32.atomic.rmw.cmpxchg', offset);
    else f.memory(SHARED_OPERATIONS[atomic]!, offset);
    return;
  }
  // Try until nobody wrote between reading and exchanging.
  const address = g.temporary('i32');
  const operand = g.temporary('i32');
  const seen = g.temporary('i32');
  const offset = pushAddress(g, op);
  f.set(address);
  g.pushAll(operands);
  f.set(operand);
  const again = f.loop();
  f.get(address);
  f.get(address);
  f.memory('i32.atomic.load', offset);
  f.tee(seen);
  f.get(seen);
  f.get(operand);
  f.get(seen);
  f.get(operand);
  f.op(choice);
  f.op('select');
  f.memory('i32.atomic.rmw.cmpxchg', offset);
  f.get(seen);
  f.op('i32.ne');
  f.brIf(again);
  f.end();
  f.get(seen);
}

function emitPlain(g: Generator, op: Op, atomic: AtomicOp): void {
  const { f } = g;
  const operands = op.args.slice(1);
  const address = g.temporary('i32');
  const offset = pushAddress(g, op);
  f.set(address);
  if (atomic === 'load') {
    f.get(address);
    f.memory('i32.load', offset);
    return;
  }
  const value = g.temporary('i32');
  g.push(operands.at(-1)!);
  f.set(value);
  if (atomic === 'store') {
    f.get(address);
    f.get(value);
    f.memory('i32.store', offset);
    return;
  }
  const old = g.temporary('i32');
  f.get(address);
  f.memory('i32.load', offset);
  f.set(old);
  const choice = CHOICES[atomic];
  const plain = PLAIN_OPERATIONS[atomic];
  f.get(address);
  if (plain !== undefined) {
    f.get(old);
    f.get(value);
    f.op(plain);
  } else {
    f.get(value);
    if (choice !== undefined) {
      f.get(old);
      f.get(value);
      f.get(old);
      f.op(choice);
      f.op('select');
    } else if (atomic === 'compareExchange') {
      f.get(old);
      f.get(old);
      g.push(operands[0]!);
      f.op('i32.eq');
      f.op('select');
    }
  }
  f.memory('i32.store', offset);
  f.get(old);
}
