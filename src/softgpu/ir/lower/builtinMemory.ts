/** Built-ins that reach memory or wait: atomics, `arrayLength`, barriers. */

import type { Expression } from '../../program/program.ts';
import { access } from '../builder.ts';
import { type AtomicOp, Barrier, type Op } from '../ir.ts';
import { type Context, LoweringError } from './context.ts';
import { place, value } from './expression.ts';
import { arrayCount } from './index.ts';
import { addressOf, loadMemory } from './memory.ts';
import type { MemoryPlace } from './place.ts';
import { opOf, scalarKind, type Value } from './value.ts';

type Call = Extract<Expression, { kind: 'builtin' }>;

const ATOMICS: Readonly<Record<string, AtomicOp | readonly [signed: AtomicOp, unsigned: AtomicOp]>> = {
  atomicLoad: 'load',
  atomicStore: 'store',
  atomicAdd: 'add',
  atomicSub: 'sub',
  atomicMin: ['minS', 'minU'],
  atomicMax: ['maxS', 'maxU'],
  atomicAnd: 'and',
  atomicOr: 'or',
  atomicXor: 'xor',
  atomicExchange: 'exchange',
  atomicCompareExchangeWeak: 'compareExchange',
};

export function atomic(c: Context, e: Call): Value | null {
  const target = memoryPlace(c, e);
  const operands = e.args.slice(1).map((arg) => opOf(value(c, arg)));
  const signed = scalarKind(target.type) === 'i32';
  const named = ATOMICS[e.name];
  if (named === undefined) throw new LoweringError(`${e.name}() is unknown`, e.span);
  const code = typeof named === 'string' ? named : named[signed ? 0 : 1]!;
  const old = emit(c, target, operands, code);
  if (code === 'store') return null;
  return code === 'compareExchange' ? [old, c.b.compare('eq', old, operands[0]!)] : old;
}

function emit(c: Context, target: MemoryPlace, operands: readonly Op[], code: AtomicOp): Op {
  const where = { ...access(target.root, target.offset, 'i32'), atomic: code };
  return c.b.atomic(addressOf(c, target), operands, where);
}

function memoryPlace(c: Context, e: Call): MemoryPlace {
  const found = place(c, e.args[0]!);
  if (found.kind !== 'memory')
    throw new LoweringError(`${e.name}: the pointer must be into workgroup or storage memory`, e.span);
  return found;
}

function barrier(c: Context, orders: Barrier['orders']): null {
  c.b.append(new Barrier(orders));
  return null;
}

function workgroupUniformLoad(c: Context, e: Call): Value {
  const source = memoryPlace(c, e);
  barrier(c, 'workgroup');
  const loaded = loadMemory(c, source, true);
  barrier(c, 'workgroup');
  return loaded;
}

export const memory: Readonly<Record<string, (c: Context, e: Call) => Value | null>> = {
  arrayLength: (c, e) => arrayCount(c, memoryPlace(c, e)),
  storageBarrier: (c) => barrier(c, 'storage'),
  workgroupBarrier: (c) => barrier(c, 'workgroup'),
  textureBarrier: (c) => barrier(c, 'textures'),
  workgroupUniformLoad,
};
