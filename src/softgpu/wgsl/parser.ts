/** Modules: directives and module-scope declarations (WGSL sections 4 to 7 and 11). */

import type {
  AliasDeclaration,
  Attribute,
  Declaration,
  Directive,
  FunctionDeclaration,
  FunctionParameter,
  Module,
  Name,
  OverrideDeclaration,
  StructDeclaration,
  StructMember,
} from './ast.ts';
import { checkNone, checkPlace, parseAttributes, parseDiagnosticControl } from './attributes.ts';
import { tokenize } from './lexer.ts';
import {
  parseConst,
  parseConstAssert,
  parseOptionalInitializer,
  parseType,
  parseTypedName,
  parseVar,
} from './simpleStatements.ts';
import { parseFunctionBody } from './statements.ts';
import { TokenReader } from './tokenReader.ts';
import { Token } from './tokens.ts';

/** Limits of section 2.4. */
const MAX_PARAMETERS = 255;
const MAX_MEMBERS = 1023;

/**
 * Parse a WGSL module. Checks what the grammar says, and what can be told without knowing names and types: which
 * attributes stand where, where `break`, `continue` and `return` may be, the one `default` of a switch, the range of literals.
 *
 * @throws WgslError at the first violation.
 */
export function parse(source: string): Module {
  const reader = new TokenReader(tokenize(source));
  const directives = parseDirectives(reader);
  const declarations: Declaration[] = [];
  while (reader.kind !== Token.EndOfFile) {
    if (!reader.take(Token.Semicolon)) declarations.push(parseDeclaration(reader));
  }
  return { source, directives, declarations, diagnosticControls: reader.diagnosticControls };
}

// ---- Directives

function parseDirectives(reader: TokenReader): Directive[] {
  const directives: Directive[] = [];
  for (;;) {
    const directive = parseDirective(reader);
    if (directive === null) break;
    directives.push(directive);
  }
  checkConflicts(reader, directives);
  return directives;
}

function parseDirective(reader: TokenReader): Directive | null {
  const start = reader.start;
  switch (reader.kind) {
    case Token.KeywordEnable: {
      const extensions = parseNames(reader, 'an extension name');
      return { kind: 'enable', extensions, span: reader.spanFrom(start) };
    }
    case Token.KeywordRequires: {
      const features = parseNames(reader, 'a language feature');
      return { kind: 'requires', features, span: reader.spanFrom(start) };
    }
    case Token.KeywordDiagnostic: {
      reader.advance();
      const control = parseDiagnosticControl(reader);
      reader.expectSemicolon("the 'diagnostic' directive");
      return { kind: 'diagnostic', control, span: reader.spanFrom(start) };
    }
    default:
      return null;
  }
}

/** Names separated by commas, one after the last allowed, and the `;`; the reader stands at the directive's keyword. */
function parseNames(reader: TokenReader, what: string): Name[] {
  const directive = reader.describe();
  reader.advance();
  const names: Name[] = [];
  do {
    names.push(reader.expectName(what));
  } while (reader.take(Token.Comma) && reader.kind !== Token.Semicolon);
  reader.expectSemicolon(`the names of the ${directive.replace('keyword ', '')} directive`);
  return names;
}

/** Two directives may not set one rule to different severities (section 2.3). */
function checkConflicts(reader: TokenReader, directives: readonly Directive[]): void {
  const severities = new Map<string, string>();
  for (const directive of directives) {
    if (directive.kind !== 'diagnostic') continue;
    const { rule, severity, span } = directive.control;
    const earlier = severities.get(rule.text) ?? severity;
    if (earlier !== severity) {
      reader.failAt(span, `severity '${severity}' of the rule '${rule.text}' conflicts with '${earlier}' above`);
    }
    severities.set(rule.text, severity);
  }
}

// ---- Declarations

function parseDeclaration(reader: TokenReader): Declaration {
  const start = reader.start;
  const attributes = parseAttributes(reader);
  switch (reader.kind) {
    case Token.KeywordFn:
      return parseFunction(reader, attributes, start);
    case Token.KeywordVar:
      checkPlace(reader, attributes, 'a module-scope var');
      return terminated(reader, parseVar(reader, attributes, start), "the 'var' declaration");
    case Token.KeywordOverride:
      checkPlace(reader, attributes, 'an override');
      return terminated(reader, parseOverride(reader, attributes, start), "the 'override' declaration");
    case Token.KeywordConst:
      checkNone(reader, attributes, "a 'const'");
      return terminated(reader, parseConst(reader), "the 'const' declaration");
    case Token.KeywordAlias:
      checkNone(reader, attributes, 'an alias');
      return terminated(reader, parseAlias(reader), "the 'alias' declaration");
    case Token.KeywordStruct:
      checkNone(reader, attributes, 'a struct');
      return parseStruct(reader);
    case Token.KeywordConstAssert:
      checkNone(reader, attributes, 'a const_assert');
      return terminated(reader, parseConstAssert(reader), 'the const_assert');
    default:
      return failDeclaration(reader);
  }
}

