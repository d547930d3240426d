/** What all parts of lowering share while one entry point is lowered. */

import type { Binding, EntryPoint, Program, Function as ProgramFunction, Variable } from '../../program/program.ts';
import type { Span } from '../../wgsl/ast.ts';
import { Builder } from '../builder.ts';
import type { SourcePlaces } from '../check/places.ts';
import type { BufferRoot, Loop, Register, Scope, Slot } from '../ir.ts';
import { KnownValues } from './known.ts';
import type { Local } from './local.ts';
import type { MemoryPlace, Place } from './place.ts';
import type { Value } from './value.ts';

/** The program asks for something that cannot be lowered; the message says what. */
export class LoweringError extends Error {
  readonly span: Span | null;

  constructor(message: string, span: Span | null) {
    super(message);
    this.name = 'LoweringError';
    this.span = span;
  }
}

/** Where `break` and `continue` go. */
export interface Target {
  readonly leave: Loop | Scope;
  /** Null in a `switch`. */
  readonly next: Scope | null;
}

/** The call being inlined. */
export interface Frame {
  readonly callee: ProgramFunction;
  /** A `return` that is not the last statement exits it. */
  readonly scope: Scope;
  /** Where the result goes when there are several returns. */
  readonly result: Local | null;
  /** The result where there is one return, at the end. */
  value: Value | null;
}

export class Context {
  readonly b: Builder;
  readonly known = new KnownValues();
  readonly program: Program;
  readonly entry: EntryPoint;
  readonly workgroupSize: readonly [number, number, number];
  /** Values of `let`s and parameters. */
  readonly values = new Map<Binding, Value>();
  /** Pointers of `let`s and parameters, and `let`s that are kept in a variable. */
  readonly places = new Map<Binding, Place>();
  /** Variables of functions and private ones, each in its latest instance. */
  readonly locals = new Map<Variable, Local>();
  readonly homes = new Map<Register, Local>();
  readonly allLocals: Local[] = [];
  readonly roots = new Map<Variable, BufferRoot | Slot>();
  readonly slots: Slot[] = [];
  /** To call after a store to the slot of a variable: what its registers held is no longer known. */
  readonly owners = new Map<Slot, () => void>();
  /** `let`s of a loop body that its `continuing` uses: not in sight there as values. */
  readonly kept = new Set<Binding>();
  readonly targets: Target[] = [];
  readonly frames: Frame[] = [];
  /** How often the loops being unrolled repeat what is lowered now. */
  copies = 1;
  /** Statements lowered so far, each time they are. */
  steps = 0;
  /** Constant arrays that are indexed dynamically, by what they hold. */
  readonly tables = new Map<unknown, MemoryPlace>();
  /** Not null in a checked kernel. */
  watched: SourcePlaces | null = null;

  constructor(program: Program, entry: EntryPoint, workgroupSize: readonly [number, number, number], limit: number) {
    this.b = new Builder({ limit });
    this.program = program;
    this.entry = entry;
    this.workgroupSize = workgroupSize;
  }
}
