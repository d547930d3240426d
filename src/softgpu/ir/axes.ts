import { type Block, Invocations, type Kernel } from './ir.ts';
import { blocksOf } from './walk.ts';

const AXES = ['x', 'y', 'z'] as const;

/** One loop for each axis of the workgroup that is longer than 1, so that what depends on y alone moves out of the loop over x. */
export function nestAxes(kernel: Kernel): void {
  const nest = (block: Block): Block =>
    block.flatMap((node) => {
      if (node.kind === 'invocations') return nested(node.body, kernel.workgroupSize);
      if (node.kind === 'if') [node.then, node.otherwise] = [nest(node.then), nest(node.otherwise)];
      else if (node.kind === 'loop' || node.kind === 'scope') node.body = nest(node.body);
      else if (node.kind === 'switch') {
        for (const each of node.cases) each.body = nest(each.body);
        node.otherwise = nest(node.otherwise);
      } else if (blocksOf(node).length > 0) {
        throw new Error(`nestAxes: unexpected ${node.kind}`);
      }
      return [node];
    });
  kernel.body = nest(kernel.body);
}

function nested(body: Block, size: Kernel['workgroupSize']): Block {
  let block = body;
  for (const [dimension, axis] of AXES.entries()) {
    if (axis === 'x' || size[dimension]! > 1) block = [new Invocations(block, axis)];
  }
  return block;
}
