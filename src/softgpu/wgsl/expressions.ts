/**
 * Expressions (WGSL section 8.18). The grammar leaves many pairs of operators without precedence, and those need
 * parentheses: `a & b | c`, `a << b + c`, `a < b < c`, `a && b || c` are errors.
 */

import type {
  BinaryExpression,
  BinaryOperator,
  CallExpression,
  Expression,
  IdentifierExpression,
  Literal,
} from './ast.ts';
import { shorten } from './lexer.ts';
import { floatValue, intValue, type LiteralValue } from './numericLiteral.ts';
import type { TokenReader } from './tokenReader.ts';
import { spelling, Token } from './tokens.ts';

/** expression */
export function parseExpression(reader: TokenReader): Expression {
  reader.enter();
  const first = parseUnary(reader);
  const operator = reader.kind;
  let expression: Expression;
  if (operator === Token.And || operator === Token.Or || operator === Token.Xor) {
    expression = parseChain(reader, first, operator, parseUnary);
  } else {
    expression = parseRelational(reader, first);
    const logical = reader.kind;
    if (logical === Token.AndAnd || logical === Token.OrOr) {
      expression = parseChain(reader, expression, logical, (r) => parseRelational(r, parseUnary(r)));
    }
  }
  if (isBinaryOperator(reader.kind)) failMixed(reader, expression);
  reader.leave();
  return expression;
}

/** Operands joined by one operator, from the left. */
function parseChain(
  reader: TokenReader,
  first: Expression,
  operator: number,
  parseOperand: (reader: TokenReader) => Expression,
): Expression {
  let left = first;
  while (reader.kind === operator) left = parseBinary(reader, left, parseOperand);
  return left;
}

/** The operator that stands here and its right operand. */
function parseBinary(
  reader: TokenReader,
  left: Expression,
  parseOperand: (reader: TokenReader) => Expression,
): BinaryExpression {
  const leftHeight = reader.height;
  const offset = reader.start;
  const operator = (reader.kind === Token.MinusMinus ? '-' : spelling(reader.kind)) as BinaryOperator;
  advanceOperator(reader);
  const operatorSpan = { offset, length: operator.length };
  const right = parseOperand(reader);
  reader.grow(Math.max(leftHeight, reader.height));
  return { kind: 'binary', operator, operatorSpan, left, right, span: reader.spanFrom(left.span.offset) };
}

/** relational_expression whose first operand has been parsed: comparisons do not chain. */
function parseRelational(reader: TokenReader, first: Expression): Expression {
  const left = parseShift(reader, first);
  return isComparison(reader.kind) ? parseBinary(reader, left, parseShiftOperand) : left;
}

function parseShiftOperand(reader: TokenReader): Expression {
  return parseShift(reader, parseUnary(reader));
}

/** shift_expression: both operands of a shift are unary expressions. */
function parseShift(reader: TokenReader, first: Expression): Expression {
  if (isShift(reader.kind)) return parseBinary(reader, first, parseUnary);
  let left = parseProduct(reader, first);
  while (isAdditive(reader.kind)) left = parseBinary(reader, left, parseTerm);
  return left;
}

function parseTerm(reader: TokenReader): Expression {
  return parseProduct(reader, parseUnary(reader));
}

function parseProduct(reader: TokenReader, first: Expression): Expression {
  let left = first;
  while (isMultiplicative(reader.kind)) left = parseBinary(reader, left, parseUnary);
  return left;
}

function isComparison(kind: number): boolean {
  switch (kind) {
    case Token.Less:
    case Token.LessEqual:
    case Token.Greater:
    case Token.GreaterEqual:
    case Token.EqualEqual:
    case Token.NotEqual:
      return true;
    default:
      return false;
  }
}

function isShift(kind: number): boolean {
  return kind === Token.ShiftLeft || kind === Token.ShiftRight;
}

function isAdditive(kind: number): boolean {
  return kind === Token.Plus || kind === Token.Minus || kind === Token.MinusMinus;
}

function isMultiplicative(kind: number): boolean {
  return kind === Token.Star || kind === Token.Slash || kind === Token.Percent;
}

function isBitwiseOrLogical(kind: number): boolean {
  switch (kind) {
    case Token.And:
    case Token.Or:
    case Token.Xor:
    case Token.AndAnd:
    case Token.OrOr:
      return true;
    default:
      return false;
  }
}

function isBinaryOperator(kind: number): boolean {
  return isComparison(kind) || isShift(kind) || isAdditive(kind) || isMultiplicative(kind) || isBitwiseOrLogical(kind);
}

/** A binary operator follows that the grammar does not let follow `left`. */
function failMixed(reader: TokenReader, left: Expression): never {
  const operator = reader.describe();
  const before = left.kind === 'binary' ? `'${left.operator}'` : 'this expression';
  reader.fail(
    `${operator} cannot follow ${before} without parentheses: put parentheses around one of the two operations`,
  );
}

/** unary_expression */
function parseUnary(reader: TokenReader): Expression {
  const start = reader.start;
  switch (reader.kind) {
    case Token.Minus:
    case Token.MinusMinus:
      return { kind: 'unary', operator: '-', operand: parseOperand(reader), span: reader.spanFrom(start) };
    case Token.Bang:
      return { kind: 'unary', operator: '!', operand: parseOperand(reader), span: reader.spanFrom(start) };
    case Token.Tilde:
      return { kind: 'unary', operator: '~', operand: parseOperand(reader), span: reader.spanFrom(start) };
    case Token.Star:
      return { kind: 'indirection', operand: parseOperand(reader), span: reader.spanFrom(start) };
    case Token.And:
    case Token.AndAnd:
      return { kind: 'addressOf', operand: parseOperand(reader), span: reader.spanFrom(start) };
    default:
      return parseAccesses(reader, parsePrimary(reader));
  }
}

