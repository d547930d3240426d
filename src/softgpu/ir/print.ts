/** A kernel as text, for reading and for tests. */

import type { Access, Block, Exit, Kernel, Loop, Node, Op, Register, Root, Scope, ValueType } from './ir.ts';
import { floatOfBits } from './valueType.ts';
import { blocksOf } from './walk.ts';

/**
 * One line for each instruction: `%1 = add i32 %0, 4`. Constants stand where
 * they are used; `bits.x` style suffixes are lanes; memory is `root[address + offset]`.
 */
export function printKernel(kernel: Kernel): string {
  const printer = new Printer();
  const [x, y, z] = kernel.workgroupSize;
  printer.line(`kernel ${kernel.name} (${x}, ${y}, ${z})${kernel.width === 1 ? '' : ` width ${kernel.width}`}`);
  for (const { name, slot, space, writable } of kernel.buffers) {
    printer.line(`buffer ${name} ${slot} ${space}${writable ? ' writable' : ''}`);
  }
  for (const slot of kernel.slots) printer.line(`slot ${printer.root(slot)} ${slot.space} ${slot.bytes}`);
  printer.block(kernel.body);
  return printer.lines.join('\n');
}

class Printer {
  readonly lines: string[] = [];
  #indent = '';
  readonly #values = new Map<Op, string>();
  readonly #labels = new Map<Loop | Scope, string>();
  readonly #names = new Map<Register | Root, string>();
  readonly #taken = new Map<string, number>();

  line(text: string): void {
    this.lines.push(this.#indent + text);
  }

  block(block: Block): void {
    const outer = this.#indent;
    this.#indent += '  ';
    for (const node of block) this.#node(node);
    this.#indent = outer;
  }

  root(root: Root): string {
    return this.#name(root, root.name);
  }

  #node(node: Node): void {
    switch (node.kind) {
      case 'op':
        if (node.code !== 'const') this.line(this.#op(node));
        break;
      case 'if':
        this.line(`if ${this.#value(node.condition)}`);
        this.block(node.then);
        if (node.otherwise.length > 0) {
          this.line('else');
          this.block(node.otherwise);
        }
        break;
      case 'loop':
      case 'scope':
        this.line(`${node.kind} ${this.#label(node)}`);
        this.block(node.body);
        break;
      case 'switch':
        this.line(`switch ${this.#value(node.selector)}`);
        for (const { values, body } of node.cases) {
          this.line(`case ${values.join(', ')}`);
          this.block(body);
        }
        this.line('default');
        this.block(node.otherwise);
        break;
      case 'exit':
        this.line(`exit ${this.#label((node satisfies Exit).target)}`);
        break;
      case 'barrier':
        this.line('barrier');
        break;
      default:
        this.line(node.kind);
        for (const inner of blocksOf(node)) this.block(inner);
    }
  }

  #op(op: Op): string {
    const args = op.args.map((arg) => this.#value(arg));
    switch (op.code) {
      case 'set':
        return `${this.#register(op.detail as Register)} = ${args[0]}`;
      case 'get':
        return `${this.#define(op)} = ${this.#register(op.detail as Register)}`;
      case 'store':
        return `${this.#place(op)} = ${op.type.size === 1 ? '' : `${typeName(op.type)} `}${args[1]}`;
      case 'zero':
        return `zero ${this.root((op.detail as Access).root)}`;
      case 'load':
        return `${this.#define(op)} = load ${typeName(op.type)} ${this.#place(op)}`;
      case 'length':
        return `${this.#define(op)} = length ${this.root((op.detail as Access).root)}`;
      case 'atomic': {
        const operands = args.slice(1).map((arg) => `, ${arg}`);
        return `${this.#define(op)} = atomic ${(op.detail as Access).atomic} ${this.#place(op)}${operands.join('')}`;
      }
      default: {
        const lanes = Array.isArray(op.detail) ? ` [${op.detail.join(' ')}]` : '';
        const name = typeof op.detail === 'string' ? `${op.detail} ` : '';
        const type = op.code === 'input' ? '' : `${typeName(op.type)} `;
        return `${this.#define(op)} = ${op.code} ${name}${type}${args.join(', ')}${lanes}`.trimEnd();
      }
    }
  }

  #define(op: Op): string {
    const name = `%${this.#values.size}`;
    this.#values.set(op, name);
    return name;
  }

  #value(op: Op): string {
    return this.#values.get(op) ?? (op.code === 'const' ? constant(op) : '%undefined');
  }

  #place(op: Op): string {
    const { root, offset, format, uniformLoad } = op.detail as Access;
    const [address] = op.args;
    const dynamic = address === undefined || isZero(address) ? [] : [this.#value(address)];
    const parts = offset > 0 || dynamic.length === 0 ? [...dynamic, String(offset)] : dynamic;
    const suffix = format === 'f16' || format === 'bool' ? ` ${format}` : '';
    return `${uniformLoad ? 'uniform ' : ''}${this.root(root)}[${parts.join(' + ')}]${suffix}`;
  }

  #register(register: Register): string {
    return `$${this.#name(register, register.name)}`;
  }

  #label(target: Loop | Scope): string {
    let label = this.#labels.get(target);
    if (label === undefined) {
      label = `@${this.#labels.size}`;
      this.#labels.set(target, label);
    }
    return label;
  }

  /** Two of one name are told apart by a number. */
  #name(key: Register | Root, name: string): string {
    let known = this.#names.get(key);
    if (known === undefined) {
      const before = this.#taken.get(name) ?? 0;
      this.#taken.set(name, before + 1);
      known = before === 0 ? name : `${name}#${before}`;
      this.#names.set(key, known);
    }
    return known;
  }
}

function typeName({ lane, size }: ValueType): string {
  return size === 1 ? lane : `${lane}x${size}`;
}

function isZero(op: Op): boolean {
  return op.code === 'const' && (op.detail as readonly number[])[0] === 0;
}

function constant(op: Op): string {
  const { lane } = op.type;
  const lanes = (op.detail as readonly number[]).map((bits) => {
    if (lane === 'bool') return bits === 0 ? 'false' : 'true';
    if (lane === 'i32') return String(bits | 0);
    const number = floatOfBits(bits);
    return Number.isInteger(number) ? number.toFixed(1) : String(number);
  });
  return lanes.length === 1 ? lanes[0]! : `(${lanes.join(' ')})`;
}
