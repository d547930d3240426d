/** Vectors: one v128, 32 bits a lane. */

import type { Op, Opcode, ValueType } from '../../ir/ir.ts';
import { accessOf } from '../../ir/walk.ts';
import type { PlainOp } from '../instructions.ts';
import { pushAddress } from './address.ts';
import type { Generator } from './generator.ts';
import { LARGEST_FLOAT } from './scalar.ts';

const LOGIC: Partial<Record<Opcode, PlainOp>> = { and: 'v128.and', or: 'v128.or', xor: 'v128.xor', not: 'v128.not' };

const INTEGER: Partial<Record<Opcode, PlainOp>> = {
  add: 'i32x4.add',
  sub: 'i32x4.sub',
  mul: 'i32x4.mul',
  neg: 'i32x4.neg',
  abs: 'i32x4.abs',
  minS: 'i32x4.min_s',
  minU: 'i32x4.min_u',
  maxS: 'i32x4.max_s',
  maxU: 'i32x4.max_u',
  eq: 'i32x4.eq',
  ne: 'i32x4.ne',
  ltS: 'i32x4.lt_s',
  ltU: 'i32x4.lt_u',
  leS: 'i32x4.le_s',
  leU: 'i32x4.le_u',
};

const FLOAT: Partial<Record<Opcode, PlainOp>> = {
  add: 'f32x4.add',
  sub: 'f32x4.sub',
  mul: 'f32x4.mul',
  div: 'f32x4.div',
  neg: 'f32x4.neg',
  abs: 'f32x4.abs',
  // One instruction each where f32x4.min and max take several, for NaN and -0.
  min: 'f32x4.pmin',
  max: 'f32x4.pmax',
  floor: 'f32x4.floor',
  ceil: 'f32x4.ceil',
  trunc: 'f32x4.trunc',
  round: 'f32x4.nearest',
  sqrt: 'f32x4.sqrt',
  eq: 'f32x4.eq',
  ne: 'f32x4.ne',
  lt: 'f32x4.lt',
  le: 'f32x4.le',
};

const CONVERSION: Partial<Record<Opcode, PlainOp>> = {
  floatFromS: 'f32x4.convert_i32x4_s',
  floatFromU: 'f32x4.convert_i32x4_u',
};

const SHIFT: Partial<Record<Opcode, PlainOp>> = { shl: 'i32x4.shl', shrS: 'i32x4.shr_s', shrU: 'i32x4.shr_u' };

/** Emits an instruction that gives or takes a vector; false where it is none of these. */
export function emitVector(g: Generator, op: Op): boolean {
  const { code, args } = op;
  const plain = CONVERSION[code] ?? LOGIC[code] ?? (args[0]?.type.lane === 'f32' ? FLOAT[code] : INTEGER[code]);
  if (plain !== undefined) {
    g.pushAll(args);
    g.f.op(plain);
    return true;
  }
  return emitLanes(g, op) || emitSequence(g, op);
}

function emitSequence(g: Generator, op: Op): boolean {
  const { code, args } = op;
  const { f } = g;
  switch (code) {
    case 'fma':
      fusedMultiplyAdd(g, args as [Op, Op, Op]);
      return true;
    case 'select':
      select(g, args as [Op, Op, Op]);
      return true;
    case 'shl':
    case 'shrS':
    case 'shrU':
      return shift(g, op);
    case 'signedFromFloat':
    case 'unsignedFromFloat':
      // pmin keeps a NaN, which then becomes 0.
      g.push(args[0]!);
      f.f32x4Const(LARGEST_FLOAT[code]);
      f.op('f32x4.pmin');
      f.op(code === 'signedFromFloat' ? 'i32x4.trunc_sat_f32x4_s' : 'i32x4.trunc_sat_f32x4_u');
      return true;
    case 'bitcast':
      g.push(args[0]!);
      return true;
    case 'intFromBool':
      // True is -1 in every bit.
      g.push(args[0]!);
      f.op('i32x4.neg');
      return true;
    case 'any':
      g.push(args[0]!);
      keepLanes(g, args[0]!.type, 0);
      f.op('v128.any_true');
      return true;
    case 'all':
      g.push(args[0]!);
      keepLanes(g, args[0]!.type, 0xffffffff);
      f.op('i32x4.all_true');
      return true;
    default:
      return false;
  }
}

