import type { Access, Op, Root } from '../../ir/ir.ts';
import type { Generator } from './generator.ts';

/** Leaves the address of an access on the stack and returns the constant to add to it. */
export function pushAddress(g: Generator, { args, detail }: Op): number {
  const { f } = g;
  const { root, offset, absolute } = detail as Access;
  const address = args[0]!;
  if (absolute) {
    g.push(address);
    return offset;
  }
  const [base, start] = placeOf(g, root);
  if (address.code === 'const') {
    f.get(base);
    return start + offset + (address.detail as readonly number[])[0]!;
  }
  f.get(base);
  g.push(address);
  f.op('i32.add');
  return start + offset;
}

/** The address of a root. */
export function emitAddress(g: Generator, root: Root): void {
  const [base, start] = placeOf(g, root);
  g.f.get(base);
  if (start === 0) return;
  g.f.i32Const(start);
  g.f.op('i32.add');
}

/** The local with the address of a root, and the constant from there. */
export function placeOf(g: Generator, root: Root): [base: number, start: number] {
  if (root.kind === 'buffer') return [g.addresses[root.slot]!, 0];
  return [root.persistent ? g.invocationFrame : g.scratch, g.frame.offsets.get(root)!];
}
