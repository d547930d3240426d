/**
 * Emits instructions and control flow into blocks.
 *
 * Every pure instruction is simplified (simplify.ts) and then looked up: an
 * equal one of the same block or an enclosing one is used again. Constants,
 * inputs and what is emitted `atEntry` stand in a prologue that `finish` puts
 * before everything else, so they can be used anywhere.
 */

import {
  type Access,
  type Block,
  type BufferRoot,
  type Case,
  type Detail,
  Exit,
  If,
  type Input,
  type Lane,
  Loop,
  type Node,
  type Op,
  type Opcode,
  type Register,
  Scope,
  type Slot,
  Switch,
  type ValueType,
} from './ir.ts';
import type { Range } from './range.ts';
import { hashOf, NumberedOp, SharedOps } from './sharing.ts';
import { simplify } from './simplify.ts';
import { BOOL, bitsOfFloat, I32, valueType } from './valueType.ts';

/** The program has more instructions than a kernel may have. */
export class TooManyInstructions extends Error {}

export interface BuilderOptions {
  /** The most instructions to emit. */
  readonly limit?: number;
}

export class Builder {
  /** Where in the source the instructions come from that are emitted next. */
  span: Op['span'] = null;
  /** Facts about instructions beyond what `rangeOf` finds by itself. */
  readonly ranges = new Map<Op, Range>();

  #block: Block = [];
  readonly #prologue: Block = [];
  #reachable = true;
  readonly #shared = new SharedOps();
  readonly #entryShared = new SharedOps();
  readonly #constants = new Map<number, Op>();
  readonly #exits = new Set<Loop | Scope>();
  #atEntry = false;
  #count = 0;
  readonly #limit: number;

  constructor(options: BuilderOptions = {}) {
    this.#limit = options.limit ?? 400_000;
  }

  /** False behind an exit: what is emitted there is dropped. */
  get reachable(): boolean {
    return this.#reachable;
  }

  /** How many instructions have been emitted. */
  get count(): number {
    return this.#count;
  }

