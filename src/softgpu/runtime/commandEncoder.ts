import { GPUBuffer } from './buffer.ts';
import { GPUCommandBuffer } from './commandBuffer.ts';
import { GPUComputePassEncoder } from './computePassEncoder.ts';
import type { DeviceState } from './deviceState.ts';
import { DispatchState } from './dispatchState.ts';
import { type EncoderInner, encoderInner, GPUEncoder } from './encoder.ts';
import { GPUBufferUsage } from './flags.ts';
import { construct, inner, nameOf, useProblem } from './object.ts';
import { GPUQuerySet } from './querySet.ts';
import { Recording, retain } from './recording.ts';
import { GPURenderPassEncoder } from './renderEncoders.ts';
import { computeOnly } from './texture.ts';
import { required, toDictionary, toObject, toU32, toU64 } from './webidl.ts';

/** Where the timestamps of a pass go; null where one is not wanted. */
interface TimestampWrites {
  readonly querySet: GPUQuerySet;
  readonly begin: number | null;
  readonly end: number | null;
}

export class GPUCommandEncoder extends GPUEncoder<EncoderInner> implements globalThis.GPUCommandEncoder {
  declare readonly __brand: 'GPUCommandEncoder';
  protected override readonly kind = 'command encoder';

  beginComputePass(descriptor?: GPUComputePassDescriptor): GPUComputePassEncoder {
    const { label, timestampWrites } = toDictionary(descriptor, 'descriptor');
    const times = timestampWrites === undefined ? null : toTimestampWrites(timestampWrites);
    const slots = this[inner];
    const stray = slots.state === 'locked';
    const open = this.recordable('beginComputePass');
    const problem = times === null ? null : timestampProblem(slots.device, times);
    if (open) {
      slots.state = 'locked';
      if (problem !== null) this.invalidate('beginComputePass', problem);
    }
    const timed = open && problem === null ? times : null;
    return new GPUComputePassEncoder(construct, label, {
      // Written out: a spread before more fields costs more than the rest of the dispatch.
      device: slots.device,
      valid: true,
      recording: open ? slots.recording : new Recording(),
      state: 'open',
      problem: null,
      debugDepth: 0,
      parent: slots,
      dispatch: new DispatchState(),
      stray,
      endTimestamp: timed === null ? null : this.#beginTimestamps(timed),
    });
  }

  /** Records the timestamp at the beginning; the address of the one at the end. */
  #beginTimestamps({ querySet, begin, end }: TimestampWrites): number | null {
    const { recording } = this[inner];
    const { address } = querySet[inner];
    retain(recording.querySets, querySet);
    if (begin !== null) recording.commands.push({ op: 'timestamp', address: address + 8 * begin });
    return end === null ? null : address + 8 * end;
  }

  copyBufferToBuffer(
    source: globalThis.GPUBuffer,
    second: number | globalThis.GPUBuffer,
    third?: globalThis.GPUBuffer | number,
    destinationOffset?: number,
    size?: number,
  ): undefined {
    const whole = second instanceof GPUBuffer;
    const from = toObject(source, GPUBuffer, 'source');
    const to = toObject(whole ? second : third, GPUBuffer, 'destination');
    const fromOffset = whole ? 0 : toU64(second, 'sourceOffset');
    const toOffset = whole ? 0 : toU64(destinationOffset, 'destinationOffset');
    const wanted = whole ? third : size;
    const bytes = wanted === undefined ? Math.max(0, from.size - fromOffset) : toU64(wanted, 'size');
    if (!this.recordable('copyBufferToBuffer')) return;
    const { device, recording } = this[inner];
    const problem = copyProblem(device, from, fromOffset, to, toOffset, bytes);
    if (problem !== null) return this.invalidate('copyBufferToBuffer', problem) as undefined;
    retain(recording.buffers, from);
    retain(recording.buffers, to);
    if (bytes === 0) return;
    recording.commands.push({
      op: 'copy',
      source: from[inner].address + fromOffset,
      destination: to[inner].address + toOffset,
      bytes,
    });
  }

  clearBuffer(buffer: globalThis.GPUBuffer, offset?: number, size?: number): undefined {
    const ours = toObject(buffer, GPUBuffer, 'buffer');
    const start = toU64(offset ?? 0, 'offset');
    const bytes = size === undefined ? Math.max(0, ours.size - start) : toU64(size, 'size');
    if (!this.recordable('clearBuffer')) return;
    const { device, recording } = this[inner];
    const problem = rangeProblem(device, ours, 'COPY_DST', start, bytes, 4);
    if (problem !== null) return this.invalidate('clearBuffer', problem) as undefined;
    retain(recording.buffers, ours);
    if (bytes > 0) recording.commands.push({ op: 'clear', address: ours[inner].address + start, bytes });
  }

  resolveQuerySet(
    querySet: globalThis.GPUQuerySet,
    firstQuery: number,
    queryCount: number,
    destination: globalThis.GPUBuffer,
    destinationOffset: number,
  ): undefined {
    const set = toObject(querySet, GPUQuerySet, 'querySet');
    const first = toU32(firstQuery, 'firstQuery');
    const count = toU32(queryCount, 'queryCount');
    const buffer = toObject(destination, GPUBuffer, 'destination');
    const offset = toU64(destinationOffset, 'destinationOffset');
    if (!this.recordable('resolveQuerySet')) return;
    const { device, recording } = this[inner];
    const problem =
      useProblem(device, 'query set', set) ??
      (first + count <= set.count
        ? null
        : `Queries ${first} to ${first + count} are not all among the ${set.count} of the set.`) ??
      rangeProblem(device, buffer, 'QUERY_RESOLVE', offset, 8 * count, 256);
    if (problem !== null) return this.invalidate('resolveQuerySet', problem) as undefined;
    retain(recording.querySets, set);
    retain(recording.buffers, buffer);
    if (count === 0) return;
    recording.commands.push({
      op: 'copy',
      source: set[inner].address + 8 * first,
      destination: buffer[inner].address + offset,
      bytes: 8 * count,
    });
  }

  finish(descriptor?: GPUCommandBufferDescriptor): GPUCommandBuffer {
    const { label } = toDictionary(descriptor, 'descriptor');
    const slots = this[inner];
    const problem = useProblem(slots.device, this.kind, this) ?? this.#stateProblem() ?? this.finishProblem();
    slots.state = 'ended';
    const valid = slots.device.accepts('finish', problem);
    return new GPUCommandBuffer(construct, label, {
      device: slots.device,
      valid,
      recording: valid ? slots.recording : null,
    });
  }

  #stateProblem(): string | null {
    const { state, problem } = this[inner];
    const name = nameOf(this.kind, this);
    if (state === 'ended') return `The ${name} has finished already.`;
    if (state === 'locked' && problem === null) return `A pass of the ${name} is still open. Call end() on it first.`;
    return null;
  }

  beginRenderPass(descriptor: GPURenderPassDescriptor): GPURenderPassEncoder {
    const slots = this[inner];
    const stray = slots.state === 'locked';
    if (this.recordable('beginRenderPass')) {
      slots.state = 'locked';
      this.invalidate('beginRenderPass', computeOnly);
    }
    return new GPURenderPassEncoder(construct, descriptor?.label, {
      ...encoderInner(slots.device, new Recording()),
      parent: slots,
      stray,
    });
  }

  copyBufferToTexture(): undefined {
    if (this.recordable('copyBufferToTexture')) this.invalidate('copyBufferToTexture', computeOnly);
  }

  copyTextureToBuffer(): undefined {
    if (this.recordable('copyTextureToBuffer')) this.invalidate('copyTextureToBuffer', computeOnly);
  }

  copyTextureToTexture(): undefined {
    if (this.recordable('copyTextureToTexture')) this.invalidate('copyTextureToTexture', computeOnly);
  }
}

