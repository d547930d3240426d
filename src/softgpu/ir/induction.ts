/**
 * Which values of a loop grow by the same amount in every round.
 *
 * A register that each round sets once, to itself plus a value that the loop
 * does not change, is `start + round * step`; so is every sum and every
 * product with an unchanged value of such. All of it is arithmetic modulo
 * 2^32, in which it always holds.
 */

import { type Block, type Loop, type Node, Op, type Register } from './ir.ts';
import { I32, scalarBits } from './valueType.ts';
import { blocksOf, operandOf, registerOf, visitOps } from './walk.ts';

/** A sum of values from outside the loop, each times a constant, modulo 2^32. */
export interface Linear {
  readonly terms: ReadonlyMap<Op, number>;
  readonly constant: number;
}

/** The value `start + round * step`, rounds counted from 0. */
export interface Affine {
  readonly start: Linear;
  readonly step: Linear;
}

const NONE: ReadonlyMap<Op, number> = new Map();
export const ZERO: Linear = { terms: NONE, constant: 0 };

/** What is computed in front of the loop. */
export class Front {
  readonly ops: Op[] = [];
  readonly #registers: Map<Register, Op>;

  constructor(known: ReadonlyMap<Register, Op>) {
    this.#registers = new Map(known);
  }

  constant(value: number): Op {
    return this.#emit(new Op('const', I32, [], [value >>> 0]));
  }

  emit(code: Op['code'], type: Op['type'], args: readonly Op[], detail: Op['detail'] = null): Op {
    return this.#emit(new Op(code, type, args, detail));
  }

  /** The register's value as the loop begins. */
  get(register: Register): Op {
    const known = this.#registers.get(register);
    if (known !== undefined) return known;
    const op = this.emit('get', register.type, [], register);
    this.#registers.set(register, op);
    return op;
  }

  /** A sum as one value. */
  value({ terms, constant }: Linear): Op {
    let sum: Op | null = null;
    for (const [term, times] of terms) {
      const power = 31 - Math.clz32(times);
      const isPower = times === 2 ** power;
      const product: Op =
        times === 1
          ? term
          : isPower
            ? this.emit('shl', I32, [term, this.constant(power)])
            : this.emit('mul', I32, [term, this.constant(times)]);
      sum = sum === null ? product : this.emit('add', I32, [sum, product]);
    }
    if (sum === null) return this.constant(constant);
    return constant === 0 ? sum : this.emit('add', I32, [sum, this.constant(constant)]);
  }

  #emit(op: Op): Op {
    this.ops.push(op);
    return op;
  }
}

export class Induction {
  readonly #front: Front;
  readonly #inside = new Set<Op>();
  /** Steps of the registers that grow evenly. */
  readonly #steps = new Map<Register, Linear>();
  /** Readings that follow the register's `set` in their round. */
  readonly #late = new Set<Op>();
  readonly #forms = new Map<Op, Affine | null>();

  constructor(loop: Loop, front: Front) {
    this.#front = front;
    visitOps(loop.body, (op) => this.#inside.add(op));
    this.#findSteps(loop.body);
  }

  isInside(op: Op): boolean {
    return this.#inside.has(op);
  }

  /** The step of a register that grows evenly. */
  stepOf(register: Register): Linear | null {
    return this.#steps.get(register) ?? null;
  }

  /** Null where the value does not grow evenly. */
  formOf(op: Op): Affine | null {
    const known = this.#forms.get(op);
    if (known !== undefined) return known;
    const form = this.#derive(op);
    this.#forms.set(op, form);
    return form;
  }

  #findSteps(body: Block): void {
    const sets = new Map<Register, Op | null>();
    visitOps(body, (op) => {
      if (op.code === 'set') sets.set(registerOf(op), sets.has(registerOf(op)) ? null : op);
    });
    // Only what stands in the body itself happens in every round that another one follows.
    const written = new Set<Register>();
    const markLate = (block: Block) => {
      for (const node of block) {
        if (node.kind === 'op' && node.code === 'get' && written.has(registerOf(node))) this.#late.add(node);
        if (node.kind === 'op' && node.code === 'set') written.add(registerOf(node));
        for (const inner of blocksOf(node)) markLate(inner);
      }
    };
    markLate(body);
    for (const node of body) {
      if (node.kind !== 'op' || node.code !== 'set') continue;
      const register = registerOf(node);
      if (sets.get(register) !== node || register.type !== I32) continue;
      const step = this.#growth(node.args[0]!, register);
      if (step !== null) this.#steps.set(register, step);
    }
  }

