/**
 * Statements and declarations without a block: `var`, `let`, `const` and const_assert (WGSL sections 7 and 9.8),
 * assignments, increments and function calls (sections 9.2 to 9.5). None takes its `;` here, because a `for` header has none.
 */

import type {
  ArithmeticOperator,
  Attribute,
  ConstAssert,
  ConstDeclaration,
  Expression,
  ForUpdate,
  IdentifierExpression,
  LetDeclaration,
  Name,
  VarDeclaration,
} from './ast.ts';
import {
  parseAccesses,
  parseElaboratedIdentifier,
  parseExpression,
  parseIdentifierOrCall,
  parseTemplateList,
} from './expressions.ts';
import type { TokenReader } from './tokenReader.ts';
import { spelling, Token } from './tokens.ts';

/** variable_decl and its initializer; `start` is where its attributes begin. */
export function parseVar(reader: TokenReader, attributes: readonly Attribute[], start: number): VarDeclaration {
  reader.advance();
  const templateArgs = reader.kind === Token.TemplateStart ? parseTemplateList(reader) : null;
  const { name, type } = parseTypedName(reader, 'a variable name');
  const initializer = parseOptionalInitializer(reader);
  return { kind: 'var', attributes, templateArgs, name, type, initializer, span: reader.spanFrom(start) };
}

/** A `let` declaration. */
export function parseLet(reader: TokenReader): LetDeclaration {
  const start = reader.start;
  reader.advance();
  const { name, type } = parseTypedName(reader, "a name after 'let'");
  const initializer = parseInitializer(reader, 'let');
  return { kind: 'let', name, type, initializer, span: reader.spanFrom(start) };
}

/** A `const` declaration. */
export function parseConst(reader: TokenReader): ConstDeclaration {
  const start = reader.start;
  reader.advance();
  const { name, type } = parseTypedName(reader, "a name after 'const'");
  const initializer = parseInitializer(reader, 'const');
  return { kind: 'const', name, type, initializer, span: reader.spanFrom(start) };
}

/** optionally_typed_ident */
export function parseTypedName(reader: TokenReader, what: string): { name: Name; type: IdentifierExpression | null } {
  const name = reader.expectName(what);
  return { name, type: reader.take(Token.Colon) ? parseType(reader) : null };
}

/** type_specifier */
export function parseType(reader: TokenReader): IdentifierExpression {
  return parseElaboratedIdentifier(reader, 'a type');
}

/** `= expression`, if an equals sign stands here. */
export function parseOptionalInitializer(reader: TokenReader): Expression | null {
  return reader.take(Token.Equal) ? parseExpression(reader) : null;
}

function parseInitializer(reader: TokenReader, keyword: string): Expression {
  reader.expect(Token.Equal, `and a value: a '${keyword}' is always initialized`);
  return parseExpression(reader);
}

/** const_assert */
export function parseConstAssert(reader: TokenReader): ConstAssert {
  const start = reader.start;
  reader.advance();
  const condition = parseExpression(reader);
  return { kind: 'constAssert', condition, span: reader.spanFrom(start) };
}

/** Whether an assignment, increment, decrement or call can begin with this token. */
export function startsUpdate(kind: number): boolean {
  switch (kind) {
    case Token.Identifier:
    case Token.LeftParen:
    case Token.Star:
    case Token.And:
    case Token.AndAnd:
    case Token.Underscore:
      return true;
    default:
      return false;
  }
}

/** variable_updating_statement or func_call_statement */
export function parseUpdate(reader: TokenReader): ForUpdate {
  const start = reader.start;
  if (reader.take(Token.Underscore)) return parsePhonyAssignment(reader, start);
  const target = parseTarget(reader);
  const { kind } = reader;
  if (kind === Token.Equal) {
    reader.advance();
    const value = parseExpression(reader);
    return { kind: 'assignment', target, value, span: reader.spanFrom(start) };
  }
  if (kind >= Token.PlusEqual && kind <= Token.ShiftLeftEqual) {
    const operator = spelling(kind)!.slice(0, -1) as ArithmeticOperator;
    reader.advance();
    const value = parseExpression(reader);
    return { kind: 'compoundAssignment', operator, target, value, span: reader.spanFrom(start) };
  }
  if (reader.take(Token.PlusPlus)) return { kind: 'increment', target, span: reader.spanFrom(start) };
  if (reader.take(Token.MinusMinus)) return { kind: 'decrement', target, span: reader.spanFrom(start) };
  if (target.kind === 'call') return { kind: 'callStatement', call: target, span: target.span };
  return reader.failExpected("an assignment, '++', '--' or a call to make a statement");
}

function parsePhonyAssignment(reader: TokenReader, start: number): ForUpdate {
  reader.expect(Token.Equal, "after '_'");
  const value = parseExpression(reader);
  return { kind: 'assignment', target: null, value, span: reader.spanFrom(start) };
}

/** lhs_expression: what can be assigned to, as far as the grammar says. */
function parseTarget(reader: TokenReader): Expression {
  const start = reader.start;
  if (reader.take(Token.Star)) {
    return { kind: 'indirection', operand: parseNestedTarget(reader), span: reader.spanFrom(start) };
  }
  if (reader.kind === Token.And || reader.kind === Token.AndAnd) {
    if (reader.kind === Token.AndAnd) reader.takeHalf(Token.And);
    else reader.advance();
    return { kind: 'addressOf', operand: parseNestedTarget(reader), span: reader.spanFrom(start) };
  }
  return parseAccesses(reader, parseCoreTarget(reader));
}

function parseNestedTarget(reader: TokenReader): Expression {
  reader.enter();
  const target = parseTarget(reader);
  reader.leave();
  reader.grow(reader.height);
  return target;
}

function parseCoreTarget(reader: TokenReader): Expression {
  const start = reader.start;
  if (reader.take(Token.LeftParen)) {
    const inner = parseNestedTarget(reader);
    reader.expect(Token.RightParen, "to close '('");
    return { kind: 'paren', inner, span: reader.spanFrom(start) };
  }
  if (reader.kind !== Token.Identifier) reader.failName('a variable to assign to');
  const target = parseIdentifierOrCall(reader);
  if (target.kind === 'identifier' && target.templateArgs !== null) {
    reader.failExpected(`'(' after the template list of '${target.name.text}'`);
  }
  return target;
}