/** a * b + c, or c - a * b where a is negated here. */
function fusedMultiplyAdd(g: Generator, [a, b, c]: readonly [Op, Op, Op]): void {
  const { f } = g;
  const negated = g.takes(a, 'neg');
  const factor = negated ? a.args[0]! : a;
  if (g.target.relaxed) {
    g.pushAll([factor, b, c]);
    f.op(negated ? 'f32x4.relaxed_nmadd' : 'f32x4.relaxed_madd');
    return;
  }
  g.pushAll([c, factor, b]);
  f.op('f32x4.mul');
  f.op(negated ? 'f32x4.sub' : 'f32x4.add');
}

function select(g: Generator, [condition, whenTrue, whenFalse]: readonly [Op, Op, Op]): void {
  const { f } = g;
  const bound =
    condition.code === 'lt' && condition.type.size > 1 ? boundOf(condition.args, whenTrue, whenFalse) : null;
  if (bound !== null && g.takes(condition, 'lt')) {
    // The second operand where it is less (or greater), the first where not, or where one is NaN.
    g.push(whenFalse);
    g.push(whenTrue);
    f.op(bound);
    return;
  }
  g.push(whenTrue);
  g.push(whenFalse);
  g.push(condition);
  if (condition.type.size === 1) f.op('select');
  else f.op(g.target.relaxed ? 'i32x4.relaxed_laneselect' : 'v128.bitselect');
}

/** What select(a < b, …) of the same two values is. */
function boundOf([a, b]: readonly Op[], whenTrue: Op, whenFalse: Op): PlainOp | null {
  if (a === whenTrue && b === whenFalse) return 'f32x4.pmin';
  return a === whenFalse && b === whenTrue ? 'f32x4.pmax' : null;
}

/** Sets the lanes past the vector's size to `bits`. */
function keepLanes({ f }: Generator, { size }: ValueType, bits: number): void {
  if (size === 4) return;
  const third = size === 3 ? 0 : 0xffffffff;
  if (bits === 0) {
    f.i32x4Const(0xffffffff, 0xffffffff, size === 3 ? 0xffffffff : 0, 0);
    f.op('v128.and');
  } else {
    f.i32x4Const(0, 0, third, 0xffffffff);
    f.op('v128.or');
  }
}

/** One count for all lanes is one instruction; else the math library has it. */
function shift(g: Generator, { code, args }: Op): boolean {
  const { f } = g;
  const instruction = SHIFT[code]!;
  const [value, count] = args as [Op, Op];
  const bits = count.code === 'const' ? (count.detail as readonly number[]) : null;
  if (bits?.every((each) => each === bits[0])) {
    g.push(value);
    f.i32Const(bits[0]!);
  } else if (g.takes(count, 'splat')) {
    g.push(value);
    g.push(count.args[0]!);
  } else {
    return false;
  }
  f.op(instruction);
  return true;
}

function emitLanes(g: Generator, op: Op): boolean {
  const { code, args, type, detail } = op;
  switch (code) {
    case 'splat':
      splat(g, args[0]!);
      return true;
    case 'build':
      if (loadAdjacent(g, op)) return true;
      splat(g, args[0]!);
      for (let lane = 1; lane < type.size; lane++) replaceLane(g, args[lane]!, lane);
      return true;
    case 'extract':
      g.push(args[0]!);
      extractLane(g, type, (detail as readonly number[])[0]!);
      return true;
    case 'insert':
      g.push(args[0]!);
      replaceLane(g, args[1]!, (detail as readonly number[])[0]!);
      return true;
    case 'shuffle':
      shuffle(g, op, detail as readonly number[]);
      return true;
    case 'extractDynamic':
      extractDynamic(g, op);
      return true;
    case 'insertDynamic':
      insertDynamic(g, op);
      return true;
    default:
      return false;
  }
}

