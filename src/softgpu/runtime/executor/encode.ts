import type { Command, DispatchCommand, DispatchIndirectCommand, KernelHandle } from '../executor.ts';
import type { CommandStream } from './commandStream.ts';
import { Kernel } from './kernelTable.ts';
import { OPERATION } from './protocol.ts';

const DISPATCH_WORDS = 7;

/** Writes a command as words. */
export function encode(stream: CommandStream, command: Exclude<Command, { op: 'write' }>): void {
  if (command.op === 'dispatch') encodeDispatch(stream, command, command.x, command.y, command.z, 0);
  else if (command.op === 'dispatchIndirect') encodeIndirect(stream, command);
  else if (command.op === 'copy') encodeCopy(stream, command.source, command.destination, command.bytes);
  else if (command.op === 'clear') encodeClear(stream, command.address, command.bytes);
  else encodePair(stream, OPERATION.timestamp, command.address);
}

export function encodeFence(stream: CommandStream, fence: number): void {
  encodePair(stream, OPERATION.fence, fence);
}

export function encodeCopy(stream: CommandStream, source: number, destination: number, bytes: number): void {
  const at = stream.reserve(4);
  const { words } = stream;
  words[at] = OPERATION.copy;
  words[at + 1] = source;
  words[at + 2] = destination;
  words[at + 3] = bytes;
}

function encodeClear(stream: CommandStream, address: number, bytes: number): void {
  const at = stream.reserve(3);
  const { words } = stream;
  words[at] = OPERATION.clear;
  words[at + 1] = address;
  words[at + 2] = bytes;
}

function encodePair(stream: CommandStream, operation: number, operand: number): void {
  const at = stream.reserve(2);
  const { words } = stream;
  words[at] = operation;
  words[at + 1] = operand;
}

function encodeIndirect(stream: CommandStream, command: DispatchIndirectCommand): void {
  const end = encodeDispatch(stream, command, 0, 0, 0, 2);
  const { words } = stream;
  words[end - 2] = command.counts;
  words[end - 1] = command.limit;
}

/** With room for `extra` words at the end. Returns the index after the command. */
function encodeDispatch(
  stream: CommandStream,
  { op, kernel, bindings }: DispatchCommand | DispatchIndirectCommand,
  x: number,
  y: number,
  z: number,
  extra: number,
): number {
  const length = DISPATCH_WORDS + bindings.length + extra;
  const at = stream.reserve(length);
  const { words } = stream;
  words[at] = op === 'dispatch' ? OPERATION.dispatch : OPERATION.dispatchIndirect;
  words[at + 1] = length;
  words[at + 2] = recordOf(kernel);
  words[at + 3] = x;
  words[at + 4] = y;
  words[at + 5] = z;
  words[at + 6] = 0;
  for (let i = 0; i < bindings.length; i++) words[at + DISPATCH_WORDS + i] = bindings[i]!;
  return at + length;
}

function recordOf(kernel: KernelHandle): number {
  if (kernel instanceof Kernel) return kernel.record;
  throw new TypeError('softgpu: the kernel was not loaded by this executor');
}
