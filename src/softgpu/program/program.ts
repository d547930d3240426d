/**
 * A checked WGSL module: every name resolved, every type concrete, every
 * const-expression a constant. Aliases, templates, implicit conversions, the
 * load rule, `for`, `while` and `++` are spelled out, so that lowering has
 * one way to read each thing.
 */

import type { Span } from '../wgsl/ast.ts';
import type { AccessMode, AddressSpace, StructType, Type } from './wgslType.ts';

export interface Program {
  readonly structs: readonly StructType[];
  /** Module-scope variables, in order of declaration. */
  readonly variables: readonly Variable[];
  readonly functions: readonly Function[];
  readonly entryPoints: readonly EntryPoint[];
  readonly overrides: readonly Override[];
}

/** A variable with memory: `var` at module scope or in a function. */
export interface Variable {
  readonly name: string;
  readonly space: AddressSpace;
  readonly access: AccessMode;
  /** The store type. */
  readonly type: Type;
  readonly binding: { readonly group: number; readonly binding: number } | null;
  /** Absent: zero. Module-scope initializers are const- or override-expressions. */
  readonly initial: Expression | null;
  readonly span: Span;
}

/** A `let`, or a formal parameter; pointers too (`type.kind === 'pointer'`). */
export interface Binding {
  readonly name: string;
  readonly type: Type;
  readonly span: Span;
}

export interface Override {
  readonly name: string;
  readonly id: number | null;
  readonly type: 'bool' | 'i32' | 'u32' | 'f32' | 'f16';
  readonly hasDefault: boolean;
  readonly span: Span;
}

export interface Function {
  readonly name: string;
  readonly parameters: readonly Binding[];
  /** Null: returns nothing. */
  readonly result: Type | null;
  readonly body: readonly Statement[];
  readonly span: Span;
}

export type BuiltinInput =
  | 'local_invocation_id'
  | 'local_invocation_index'
  | 'global_invocation_id'
  | 'workgroup_id'
  | 'num_workgroups'
  | 'global_invocation_index'
  | 'workgroup_index'
  | 'subgroup_size'
  | 'subgroup_invocation_id'
  | 'num_subgroups'
  | 'subgroup_id';

export interface EntryPoint {
  readonly name: string;
  readonly stage: 'compute' | 'vertex' | 'fragment';
  readonly function: Function;
  /** Only for compute. Null while it depends on an override without a value. */
  readonly workgroupSize: readonly [number, number, number] | null;
  /** How each parameter of the function is fed: a built-in value, or a structure of them. */
  readonly inputs: readonly (BuiltinInput | readonly BuiltinInput[])[];
  /** Module-scope variables reachable from here. */
  readonly variables: readonly Variable[];
  /** Names of the overrides reachable from here. */
  readonly overrides: readonly string[];
}

export type Statement =
  | { readonly kind: 'variable'; readonly variable: Variable; readonly span: Span }
  | { readonly kind: 'let'; readonly binding: Binding; readonly value: Expression; readonly span: Span }
  | { readonly kind: 'assign'; readonly place: Expression; readonly value: Expression; readonly span: Span }
  /** `place op= value`: the place is evaluated once. `place op value` has the operand types of `operation`. */
  | {
      readonly kind: 'compound';
      readonly place: Expression;
      readonly op: BinaryOp;
      readonly value: Expression;
      readonly span: Span;
    }
  /** A call or phony assignment: evaluated, result dropped. */
  | { readonly kind: 'evaluate'; readonly value: Expression; readonly span: Span }
  | { readonly kind: 'block'; readonly body: readonly Statement[]; readonly span: Span }
  | {
      readonly kind: 'if';
      readonly condition: Expression;
      readonly then: readonly Statement[];
      readonly otherwise: readonly Statement[];
      readonly span: Span;
    }
  /**
   * `for`, `while` and `loop`. Each round: leave if `condition` is false, run
   * `body`, then `continuing`, then leave if `breakIf` is true. `continue` in
   * the body goes to `continuing`. A `for` stands in a block with its
   * initializer before it.
   */
  | {
      readonly kind: 'loop';
      readonly condition: Expression | null;
      readonly body: readonly Statement[];
      readonly continuing: readonly Statement[];
      readonly breakIf: Expression | null;
      readonly span: Span;
    }
  | {
      readonly kind: 'switch';
      /** Of i32 or u32. */
      readonly selector: Expression;
      /** Exactly one has `isDefault`. Selectors are the bits as a number in [0, 2^32). */
      readonly cases: readonly SwitchCase[];
      readonly span: Span;
    }
  | { readonly kind: 'break'; readonly span: Span }
  | { readonly kind: 'continue'; readonly span: Span }
  | { readonly kind: 'return'; readonly value: Expression | null; readonly span: Span };

