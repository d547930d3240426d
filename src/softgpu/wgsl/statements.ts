/** Statements (WGSL section 9). */

import type {
  Attribute,
  BreakIfStatement,
  CompoundStatement,
  ContinuingStatement,
  DefaultSelector,
  Expression,
  ForInitializer,
  ForStatement,
  IfStatement,
  LoopStatement,
  Statement,
  SwitchClause,
  SwitchStatement,
  WhileStatement,
} from './ast.ts';
import { checkNone, checkPlace, parseAttributes } from './attributes.ts';
import { parseExpression } from './expressions.ts';
import { parseConst, parseConstAssert, parseLet, parseUpdate, parseVar, startsUpdate } from './simpleStatements.ts';
import type { TokenReader } from './tokenReader.ts';
import { Token } from './tokens.ts';

/** Case selectors of one switch (section 2.4). */
const MAX_CASE_SELECTORS = 1023;

/** Links of an if / else if / else if … chain, which nest in the tree. */
const MAX_ELSE_IFS = 512;

/** Which jumps a statement may make, by what it is nested in (sections 9.4.6 to 9.4.9). */
interface Flow {
  readonly canBreak: boolean;
  readonly canContinue: boolean;
  /** Inside a continuing statement, from where nothing may return. */
  readonly continuing: boolean;
}

const outsideLoops: Flow = { canBreak: false, canContinue: false, continuing: false };
const insideContinuing: Flow = { canBreak: false, canContinue: false, continuing: true };

function insideLoop({ continuing }: Flow): Flow {
  return { canBreak: true, canContinue: true, continuing };
}

function insideSwitch(flow: Flow): Flow {
  return { ...flow, canBreak: true };
}

/** The body of a function. */
export function parseFunctionBody(reader: TokenReader): CompoundStatement {
  return parseCompound(reader, outsideLoops, 'to begin the function body');
}

/** compound_statement; `where` says what its `{` is for. */
function parseCompound(reader: TokenReader, flow: Flow, where: string): CompoundStatement {
  const start = reader.start;
  return parseBlock(reader, flow, parseStatementAttributes(reader), start, where);
}

function parseBlock(
  reader: TokenReader,
  flow: Flow,
  attributes: readonly Attribute[],
  start: number,
  where: string,
): CompoundStatement {
  reader.enterBlock(where);
  const statements = parseStatements(reader, flow);
  closeBlock(reader);
  return { kind: 'compound', attributes, statements, span: reader.spanFrom(start) };
}

function closeBlock(reader: TokenReader): void {
  if (!reader.take(Token.RightBrace)) failStatement(reader);
  reader.leaveBlock();
}

function failStatement(reader: TokenReader): never {
  switch (reader.kind) {
    case Token.KeywordBreak:
      return reader.fail("'break if' may only end a 'continuing' block: write 'if condition { break; }'");
    case Token.KeywordContinuing:
      return reader.fail("'continuing' may only end the body of a 'loop'");
    case Token.KeywordElse:
      return reader.fail("'else' without an 'if' before it");
    case Token.KeywordFn:
      return reader.fail("a function cannot be declared inside a function: is a '}' missing?");
    default:
      return reader.failExpected("a statement or '}'");
  }
}

function parseStatementAttributes(reader: TokenReader): readonly Attribute[] {
  const attributes = parseAttributes(reader);
  checkPlace(reader, attributes, 'a statement');
  return attributes;
}

/** Statements up to something that begins none: a `}`, a `continuing` or a `break if`. */
function parseStatements(reader: TokenReader, flow: Flow): Statement[] {
  const statements: Statement[] = [];
  for (;;) {
    if (reader.take(Token.Semicolon)) continue;
    const statement = parseStatement(reader, flow);
    if (statement === null) return statements;
    statements.push(statement);
  }
}

function parseStatement(reader: TokenReader, flow: Flow): Statement | null {
  const start = reader.start;
  const attributes = parseStatementAttributes(reader);
  switch (reader.kind) {
    case Token.LeftBrace:
      return parseBlock(reader, flow, attributes, start, 'to begin a block');
    case Token.KeywordIf:
      return parseIf(reader, flow, attributes, start);
    case Token.KeywordSwitch:
      return parseSwitch(reader, flow, attributes, start);
    case Token.KeywordLoop:
      return parseLoop(reader, flow, attributes, start);
    case Token.KeywordFor:
      return parseFor(reader, flow, attributes, start);
    case Token.KeywordWhile:
      return parseWhile(reader, flow, attributes, start);
    default:
      checkNone(reader, attributes, 'this statement');
      return parseUnattributed(reader, flow);
  }
}