function parseOperand(reader: TokenReader): Expression {
  if (reader.kind === Token.AndAnd) reader.takeHalf(Token.And);
  else advanceOperator(reader);
  reader.enter();
  const operand = parseUnary(reader);
  reader.leave();
  reader.grow(reader.height);
  return operand;
}

function advanceOperator(reader: TokenReader): void {
  if (reader.kind === Token.MinusMinus) reader.takeHalf(Token.Minus);
  else reader.advance();
}

/** component_or_swizzle_specifier: the `[index]` and `.member` that follow `base`. */
export function parseAccesses(reader: TokenReader, base: Expression): Expression {
  let expression = base;
  const start = base.span.offset;
  for (;;) {
    if (reader.take(Token.Period)) {
      const member = reader.expectName("a member name after '.'");
      reader.grow(reader.height);
      expression = { kind: 'member', base: expression, member, span: reader.spanFrom(start) };
    } else if (reader.take(Token.LeftBracket)) {
      const baseHeight = reader.height;
      const index = parseExpression(reader);
      reader.expect(Token.RightBracket, 'after the index');
      reader.grow(Math.max(baseHeight, reader.height));
      expression = { kind: 'index', base: expression, index, span: reader.spanFrom(start) };
    } else return expression;
  }
}

function parsePrimary(reader: TokenReader): Expression {
  switch (reader.kind) {
    case Token.Identifier:
      return parseIdentifierOrCall(reader);
    case Token.LeftParen:
      return parseParen(reader);
    case Token.IntLiteral:
    case Token.FloatLiteral:
    case Token.KeywordTrue:
    case Token.KeywordFalse:
      return parseLiteral(reader);
    default:
      return failPrimary(reader);
  }
}

function failPrimary(reader: TokenReader): never {
  switch (reader.kind) {
    case Token.AndAnd:
      return reader.fail("expected an expression, found '&&': write '& &' to take an address twice");
    case Token.PlusPlus:
      return reader.fail("expected an expression, found '++': WGSL has no prefix increment");
    case Token.Plus:
      return reader.fail("expected an expression, found '+': WGSL has no unary plus");
    default:
      return reader.failExpected('an expression');
  }
}

function parseParen(reader: TokenReader): Expression {
  const start = reader.start;
  reader.advance();
  const inner = parseExpression(reader);
  reader.expect(Token.RightParen, "to close '('");
  reader.grow(reader.height);
  return { kind: 'paren', inner, span: reader.spanFrom(start) };
}

/** An identifier, with its template list and, if there are any, the arguments of a call. */
export function parseIdentifierOrCall(reader: TokenReader): IdentifierExpression | CallExpression {
  const callee = parseElaboratedIdentifier(reader, 'an expression');
  if (reader.kind !== Token.LeftParen) return callee;
  const calleeHeight = reader.height;
  const args = parseArguments(reader);
  reader.grow(Math.max(calleeHeight, reader.height));
  return { kind: 'call', callee, args, span: reader.spanFrom(callee.span.offset) };
}

/** template_elaborated_ident */
export function parseElaboratedIdentifier(reader: TokenReader, what: string): IdentifierExpression {
  const name = reader.expectName(what);
  reader.height = 1;
  if (reader.kind !== Token.TemplateStart) return { kind: 'identifier', name, templateArgs: null, span: name.span };
  const templateArgs = parseTemplateList(reader);
  return { kind: 'identifier', name, templateArgs, span: reader.spanFrom(name.span.offset) };
}

/** template_list; the reader stands at its `<`. */
export function parseTemplateList(reader: TokenReader): Expression[] {
  reader.advance();
  if (reader.kind === Token.TemplateEnd) reader.fail("expected a template argument, found '>'");
  return parseExpressionList(reader, Token.TemplateEnd, 'template arguments');
}

/** argument_expression_list; the reader stands at its `(`. */
export function parseArguments(reader: TokenReader): Expression[] {
  reader.advance();
  return parseExpressionList(reader, Token.RightParen, 'arguments');
}

/** Expressions separated by commas, a comma after the last allowed, up to and with the token `end`. */
function parseExpressionList(reader: TokenReader, end: number, what: string): Expression[] {
  const list: Expression[] = [];
  let height = 0;
  while (reader.kind !== end) {
    list.push(parseExpression(reader));
    height = Math.max(height, reader.height);
    if (!reader.take(Token.Comma) && reader.kind !== end) {
      reader.failExpected(`',' or '${spelling(end)}' in the list of ${what}`);
    }
  }
  reader.advance();
  reader.grow(height);
  return list;
}

function parseLiteral(reader: TokenReader): Literal {
  const { kind, span } = reader;
  const literal: Literal =
    kind === Token.IntLiteral
      ? { kind: 'int', ...checked(reader, intValue(reader.text)), span }
      : kind === Token.FloatLiteral
        ? { kind: 'float', ...checked(reader, floatValue(reader.text)), span }
        : { kind: 'bool', value: kind === Token.KeywordTrue, span };
  reader.advance();
  reader.height = 1;
  return literal;
}

function checked<Value, Suffix>(
  reader: TokenReader,
  literal: LiteralValue<Value, Suffix>,
): { value: Value; suffix: Suffix } {
  if ('error' in literal) reader.fail(`'${shorten(reader.text)}' ${literal.error}`);
  return literal;
}
