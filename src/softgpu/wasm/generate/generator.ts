/**
 * Values of the IR as WebAssembly expressions, one invocation at a time: a
 * scalar is an i32 or f32, a vector one v128 whose upper lanes mean nothing
 * when it has fewer than four, a bool an i32 of 0 or 1, a vector of bools
 * lanes of all zeros or all ones.
 *
 * An instruction used once becomes part of its user's expression. Until then
 * it is *pending*; whatever changes what it reads puts it into a local first.
 */

import type { Input, Kernel, Op, Opcode, Register, ValueType } from '../../ir/ir.ts';
import { accessOf, hasEffect, registerOf } from '../../ir/walk.ts';
import { MathLibrary } from '../../math/mathLibrary.ts';
import type { FunctionBuilder } from '../functionBuilder.ts';
import type { ValType } from '../instructions.ts';
import type { WasmModule } from '../module.ts';
import type { Frame } from './frame.ts';

/** Expressions nest no deeper, so that neither this code nor an engine runs out of stack. */
const MAX_NESTING = 40;

export interface Target {
  readonly relaxed: boolean;
}

/** What emits the instructions of one kind of value. */
export type Emit = (generator: Generator, op: Op) => void;

export class Generator {
  readonly f: FunctionBuilder;
  readonly module: WasmModule;
  readonly kernel: Kernel;
  readonly frame: Frame;
  readonly target: Target;
  readonly math: MathLibrary;
  /** Locals of buffer addresses and byte lengths by slot, of inputs, and of the scratch and frame addresses. */
  readonly addresses: number[] = [];
  readonly lengths: number[] = [];
  readonly inputs = new Map<Input, number>();
  readonly scratch: number;
  readonly invocationFrame: number;
  /** How many loops over invocations are open. */
  axisDepth = 0;

  readonly #emit: Emit;
  readonly #uses: ReadonlyMap<Op, number>;
  readonly #locals = new Map<Op, number>();
  readonly #registers = new Map<Register, number>();
  readonly #pending = new Map<Op, number>();
  readonly #free: Record<string, number[]> = { i32: [], f32: [], v128: [], i64: [], f64: [] };
  /** Locals of values defined in the blocks that are open. */
  readonly #scopes: { type: ValType; local: number }[][] = [[]];

  constructor(
    f: FunctionBuilder,
    module: WasmModule,
    kernel: Kernel,
    frame: Frame,
    target: Target,
    uses: ReadonlyMap<Op, number>,
    emit: Emit,
  ) {
    this.f = f;
    this.module = module;
    this.kernel = kernel;
    this.frame = frame;
    this.target = target;
    this.math = new MathLibrary(module, target);
    this.#uses = uses;
    this.#emit = emit;
    this.scratch = 1;
    this.invocationFrame = f.local('i32', 'frame');
  }

  /** Leaves the value on the stack. */
  push(op: Op): void {
    const local = this.#locals.get(op);
    if (local !== undefined) {
      this.f.get(local);
      return;
    }
    this.#pending.delete(op);
    this.#emit(this, op);
  }

  pushAll(ops: readonly Op[]): void {
    for (const op of ops) this.push(op);
  }

  /** Whether the value waits for its only user. */
  isPending(op: Op): boolean {
    return this.#pending.has(op);
  }

  /** Whether the value is computed where it is pushed, so that its user may choose how; then the user has taken it. */
  takes(op: Op, code: Opcode): boolean {
    if (op.code !== code || this.#locals.has(op)) return false;
    this.#pending.delete(op);
    return true;
  }

  /** An instruction in its place: kept for its only user, or computed now. */
  define(op: Op): void {
    if (op.code === 'const' && op.type.size === 1) return;
    const uses = this.#uses.get(op) ?? 0;
    if (hasEffect(op)) {
      this.#settle(op);
      if (op.code === 'atomic' && uses > 0) this.#keep(op);
      else this.#emit(this, op);
      return;
    }
    if (uses === 0) return;
    const nesting = 1 + Math.max(0, ...op.args.map((arg) => this.#pending.get(arg) ?? 0));
    if (uses === 1 && nesting < MAX_NESTING && op.code !== 'const') this.#pending.set(op, nesting);
    else this.#keep(op);
  }

  /** Puts everything pending into locals: a block begins or ends. */
  settleAll(): void {
    for (const op of [...this.#pending.keys()]) if (this.#pending.has(op)) this.#keep(op);
  }

  /** A local of a wasm type until the block that is open now ends. */
  temporary(type: ValType): number {
    const local = this.#free[type]!.pop() ?? this.f.local(type);
    this.#scopes.at(-1)!.push({ type, local });
    return local;
  }

  open(): void {
    this.#scopes.push([]);
  }

  close(): void {
    this.settleAll();
    for (const { type, local } of this.#scopes.pop()!) this.#free[type]!.push(local);
  }

  /** The address of the first invocation's persistent slots. */
  resetFrame(): void {
    this.f.get(this.scratch);
    this.f.i32Const(this.frame.persistent);
    this.f.op('i32.add');
    this.f.set(this.invocationFrame);
  }

  /** On to the next invocation's. */
  nextFrame(): void {
    if (this.frame.stride === 0) return;
    this.f.get(this.invocationFrame);
    this.f.i32Const(this.frame.stride);
    this.f.op('i32.add');
    this.f.set(this.invocationFrame);
  }

  register(register: Register): number {
    let local = this.#registers.get(register);
    if (local === undefined) {
      local = this.f.local(wasmType(register.type), register.name);
      this.#registers.set(register, local);
    }
    return local;
  }

  #keep(op: Op): void {
    this.push(op);
    const local = this.temporary(wasmType(op.type));
    this.f.set(local);
    this.#locals.set(op, local);
  }

  /** Computes pending values that the effect would change. */
  #settle(effect: Op): void {
    for (const op of [...this.#pending.keys()]) {
      if (this.#pending.has(op) && changes(effect, op)) this.#keep(op);
    }
  }
}

/** Whether an instruction's effect changes what another one reads. */
function changes(effect: Op, op: Op): boolean {
  if (effect.code === 'set') return op.code === 'get' && registerOf(op) === registerOf(effect);
  return op.code === 'load' && accessOf(op).root === accessOf(effect).root;
}

export function wasmType({ lane, size }: ValueType): 'i32' | 'f32' | 'v128' {
  if (size > 1) return 'v128';
  return lane === 'f32' ? 'f32' : 'i32';
}
