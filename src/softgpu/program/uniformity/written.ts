/** Which variables the loops and switches of a function write: those whose values meet again at their start and end. */

import type { Root } from '../functionRecord.ts';
import type { Binding, Expression, Statement } from '../program.ts';

export type Written = ReadonlyMap<Statement, ReadonlySet<Root>>;

export function writtenIn(body: readonly Statement[]): Written {
  const scan = new Scan();
  scan.statements(body);
  return scan.found;
}

class Scan {
  readonly found = new Map<Statement, Set<Root>>();
  readonly #open: Set<Root>[] = [new Set()];
  readonly #pointers = new Map<Binding, Root>();

  statements(body: readonly Statement[]): void {
    for (const statement of body) this.#statement(statement);
  }

  #statement(node: Statement): void {
    switch (node.kind) {
      case 'variable':
        this.#expression(node.variable.initial);
        this.#write(node.variable);
        break;
      case 'let': {
        this.#expression(node.value);
        const root = node.binding.type.kind === 'pointer' ? this.#root(node.value) : null;
        if (root !== null) this.#pointers.set(node.binding, root);
        break;
      }
      case 'assign':
      case 'compound':
        this.#expression(node.place);
        this.#expression(node.value);
        this.#write(this.#root(node.place));
        break;
      case 'evaluate':
      case 'return':
        this.#expression(node.value);
        break;
      case 'block':
        this.statements(node.body);
        break;
      case 'if':
        this.#expression(node.condition);
        this.statements(node.then);
        this.statements(node.otherwise);
        break;
      case 'loop':
      case 'switch':
        this.#repeated(node);
    }
  }

  #repeated(node: Statement & { kind: 'loop' | 'switch' }): void {
    const written = new Set<Root>();
    this.#open.push(written);
    if (node.kind === 'loop') {
      this.#expression(node.condition);
      this.statements(node.body);
      this.statements(node.continuing);
      this.#expression(node.breakIf);
    } else {
      this.#expression(node.selector);
      for (const { body } of node.cases) this.statements(body);
    }
    this.#open.pop();
    this.found.set(node, written);
    for (const root of written) this.#write(root);
  }

  #write(root: Root | null): void {
    if (root !== null) this.#open.at(-1)!.add(root);
  }

  #root(expression: Expression): Root | null {
    switch (expression.kind) {
      case 'variable':
        return expression.variable;
      case 'binding':
        return this.#pointers.get(expression.binding) ?? expression.binding;
      case 'addressOf':
        return this.#root(expression.place);
      case 'deref':
        return this.#root(expression.pointer);
      case 'member':
      case 'element':
      case 'swizzle':
        return this.#root(expression.base);
      default:
        return null;
    }
  }

  /** Only calls write, through the pointers they get. */
  #expression(node: Expression | null): void {
    switch (node?.kind) {
      case 'call':
        for (const arg of node.args) {
          this.#expression(arg);
          if (arg.type?.kind === 'pointer') this.#write(this.#root(arg));
        }
        break;
      case 'builtin':
      case 'construct':
        for (const arg of node.args) this.#expression(arg);
        break;
      case 'binary':
        this.#expression(node.left);
        this.#expression(node.right);
        break;
      case 'element':
        this.#expression(node.base);
        this.#expression(node.index);
        break;
      case 'member':
      case 'swizzle':
        this.#expression(node.base);
        break;
      case 'load':
      case 'addressOf':
        this.#expression(node.place);
        break;
      case 'deref':
        this.#expression(node.pointer);
        break;
      case 'unary':
        this.#expression(node.operand);
        break;
      case 'convert':
        this.#expression(node.value);
    }
  }
}
