/**
 * The intermediate representation of one kernel.
 *
 * Structured control flow over instructions that each define one value. A
 * value is a scalar or a vector of i32, f32 or bool; matrices, arrays and
 * structures are taken apart by lowering (u32 is i32 with unsigned
 * operations; f16 is f32 with `roundF16` after each operation). All functions
 * are inlined, so there are no calls and no pointers. A variable is a set of
 * `Register`s when every access to it is static, else a `Slot` of memory.
 *
 * An instruction without an effect may be executed early or more often than
 * written: integer division is total and every address is clamped.
 */

import type { Span } from '../wgsl/ast.ts';
import type { Access, Watch } from './access.ts';

export type { Access, AtomicOp, Format, Touched, Watch } from './access.ts';

export type Lane = 'i32' | 'f32' | 'bool';

export interface ValueType {
  readonly lane: Lane;
  readonly size: 1 | 2 | 3 | 4;
}

export type Block = Node[];

export type Node = Op | If | Loop | Scope | Exit | Switch | Barrier | Invocations | Workgroups;

/** One instruction and the value it defines. */
export class Op {
  readonly kind = 'op';
  readonly code: Opcode;
  readonly type: ValueType;
  args: readonly Op[];
  /** What else the instruction needs; which one follows from `code`. */
  detail: Detail;
  readonly span: Span | null;
  /** The same for all invocations of a workgroup. Set by `markUniform`. */
  uniform = false;

  constructor(code: Opcode, type: ValueType, args: readonly Op[], detail: Detail = null, span: Span | null = null) {
    this.code = code;
    this.type = type;
    this.args = args;
    this.detail = detail;
    this.span = span;
  }
}

export type Detail =
  | null
  /** `const`: the bits of each lane as unsigned numbers (bool: 0 or 1). `extract`, `insert`, `shuffle`: lanes. */
  | readonly number[]
  /** `math`, `input`. */
  | string
  /** `get`, `set`. */
  | Register
  /** `load`, `store`, `atomic`, `length`, `address`, `zero`. */
  | Access
  /** `report`, `touch`. */
  | Watch;

export type Opcode =
  | 'const'
  // Kernel inputs by name, see `Input`.
  | 'input'
  // Integers; signed and unsigned where they differ. Division is WGSL's: x / 0 = x, x % 0 = 0. Shift counts are taken modulo 32.
  | 'divS'
  | 'divU'
  | 'remS'
  | 'remU'
  | 'minS'
  | 'minU'
  | 'maxS'
  | 'maxU'
  | 'shl'
  | 'shrS'
  | 'shrU'
  | 'clz'
  | 'ctz'
  | 'popcnt'
  | 'ltS'
  | 'ltU'
  | 'leS'
  | 'leU'
  // Integers and floats, by the lane type of the operands. `and`, `or`, `xor`, `not` on i32 and bool.
  | 'add'
  | 'sub'
  | 'mul'
  | 'neg'
  | 'abs'
  | 'eq'
  | 'ne'
  | 'and'
  | 'or'
  | 'xor'
  | 'not'
  // Floats. `min` and `max` return the other operand for a NaN or NaN itself; `rem` truncates.
  | 'div'
  | 'rem'
  | 'min'
  | 'max'
  | 'lt'
  | 'le'
  | 'floor'
  | 'ceil'
  | 'trunc'
  | 'round'
  | 'sqrt'
  // a * b + c, rounded once or twice.
  | 'fma'
  // A function of src/softgpu/math by name.
  | 'math'
  // select(condition, whenTrue, whenFalse); the condition is a scalar or has the size of the result.
  | 'select'
  // Conversions. Float to integer saturates; NaN gives 0.
  | 'floatFromS'
  | 'floatFromU'
  | 'signedFromFloat'
  | 'unsignedFromFloat'
  | 'bitcast'
  | 'intFromBool'
  | 'roundF16'
  // Vectors. `build` from scalars; `shuffle` picks lanes of its one or two operands (second operand: 4 + lane).
  | 'splat'
  | 'build'
  | 'extract'
  | 'insert'
  | 'shuffle'
  | 'extractDynamic'
  | 'insertDynamic'
  | 'any'
  | 'all'
  // Registers and memory.
  | 'get'
  | 'set'
  | 'load'
  | 'store'
  | 'atomic'
  /** Fill a slot with zeros. */
  | 'zero'
  /** Of checked kernels, see check/: unless index args[0] is below args[1], tells so. */
  | 'report'
  /** Of checked kernels: the bytes at args[0] are about to be read or written, in the epoch args[1]. */
  | 'touch'
  /** The byte length of a binding. */
  | 'length'
  /** The address of a root in the kernel's memory. */
  | 'address';

/** `local_index` runs over the workgroup; the names of one component each. */
export type Input =
  | 'workgroup_id.x'
  | 'workgroup_id.y'
  | 'workgroup_id.z'
  | 'num_workgroups.x'
  | 'num_workgroups.y'
  | 'num_workgroups.z'
  | 'local_id.x'
  | 'local_id.y'
  | 'local_id.z'
  | 'local_index';

