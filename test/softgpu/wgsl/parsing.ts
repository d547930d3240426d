/** What the parser's tests share: shorthand to parse, and expressions printed with all their structure visible. */

import type { Expression, Module, Statement } from '../../../src/softgpu/wgsl/ast.ts';
import { WgslError } from '../../../src/softgpu/wgsl/diagnostics.ts';
import { parse } from '../../../src/softgpu/wgsl/parser.ts';

/** The module, or the message of the error. */
export function attempt(source: string): Module | string {
  try {
    return parse(source);
  } catch (error) {
    if (error instanceof WgslError) return error.message;
    throw error;
  }
}

/** Whether the source is accepted; anything but a WgslError is thrown on. */
export function accepts(source: string): boolean {
  return typeof attempt(source) !== 'string';
}

export function acceptsStatement(statement: string): boolean {
  return accepts(`fn f() { ${statement} }`);
}

/** The message for a source that must be refused. */
export function refusal(source: string): string {
  const result = attempt(source);
  if (typeof result !== 'string') throw new Error(`accepted: ${source}`);
  return result;
}

/** The statements of a function body. */
export function statements(body: string): readonly Statement[] {
  const [declaration] = parse(`fn f() { ${body} }`).declarations;
  if (declaration?.kind !== 'function') throw new Error('not a function');
  return declaration.body.statements;
}

export function expression(text: string): Expression {
  const [declaration] = parse(`const x = ${text};`).declarations;
  if (declaration?.kind !== 'const') throw new Error('not a const');
  return declaration.initializer;
}

/** The expression with every operation in brackets: `a + b * c` gives `[a + [b * c]]`. */
export function structure(text: string): string {
  return print(expression(text));
}

export function print(node: Expression): string {
  switch (node.kind) {
    case 'bool':
      return String(node.value);
    case 'int':
    case 'float':
      return `${node.value}${node.suffix}`;
    case 'identifier':
      return node.name.text + (node.templateArgs === null ? '' : `<${node.templateArgs.map(print).join(', ')}>`);
    case 'call':
      return `${print(node.callee)}(${node.args.map(print).join(', ')})`;
    case 'member':
      return `[${print(node.base)} . ${node.member.text}]`;
    case 'index':
      return `[${print(node.base)} at ${print(node.index)}]`;
    case 'unary':
      return `[${node.operator} ${print(node.operand)}]`;
    case 'binary':
      return `[${print(node.left)} ${node.operator} ${print(node.right)}]`;
    case 'paren':
      return `(${print(node.inner)})`;
    case 'addressOf':
      return `[& ${print(node.operand)}]`;
    case 'indirection':
      return `[* ${print(node.operand)}]`;
  }
}
