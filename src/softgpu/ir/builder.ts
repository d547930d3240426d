/**
 * Emits instructions and control flow into blocks.
 *
 * Every pure instruction is simplified (simplify.ts) and then looked up: an
 * equal one of the same block or an enclosing one is used again. Constants,
 * inputs and what is emitted `atEntry` stand in a prologue that `finish` puts
 * before everything else, so they can be used anywhere.
 */

import { BlockBuilder } from './blockBuilder.ts';
import type { Access, BufferRoot, Detail, Input, Lane, Op, Opcode, Register, Slot, ValueType } from './ir.ts';
import type { Range } from './range.ts';
import { simplify } from './simplify.ts';
import { BOOL, bitsOfFloat, I32, valueType } from './valueType.ts';

export class Builder extends BlockBuilder {
  /** Facts about instructions beyond what `rangeOf` finds by itself. */
  readonly ranges = new Map<Op, Range>();
  readonly #constants = new Map<number, Op>();

  // ---- Constants and inputs

  constant(type: ValueType, bits: readonly number[]): Op {
    if (type.size === 1) return this.#scalarConstant(type.lane, bits[0]!);
    return this.shared('const', type, [], bits, true);
  }

  i32(value: number): Op {
    return this.#scalarConstant('i32', value >>> 0);
  }

  f32(value: number): Op {
    return this.#scalarConstant('f32', bitsOfFloat(value));
  }

  bool(value: boolean): Op {
    return this.#scalarConstant('bool', value ? 1 : 0);
  }

  zero(type: ValueType): Op {
    return this.constant(type, [0, 0, 0, 0].slice(0, type.size));
  }

  input(name: Input): Op {
    return this.shared('input', I32, [], name, true);
  }

  /** The byte length of a binding. */
  length(root: BufferRoot): Op {
    return this.shared('length', I32, [], access(root, 0, 'i32'), true);
  }

  // ---- Pure instructions

  /** A pure instruction: simplified, and shared with an equal one that runs before it. */
  op(code: Opcode, type: ValueType, args: readonly Op[], detail: Detail = null): Op {
    return simplify(this, code, type, args, detail) ?? this.shared(code, type, args, detail);
  }

  /** An instruction whose result has the type of its first operand. */
  same(code: Opcode, ...args: Op[]): Op {
    return this.op(code, args[0]!.type, args);
  }

  compare(code: 'eq' | 'ne' | 'lt' | 'le' | 'ltS' | 'ltU' | 'leS' | 'leU', a: Op, b: Op): Op {
    return this.op(code, valueType('bool', a.type.size), [a, b]);
  }

  add(a: Op, b: Op): Op {
    return this.op('add', a.type, [a, b]);
  }

  sub(a: Op, b: Op): Op {
    return this.op('sub', a.type, [a, b]);
  }

  mul(a: Op, b: Op): Op {
    return this.op('mul', a.type, [a, b]);
  }

  fma(a: Op, b: Op, c: Op): Op {
    return this.op('fma', a.type, [a, b, c]);
  }

  not(a: Op): Op {
    return this.op('not', a.type, [a]);
  }

  select(condition: Op, whenTrue: Op, whenFalse: Op): Op {
    return this.op('select', whenTrue.type, [condition, whenTrue, whenFalse]);
  }

  math(name: string, ...args: Op[]): Op {
    return this.op('math', args[0]!.type, args, name);
  }

  convert(code: Opcode, lane: Lane, a: Op): Op {
    return this.op(code, valueType(lane, a.type.size), [a]);
  }

  bitcast(lane: Lane, a: Op): Op {
    return a.type.lane === lane ? a : this.convert('bitcast', lane, a);
  }

  splat(a: Op, size: number): Op {
    return size === 1 ? a : this.op('splat', valueType(a.type.lane, size), [a]);
  }

  build(parts: readonly Op[]): Op {
    return parts.length === 1 ? parts[0]! : this.op('build', valueType(parts[0]!.type.lane, parts.length), parts);
  }

  extract(vector: Op, lane: number): Op {
    return vector.type.size === 1 ? vector : this.op('extract', valueType(vector.type.lane, 1), [vector], [lane]);
  }

  insert(vector: Op, scalar: Op, lane: number): Op {
    return this.op('insert', vector.type, [vector, scalar], [lane]);
  }

  /** Lanes of one or two vectors: those of the second are 4 and up. */
  shuffle(vectors: readonly Op[], lanes: readonly number[]): Op {
    return this.op('shuffle', valueType(vectors[0]!.type.lane, lanes.length), vectors, lanes);
  }

  extractDynamic(vector: Op, index: Op): Op {
    return this.op('extractDynamic', valueType(vector.type.lane, 1), [vector, index]);
  }

  insertDynamic(vector: Op, scalar: Op, index: Op): Op {
    return this.op('insertDynamic', vector.type, [vector, scalar, index]);
  }

  any(a: Op): Op {
    return a.type.size === 1 ? a : this.op('any', BOOL, [a]);
  }

  all(a: Op): Op {
    return a.type.size === 1 ? a : this.op('all', BOOL, [a]);
  }

  // ---- Registers and memory

  get(register: Register): Op {
    return this.emit('get', register.type, [], register);
  }

  set(register: Register, value: Op): Op {
    return this.emit('set', register.type, [value], register);
  }

  /** Loads from what nobody writes are pure. */
  load(type: ValueType, address: Op, where: Access): Op {
    const { root, uniformLoad } = where;
    if (root.kind === 'slot' || root.writable || uniformLoad) return this.emit('load', type, [address], where);
    const early = root.space === 'uniform' && address.code === 'const';
    return this.shared('load', type, [address], where, early);
  }

  store(address: Op, value: Op, where: Access): Op {
    return this.emit('store', value.type, [address, value], where);
  }

  atomic(address: Op, operands: readonly Op[], where: Access): Op {
    return this.emit('atomic', I32, [address, ...operands], where);
  }

  zeroSlot(slot: Slot): Op {
    return this.emit('zero', I32, [], access(slot, 0, 'i32'));
  }

  #scalarConstant(lane: Lane, bits: number): Op {
    const key = lane === 'i32' ? bits : bits + (lane === 'f32' ? 2 ** 32 : 2 ** 33);
    let op = this.#constants.get(key);
    if (op === undefined) {
      op = this.shared('const', valueType(lane, 1), [], [bits], true);
      this.#constants.set(key, op);
    }
    return op;
  }
}

/** A plain access; the rest of the fields can be given. */
export function access(root: Access['root'], offset: number, format: Access['format']): Access {
  return { root, offset, format, atomic: null, uniformLoad: false };
}
