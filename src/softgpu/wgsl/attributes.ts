/** Attributes (WGSL section 12) and diagnostic controls (section 2.3). */

import type { Attribute, DiagnosticControl, Expression, Name } from './ast.ts';
import { parseArguments } from './expressions.ts';
import type { TokenReader } from './tokenReader.ts';
import { Token } from './tokens.ts';

/** Kinds of places where attributes may stand, as they are called in messages. */
export type AttributePlace =
  | 'a function'
  | 'a parameter'
  | 'a return type'
  | 'a struct member'
  | 'a module-scope var'
  | 'an override'
  | 'a statement';

interface AttributeRule {
  /** Fewest and most arguments; an attribute that takes none has no parentheses. */
  readonly args: readonly [number, number];
  readonly places: readonly AttributePlace[];
  /** Arguments are names of the language instead of expressions. */
  readonly names: boolean;
}

const inputsAndOutputs: readonly AttributePlace[] = ['a parameter', 'a return type', 'a struct member'];

const rules: ReadonlyMap<string, AttributeRule> = new Map<string, AttributeRule>([
  ['align', { args: [1, 1], places: ['a struct member'], names: false }],
  ['binding', { args: [1, 1], places: ['a module-scope var'], names: false }],
  ['blend_src', { args: [1, 1], places: ['a struct member'], names: false }],
  ['builtin', { args: [1, 2], places: inputsAndOutputs, names: true }],
  ['compute', { args: [0, 0], places: ['a function'], names: false }],
  ['fragment', { args: [0, 0], places: ['a function'], names: false }],
  ['group', { args: [1, 1], places: ['a module-scope var'], names: false }],
  ['id', { args: [1, 1], places: ['an override'], names: false }],
  ['interpolate', { args: [1, 2], places: inputsAndOutputs, names: true }],
  ['invariant', { args: [0, 0], places: inputsAndOutputs, names: false }],
  ['location', { args: [1, 1], places: inputsAndOutputs, names: false }],
  ['must_use', { args: [0, 0], places: ['a function'], names: false }],
  ['size', { args: [1, 1], places: ['a struct member'], names: false }],
  ['subgroup_size', { args: [1, 1], places: ['a function'], names: false }],
  ['vertex', { args: [0, 0], places: ['a function'], names: false }],
  ['workgroup_size', { args: [1, 3], places: ['a function'], names: false }],
]);

/** The attributes that stand here, unchecked against their place: what they belong to is seen only after them. */
export function parseAttributes(reader: TokenReader): readonly Attribute[] {
  if (reader.kind !== Token.At) return none;
  const attributes: Attribute[] = [];
  const seen = new Set<string>();
  while (reader.kind === Token.At) {
    const attribute = parseAttribute(reader);
    checkNotRepeated(reader, seen, attribute);
    attributes.push(attribute);
  }
  return attributes;
}

const none: readonly Attribute[] = [];

/** Fail unless every attribute may stand at `place`. */
export function checkPlace(reader: TokenReader, attributes: readonly Attribute[], place: AttributePlace): void {
  for (const { name, control, span } of attributes) {
    const allowed =
      control === null
        ? rules.get(name.text)!.places.includes(place)
        : place === 'a function' || place === 'a statement';
    if (!allowed) reader.failAt(span, `attribute '@${name.text}' cannot be applied to ${place}`);
  }
}

/** Fail if there are attributes before something that takes none; `what` names it. */
export function checkNone(reader: TokenReader, attributes: readonly Attribute[], what: string): void {
  const [first] = attributes;
  if (first !== undefined) reader.failAt(first.span, `attribute '@${first.name.text}' cannot be applied to ${what}`);
}

/** An attribute may stand once, and `@diagnostic` once for each rule. */
function checkNotRepeated(reader: TokenReader, seen: Set<string>, { name, control, span }: Attribute): void {
  const shown = control === null ? `'@${name.text}'` : `'@diagnostic' for the rule '${control.rule.text}'`;
  if (seen.has(shown)) reader.failAt(span, `attribute ${shown} is repeated`);
  seen.add(shown);
}

function parseAttribute(reader: TokenReader): Attribute {
  const start = reader.start;
  reader.advance();
  if (reader.kind === Token.KeywordDiagnostic) {
    const name = { text: reader.text, span: reader.span };
    reader.advance();
    const control = parseDiagnosticControl(reader);
    return { name, args: [], control, span: reader.spanFrom(start) };
  }
  if (reader.kind === Token.KeywordConst) reader.fail("attribute '@const' is for built-in functions only");
  const name = reader.expectName("an attribute name after '@'");
  const rule = rules.get(name.text);
  if (rule === undefined) reader.failAt(name.span, `unknown attribute '@${name.text}'`);
  const args = parseAttributeArguments(reader, name, rule);
  return { name, args, control: null, span: reader.spanFrom(start) };
}

function parseAttributeArguments(reader: TokenReader, name: Name, rule: AttributeRule): Expression[] {
  const [fewest, most] = rule.args;
  const takesNone = most === 0;
  if (reader.kind !== Token.LeftParen) {
    if (!takesNone) reader.failExpected(`'(' after '@${name.text}'`);
    return [];
  }
  if (takesNone) reader.fail(`attribute '@${name.text}' takes no arguments: leave out the parentheses`);
  const start = reader.start;
  const args = parseArguments(reader);
  if (args.length < fewest || args.length > most) {
    const count = fewest === most ? `${fewest}` : `${fewest} to ${most}`;
    const plural = most === 1 ? 'argument' : 'arguments';
    reader.failAt(reader.spanFrom(start), `attribute '@${name.text}' takes ${count} ${plural}, got ${args.length}`);
  }
  if (rule.names) checkNames(reader, name, args);
  return args;
}

function checkNames(reader: TokenReader, attribute: Name, args: readonly Expression[]): void {
  for (const arg of args) {
    if (arg.kind === 'identifier' && arg.templateArgs === null) continue;
    reader.failAt(arg.span, `attribute '@${attribute.text}' takes a name, not an expression`);
  }
}

/** diagnostic_control: `(severity, rule)` with a rule that may be `namespace.rule`. */
export function parseDiagnosticControl(reader: TokenReader): DiagnosticControl {
  const start = reader.start;
  reader.expect(Token.LeftParen, "after 'diagnostic'");
  const severity = parseSeverity(reader);
  reader.expect(Token.Comma, 'after the severity');
  const rule = parseRuleName(reader);
  reader.take(Token.Comma);
  reader.expect(Token.RightParen, 'after the diagnostic rule');
  const control: DiagnosticControl = { severity, rule, span: reader.spanFrom(start) };
  reader.diagnosticControls.push(control);
  return control;
}

function parseSeverity(reader: TokenReader): DiagnosticControl['severity'] {
  const { text, span } = reader.expectName('a severity');
  switch (text) {
    case 'off':
    case 'info':
    case 'warning':
    case 'error':
      return text;
    default:
      return reader.failAt(span, `'${text}' is no severity: use 'off', 'info', 'warning' or 'error'`);
  }
}

function parseRuleName(reader: TokenReader): Name {
  const first = reader.expectName('a diagnostic rule');
  if (!reader.take(Token.Period)) return first;
  const second = reader.expectName("the diagnostic rule after '.'");
  return { text: `${first.text}.${second.text}`, span: reader.spanFrom(first.span.offset) };
}