/** createCommandEncoder of the specification. */
export function createCommandEncoder(device: DeviceState, descriptor?: GPUCommandEncoderDescriptor): GPUCommandEncoder {
  const { label } = toDictionary(descriptor, 'descriptor');
  return new GPUCommandEncoder(construct, label, encoderInner(device, new Recording()));
}

function toTimestampWrites(given: GPUComputePassTimestampWrites): TimestampWrites {
  const { beginningOfPassWriteIndex: begin, endOfPassWriteIndex: end } = given;
  return {
    querySet: toObject(required(given.querySet, 'timestampWrites.querySet'), GPUQuerySet, 'timestampWrites.querySet'),
    begin: begin === undefined ? null : toU32(begin, 'beginningOfPassWriteIndex'),
    end: end === undefined ? null : toU32(end, 'endOfPassWriteIndex'),
  };
}

function timestampProblem(device: DeviceState, { querySet, begin, end }: TimestampWrites): string | null {
  const name = nameOf('query set', querySet);
  if (!device.features.has('timestamp-query')) return "timestampWrites need the feature 'timestamp-query'.";
  const use = useProblem(device, 'query set', querySet);
  if (use !== null) return use;
  if (querySet.type !== 'timestamp') return `The ${name} is not of type 'timestamp'.`;
  if (begin === null && end === null) return 'timestampWrites name neither a beginning nor an end.';
  if (begin === end) return `The beginning and the end of the pass cannot both be query ${begin}.`;
  if (Math.max(begin ?? 0, end ?? 0) < querySet.count) return null;
  return `Query ${Math.max(begin ?? 0, end ?? 0)} is not among the ${querySet.count} of the ${name}.`;
}

function copyProblem(
  device: DeviceState,
  from: GPUBuffer,
  fromOffset: number,
  to: GPUBuffer,
  toOffset: number,
  bytes: number,
): string | null {
  const problem =
    rangeProblem(device, from, 'COPY_SRC', fromOffset, bytes, 4) ??
    rangeProblem(device, to, 'COPY_DST', toOffset, bytes, 4);
  if (problem !== null) return problem;
  return from === to ? `The ${nameOf('buffer', from)} cannot be copied into itself. Go through a second buffer.` : null;
}

/** The rules for a range of a buffer that a copy, a clear or a resolve uses. */
function rangeProblem(
  device: DeviceState,
  buffer: GPUBuffer,
  usage: keyof typeof GPUBufferUsage,
  offset: number,
  bytes: number,
  alignment: number,
): string | null {
  const name = nameOf('buffer', buffer);
  const use = useProblem(device, 'buffer', buffer);
  if (use !== null) return use;
  if ((buffer.usage & GPUBufferUsage[usage]) === 0) return `The ${name} was made without GPUBufferUsage.${usage}.`;
  if (bytes % 4 !== 0) return `The size ${bytes} is not a multiple of 4.`;
  if (offset % alignment !== 0) return `The offset ${offset} into the ${name} is not a multiple of ${alignment}.`;
  if (offset + bytes <= buffer.size) return null;
  return `Bytes ${offset} to ${offset + bytes} are not all inside the ${buffer.size} of the ${name}.`;
}
