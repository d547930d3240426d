import type { FunctionBuilder } from '../wasm/functionBuilder.ts';
import type { LaneOp, PlainOp, ValType } from '../wasm/instructions.ts';
import { type MathFunction, wasmType } from './mathFunction.ts';

/** Appends code that leaves one value on the stack; runs as often as it is used. */
export type Value = () => void;

/** Writes expressions into a function. */
export class Emitter {
  readonly f: FunctionBuilder;
  /** Whether `fma` may be one relaxed multiply-add. */
  readonly #relaxed: boolean;
  readonly #allocate: (type: ValType) => number;
  readonly #call: (callee: MathFunction) => void;

  constructor(
    f: FunctionBuilder,
    relaxed: boolean,
    allocate: (type: ValType) => number,
    call: (callee: MathFunction) => void,
  ) {
    this.f = f;
    this.#relaxed = relaxed;
    this.#allocate = allocate;
    this.#call = call;
  }

  /** A new local, for values that control flow assigns. */
  variable(type: ValType): { readonly get: Value; readonly set: (value: Value) => void } {
    const local = this.#allocate(type);
    return {
      get: () => this.f.get(local),
      set: (value) => {
        value();
        this.f.set(local);
      },
    };
  }

  /** Computes a v128 here and keeps it in a local. */
  let(value: Value): Value {
    return this.letScalar('v128', value);
  }

  letScalar(type: ValType, value: Value): Value {
    const { get, set } = this.variable(type);
    set(value);
    return get;
  }

  op(name: PlainOp, ...operands: Value[]): Value {
    return () => {
      for (const operand of operands) operand();
      this.f.op(name);
    };
  }

  lane(name: LaneOp, lane: number, ...operands: Value[]): Value {
    return () => {
      for (const operand of operands) operand();
      this.f.lane(name, lane);
    };
  }

  /** Lanes of 32 bits: 0 to 3 of `a`, 4 to 7 of `b`. */
  shuffle32(a: Value, b: Value, lanes: readonly [number, number, number, number]): Value {
    return () => {
      a();
      b();
      this.f.shuffle32(...lanes);
    };
  }

  shuffle(a: Value, b: Value, bytes: readonly number[]): Value {
    return () => {
      a();
      b();
      this.f.shuffle(bytes);
    };
  }

  /** The result of another function of the library. */
  call(callee: MathFunction, ...args: Value[]): Value {
    return () => {
      for (const arg of args) arg();
      this.#call(callee);
    };
  }

  /** One f32 in all lanes. */
  f32(value: number): Value {
    return () => this.f.f32x4Const(value);
  }

  /** One i32 (or the bits of an f32) in all lanes. */
  i32(value: number): Value {
    return () => this.f.i32x4Const(value);
  }

  /** One f64 in both lanes. */
  f64(value: number): Value {
    return () => this.f.f64x2Const(value);
  }

  /** A scalar i32. */
  int(value: number): Value {
    return () => this.f.i32Const(value);
  }

  add(a: Value, b: Value): Value {
    return this.op('f32x4.add', a, b);
  }

  sub(a: Value, b: Value): Value {
    return this.op('f32x4.sub', a, b);
  }

  mul(a: Value, b: Value): Value {
    return this.op('f32x4.mul', a, b);
  }

  div(a: Value, b: Value): Value {
    return this.op('f32x4.div', a, b);
  }

  /** a · b + c, rounded once or twice: the error bounds hold either way. */
  fma(a: Value, b: Value, c: Value): Value {
    return this.#relaxed ? this.op('f32x4.relaxed_madd', a, b, c) : this.add(this.mul(a, b), c);
  }

  /** c - a · b. */
  fnma(a: Value, b: Value, c: Value): Value {
    return this.#relaxed ? this.op('f32x4.relaxed_nmadd', a, b, c) : this.sub(c, this.mul(a, b));
  }

  /** Horner's scheme in f32; coefficients from the lowest power up. */
  polynomial(x: Value, coefficients: readonly number[]): Value {
    return coefficients
      .map((coefficient) => this.f32(coefficient))
      .reduceRight((higher, coefficient) => this.fma(higher, x, coefficient));
  }

  /** Horner's scheme on f64x2. */
  polynomial64(x: Value, coefficients: readonly number[]): Value {
    return coefficients
      .map((coefficient) => this.f64(coefficient))
      .reduceRight((higher, coefficient) => this.op('f64x2.add', this.op('f64x2.mul', higher, x), coefficient));
  }

  shl(x: Value, count: number): Value {
    return this.op('i32x4.shl', x, this.int(count));
  }

  shrS(x: Value, count: number): Value {
    return this.op('i32x4.shr_s', x, this.int(count));
  }

  shrU(x: Value, count: number): Value {
    return this.op('i32x4.shr_u', x, this.int(count));
  }

  and(a: Value, b: Value): Value {
    return this.op('v128.and', a, b);
  }

  or(a: Value, b: Value): Value {
    return this.op('v128.or', a, b);
  }

  /** `yes` where the mask has all bits, `no` where it has none. */
  select(mask: Value, yes: Value, no: Value): Value {
    return this.#relaxed
      ? this.op('i32x4.relaxed_laneselect', yes, no, mask)
      : this.op('v128.bitselect', yes, no, mask);
  }

  abs(x: Value): Value {
    return this.op('f32x4.abs', x);
  }

  signBit(x: Value): Value {
    return this.and(x, this.i32(0x80000000));
  }

  /** The lesser of the two; x where either is NaN, so that NaN passes through. */
  atMost(x: Value, bound: Value): Value {
    return this.op('f32x4.pmin', x, bound);
  }

  atLeast(x: Value, bound: Value): Value {
    return this.op('f32x4.pmax', x, bound);
  }

  /** The type of each parameter as the function's locals. */
  static parameters(f: FunctionBuilder, { params }: MathFunction): Value[] {
    return params.map((type, index) => {
      if (f.params[index] !== wasmType(type))
        throw new TypeError(`math: parameter ${index} of ${f.name} is no ${type}`);
      return () => f.get(index);
    });
  }
}