/** A mutable virtual register, per invocation. Reads before the first `set` give zero. */
export class Register {
  readonly type: ValueType;
  readonly name: string;
  /** Holds one value per workgroup. Set by `markUniform`. */
  uniform = false;

  constructor(type: ValueType, name: string) {
    this.type = type;
    this.name = name;
  }
}

/** Memory of a buffer binding. */
export class BufferRoot {
  readonly kind = 'buffer';
  readonly name: string;
  /** Position in the argument block. */
  readonly slot: number;
  readonly space: 'storage' | 'uniform';
  readonly writable: boolean;

  constructor(name: string, slot: number, space: 'storage' | 'uniform', writable: boolean) {
    this.name = name;
    this.slot = slot;
    this.space = space;
    this.writable = writable;
  }
}

/** Memory of a variable: one per workgroup, or (function and private) one per invocation; or of a constant table. */
export class Slot {
  readonly kind = 'slot';
  readonly name: string;
  readonly space: 'workgroup' | 'private';
  /** A multiple of 4; 16-byte aligned where it is 16 or more. */
  readonly bytes: number;
  /**
   * Of a private slot: each invocation keeps its own place for as long as its
   * workgroup runs, since the slot is used on both sides of a barrier. Else
   * one place serves one invocation after the other.
   */
  persistent = false;

  /** Of a slot in the workgroup's memory that nothing writes: as many bytes, there before any workgroup runs. */
  readonly contents: Uint8Array | null;

  constructor(name: string, space: 'workgroup' | 'private', bytes: number, contents: Uint8Array | null = null) {
    this.name = name;
    this.space = space;
    this.bytes = bytes;
    this.contents = contents;
  }
}

export type Root = BufferRoot | Slot;

export class If {
  readonly kind = 'if';
  condition: Op;
  then: Block;
  otherwise: Block;

  constructor(condition: Op, then: Block, otherwise: Block) {
    this.condition = condition;
    this.then = then;
    this.otherwise = otherwise;
  }
}

/** Runs its body again and again until an `Exit` leaves it. */
export class Loop {
  readonly kind = 'loop';
  body: Block;

  constructor(body: Block) {
    this.body = body;
  }
}

/** Runs its body once; an `Exit` jumps behind it. `continue`, `return` and `break` of a switch are exits of scopes. */
export class Scope {
  readonly kind = 'scope';
  body: Block;

  constructor(body: Block) {
    this.body = body;
  }
}

/** Leaves an enclosing loop or scope. Always the last node of its block. */
export class Exit {
  readonly kind = 'exit';
  target: Loop | Scope;

  constructor(target: Loop | Scope) {
    this.target = target;
  }
}

export interface Case {
  /** Values as unsigned numbers. */
  readonly values: readonly number[];
  body: Block;
}

/** No fall-through. `break` is an exit of a scope around it. */
export class Switch {
  readonly kind = 'switch';
  selector: Op;
  cases: Case[];
  otherwise: Block;

  constructor(selector: Op, cases: Case[], otherwise: Block) {
    this.selector = selector;
    this.cases = cases;
    this.otherwise = otherwise;
  }
}

/** All invocations of the workgroup arrive before one goes on. */
export class Barrier {
  readonly kind = 'barrier';
  /** The memory whose accesses before and after it are ordered: one space, or any. */
  readonly orders: 'workgroup' | 'storage' | 'textures' | 'any';

  constructor(orders: Barrier['orders'] = 'any') {
    this.orders = orders;
  }
}

/**
 * Runs its body once for each invocation of the workgroup. Made by
 * `formRegions`; what stands outside runs once for the workgroup. `nestAxes`
 * turns it into one node for each axis, z outermost.
 */
export class Invocations {
  readonly kind = 'invocations';
  body: Block;
  /** The component of the local id that it counts; null for all three. */
  readonly axis: 'x' | 'y' | 'z' | null;

  constructor(body: Block, axis: Invocations['axis'] = null) {
    this.body = body;
    this.axis = axis;
  }
}

/** Runs its body once for each workgroup: the outermost node of a kernel ready for code generation. */
export class Workgroups {
  readonly kind = 'workgroups';
  body: Block;

  constructor(body: Block) {
    this.body = body;
  }
}

/** One entry point, lowered. */
export interface Kernel {
  readonly name: string;
  readonly workgroupSize: readonly [number, number, number];
  /** How many invocations along x one round of `Invocations` runs: 1 as lowered, 4 after `widen`. */
  readonly width: 1 | 4;
  readonly buffers: readonly BufferRoot[];
  slots: readonly Slot[];
  body: Block;
  /** Entries of 64 bytes that `touch` needs, see check/races.ts. */
  readonly shadowEntries?: number;
}
