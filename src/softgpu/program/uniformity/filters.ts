/** Diagnostic filters: directives and attributes. https://www.w3.org/TR/WGSL/#diagnostic-filtering */

import type {
  Attribute,
  CompoundStatement,
  DiagnosticControl,
  Directive,
  FunctionDeclaration,
  IfStatement,
  Span,
  Statement,
} from '../../wgsl/ast.ts';

type Severity = DiagnosticControl['severity'];

interface Filter {
  readonly rule: string;
  readonly severity: Severity;
  readonly start: number;
  readonly end: number;
}

/** The filters that hold somewhere in one function. */
export class Filters {
  readonly #directives: readonly Directive[];
  readonly #declaration: FunctionDeclaration;
  #ranges: readonly Filter[] | null = null;

  constructor(directives: readonly Directive[], declaration: FunctionDeclaration) {
    this.#directives = directives;
    this.#declaration = declaration;
  }

  /** The severity of a failure of `rule` at `offset`: that of the nearest enclosing filter. */
  severity(rule: string, offset: number): Severity {
    this.#ranges ??= rangesOf(this.#declaration);
    let nearest: Filter | null = null;
    for (const filter of this.#ranges) {
      const holds = filter.rule === rule && filter.start <= offset && offset < filter.end;
      // Ranges nest, and those inside come later.
      if (holds) nearest = filter;
    }
    return nearest?.severity ?? this.#globalSeverity(rule);
  }

  #globalSeverity(rule: string): Severity {
    for (const directive of this.#directives) {
      if (directive.kind === 'diagnostic' && directive.control.rule.text === rule) return directive.control.severity;
    }
    return 'error';
  }
}

function rangesOf(declaration: FunctionDeclaration): Filter[] {
  const found: Filter[] = [];
  note(found, declaration.attributes, declaration.span);
  compound(found, declaration.body);
  return found;
}

function note(found: Filter[], attributes: readonly Attribute[], { offset, length }: Span, start = offset): void {
  for (const { control } of attributes) {
    if (control === null) continue;
    found.push({ rule: control.rule.text, severity: control.severity, start, end: offset + length });
  }
}

/** Attributes before the `{` of a body that has no span of its own. */
function noteBody(found: Filter[], attributes: readonly Attribute[], whole: Span): void {
  const last = attributes.at(-1);
  if (last !== undefined) note(found, attributes, whole, last.span.offset);
}

function compound(found: Filter[], { attributes, statements, span }: CompoundStatement): void {
  note(found, attributes, span);
  for (const statement of statements) inStatement(found, statement);
}

function inStatement(found: Filter[], node: Statement): void {
  switch (node.kind) {
    case 'compound':
      compound(found, node);
      break;
    case 'if':
      ifStatement(found, node);
      break;
    case 'switch':
      note(found, node.attributes, node.span);
      noteBody(found, node.bodyAttributes, node.span);
      for (const { body } of node.clauses) compound(found, body);
      break;
    case 'for':
    case 'while':
      note(found, node.attributes, node.span);
      compound(found, node.body);
      break;
    case 'loop':
      note(found, node.attributes, node.span);
      noteBody(found, node.bodyAttributes, node.span);
      for (const statement of node.statements) inStatement(found, statement);
      if (node.continuing === null) break;
      noteBody(found, node.continuing.attributes, node.continuing.span);
      for (const statement of node.continuing.statements) inStatement(found, statement);
  }
}

function ifStatement(found: Filter[], node: IfStatement): void {
  note(found, node.attributes, node.span);
  compound(found, node.body);
  if (node.otherwise?.kind === 'if') ifStatement(found, node.otherwise);
  else if (node.otherwise !== null) compound(found, node.otherwise);
}
