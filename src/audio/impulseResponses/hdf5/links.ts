import type { Block, Blocks } from './block.ts';
import { FractalHeap } from './fractalHeap.ts';
import { type Message, messageOf, messageTypes } from './objectHeader.ts';
import { readTreeV2 } from './treeV2.ts';

/** The objects in a group: their header's address by name. Soft and external links are left out. */
export async function readLinks(blocks: Blocks, messages: readonly Message[]): Promise<Map<string, number>> {
  const links = new Map<string, number>();
  for (const { block } of messages.filter(({ type }) => type === messageTypes.link)) addLink(links, block);
  const info = await messageOf(blocks, messages, 'linkInfo');
  if (info) await addDenseLinks(blocks, links, info);
  const table = await messageOf(blocks, messages, 'symbolTable');
  if (table) await addSymbols(blocks, links, table.address(), table.address());
  return links;
}

/** HDF5 File Format Specification 3.0, IV.A.2.g. */
function addLink(links: Map<string, number>, block: Block): void {
  block.version(1);
  const flags = block.u8();
  const kind = flags & 8 ? block.u8() : 0;
  block.skip((flags & 4 ? 8 : 0) + (flags & 16 ? 1 : 0));
  const name = block.text(block.uint(2 ** (flags & 3)));
  const address = kind === 0 ? block.address() : null;
  if (address !== null) links.set(name, address);
}

async function addDenseLinks(blocks: Blocks, links: Map<string, number>, info: Block): Promise<void> {
  info.version(0);
  const flags = info.u8();
  const heapAddress = info.skip(flags & 1 ? 8 : 0).address();
  if (heapAddress === null) return;
  const heap = await FractalHeap.open(blocks, heapAddress);
  for (const { block } of await readTreeV2(blocks, info.address(), [5])) {
    addLink(links, await heap.object(block.skip(4))); // behind a hash of the name
  }
}

const MOST_DEPTH = 16;

/** Groups of the first format: a tree over tables of symbols. HDF5 File Format Specification 3.0, III.A.1, III.B and III.D. */
async function addSymbols(
  blocks: Blocks,
  links: Map<string, number>,
  tree: number | null,
  heap: number | null,
): Promise<void> {
  const { address: a, length: l } = blocks.sizes;
  const header = (await blocks.at(heap, 8 + 2 * l + a, 'local heap')).signature('HEAP');
  header.version(0);
  const size = header.skip(3).length();
  const names = await blocks.data(header.skip(l).address(), size, 'local heap');
  await visit(tree, MOST_DEPTH);

  async function visit(at: number | null, depth: number): Promise<void> {
    const start = await blocks.at(at, 8, 'group tree');
    const leaf = start.text(4) === 'SNOD';
    if (leaf) return addTable(at, start.skip(2).u16());
    const node = (await blocks.at(at, 8, 'group tree')).signature('TREE').skip(2);
    const count = node.u16();
    if (depth === 0) throw node.fail(`is more than ${MOST_DEPTH} levels deep`);
    const entries = await blocks.at(at! + 8 + 2 * a, count * (a + l), 'group tree');
    for (let n = 0; n < count; n++) await visit(entries.skip(l).address(), depth - 1);
  }

  async function addTable(at: number | null, count: number): Promise<void> {
    const table = await blocks.at(at! + 8, count * (2 * a + 24), 'group table');
    for (let n = 0; n < count; n++) {
      const name = table.uint(a);
      const address = table.address();
      table.skip(24);
      const end = names.indexOf(0, name);
      if (!(name < names.length) || end < 0) throw table.fail('has a name outside its heap');
      if (address !== null) links.set(new TextDecoder().decode(names.subarray(name, end)), address);
    }
  }
}
