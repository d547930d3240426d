import { type Block, Op } from './ir.ts';
import { replaceOps } from './replace.ts';
import { operandOf, visit } from './walk.ts';

/** `a * b + c` and `c - a * b` with no other use of the product are one `fma`: WGSL allows it, and most hardware has it. */
export function contract(body: Block): void {
  const uses = new Map<Op, number>();
  const use = (op: Op) => {
    if (op.code === 'mul') uses.set(op, (uses.get(op) ?? 0) + 1);
  };
  visit(body, (node) => {
    if (node.kind === 'op') node.args.forEach(use);
    else if (operandOf(node) !== null) use(operandOf(node)!);
  });
  const isProduct = (op: Op) => op.code === 'mul' && op.type.lane === 'f32' && uses.get(op) === 1;
  const contracted = new Set<Op>();
  replaceOps(body, (op, out) => {
    if (op.type.lane !== 'f32') return op;
    if (op.code === 'sub' && isProduct(op.args[1]!)) {
      const [minuend, product] = op.args as [Op, Op];
      contracted.add(product);
      const negated = new Op('neg', op.type, [product.args[0]!], null, op.span);
      out.push(negated);
      return new Op('fma', op.type, [negated, product.args[1]!, minuend], null, op.span);
    }
    if (op.code !== 'add') return op;
    const product = op.args.find(isProduct);
    if (product === undefined) return op;
    contracted.add(product);
    const other = op.args[0] === product ? op.args[1]! : op.args[0]!;
    return new Op('fma', op.type, [product.args[0]!, product.args[1]!, other], null, op.span);
  });
  if (contracted.size > 0) replaceOps(body, (op) => (contracted.has(op) ? null : op));
}