/** Four words that lie side by side and wait to be loaded are one load. */
function loadAdjacent(g: Generator, { args, type }: Op): boolean {
  if (type.size !== 4 || new Set(args).size !== 4) return false;
  const [first] = args as [Op];
  if (!args.every((each, lane) => g.isPending(each) && each.code === 'load' && follows(first, each, 4 * lane)))
    return false;
  for (const each of args.slice(1)) g.takes(each, 'load');
  g.takes(first, 'load');
  g.f.memory('v128.load', pushAddress(g, first), 2);
  return true;
}

function follows(first: Op, other: Op, bytes: number): boolean {
  const [a, b] = [accessOf(first), accessOf(other)];
  const isWord = b.format === 'f32' || b.format === 'i32';
  return isWord && first.args[0] === other.args[0] && a.root === b.root && b.offset === a.offset + bytes;
}

function splat(g: Generator, scalar: Op): void {
  const { f } = g;
  const isWord = scalar.code === 'load' && (accessOf(scalar).format === 'f32' || accessOf(scalar).format === 'i32');
  if (isWord && g.takes(scalar, 'load')) {
    f.memory('v128.load32_splat', pushAddress(g, scalar));
    return;
  }
  pushLane(g, scalar);
  f.op(scalar.type.lane === 'f32' ? 'f32x4.splat' : 'i32x4.splat');
}

/** A scalar as the bits of a lane: true is -1. */
function pushLane(g: Generator, scalar: Op): void {
  if (scalar.type.lane === 'bool') g.f.i32Const(0);
  g.push(scalar);
  if (scalar.type.lane === 'bool') g.f.op('i32.sub');
}

function replaceLane(g: Generator, scalar: Op, lane: number): void {
  pushLane(g, scalar);
  g.f.lane(scalar.type.lane === 'f32' ? 'f32x4.replace_lane' : 'i32x4.replace_lane', lane);
}

function extractLane({ f }: Generator, { lane }: ValueType, index: number): void {
  f.lane(lane === 'f32' ? 'f32x4.extract_lane' : 'i32x4.extract_lane', index);
  if (lane !== 'bool') return;
  f.i32Const(1);
  f.op('i32.and');
}

function shuffle(g: Generator, { args }: Op, lanes: readonly number[]): void {
  const [a, b = a] = args as [Op, Op?];
  const [x = 0, y = x, z = y, w = z] = lanes;
  if (a === b) {
    const v = g.temporary('v128');
    g.push(a);
    g.f.tee(v);
    g.f.get(v);
  } else {
    g.push(a);
    g.push(b);
  }
  g.f.shuffle32(x, y, z, w);
}

/** Selects among the lanes; an index past the last gives the last. */
function extractDynamic(g: Generator, { args, type }: Op): void {
  const { f } = g;
  const [vector, index] = args as [Op, Op];
  const v = g.temporary('v128');
  const at = g.temporary('i32');
  g.push(vector);
  f.set(v);
  g.push(index);
  f.set(at);
  f.get(v);
  extractLane(g, type, vector.type.size - 1);
  for (let lane = vector.type.size - 2; lane >= 0; lane--) {
    const rest = g.temporary(type.lane === 'f32' ? 'f32' : 'i32');
    f.set(rest);
    f.get(v);
    extractLane(g, type, lane);
    f.get(rest);
    f.get(at);
    f.i32Const(lane);
    f.op('i32.eq');
    f.op('select');
  }
}

/** bitselect by the lanes whose number is the index, at most the last. */
function insertDynamic(g: Generator, { args, type }: Op): void {
  const { f } = g;
  const [vector, scalar, index] = args as [Op, Op, Op];
  const at = g.temporary('i32');
  splat(g, scalar);
  g.push(vector);
  g.push(index);
  f.set(at);
  f.get(at);
  f.i32Const(type.size - 1);
  f.get(at);
  f.i32Const(type.size - 1);
  f.op('i32.lt_u');
  f.op('select');
  f.op('i32x4.splat');
  f.i32x4Const(0, 1, 2, 3);
  f.op('i32x4.eq');
  f.op('v128.bitselect');
}
