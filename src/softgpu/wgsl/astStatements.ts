/** Syntax tree: statements. `attributes` of a statement can only be `@diagnostic`. */

import type { Attribute, ConstAssert, ConstDeclaration, LetDeclaration, VarDeclaration } from './ast.ts';
import type { ArithmeticOperator, CallExpression, Expression, Span } from './astExpressions.ts';

export interface CompoundStatement {
  readonly kind: 'compound';
  readonly attributes: readonly Attribute[];
  readonly statements: readonly Statement[];
  readonly span: Span;
}

/** `target = value`, or `_ = value` (a phony assignment) where `target` is null. */
export interface AssignmentStatement {
  readonly kind: 'assignment';
  readonly target: Expression | null;
  readonly value: Expression;
  readonly span: Span;
}

/** `target op= value`; `operator` is without the `=`. */
export interface CompoundAssignmentStatement {
  readonly kind: 'compoundAssignment';
  readonly operator: ArithmeticOperator;
  readonly target: Expression;
  readonly value: Expression;
  readonly span: Span;
}

export interface IncrementStatement {
  readonly kind: 'increment' | 'decrement';
  readonly target: Expression;
  readonly span: Span;
}

export interface CallStatement {
  readonly kind: 'callStatement';
  readonly call: CallExpression;
  readonly span: Span;
}

export interface IfStatement {
  readonly kind: 'if';
  readonly attributes: readonly Attribute[];
  readonly condition: Expression;
  readonly body: CompoundStatement;
  /** `else { … }`, `else if …` (an IfStatement without attributes), or nothing. */
  readonly otherwise: CompoundStatement | IfStatement | null;
  readonly span: Span;
}

/** `case 1, default, 2: { … }`; the bare `default: { … }` has the one selector 'default'. */
export interface SwitchClause {
  readonly selectors: readonly (Expression | DefaultSelector)[];
  readonly body: CompoundStatement;
  readonly span: Span;
}

export interface DefaultSelector {
  readonly kind: 'default';
  readonly span: Span;
}

export interface SwitchStatement {
  readonly kind: 'switch';
  readonly attributes: readonly Attribute[];
  readonly selector: Expression;
  /** Attributes between the selector and the `{`. */
  readonly bodyAttributes: readonly Attribute[];
  readonly clauses: readonly SwitchClause[];
  readonly span: Span;
}

/** `continuing { … }`, the last part of a loop body. A `break if` is kept apart from the statements. */
export interface ContinuingStatement {
  readonly attributes: readonly Attribute[];
  readonly statements: readonly Statement[];
  readonly breakIf: BreakIfStatement | null;
  readonly span: Span;
}

export interface BreakIfStatement {
  readonly condition: Expression;
  readonly span: Span;
}

export interface LoopStatement {
  readonly kind: 'loop';
  readonly attributes: readonly Attribute[];
  readonly bodyAttributes: readonly Attribute[];
  readonly statements: readonly Statement[];
  readonly continuing: ContinuingStatement | null;
  readonly span: Span;
}

export type ForInitializer =
  | VarDeclaration
  | ConstDeclaration
  | LetDeclaration
  | AssignmentStatement
  | CompoundAssignmentStatement
  | IncrementStatement
  | CallStatement;

export type ForUpdate = AssignmentStatement | CompoundAssignmentStatement | IncrementStatement | CallStatement;

export interface ForStatement {
  readonly kind: 'for';
  readonly attributes: readonly Attribute[];
  readonly initializer: ForInitializer | null;
  readonly condition: Expression | null;
  readonly update: ForUpdate | null;
  readonly body: CompoundStatement;
  readonly span: Span;
}

export interface WhileStatement {
  readonly kind: 'while';
  readonly attributes: readonly Attribute[];
  readonly condition: Expression;
  readonly body: CompoundStatement;
  readonly span: Span;
}

export interface BreakStatement {
  readonly kind: 'break';
  readonly span: Span;
}

export interface ContinueStatement {
  readonly kind: 'continue';
  readonly span: Span;
}

export interface ReturnStatement {
  readonly kind: 'return';
  readonly value: Expression | null;
  readonly span: Span;
}

export interface DiscardStatement {
  readonly kind: 'discard';
  readonly span: Span;
}

export type Statement =
  | CompoundStatement
  | VarDeclaration
  | ConstDeclaration
  | LetDeclaration
  | AssignmentStatement
  | CompoundAssignmentStatement
  | IncrementStatement
  | CallStatement
  | IfStatement
  | SwitchStatement
  | LoopStatement
  | ForStatement
  | WhileStatement
  | BreakStatement
  | ContinueStatement
  | ReturnStatement
  | DiscardStatement
  | ConstAssert;
