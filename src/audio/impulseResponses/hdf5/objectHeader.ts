import type { Block, Blocks } from './block.ts';

export interface Message {
  readonly type: number;
  /** Stored elsewhere; the block says where. */
  readonly shared: boolean;
  readonly block: Block;
}

/** Types of messages that are read. HDF5 File Format Specification 3.0, IV.A.2. */
export const messageTypes = {
  dataspace: 0x01,
  linkInfo: 0x02,
  datatype: 0x03,
  link: 0x06,
  layout: 0x08,
  filters: 0x0b,
  attribute: 0x0c,
  continuation: 0x10,
  symbolTable: 0x11,
  attributeInfo: 0x15,
} as const;

const MOST_MESSAGES = 65536;

/** All messages of an object. HDF5 File Format Specification 3.0, IV.A.1. */
export async function readObjectHeader(blocks: Blocks, address: number | null): Promise<Message[]> {
  const start = await blocks.upTo(address, 4, 'object header');
  const modern = start.left === 4 && start.text(4) === 'OHDR';
  const messages: Message[] = [];
  const pending = [modern ? await firstChunk(blocks, address!) : await firstBlock(blocks, address)];
  for (let next = pending.pop(); next; next = pending.pop()) {
    for (const message of next.creationOrder === undefined ? oldMessages(next.block) : messagesOf(next)) {
      if (message.type !== messageTypes.continuation) messages.push(message);
      else pending.push(await continuation(blocks, message.block, next.creationOrder));
    }
    if (messages.length > MOST_MESSAGES) throw next.block.fail(`has more than ${MOST_MESSAGES} messages`);
  }
  return messages;
}

interface Chunk {
  readonly block: Block;
  /** Whether messages have an order of creation; undefined in headers of version 1. */
  readonly creationOrder: boolean | undefined;
}

async function firstBlock(blocks: Blocks, address: number | null): Promise<Chunk> {
  const prefix = await blocks.at(address, 12, 'object header');
  prefix.version(1);
  const size = prefix.skip(7).u32();
  return { block: await blocks.at(address! + 16, size, 'object header'), creationOrder: undefined };
}

async function firstChunk(blocks: Blocks, address: number): Promise<Chunk> {
  const prefix = (await blocks.upTo(address, 34, 'object header')).skip(4);
  prefix.version(2);
  const flags = prefix.u8();
  const extra = (flags & 0x20 ? 16 : 0) + (flags & 0x10 ? 4 : 0);
  const sizeBytes = 2 ** (flags & 3);
  const size = prefix.skip(extra).uint(sizeBytes);
  const block = await blocks.at(address + 6 + extra + sizeBytes, size, 'object header');
  return { block, creationOrder: (flags & 4) !== 0 };
}

async function continuation(blocks: Blocks, at: Block, creationOrder: boolean | undefined): Promise<Chunk> {
  const address = at.address();
  const block = await blocks.at(address, at.length(), 'object header continuation');
  if (creationOrder === undefined) return { block, creationOrder };
  block.signature('OCHK');
  return { block: block.part(Math.max(0, block.left - 4)), creationOrder };
}

function* oldMessages(block: Block): Generator<Message> {
  while (block.left >= 8) {
    const type = block.u16();
    const size = block.u16();
    const flags = block.u8();
    yield { type, shared: (flags & 2) !== 0, block: block.skip(3).part(size, nameOf(type)) };
  }
}

function* messagesOf({ block, creationOrder }: Chunk): Generator<Message> {
  const prefix = creationOrder ? 6 : 4;
  while (block.left >= prefix) {
    const type = block.u8();
    const size = block.u16();
    const flags = block.u8();
    yield { type, shared: (flags & 2) !== 0, block: block.skip(prefix - 4).part(size, nameOf(type)) };
  }
}

function nameOf(type: number): string {
  return Object.entries(messageTypes).find(([, each]) => each === type)?.[0] ?? `message ${type}`;
}

/** The one message of a type, as it stands or where a shared one points. */
export async function messageOf(
  blocks: Blocks,
  messages: readonly Message[],
  type: keyof typeof messageTypes,
): Promise<Block | undefined> {
  const message = messages.find((each) => each.type === messageTypes[type]);
  return message?.shared ? sharedMessage(blocks, message.block, type) : message?.block;
}

/** What a shared message stands for: the message of another object. HDF5 File Format Specification 3.0, IV.A.2, "shared". */
export async function sharedMessage(blocks: Blocks, block: Block, type: keyof typeof messageTypes): Promise<Block> {
  const version = block.version(1, 2, 3);
  const kind = block.u8();
  if (version === 3 && kind !== 2)
    throw block.fail('keeps messages in a shared heap, which cannot be read: use h5repack');
  const address = block.skip(version === 1 ? 6 : 0).address();
  const there = (await readObjectHeader(blocks, address)).find((each) => each.type === messageTypes[type]);
  if (!there || there.shared) throw block.fail(`points at an object without ${type}`);
  return there.block;
}
