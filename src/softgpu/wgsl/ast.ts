/**
 * The syntax tree of a WGSL module, as written: nothing is resolved, no type is known, and every statement keeps its
 * source form. Types and expressions share one grammar (a type is a template-elaborated identifier), so `vec4<f32>` is an
 * `IdentifierExpression` wherever it stands. Empty statements and empty declarations (`;`) leave no node.
 */

import type { Expression, IdentifierExpression, Name, Span } from './astExpressions.ts';
import type { CompoundStatement } from './astStatements.ts';

export type * from './astExpressions.ts';
export type * from './astStatements.ts';

// ---- Attributes and directives

/** The severity and rule of `diagnostic(off, derivative_uniformity)`; `rule` is `name` or `namespace.name`, unchecked. */
export interface DiagnosticControl {
  readonly severity: 'off' | 'info' | 'warning' | 'error';
  readonly rule: Name;
  readonly span: Span;
}

/**
 * `@name(args)`. The parser has checked that the attribute exists, is allowed at this kind of place, is not repeated, and
 * has the right number of arguments. `@diagnostic(severity, rule)` has `control` and no `args`; for every other attribute
 * `control` is null. The arguments of `@builtin` (a second one is a depth mode) and `@interpolate` are identifiers without
 * template lists that name no declaration (context-dependent names); which names exist, the parser does not check.
 */
export interface Attribute {
  readonly name: Name;
  readonly args: readonly Expression[];
  readonly control: DiagnosticControl | null;
  readonly span: Span;
}

export interface EnableDirective {
  readonly kind: 'enable';
  readonly extensions: readonly Name[];
  readonly span: Span;
}

export interface RequiresDirective {
  readonly kind: 'requires';
  readonly features: readonly Name[];
  readonly span: Span;
}

export interface DiagnosticDirective {
  readonly kind: 'diagnostic';
  readonly control: DiagnosticControl;
  readonly span: Span;
}

export type Directive = EnableDirective | RequiresDirective | DiagnosticDirective;

// ---- Declarations

/** At module scope and in a function. `templateArgs` holds what stands in `var<…>`: address space and access mode. */
export interface VarDeclaration {
  readonly kind: 'var';
  readonly attributes: readonly Attribute[];
  readonly templateArgs: readonly Expression[] | null;
  readonly name: Name;
  readonly type: IdentifierExpression | null;
  readonly initializer: Expression | null;
  readonly span: Span;
}

/** At module scope and in a function. */
export interface ConstDeclaration {
  readonly kind: 'const';
  readonly name: Name;
  readonly type: IdentifierExpression | null;
  readonly initializer: Expression;
  readonly span: Span;
}

export interface LetDeclaration {
  readonly kind: 'let';
  readonly name: Name;
  readonly type: IdentifierExpression | null;
  readonly initializer: Expression;
  readonly span: Span;
}

export interface OverrideDeclaration {
  readonly kind: 'override';
  readonly attributes: readonly Attribute[];
  readonly name: Name;
  readonly type: IdentifierExpression | null;
  readonly initializer: Expression | null;
  readonly span: Span;
}

export interface AliasDeclaration {
  readonly kind: 'alias';
  readonly name: Name;
  readonly type: IdentifierExpression;
  readonly span: Span;
}

export interface StructMember {
  readonly attributes: readonly Attribute[];
  readonly name: Name;
  readonly type: IdentifierExpression;
  readonly span: Span;
}

export interface StructDeclaration {
  readonly kind: 'struct';
  readonly name: Name;
  readonly members: readonly StructMember[];
  readonly span: Span;
}

/** At module scope and in a function. */
export interface ConstAssert {
  readonly kind: 'constAssert';
  readonly condition: Expression;
  readonly span: Span;
}

export interface FunctionParameter {
  readonly attributes: readonly Attribute[];
  readonly name: Name;
  readonly type: IdentifierExpression;
  readonly span: Span;
}

export interface FunctionDeclaration {
  readonly kind: 'function';
  readonly attributes: readonly Attribute[];
  readonly name: Name;
  readonly parameters: readonly FunctionParameter[];
  readonly returnAttributes: readonly Attribute[];
  readonly returnType: IdentifierExpression | null;
  readonly body: CompoundStatement;
  readonly span: Span;
}

export type Declaration =
  | FunctionDeclaration
  | VarDeclaration
  | ConstDeclaration
  | OverrideDeclaration
  | AliasDeclaration
  | StructDeclaration
  | ConstAssert;

/** A whole module. Directives stand before declarations in the source. */
export interface Module {
  readonly source: string;
  readonly directives: readonly Directive[];
  readonly declarations: readonly Declaration[];
  /** Of all directives and attributes. */
  readonly diagnosticControls: readonly DiagnosticControl[];
}
