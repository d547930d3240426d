/** Finds the instruction equal to one about to be emitted. */

import { type Detail, Op, type Opcode, type ValueType } from './ir.ts';

/** An instruction with a number, by which equal ones are found. */
export class NumberedOp extends Op {
  readonly id = nextId++;
  hash = 0;
  /** The next older one with the same hash. */
  older: NumberedOp | null = null;
}

let nextId = 1;

/** Instructions by what they compute. */
export class SharedOps {
  readonly #newest = new Map<number, NumberedOp>();
  /** In order of entry, to forget those of a block at its end. */
  readonly #entered: NumberedOp[] = [];

  get size(): number {
    return this.#entered.length;
  }

  find(hash: number, code: Opcode, type: ValueType, args: readonly Op[], detail: Detail): Op | null {
    for (let op = this.#newest.get(hash) ?? null; op !== null; op = op.older) {
      if (op.code === code && op.type === type && sameArgs(op.args, args) && sameDetail(op.detail, detail)) return op;
    }
    return null;
  }

  add(hash: number, op: NumberedOp): void {
    op.hash = hash;
    op.older = this.#newest.get(hash) ?? null;
    this.#newest.set(hash, op);
    this.#entered.push(op);
  }

  /** Forgets all but the first `size`. */
  truncate(size: number): void {
    while (this.#entered.length > size) {
      const op = this.#entered.pop()!;
      if (op.older === null) this.#newest.delete(op.hash);
      else this.#newest.set(op.hash, op.older);
    }
  }
}

// Instructions of another builder have no number; they are few.
const foreignIds = new WeakMap<Op, number>();

function idOf(op: Op): number {
  if (op instanceof NumberedOp) return op.id;
  let id = foreignIds.get(op);
  if (id === undefined) {
    id = nextId++;
    foreignIds.set(op, id);
  }
  return id;
}

const codeNumbers = new Map<string, number>();

function numberOf(name: string): number {
  let number = codeNumbers.get(name);
  if (number === undefined) {
    number = codeNumbers.size + 1;
    codeNumbers.set(name, number);
  }
  return number;
}

export function hashOf(code: Opcode, type: ValueType, args: readonly Op[], detail: Detail): number {
  let hash = Math.imul(numberOf(code), 31) + type.size;
  for (const arg of args) hash = Math.imul(hash ^ idOf(arg), 0x9e3779b1);
  if (typeof detail === 'string') hash ^= numberOf(detail) << 16;
  else if (Array.isArray(detail)) for (const entry of detail) hash = Math.imul(hash ^ entry, 0x85ebca6b);
  else if (detail !== null && 'root' in detail) hash = Math.imul(hash ^ detail.offset, 0x85ebca6b);
  return hash;
}

function sameArgs(a: readonly Op[], b: readonly Op[]): boolean {
  return a.length === b.length && a.every((arg, i) => arg === b[i]);
}

function sameDetail(a: Detail, b: Detail): boolean {
  if (a === b) return true;
  if (a === null || b === null || typeof a === 'string' || typeof b === 'string') return false;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((entry, i) => entry === b[i]);
  if (!('root' in a) || !('root' in b)) return false;
  return a.root === b.root && a.offset === b.offset && a.format === b.format && !a.uniformLoad && !b.uniformLoad;
}