export interface SwitchCase {
  readonly selectors: readonly number[];
  readonly isDefault: boolean;
  readonly body: readonly Statement[];
}

export type BinaryOp =
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '&'
  | '|'
  | '^'
  | '<<'
  | '>>'
  | '&&'
  | '||'
  | '=='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>=';

/**
 * Expressions. A *place* (`variable`, `deref`, and `member`, `element`,
 * `component` of a place) is a reference: its `type` is the store type, and it
 * becomes a value through `load`. A pointer value comes from `addressOf` a
 * place, or from a `binding` of pointer type; `deref` turns it into a place.
 */
export type Expression =
  | Constant
  /** A `let` or parameter. */
  | { readonly kind: 'binding'; readonly type: Type; readonly span: Span; readonly binding: Binding }
  /** An override without a value: only in programs checked before their overrides are known; never lowered. */
  | { readonly kind: 'override'; readonly type: Type; readonly span: Span; readonly name: string }
  // Places.
  | { readonly kind: 'variable'; readonly type: Type; readonly span: Span; readonly variable: Variable }
  | { readonly kind: 'deref'; readonly type: Type; readonly span: Span; readonly pointer: Expression }
  // Parts, of a place or of a value, as `base` is.
  | {
      readonly kind: 'member';
      readonly type: Type;
      readonly span: Span;
      readonly base: Expression;
      readonly index: number;
    }
  /** An array's element, a vector's component or a matrix's column, by an index of i32 or u32. */
  | {
      readonly kind: 'element';
      readonly type: Type;
      readonly span: Span;
      readonly base: Expression;
      readonly index: Expression;
    }
  /** One or more components of a vector; of a place only with one lane. */
  | {
      readonly kind: 'swizzle';
      readonly type: Type;
      readonly span: Span;
      readonly base: Expression;
      readonly lanes: readonly number[];
    }
  | { readonly kind: 'load'; readonly type: Type; readonly span: Span; readonly place: Expression }
  | { readonly kind: 'addressOf'; readonly type: Type; readonly span: Span; readonly place: Expression }
  | {
      readonly kind: 'unary';
      readonly type: Type;
      readonly span: Span;
      readonly op: '-' | '!' | '~';
      readonly operand: Expression;
    }
  /**
   * Operands have one type, but: a vector with a scalar of its element type,
   * matrix products, and shifts (right side u32). `&&` and `||` short-circuit.
   */
  | {
      readonly kind: 'binary';
      readonly type: Type;
      readonly span: Span;
      readonly op: BinaryOp;
      readonly left: Expression;
      readonly right: Expression;
    }
  /**
   * A value constructor with at least one argument: `vec4(v.xy, 1, 2)`, `mat2x2(…)`
   * from columns or scalars, arrays and structures from their parts, a vector
   * from one scalar (splat). Scalar types of the arguments equal those of the result.
   */
  | { readonly kind: 'construct'; readonly type: Type; readonly span: Span; readonly args: readonly Expression[] }
  /** Component-wise conversion between scalar types: `f32(i)`, `vec3<u32>(v)`, `mat2x2<f16>(m)`. */
  | { readonly kind: 'convert'; readonly type: Type; readonly span: Span; readonly value: Expression }
  /** A built-in function by its specified name (`bitcast` too; the target is `type`). Memory arguments are pointer values. */
  | {
      readonly kind: 'builtin';
      readonly type: Type | null;
      readonly span: Span;
      readonly name: string;
      readonly args: readonly Expression[];
    }
  | {
      readonly kind: 'call';
      readonly type: Type | null;
      readonly span: Span;
      readonly callee: Function;
      readonly args: readonly Expression[];
    };

/**
 * A constant of a concrete type. Scalars: a number (i32 and u32 as integers,
 * f16 and f32 already rounded) or a boolean; vectors: their components;
 * matrices: their columns; arrays and structures: their parts.
 */
export interface Constant {
  readonly kind: 'constant';
  readonly type: Type;
  readonly span: Span;
  readonly value: ConstantValue;
  /** Known from the value of an override: no const-expression, so abstract numbers next to it become concrete. */
  readonly fromOverride?: true;
}

export type ConstantValue = number | boolean | bigint | readonly ConstantValue[];
