import { type Block, Exit, If, Invocations, Loop, type Node, Op, Scope, Switch, Workgroups } from './ir.ts';

/**
 * A copy of a block, with instructions and targets of its own for everything inside. `replace` may give what stands for
 * an instruction instead of a copy, once its operands have been copied: null for a plain copy.
 */
export function cloneBlock(block: Block, replace: (original: Op, args: readonly Op[]) => Op | null): Block {
  return new Cloner(replace).block(block);
}

class Cloner {
  readonly #ops = new Map<Op, Op>();
  readonly #targets = new Map<Loop | Scope, Loop | Scope>();
  readonly #replace: (original: Op, args: readonly Op[]) => Op | null;

  constructor(replace: (original: Op, args: readonly Op[]) => Op | null) {
    this.#replace = replace;
  }

  block(block: Block): Block {
    return block.flatMap((node) => this.#node(node));
  }

  #node(node: Node): Node[] {
    switch (node.kind) {
      case 'op':
        return this.#op(node);
      case 'if':
        return [new If(this.#current(node.condition), this.block(node.then), this.block(node.otherwise))];
      case 'loop':
      case 'scope': {
        const copy = node.kind === 'loop' ? new Loop([]) : new Scope([]);
        this.#targets.set(node, copy);
        copy.body = this.block(node.body);
        return [copy];
      }
      case 'exit':
        return [new Exit(this.#targets.get(node.target) ?? node.target)];
      case 'switch': {
        const cases = node.cases.map(({ values, body }) => ({ values, body: this.block(body) }));
        return [new Switch(this.#current(node.selector), cases, this.block(node.otherwise))];
      }
      case 'invocations':
        return [new Invocations(this.block(node.body), node.axis)];
      case 'workgroups':
        return [new Workgroups(this.block(node.body))];
      case 'barrier':
        return [node];
    }
  }

  #op(op: Op): Node[] {
    const args = op.args.map((arg) => this.#current(arg));
    const given = this.#replace(op, args);
    if (given !== null) {
      this.#ops.set(op, given);
      return [];
    }
    const copy = new Op(op.code, op.type, args, op.detail, op.span);
    copy.uniform = op.uniform;
    this.#ops.set(op, copy);
    return [copy];
  }

  #current(op: Op): Op {
    return this.#ops.get(op) ?? op;
  }
}