  /** What a value adds to an earlier reading of the register; null where it is something else. */
  #growth(op: Op, register: Register): Linear | null {
    if (!this.#inside.has(op) || op.args.length > 2) return null;
    if (op.code === 'get') return registerOf(op) === register && !this.#late.has(op) ? ZERO : null;
    if (op.code !== 'add' && op.code !== 'sub') return null;
    const [a, b] = op.args as [Op, Op];
    const sign = op.code === 'add' ? 1 : -1;
    if (!this.#inside.has(b)) {
      const left = this.#growth(a, register);
      return left && plus(left, scaled(atom(b), sign));
    }
    if (this.#inside.has(a) || sign < 0) return null;
    const right = this.#growth(b, register);
    return right && plus(right, atom(a));
  }

  #derive(op: Op): Affine | null {
    if (op.type !== I32) return null;
    if (!this.#inside.has(op)) return { start: atom(op), step: ZERO };
    if (op.code === 'const') return { start: atom(op), step: ZERO };
    if (op.code === 'get') {
      const step = this.#steps.get(registerOf(op));
      if (step === undefined) return null;
      const start = atom(this.#front.get(registerOf(op)));
      return { start: this.#late.has(op) ? plus(start, step) : start, step };
    }
    if (op.args.length !== 2) return null;
    switch (op.code) {
      case 'add':
      case 'sub': {
        const [a, b] = [this.formOf(op.args[0]!), this.formOf(op.args[1]!)];
        if (a === null || b === null) return null;
        const sign = op.code === 'add' ? 1 : -1;
        return { start: plus(a.start, scaled(b.start, sign)), step: plus(a.step, scaled(b.step, sign)) };
      }
      case 'mul':
        return this.#product(op.args[0]!, op.args[1]!);
      case 'shl': {
        const bits = scalarBits(op.args[1]!);
        const value = bits === null ? null : this.formOf(op.args[0]!);
        return value && times(value, 2 ** (bits! & 31));
      }
      default:
        return null;
    }
  }

  #product(x: Op, y: Op): Affine | null {
    const [a, b] = [this.formOf(x), this.formOf(y)];
    if (a === null || b === null) return null;
    if (isConstant(b)) return times(a, b.start.constant);
    if (isConstant(a)) return times(b, a.start.constant);
    if (isZero(b.step)) return this.#multiplied(a, b.start);
    return isZero(a.step) ? this.#multiplied(b, a.start) : null;
  }

  #multiplied({ start, step }: Affine, factor: Linear): Affine {
    const front = this.#front;
    const by = front.value(factor);
    const product = (value: Linear) =>
      isZero(value) ? ZERO : isOne(value) ? atom(by) : atom(front.emit('mul', I32, [front.value(value), by]));
    return { start: product(start), step: product(step) };
  }
}

function atom(op: Op): Linear {
  const bits = scalarBits(op);
  return bits === null ? { terms: new Map([[op, 1]]), constant: 0 } : { terms: NONE, constant: bits };
}

function plus(a: Linear, b: Linear): Linear {
  if (a.terms.size === 0 && a.constant === 0) return b;
  const terms = new Map(a.terms);
  for (const [term, count] of b.terms) {
    const sum = ((terms.get(term) ?? 0) + count) >>> 0;
    if (sum === 0) terms.delete(term);
    else terms.set(term, sum);
  }
  return { terms, constant: (a.constant + b.constant) >>> 0 };
}

function scaled({ terms, constant }: Linear, factor: number): Linear {
  if (factor === 1) return { terms, constant };
  const product = new Map<Op, number>();
  for (const [term, count] of terms) {
    const scaledCount = Math.imul(count, factor) >>> 0;
    if (scaledCount !== 0) product.set(term, scaledCount);
  }
  return { terms: product, constant: Math.imul(constant, factor) >>> 0 };
}

function times({ start, step }: Affine, factor: number): Affine {
  return { start: scaled(start, factor), step: scaled(step, factor) };
}

export function isZero({ terms, constant }: Linear): boolean {
  return terms.size === 0 && constant === 0;
}

function isOne({ terms, constant }: Linear): boolean {
  return terms.size === 0 && constant === 1;
}

function isConstant({ start, step }: Affine): boolean {
  return start.terms.size === 0 && isZero(step);
}

/** Whether two sums have the same terms, whatever their constants. */
export function sameTerms(a: Linear, b: Linear): boolean {
  if (a.terms.size !== b.terms.size) return false;
  for (const [term, count] of a.terms) if (b.terms.get(term) !== count) return false;
  return true;
}

export function isEqual(a: Linear, b: Linear): boolean {
  return a.constant === b.constant && sameTerms(a, b);
}

/** A loop without a loop inside. */
export interface InnermostLoop {
  readonly loop: Loop;
  /** The block it stands in. */
  readonly block: Block;
  /** What registers hold as it begins, where that is known. */
  readonly known: ReadonlyMap<Register, Op>;
}

export function innermostLoops(body: Block): InnermostLoop[] {
  const found: InnermostLoop[] = [];
  const written = new Map<Node, ReadonlySet<Register>>();
  noteWritten(body, written);
  const search = (block: Block, known: Map<Register, Op>): boolean => {
    let holdsLoop = false;
    for (const node of block) {
      if (node.kind === 'op') {
        if (node.code === 'set') known.set(registerOf(node), node.args[0]!);
        continue;
      }
      const blocks = blocksOf(node);
      if (blocks.length === 0) continue;
      const entry = new Map(known);
      for (const register of written.get(node)!) known.delete(register);
      const repeats = node.kind === 'loop' || node.kind === 'invocations' || node.kind === 'workgroups';
      let inner = false;
      for (const nested of blocks) if (search(nested, new Map(repeats ? known : entry))) inner = true;
      if (node.kind === 'loop' && !inner) found.push({ loop: node, block, known: entry });
      if (inner || repeats) holdsLoop = true;
    }
    return holdsLoop;
  };
  search(body, new Map());
  return found;
}

/** Lists the registers written in a block, and for each node with blocks those written inside. */
function noteWritten(block: Block, listed: Map<Node, ReadonlySet<Register>>): Set<Register> {
  const all = new Set<Register>();
  for (const node of block) {
    if (node.kind === 'op') {
      if (node.code === 'set') all.add(registerOf(node));
      continue;
    }
    const inside = new Set<Register>();
    for (const inner of blocksOf(node)) for (const register of noteWritten(inner, listed)) inside.add(register);
    listed.set(node, inside);
    for (const register of inside) all.add(register);
  }
  return all;
}

/** The number of instructions and conditions inside. */
export function sizeOfBlock(block: Block): number {
  let size = 0;
  for (const node of block) {
    if (node.kind === 'op' || operandOf(node) !== null) size++;
    for (const inner of blocksOf(node)) size += sizeOfBlock(inner);
  }
  return size;
}