function failDeclaration(reader: TokenReader): never {
  switch (reader.kind) {
    case Token.KeywordEnable:
    case Token.KeywordRequires:
    case Token.KeywordDiagnostic:
      return reader.fail(`directive '${reader.text}' must come before all declarations`);
    case Token.KeywordLet:
      return reader.fail("'let' is for functions only: declare a 'const' or an 'override' at module scope");
    default:
      return reader.failExpected('a declaration');
  }
}

function terminated<D extends Declaration>(reader: TokenReader, declaration: D, what: string): D {
  reader.expectSemicolon(what);
  return declaration;
}

function parseOverride(reader: TokenReader, attributes: readonly Attribute[], start: number): OverrideDeclaration {
  reader.advance();
  const { name, type } = parseTypedName(reader, "a name after 'override'");
  const initializer = parseOptionalInitializer(reader);
  return { kind: 'override', attributes, name, type, initializer, span: reader.spanFrom(start) };
}

function parseAlias(reader: TokenReader): AliasDeclaration {
  const start = reader.start;
  reader.advance();
  const name = reader.expectName("a name after 'alias'");
  reader.expect(Token.Equal, 'after the name of the alias');
  const type = parseType(reader);
  return { kind: 'alias', name, type, span: reader.spanFrom(start) };
}

function parseStruct(reader: TokenReader): StructDeclaration {
  const start = reader.start;
  reader.advance();
  const name = reader.expectName("a name after 'struct'");
  reader.expect(Token.LeftBrace, 'to begin the members of the struct');
  const members: StructMember[] = [];
  do {
    members.push(parseMember(reader));
  } while (reader.take(Token.Comma) && reader.kind !== Token.RightBrace);
  if (!reader.take(Token.RightBrace)) reader.failExpected("',' or '}' after the member");
  if (members.length > MAX_MEMBERS) {
    reader.failAt(name.span, `struct '${name.text}' has ${members.length} members: the limit is ${MAX_MEMBERS}`);
  }
  return { kind: 'struct', name, members, span: reader.spanFrom(start) };
}

function parseMember(reader: TokenReader): StructMember {
  const start = reader.start;
  const attributes = parseAttributes(reader);
  checkPlace(reader, attributes, 'a struct member');
  const name = reader.expectName('a member name');
  reader.expect(Token.Colon, 'after the member name');
  const type = parseType(reader);
  return { attributes, name, type, span: reader.spanFrom(start) };
}

function parseFunction(reader: TokenReader, attributes: readonly Attribute[], start: number): FunctionDeclaration {
  checkPlace(reader, attributes, 'a function');
  reader.advance();
  const name = reader.expectName("a name after 'fn'");
  const parameters = parseParameters(reader, name);
  const { returnAttributes, returnType } = parseReturnType(reader);
  const mustUse = attributes.find((attribute) => attribute.name.text === 'must_use');
  if (mustUse !== undefined && returnType === null) {
    reader.failAt(
      mustUse.span,
      `'@must_use' needs a function that returns a value, and '${name.text}' has no return type`,
    );
  }
  const body = parseFunctionBody(reader);
  const span = reader.spanFrom(start);
  return { kind: 'function', attributes, name, parameters, returnAttributes, returnType, body, span };
}

function parseParameters(reader: TokenReader, functionName: Name): FunctionParameter[] {
  reader.expect(Token.LeftParen, 'after the name of the function');
  const parameters: FunctionParameter[] = [];
  while (reader.kind !== Token.RightParen) {
    parameters.push(parseParameter(reader));
    if (!reader.take(Token.Comma) && reader.kind !== Token.RightParen) {
      reader.failExpected("',' or ')' after the parameter");
    }
  }
  reader.advance();
  if (parameters.length > MAX_PARAMETERS) {
    const message = `function '${functionName.text}' has ${parameters.length} parameters: the limit is ${MAX_PARAMETERS}`;
    reader.failAt(functionName.span, message);
  }
  return parameters;
}

function parseParameter(reader: TokenReader): FunctionParameter {
  const start = reader.start;
  const attributes = parseAttributes(reader);
  checkPlace(reader, attributes, 'a parameter');
  const name = reader.expectName('a parameter name');
  reader.expect(Token.Colon, 'after the parameter name');
  const type = parseType(reader);
  return { attributes, name, type, span: reader.spanFrom(start) };
}

function parseReturnType(reader: TokenReader): Pick<FunctionDeclaration, 'returnAttributes' | 'returnType'> {
  if (!reader.take(Token.Arrow)) return { returnAttributes: [], returnType: null };
  const returnAttributes = parseAttributes(reader);
  checkPlace(reader, returnAttributes, 'a return type');
  return { returnAttributes, returnType: parseType(reader) };
}
