/**
 * Runs a kernel by reading its IR, slowly and strictly: an access outside of
 * its root, or a value used before it is computed, is an error. Invocations
 * take turns at barriers. Lanes are numbers: i32 as unsigned, bool as 0 or 1.
 */

import { evaluate, roundToHalf } from '../../../src/softgpu/ir/evaluate.ts';
import {
  type Access,
  type Block,
  type Exit,
  type Input,
  type Kernel,
  type Node,
  Op,
  type Register,
  type Root,
} from '../../../src/softgpu/ir/ir.ts';
import { bitsOfFloat, floatOfBits } from '../../../src/softgpu/ir/valueType.ts';

/** The bits of each lane. */
type Lanes = readonly number[];

export interface Dispatch {
  /** The bound bytes of each buffer, in slot order; written in place. */
  readonly buffers: readonly Uint8Array[];
  readonly workgroups?: readonly [number, number, number];
  /** The most rounds of one loop, after which it is taken for endless. */
  readonly rounds?: number;
}

export function interpret(kernel: Kernel, { buffers, workgroups = [1, 1, 1], rounds = 100_000 }: Dispatch): void {
  const [countX, countY, countZ] = workgroups;
  for (let z = 0; z < countZ; z++) {
    for (let y = 0; y < countY; y++) {
      for (let x = 0; x < countX; x++) runWorkgroup(kernel, buffers, workgroups, [x, y, z], rounds);
    }
  }
}

function runWorkgroup(
  kernel: Kernel,
  buffers: readonly Uint8Array[],
  workgroups: readonly [number, number, number],
  id: readonly [number, number, number],
  rounds: number,
): void {
  const shared = new Map<Root, Uint8Array>();
  for (const root of kernel.buffers) shared.set(root, buffers[root.slot]!);
  // Whatever a kernel finds in its scratch memory, it must not depend on.
  for (const slot of kernel.slots)
    if (slot.space === 'workgroup') shared.set(slot, slot.contents ?? new Uint8Array(slot.bytes).fill(0xcd));
  const [sizeX, sizeY, sizeZ] = kernel.workgroupSize;
  const running: Generator<void, void>[] = [];
  for (let index = 0; index < sizeX * sizeY * sizeZ; index++) {
    const local = [index % sizeX, Math.floor(index / sizeX) % sizeY, Math.floor(index / (sizeX * sizeY))];
    const invocation = new Invocation(kernel, shared, inputs(id, workgroups, local, index), rounds);
    running.push(invocation.run(kernel.body));
  }
  while (running.length > 0) {
    const states = running.map((each) => each.next().done === true);
    if (states.every((done) => done)) return;
    if (states.some((done) => done)) throw new Error('interpret: a barrier that not all invocations reach');
  }
}

function inputs(
  id: readonly number[],
  workgroups: readonly number[],
  local: readonly number[],
  index: number,
): ReadonlyMap<Input, number> {
  const named = new Map<Input, number>([['local_index', index]]);
  for (const [i, axis] of (['x', 'y', 'z'] as const).entries()) {
    named.set(`workgroup_id.${axis}`, id[i]!);
    named.set(`num_workgroups.${axis}`, workgroups[i]!);
    named.set(`local_id.${axis}`, local[i]!);
  }
  return named;
}

const MATH: Readonly<Record<string, (...args: number[]) => number>> = {
  exp: Math.exp,
  exp2: (x) => 2 ** x!,
  log: Math.log,
  log2: Math.log2,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
  atan2: Math.atan2,
  sinh: Math.sinh,
  cosh: Math.cosh,
  tanh: Math.tanh,
  asinh: Math.asinh,
  acosh: Math.acosh,
  atanh: Math.atanh,
  pow: Math.pow,
};

class Invocation {
  readonly #values = new Map<Op, Lanes>();
  readonly #registers = new Map<Register, Lanes>();
  readonly #memory: Map<Root, Uint8Array>;
  readonly #inputs: ReadonlyMap<Input, number>;
  readonly #rounds: number;