function parseUnattributed(reader: TokenReader, flow: Flow): Statement | null {
  const start = reader.start;
  switch (reader.kind) {
    case Token.KeywordVar:
      return terminated(reader, parseVar(reader, [], start), "the 'var' declaration");
    case Token.KeywordLet:
      return terminated(reader, parseLet(reader), "the 'let' declaration");
    case Token.KeywordConst:
      return terminated(reader, parseConst(reader), "the 'const' declaration");
    case Token.KeywordConstAssert:
      return terminated(reader, parseConstAssert(reader), 'the const_assert');
    case Token.KeywordReturn:
      return parseReturn(reader, flow);
    case Token.KeywordBreak:
      return reader.nextKind === Token.KeywordIf ? null : parseBreak(reader, flow);
    case Token.KeywordContinue:
      return parseContinue(reader, flow);
    case Token.KeywordDiscard:
      reader.advance();
      return terminated(reader, { kind: 'discard', span: reader.spanFrom(start) }, "'discard'");
    default:
      return startsUpdate(reader.kind) ? terminated(reader, parseUpdate(reader), 'the statement') : null;
  }
}

function terminated<S extends Statement>(reader: TokenReader, statement: S, what: string): S {
  reader.expectSemicolon(what);
  return statement;
}

function parseReturn(reader: TokenReader, flow: Flow): Statement {
  const start = reader.start;
  if (flow.continuing) reader.fail("'return' cannot leave a 'continuing' block");
  reader.advance();
  const value = reader.kind === Token.Semicolon || reader.kind === Token.RightBrace ? null : parseExpression(reader);
  return terminated(reader, { kind: 'return', value, span: reader.spanFrom(start) }, "'return'");
}

function parseBreak(reader: TokenReader, flow: Flow): Statement {
  const { span } = reader;
  if (!flow.canBreak) {
    reader.fail(
      flow.continuing
        ? "'break' cannot leave a 'continuing' block: end it with 'break if condition;' instead"
        : "'break' must be inside a loop or a switch",
    );
  }
  reader.advance();
  return terminated(reader, { kind: 'break', span }, "'break'");
}

function parseContinue(reader: TokenReader, flow: Flow): Statement {
  const { span } = reader;
  if (!flow.canContinue) {
    reader.fail(flow.continuing ? "'continue' cannot leave a 'continuing' block" : "'continue' must be inside a loop");
  }
  reader.advance();
  return terminated(reader, { kind: 'continue', span }, "'continue'");
}

function parseIf(reader: TokenReader, flow: Flow, attributes: readonly Attribute[], start: number): IfStatement {
  const links = [parseIfLink(reader, flow, start)];
  let otherwise: CompoundStatement | IfStatement | null = null;
  while (otherwise === null && reader.take(Token.KeywordElse)) {
    if (reader.kind !== Token.KeywordIf) otherwise = parseCompound(reader, flow, "or 'if' after 'else'");
    else if (links.length > MAX_ELSE_IFS) reader.fail(`too many 'else if': the limit is ${MAX_ELSE_IFS}`);
    else links.push(parseIfLink(reader, flow, reader.start));
  }
  for (let i = links.length - 1; i > 0; i--) {
    const { start: linkStart, condition, body } = links[i]!;
    otherwise = { kind: 'if', attributes: [], condition, body, otherwise, span: reader.spanFrom(linkStart) };
  }
  const { condition, body } = links[0]!;
  return { kind: 'if', attributes, condition, body, otherwise, span: reader.spanFrom(start) };
}

/** `if condition { … }` */
function parseIfLink(reader: TokenReader, flow: Flow, start: number) {
  reader.advance();
  const condition = parseExpression(reader);
  return { start, condition, body: parseCompound(reader, flow, "after the condition of 'if'") };
}

function parseSwitch(
  reader: TokenReader,
  flow: Flow,
  attributes: readonly Attribute[],
  start: number,
): SwitchStatement {
  const { span } = reader;
  reader.advance();
  const selector = parseExpression(reader);
  const bodyAttributes = parseStatementAttributes(reader);
  reader.enterBlock("after the selector of 'switch'");
  const clauses: SwitchClause[] = [];
  while (reader.kind === Token.KeywordCase || reader.kind === Token.KeywordDefault) {
    clauses.push(parseClause(reader, insideSwitch(flow)));
  }
  if (!reader.take(Token.RightBrace)) reader.failExpected("'case', 'default' or '}' in the switch");
  reader.leaveBlock();
  const statement: SwitchStatement = {
    kind: 'switch',
    attributes,
    selector,
    bodyAttributes,
    clauses,
    span: reader.spanFrom(start),
  };
  const selectors = clauses.flatMap((clause) => clause.selectors);
  const defaults = selectors.filter(({ kind }) => kind === 'default');
  if (defaults.length === 0) reader.failAt(span, "the switch has no 'default' clause");
  if (defaults.length > 1) reader.failAt(defaults[1]!.span, "the switch has a second 'default'");
  if (selectors.length > MAX_CASE_SELECTORS) {
    reader.failAt(span, `the switch has ${selectors.length} case selectors: the limit is ${MAX_CASE_SELECTORS}`);
  }
  return statement;
}

