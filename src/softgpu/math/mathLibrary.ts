import type { FunctionBuilder } from '../wasm/functionBuilder.ts';
import type { PlainOp, ValType } from '../wasm/instructions.ts';
import type { WasmModule } from '../wasm/module.ts';
import { Emitter } from './emitter.ts';
import { type Inlining, laneType, type MathFunction, type MathType, wasmType } from './mathFunction.ts';

/** How often a function of some length is written at its uses in one wasm function. */
const FEW = 6;

/** Writes math functions into one module: each once, when first called, or in place. */
export class MathLibrary {
  readonly #module: WasmModule;
  readonly #relaxed: boolean;
  readonly #added = new Map<MathFunction, FunctionBuilder>();
  readonly #uses = new Map<FunctionBuilder, Map<MathFunction, number>>();
  /** Locals that functions written in place have used, free again for the next one. */
  readonly #scratch = new Map<FunctionBuilder, Map<ValType, number[]>>();

  constructor(module: WasmModule, { relaxed }: { readonly relaxed: boolean }) {
    this.#module = module;
    this.#relaxed = relaxed;
  }

  /** Takes the arguments from the stack and leaves the result; `inline` overrides the function's own preference. */
  call(
    f: FunctionBuilder,
    callee: MathFunction,
    { inline = callee.inline }: { readonly inline?: Inlining } = {},
  ): void {
    if (inline === 'always' || (inline === 'few' && this.#isAmongFew(f, callee))) this.#inPlace(f, callee);
    else f.call(this.#added.get(callee) ?? this.#add(callee));
  }

  /** The same on scalars: f32 for f32x4, i32 for i32x4, on the stack of a one-lane computation. */
  callScalar(f: FunctionBuilder, callee: MathFunction, options?: { readonly inline?: Inlining }): void {
    if (callee.scalar !== undefined) {
      this.call(f, callee.scalar, options);
      return;
    }
    const { params } = callee;
    if (params.length > 1) {
      const locals = this.#locals(f);
      const kept = params.map((type) => locals.take(laneType(type)));
      for (const local of kept.toReversed()) f.set(local);
      for (const [i, type] of params.entries()) {
        f.get(kept[i]!);
        splat(f, type);
      }
      locals.release();
    } else if (params[0] !== undefined) splat(f, params[0]);
    this.call(f, callee, options);
    if (callee.result === 'f32x4') f.lane('f32x4.extract_lane', 0);
    else if (callee.result === 'i32x4') f.lane('i32x4.extract_lane', 0);
  }

  #isAmongFew(f: FunctionBuilder, callee: MathFunction): boolean {
    const uses = this.#uses.get(f) ?? new Map<MathFunction, number>();
    const count = (uses.get(callee) ?? 0) + 1;
    this.#uses.set(f, uses.set(callee, count));
    return count <= FEW;
  }

  #add(callee: MathFunction): FunctionBuilder {
    const builder = this.#module.addFunction(callee.name, callee.params.map(wasmType), [wasmType(callee.result)]);
    this.#added.set(callee, builder);
    const e = new Emitter(
      builder,
      this.#relaxed,
      (type) => builder.local(type),
      (inner) => this.call(builder, inner),
    );
    callee.emit(e, ...Emitter.parameters(builder, callee))();
    return builder;
  }

  #inPlace(f: FunctionBuilder, callee: MathFunction): void {
    const locals = this.#locals(f);
    const args = callee.params.map((type) => locals.take(wasmType(type)));
    for (const local of args.toReversed()) f.set(local);
    const e = new Emitter(f, this.#relaxed, locals.take, (inner) => this.call(f, inner));
    callee.emit(e, ...args.map((local) => () => f.get(local)))();
    locals.release();
  }

  #locals(f: FunctionBuilder): { take: (type: ValType) => number; release: () => void } {
    const free = this.#scratch.get(f) ?? new Map<ValType, number[]>();
    this.#scratch.set(f, free);
    const taken: [ValType, number][] = [];
    const take = (type: ValType): number => {
      const local = free.get(type)?.pop() ?? f.local(type);
      taken.push([type, local]);
      return local;
    };
    const release = (): void => {
      for (const [type, local] of taken) free.set(type, [...(free.get(type) ?? []), local]);
    };
    return { take, release };
  }
}

const SPLAT: Partial<Record<MathType, PlainOp>> = { f32x4: 'f32x4.splat', i32x4: 'i32x4.splat' };

function splat(f: FunctionBuilder, type: MathType): void {
  const op = SPLAT[type];
  if (op !== undefined) f.op(op);
}