  /** The outermost block, with the prologue before it. */
  finish(): Block {
    return [...this.#prologue, ...this.#block];
  }

  // ---- Constants and inputs

  constant(type: ValueType, bits: readonly number[]): Op {
    if (type.size === 1) return this.#scalarConstant(type.lane, bits[0]!);
    return this.#sharedOp('const', type, [], bits, true);
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
    return this.#sharedOp('input', I32, [], name, true);
  }

  /** The byte length of a binding. */
  length(root: BufferRoot): Op {
    return this.#sharedOp('length', I32, [], access(root, 0, 'i32'), true);
  }

  /** Runs `emit` with everything going to the prologue. Its operands must be there as well. */
  atEntry<T>(emit: () => T): T {
    const outer = this.#atEntry;
    this.#atEntry = true;
    const result = emit();
    this.#atEntry = outer;
    return result;
  }

  // ---- Pure instructions

  /** A pure instruction: simplified, and shared with an equal one that runs before it. */
  op(code: Opcode, type: ValueType, args: readonly Op[], detail: Detail = null): Op {
    return simplify(this, code, type, args, detail) ?? this.#sharedOp(code, type, args, detail, this.#atEntry);
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
    return this.#emit('get', register.type, [], register);
  }

  set(register: Register, value: Op): Op {
    return this.#emit('set', register.type, [value], register);
  }

  /** Loads from what nobody writes are pure. */
  load(type: ValueType, address: Op, where: Access): Op {
    const { root, uniformLoad } = where;
    if (root.kind === 'slot' || root.writable || uniformLoad) return this.#emit('load', type, [address], where);
    const early = root.space === 'uniform' && address.code === 'const';
    return this.#sharedOp('load', type, [address], where, early || this.#atEntry);
  }

  store(address: Op, value: Op, where: Access): Op {
    return this.#emit('store', value.type, [address, value], where);
  }

  atomic(address: Op, operands: readonly Op[], where: Access): Op {
    return this.#emit('atomic', I32, [address, ...operands], where);
  }

  zeroSlot(slot: Slot): Op {
    return this.#emit('zero', I32, [], access(slot, 0, 'i32'));
  }

  // ---- Control flow

  /** A conditional; one branch alone, in place, where the condition is constant. */
  if(condition: Op, then: () => void, otherwise: () => void = nothing): void {
    if (condition.code === 'const') {
      if ((condition.detail as readonly number[])[0] !== 0) then();
      else otherwise();
      return;
    }
    if (!this.#reachable) return;
    const thenBlock = this.#nested(then);
    const thenReachable = this.#takeReachable();
    const otherwiseBlock = this.#nested(otherwise);
    const otherwiseReachable = this.#takeReachable();
    if (thenBlock.length > 0 || otherwiseBlock.length > 0) this.append(new If(condition, thenBlock, otherwiseBlock));
    this.#reachable = thenReachable || otherwiseReachable;
  }

  loop(body: (loop: Loop) => void): void {
    const loop = new Loop([]);
    this.append(loop);
    loop.body = this.#nested(() => body(loop));
    this.#reachable = this.#exits.has(loop);
  }

  /** A scope that `body` may exit; without exits its body stands in place. */
  scope(body: (scope: Scope) => void): void {
    const scope = new Scope([]);
    const outer = this.#block;
    const known = this.#shared.size;
    this.#block = scope.body;
    body(scope);
    this.#block = outer;
    if (!this.#exits.has(scope)) {
      for (const node of scope.body) outer.push(node);
      return;
    }
    this.#shared.truncate(known);
    outer.push(scope);
    this.#reachable = true;
  }

  /** True where an exit of `target` has been emitted. */
  isLeft(target: Loop | Scope): boolean {
    return this.#exits.has(target);
  }

  exit(target: Loop | Scope): void {
    if (!this.#reachable) return;
    this.append(new Exit(target));
    this.#exits.add(target);
    this.#reachable = false;
  }

  switch(selector: Op, cases: readonly { values: readonly number[]; body: () => void }[], otherwise: () => void): void {
    const constant = selector.code === 'const' ? (selector.detail as readonly number[])[0]! : null;
    if (constant !== null) {
      const taken = cases.find(({ values }) => values.includes(constant));
      if (taken === undefined) otherwise();
      else taken.body();
      return;
    }
    if (!this.#reachable) return;
    let reachable = false;
    const blocks: Case[] = cases.map(({ values, body }) => {
      const block = this.#nested(body);
      reachable = this.#takeReachable() || reachable;
      return { values, body: block };
    });
    const last = this.#nested(otherwise);
    reachable = this.#takeReachable() || reachable;
    this.append(new Switch(selector, blocks, last));
    this.#reachable = reachable;
  }

  /** The nodes that `emit` makes, for a node of the caller's. */
  block(emit: () => void): Block {
    return this.#nested(emit);
  }

  /** Puts a finished node into the current block. */
  append(node: Node): void {
    if (this.#reachable) this.#block.push(node);
  }

  // A branch starts where the one before it started: reachable.
  #takeReachable(): boolean {
    const reachable = this.#reachable;
    this.#reachable = true;
    return reachable;
  }

  #nested(emit: () => void): Block {
    const outer = this.#block;
    const known = this.#shared.size;
    const block: Block = [];
    this.#block = block;
    emit();
    this.#block = outer;
    this.#shared.truncate(known);
    return block;
  }

  // ---- Emission

  #emit(code: Opcode, type: ValueType, args: readonly Op[], detail: Detail): Op {
    const op = new NumberedOp(code, type, args, detail, this.span);
    this.#place(op, this.#atEntry);
    return op;
  }

  #place(op: Op, early: boolean): void {
    this.#count++;
    if (this.#count > this.#limit) throw new TooManyInstructions();
    if (early) this.#prologue.push(op);
    else if (this.#reachable) this.#block.push(op);
  }

  #scalarConstant(lane: Lane, bits: number): Op {
    const key = lane === 'i32' ? bits : bits + (lane === 'f32' ? 2 ** 32 : 2 ** 33);
    let op = this.#constants.get(key);
    if (op === undefined) {
      op = new NumberedOp('const', valueType(lane, 1), [], [bits]);
      this.#constants.set(key, op);
      this.#place(op, true);
    }
    return op;
  }

  #sharedOp(code: Opcode, type: ValueType, args: readonly Op[], detail: Detail, early: boolean): Op {
    const hash = hashOf(code, type, args, detail);
    const entry = this.#entryShared.find(hash, code, type, args, detail);
    const known = entry ?? (early ? null : this.#shared.find(hash, code, type, args, detail));
    if (known !== null) return known;
    const op = new NumberedOp(code, type, args, detail, this.span);
    this.#place(op, early);
    if (early) this.#entryShared.add(hash, op);
    else if (this.#reachable) this.#shared.add(hash, op);
    return op;
  }
}

/** A plain access; the rest of the fields can be given. */
export function access(root: Access['root'], offset: number, format: Access['format']): Access {
  return { root, offset, format, atomic: null, uniformLoad: false };
}

function nothing(): void {}