  constructor(
    kernel: Kernel,
    shared: ReadonlyMap<Root, Uint8Array>,
    named: ReadonlyMap<Input, number>,
    rounds: number,
  ) {
    this.#rounds = rounds;
    this.#memory = new Map(shared);
    for (const slot of kernel.slots) {
      if (slot.space === 'private') this.#memory.set(slot, new Uint8Array(slot.bytes).fill(0xcd));
    }
    this.#inputs = named;
  }

  *run(block: Block): Generator<void, void> {
    yield* this.#block(block);
  }

  /** The target of the exit that ended the block, if one did. */
  *#block(block: Block): Generator<void, Exit['target'] | null> {
    for (const node of block) {
      const target = node instanceof Op ? this.#execute(node) : yield* this.#control(node);
      if (target !== null) return target;
    }
    return null;
  }

  *#control(node: Exclude<Node, Op>): Generator<void, Exit['target'] | null> {
    switch (node.kind) {
      case 'if':
        return yield* this.#block(this.#scalar(node.condition) !== 0 ? node.then : node.otherwise);
      case 'switch': {
        const selector = this.#scalar(node.selector);
        const taken = node.cases.find(({ values }) => values.includes(selector));
        return yield* this.#block(taken?.body ?? node.otherwise);
      }
      case 'loop':
        for (let round = 0; round < this.#rounds; round++) {
          const target = yield* this.#block(node.body);
          if (target !== null) return target === node ? null : target;
        }
        throw new Error('interpret: a loop that does not end');
      case 'scope': {
        const target = yield* this.#block(node.body);
        return target === node ? null : target;
      }
      case 'exit':
        return node.target;
      case 'barrier':
        yield;
        return null;
      default:
        throw new Error(`interpret: ${node.kind} is for code generation`);
    }
  }

  #scalar(op: Op): number {
    return this.#lanes(op)[0]!;
  }

  #lanes(op: Op): Lanes {
    const lanes = this.#values.get(op);
    if (lanes === undefined) throw new Error(`interpret: ${op.code} is used before it is computed`);
    return lanes;
  }

  #execute(op: Op): null {
    const args = op.args.map((arg) => this.#lanes(arg));
    const lanes = this.#evaluate(op, args);
    if (lanes.length !== op.type.size)
      throw new Error(`interpret: ${op.code} gives ${lanes.length} lanes, not ${op.type.size}`);
    this.#values.set(op, lanes);
    return null;
  }

  #evaluate(op: Op, args: readonly Lanes[]): Lanes {
    const [a, b, c] = args;
    const { size } = op.type;
    const detail = op.detail as readonly number[];
    switch (op.code) {
      case 'const':
        return detail;
      case 'input':
        return [this.#inputs.get(op.detail as Input)!];
      case 'get':
        return this.#registers.get(op.detail as Register) ?? new Array<number>(size).fill(0);
      case 'set':
        this.#registers.set(op.detail as Register, a!);
        return a!;
      case 'load':
      case 'store':
      case 'atomic':
      case 'zero':
      case 'length':
      case 'address':
        return this.#reach(op, args);
      case 'splat':
        return new Array<number>(size).fill(a![0]!);
      case 'build':
        return args.map((part) => part[0]!);
      case 'extract':
        return [a![detail[0]!]!];
      case 'insert':
        return a!.with(detail[0]!, b![0]!);
      case 'shuffle':
        return detail.map((lane) => (lane < 4 ? a![lane]! : b![lane - 4]!));
      case 'extractDynamic':
        return [inside(a!, b![0]!)];
      case 'insertDynamic':
        inside(a!, c![0]!);
        return a!.with(c![0]!, b![0]!);
      case 'any':
        return [Number(a!.some((lane) => lane !== 0))];
      case 'all':
        return [Number(a!.every((lane) => lane !== 0))];
      case 'select':
        return b!.map((lane, i) => ((a![i] ?? a![0]!) !== 0 ? lane : c![i]!));
      case 'math': {
        const compute = MATH[op.detail as string];
        if (compute === undefined) throw new Error(`interpret: unknown function ${op.detail as string}`);
        return a!.map((_, i) => bitsOfFloat(compute(...args.map((arg) => floatOfBits(arg[i]!)))));
      }
      default:
        return Array.from({ length: size }, (_, i) => {
          const result = evaluate(op.code, op.args[0]!.type.lane, a![i]!, b?.[i] ?? 0, c?.[i] ?? 0);
          if (result === null) throw new Error(`interpret: cannot evaluate ${op.code}`);
          return result;
        });
    }
  }

  /** Places far enough apart that nobody takes one for another's. */
  #addressOf(root: Root): number {
    return ([...this.#memory.keys()].indexOf(root) + 1) * 2 ** 24;
  }

  #reach(op: Op, args: readonly Lanes[]): Lanes {
    const { root, offset, format, atomic, absolute } = op.detail as Access;
    if (op.code === 'address') return [this.#addressOf(root)];
    const bytes = this.#memory.get(root);
    if (bytes === undefined) throw new Error(`interpret: ${root.name} has no memory`);
    if (op.code === 'length') return [bytes.length];
    if (op.code === 'zero') {
      bytes.fill(0);
      return [0];
    }
    const width = format === 'f16' ? 2 : 4;
    const start = args[0]![0]! - (absolute ? this.#addressOf(root) : 0) + offset;
    const { size } = op.type;
    if (start % width !== 0 || start + width * size > bytes.length) {
      throw new Error(
        `interpret: ${op.code} of ${width * size} bytes at ${start} of ${root.name}, which has ${bytes.length}`,
      );
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset + start, width * size);
    const read = (lane: number) =>
      width === 2 ? bitsOfFloat(halfToFloat(view.getUint16(2 * lane, true))) : view.getUint32(4 * lane, true);
    const write = (lane: number, bits: number) =>
      width === 2
        ? view.setUint16(2 * lane, floatToHalf(floatOfBits(bits)), true)
        : view.setUint32(4 * lane, bits, true);
    const old = Array.from({ length: size }, (_, lane) => read(lane));
    if (op.code === 'store') for (const [lane, bits] of args[1]!.entries()) write(lane, bits);
    if (op.code === 'store' && root.kind === 'buffer' && !root.writable)
      throw new Error(`interpret: ${root.name} is not writable`);
    if (op.code === 'atomic') write(0, afterAtomic(atomic!, old[0]!, args[1]?.[0] ?? 0, args[2]?.[0] ?? 0));
    return op.code === 'store' ? args[1]! : old;
  }
}

function inside(lanes: Lanes, lane: number): number {
  const value = lanes[lane];
  if (value === undefined) throw new Error(`interpret: lane ${lane} of ${lanes.length}`);
  return value;
}

function afterAtomic(code: NonNullable<Access['atomic']>, old: number, a: number, b: number): number {
  switch (code) {
    case 'load':
      return old;
    case 'store':
    case 'exchange':
      return a;
    case 'compareExchange':
      return old === a ? b : old;
    default:
      return evaluate(code, 'i32', old, a, 0)!;
  }
}

export function halfToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 0x3ff;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

export function floatToHalf(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  if (Number.isNaN(value)) return 0x7e00;
  const rounded = Math.abs(roundToHalf(value));
  if (rounded === Number.POSITIVE_INFINITY) return sign | 0x7c00;
  if (rounded < 2 ** -14) return sign | (rounded * 2 ** 24);
  const exponent = Math.floor(Math.log2(rounded));
  return sign | ((exponent + 15) << 10) | (rounded * 2 ** (10 - exponent) - 1024);
}