function parseClause(reader: TokenReader, flow: Flow): SwitchClause {
  const start = reader.start;
  const selectors = reader.kind === Token.KeywordDefault ? [parseDefault(reader)] : parseSelectors(reader);
  reader.take(Token.Colon);
  const body = parseCompound(reader, flow, 'to begin the body of the clause');
  return { selectors, body, span: reader.spanFrom(start) };
}

function parseDefault(reader: TokenReader): DefaultSelector {
  const { span } = reader;
  reader.advance();
  return { kind: 'default', span };
}

/** case_selectors, a comma after the last allowed; the reader stands at `case`. */
function parseSelectors(reader: TokenReader): (Expression | DefaultSelector)[] {
  const selectors: (Expression | DefaultSelector)[] = [];
  reader.advance();
  do {
    selectors.push(reader.kind === Token.KeywordDefault ? parseDefault(reader) : parseExpression(reader));
  } while (reader.take(Token.Comma) && !endsSelectors(reader.kind));
  return selectors;
}

function endsSelectors(kind: number): boolean {
  return kind === Token.Colon || kind === Token.LeftBrace || kind === Token.At;
}

function parseLoop(reader: TokenReader, flow: Flow, attributes: readonly Attribute[], start: number): LoopStatement {
  reader.advance();
  const bodyAttributes = parseStatementAttributes(reader);
  reader.enterBlock("after 'loop'");
  const statements = parseStatements(reader, insideLoop(flow));
  const continuing = reader.kind === Token.KeywordContinuing ? parseContinuing(reader) : null;
  if (continuing !== null && reader.kind !== Token.RightBrace) {
    reader.failExpected("'}': the 'continuing' block must end the body of the loop");
  }
  closeBlock(reader);
  return { kind: 'loop', attributes, bodyAttributes, statements, continuing, span: reader.spanFrom(start) };
}

function parseContinuing(reader: TokenReader): ContinuingStatement {
  const start = reader.start;
  reader.advance();
  const attributes = parseStatementAttributes(reader);
  reader.enterBlock("after 'continuing'");
  const statements = parseStatements(reader, insideContinuing);
  const breakIf = reader.kind === Token.KeywordBreak ? parseBreakIf(reader) : null;
  if (breakIf !== null && reader.kind !== Token.RightBrace) {
    reader.failExpected("'}': 'break if' must end the 'continuing' block");
  }
  closeBlock(reader);
  return { attributes, statements, breakIf, span: reader.spanFrom(start) };
}

function parseBreakIf(reader: TokenReader): BreakIfStatement {
  const start = reader.start;
  reader.advance();
  reader.advance();
  const condition = parseExpression(reader);
  reader.expectSemicolon("'break if'");
  return { condition, span: reader.spanFrom(start) };
}

function parseFor(reader: TokenReader, flow: Flow, attributes: readonly Attribute[], start: number): ForStatement {
  reader.advance();
  reader.expect(Token.LeftParen, "after 'for'");
  const initializer = parseForInitializer(reader);
  reader.expect(Token.Semicolon, "after the initializer of 'for'");
  const condition = reader.kind === Token.Semicolon ? null : parseExpression(reader);
  reader.expect(Token.Semicolon, "after the condition of 'for'");
  const update = startsUpdate(reader.kind) ? parseUpdate(reader) : null;
  reader.expect(Token.RightParen, "to end the header of 'for'");
  const body = parseCompound(reader, insideLoop(flow), "after the header of 'for'");
  return { kind: 'for', attributes, initializer, condition, update, body, span: reader.spanFrom(start) };
}

function parseForInitializer(reader: TokenReader): ForInitializer | null {
  switch (reader.kind) {
    case Token.KeywordVar:
      return parseVar(reader, [], reader.start);
    case Token.KeywordLet:
      return parseLet(reader);
    case Token.KeywordConst:
      return parseConst(reader);
    default:
      return startsUpdate(reader.kind) ? parseUpdate(reader) : null;
  }
}

function parseWhile(reader: TokenReader, flow: Flow, attributes: readonly Attribute[], start: number): WhileStatement {
  reader.advance();
  const condition = parseExpression(reader);
  const body = parseCompound(reader, insideLoop(flow), "after the condition of 'while'");
  return { kind: 'while', attributes, condition, body, span: reader.spanFrom(start) };
}
