import type { Block, Blocks } from './block.ts';
import { countOf, readDataspace } from './dataspace.ts';
import { type Datatype, decodeNumbers, decodeText, readDatatype } from './datatype.ts';
import { FractalHeap } from './fractalHeap.ts';
import { type Message, messageOf, messageTypes, sharedMessage } from './objectHeader.ts';
import { readTreeV2 } from './treeV2.ts';

/** A text or numbers. */
export type AttributeValue = string | Float64Array;

/** An object's attributes by name; those that are neither text nor numbers are left out. */
export async function readAttributes(
  blocks: Blocks,
  messages: readonly Message[],
): Promise<Map<string, AttributeValue>> {
  const found: Block[] = [];
  for (const { type, shared, block } of messages) {
    if (type === messageTypes.attribute) found.push(shared ? await sharedMessage(blocks, block, 'attribute') : block);
  }
  const info = await messageOf(blocks, messages, 'attributeInfo');
  if (info) found.push(...(await denseAttributes(blocks, info)));
  const attributes = new Map<string, AttributeValue>();
  for (const block of found) {
    const { name, value } = await readAttribute(blocks, block);
    if (value !== undefined) attributes.set(name, value);
  }
  return attributes;
}

async function denseAttributes(blocks: Blocks, info: Block): Promise<Block[]> {
  info.version(0);
  const flags = info.u8();
  const heapAddress = info.skip(flags & 1 ? 2 : 0).address();
  if (heapAddress === null) return [];
  const heap = await FractalHeap.open(blocks, heapAddress);
  const found: Block[] = [];
  for (const { block } of await readTreeV2(blocks, info.address(), [8])) {
    const id = block.part(8);
    if ((block.u8() & 2) !== 0) throw block.fail('shares attributes, which cannot be read: use h5repack');
    found.push(await heap.object(id));
  }
  return found;
}

const MOST_BYTES = 2 ** 20;

/** HDF5 File Format Specification 3.0, IV.A.2.m. */
async function readAttribute(
  blocks: Blocks,
  block: Block,
): Promise<{ name: string; value: AttributeValue | undefined }> {
  const version = block.version(1, 2, 3);
  const flags = block.u8();
  const [nameSize, typeSize, spaceSize] = [block.u16(), block.u16(), block.u16()];
  if (version === 3) block.skip(1); // encoding of the name: ASCII is UTF-8, too
  const padded = (size: number) => (version === 1 ? Math.ceil(size / 8) * 8 : size);
  const name = decodeText(block.take(padded(nameSize)));
  const typeBlock = block.part(padded(typeSize), `attribute ${name}`);
  const shape = readDataspace(block.part(padded(spaceSize), `attribute ${name}`));
  const type = readDatatype(flags & 1 ? await sharedMessage(blocks, typeBlock, 'datatype') : typeBlock);
  const bytes = countOf(shape) * type.size;
  if (bytes > MOST_BYTES || bytes > block.left) return { name, value: undefined };
  return { name, value: await decoded(blocks, block.part(bytes), type) };
}

async function decoded(blocks: Blocks, block: Block, type: Datatype): Promise<AttributeValue | undefined> {
  if (block.left === 0) return '';
  if (type.kind === 'text') return decodeText(block.bytes);
  if (type.kind === 'heapText') return heapText(blocks, block);
  return type.kind === 'other' ? undefined : decodeNumbers(block.bytes, type);
}

async function heapText(blocks: Blocks, at: Block): Promise<string> {
  const length = at.u32();
  const address = at.address();
  const index = at.u32();
  if (length === 0 || address === null) return '';
  const content = (await blocks.globalHeap(address)).get(index);
  if (!content) throw at.fail(`points at object ${index} of a heap that has none`);
  return decodeText(content.subarray(0, length));
}
