/** Syntax tree: places in the source, names and expressions. */

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

export interface BoolLiteral {
  readonly kind: 'bool';
  readonly value: boolean;
  readonly span: Span;
}

/** `value` is never negative (a minus is a unary operator) and fits its type: AbstractInt (64 bits) without suffix. */
export interface IntLiteral {
  readonly kind: 'int';
  readonly value: bigint;
  readonly suffix: '' | 'i' | 'u';
  readonly span: Span;
}

/** `value` is finite and rounded to its type: f64 for an AbstractFloat (no suffix), f32 for `f`, f16 for `h`. */
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
