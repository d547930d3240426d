/**
 * The syntax tree of a WGSL module, as written: nothing is resolved, no type is known, and every statement keeps its source form.
 * Types and expressions share one grammar (a type is a template-elaborated identifier), so `vec4<f32>` is an `IdentifierExpression`
 * wherever it stands. Empty statements and empty declarations (`;`) leave no node.
 */

/** A range of the source in UTF-16 code units. `position()` turns an offset into line and column. */
export interface Span {
  readonly offset: number;
  readonly length: number;
}

/** An identifier where it declares or names something that is not an expression. */
export interface Name {
  readonly text: string;
  readonly span: Span;
}

// ---- Expressions

export interface BoolLiteral {
  readonly kind: 'bool';
  readonly value: boolean;
  readonly span: Span;
}

/** `value` is never negative (a minus is a unary operator) and fits the suffixed type; without suffix it is an AbstractInt and fits i64. */
export interface IntLiteral {
  readonly kind: 'int';
  readonly value: bigint;
  readonly suffix: '' | 'i' | 'u';
  readonly span: Span;
}

/** `value` is finite and already rounded to its type: f64 for an AbstractFloat (no suffix), f32 for `f`, f16 for `h`. */
export interface FloatLiteral {
  readonly kind: 'float';
  readonly value: number;
  readonly suffix: '' | 'f' | 'h';
  readonly span: Span;
}

/** `name` or `name<args>`. `templateArgs` is null where no template list was written (an empty list is not WGSL). */
export interface IdentifierExpression {
  readonly kind: 'identifier';
  readonly name: Name;
  readonly templateArgs: readonly Expression[] | null;
  readonly span: Span;
}

/** A call of a function, a built-in or a value constructor: which one, resolution decides. */
export interface CallExpression {
  readonly kind: 'call';
  readonly callee: IdentifierExpression;
  readonly args: readonly Expression[];
  readonly span: Span;
}

/** `base.member`: a structure member or a swizzle. */
export interface MemberExpression {
  readonly kind: 'member';
  readonly base: Expression;
  readonly member: Name;
  readonly span: Span;
}

export interface IndexExpression {
  readonly kind: 'index';
  readonly base: Expression;
  readonly index: Expression;
  readonly span: Span;
}

export type UnaryOperator = '-' | '!' | '~';

export interface UnaryExpression {
  readonly kind: 'unary';
  readonly operator: UnaryOperator;
  readonly operand: Expression;
  readonly span: Span;
}

export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%' | '&' | '|' | '^' | '<<' | '>>';
export type ComparisonOperator = '==' | '!=' | '<' | '<=' | '>' | '>=';
export type BinaryOperator = ArithmeticOperator | ComparisonOperator | '&&' | '||';

export interface BinaryExpression {
  readonly kind: 'binary';
  readonly operator: BinaryOperator;
  readonly operatorSpan: Span;
  readonly left: Expression;
  readonly right: Expression;
  readonly span: Span;
}

export interface ParenExpression {
  readonly kind: 'paren';
  readonly inner: Expression;
  readonly span: Span;
}

/** `&operand` */
export interface AddressOfExpression {
  readonly kind: 'addressOf';
  readonly operand: Expression;
  readonly span: Span;
}

/** `*operand` */
export interface IndirectionExpression {
  readonly kind: 'indirection';
  readonly operand: Expression;
  readonly span: Span;
}

export type Literal = BoolLiteral | IntLiteral | FloatLiteral;

export type Expression =
  | Literal
  | IdentifierExpression
  | CallExpression
  | MemberExpression
  | IndexExpression
  | UnaryExpression
  | BinaryExpression
  | ParenExpression
  | AddressOfExpression
  | IndirectionExpression;

// ---- Attributes and directives

/** The severity and rule of `diagnostic(off, derivative_uniformity)`; `rule` is `name` or `namespace.name`. Both are checked to be well formed. */
export interface DiagnosticControl {
  readonly severity: 'off' | 'info' | 'warning' | 'error';
  readonly rule: Name;
  readonly span: Span;
}

/**
 * `@name(args)`. The parser has checked that the attribute exists, is allowed at this kind of place, is not repeated, and has the right number of
 * arguments. `@diagnostic(severity, rule)` has `control` and no `args`; for every other attribute `control` is null. The one argument of `@builtin`
 * and those of `@interpolate` are identifiers that name no declaration (context-dependent names).
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

/** At module scope and in a function. `templateArgs` holds what stands in `var<…>`: address space and access mode, as context-dependent names. */
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

// ---- Statements. `attributes` of a statement can only be `@diagnostic`.

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

/** A whole module. Directives stand before declarations in the source. */
export interface Module {
  readonly source: string;
  readonly directives: readonly Directive[];
  readonly declarations: readonly Declaration[];
}
