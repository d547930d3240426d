import { GPUBindGroup } from './bindGroup.ts';
import { GPUBuffer } from './buffer.ts';
import { GPUComputePipeline } from './computePipeline.ts';
import type { DispatchState } from './dispatchState.ts';
import { type EncoderInner, GPUEncoder } from './encoder.ts';
import { GPUBufferUsage } from './flags.ts';
import { inner, nameOf, useProblem } from './object.ts';
import { retain } from './recording.ts';
import { toObject, toSequence, toU32, toU64 } from './webidl.ts';

interface ComputePassInner extends EncoderInner {
  readonly parent: EncoderInner;
  readonly dispatch: DispatchState;
  /** Begun while another pass was open, which made the encoder invalid: ending it changes nothing more. */
  readonly stray: boolean;
  /** Address of the u64 that the pass's end writes the time to. */
  readonly endTimestamp: number | null;
}

export class GPUComputePassEncoder extends GPUEncoder<ComputePassInner> implements globalThis.GPUComputePassEncoder {
  declare readonly __brand: 'GPUComputePassEncoder';
  protected override readonly kind = 'compute pass encoder';

  protected override recordable(command: string): boolean {
    // A pass whose encoder finished without it can record no more than an ended one.
    if (this[inner].parent.state === 'ended') this[inner].state = 'ended';
    return super.recordable(command);
  }

  setPipeline(pipeline: globalThis.GPUComputePipeline): undefined {
    const ours = toObject(pipeline, GPUComputePipeline, 'pipeline');
    if (!this.recordable('setPipeline')) return;
    const { device, dispatch, recording } = this[inner];
    const problem = useProblem(device, 'compute pipeline', ours);
    if (problem !== null) return this.invalidate('setPipeline', problem) as undefined;
    retain(recording.pipelines, ours);
    dispatch.setPipeline(ours);
  }

  setBindGroup(
    index: number,
    bindGroup: globalThis.GPUBindGroup | null | undefined,
    dynamicOffsets?: Iterable<number> | Uint32Array,
    start?: number,
    length?: number,
  ): undefined {
    const at = toU32(index, 'index');
    const ours = bindGroup === null || bindGroup === undefined ? null : toObject(bindGroup, GPUBindGroup, 'bindGroup');
    const offsets = toOffsets(dynamicOffsets, start, length);
    if (!this.recordable('setBindGroup')) return;
    const { device, dispatch, recording } = this[inner];
    const limit = device.limits.maxBindGroups;
    const problem =
      at < limit ? this.#groupProblem(ours, offsets) : `The index ${at} is not below maxBindGroups, ${limit}.`;
    if (problem !== null) return this.invalidate('setBindGroup', problem) as undefined;
    if (ours !== null) retain(recording.bindGroups, ours);
    dispatch.setGroup(at, ours, offsets);
  }

  #groupProblem(group: GPUBindGroup | null, offsets: ArrayLike<number>): string | null {
    if (group === null) return offsets.length === 0 ? null : 'Dynamic offsets are given without a bind group.';
    const { device } = this[inner];
    const use = useProblem(device, 'bind group', group);
    if (use !== null) return use;
    const { layout, bound } = group[inner];
    if (offsets.length !== layout.dynamic.length) {
      return `The ${nameOf('bind group', group)} takes ${layout.dynamic.length} dynamic offsets, not ${offsets.length}.`;
    }
    for (let index = 0; index < offsets.length; index++) {
      const place = layout.dynamic[index]!;
      const { buffer, offset, size, type } = bound[place]!;
      const alignment = type === 'uniform' ? 'minUniformBufferOffsetAlignment' : 'minStorageBufferOffsetAlignment';
      const where = `Dynamic offset ${index}, ${offsets[index]}`;
      if (offsets[index]! % device.limits[alignment] !== 0) {
        return `${where}, is not a multiple of ${alignment}, which is ${device.limits[alignment]}.`;
      }
      if (offset + offsets[index]! + size > buffer.size) {
        return `${where}, moves the ${size} bytes of binding ${layout.entries[place]!.binding} beyond the ${buffer.size} of the ${nameOf('buffer', buffer)}.`;
      }
    }
    return null;
  }

  setImmediates(
    rangeOffset: number,
    data: GPUAllowSharedBufferSource,
    dataOffset?: number,
    dataSize?: number,
  ): undefined {
    const offset = toU32(rangeOffset, 'rangeOffset');
    const width = ArrayBuffer.isView(data) && 'BYTES_PER_ELEMENT' in data ? Number(data.BYTES_PER_ELEMENT) : 1;
    const bytes = dataSize === undefined ? data.byteLength - width * (dataOffset ?? 0) : width * dataSize;
    if (!this.recordable('setImmediates')) return;
    const limit = this[inner].device.limits.maxImmediateSize;
    if (offset + bytes <= limit) return;
    this.invalidate(
      'setImmediates',
      `${offset + bytes} bytes are more than maxImmediateSize, ${limit}. Use a uniform buffer.`,
    );
  }

  dispatchWorkgroups(workgroupCountX: number, workgroupCountY = 1, workgroupCountZ = 1): undefined {
    const x = toU32(workgroupCountX, 'workgroupCountX');
    const y = toU32(workgroupCountY, 'workgroupCountY');
    const z = toU32(workgroupCountZ, 'workgroupCountZ');
    if (!this.recordable('dispatchWorkgroups')) return;
    const { device, dispatch, recording } = this[inner];
    const prepared = dispatch.prepare();
    if (typeof prepared === 'string') return this.invalidate('dispatchWorkgroups', prepared) as undefined;
    const limit = device.limits.maxComputeWorkgroupsPerDimension;
    if (x > limit || y > limit || z > limit) {
      const problem = `${x} by ${y} by ${z} workgroups: no count may be above maxComputeWorkgroupsPerDimension, ${limit}. Spread them over more dimensions.`;
      return this.invalidate('dispatchWorkgroups', problem) as undefined;
    }
    if (x === 0 || y === 0 || z === 0) return;
    recording.commands.push({
      op: 'dispatch',
      kernel: dispatch.pipeline![inner].kernel!,
      x,
      y,
      z,
      bindings: prepared.words,
    });
  }

  dispatchWorkgroupsIndirect(indirectBuffer: globalThis.GPUBuffer, indirectOffset: number): undefined {
    const buffer = toObject(indirectBuffer, GPUBuffer, 'indirectBuffer');
    const offset = toU64(indirectOffset, 'indirectOffset');
    if (!this.recordable('dispatchWorkgroupsIndirect')) return;
    const { device, dispatch, recording } = this[inner];
    const prepared = dispatch.prepare();
    const problem = typeof prepared === 'string' ? prepared : this.#indirectProblem(buffer, offset, prepared.writes);
    if (typeof prepared === 'string' || problem !== null) {
      return this.invalidate('dispatchWorkgroupsIndirect', problem ?? '') as undefined;
    }
    retain(recording.buffers, buffer);
    recording.commands.push({
      op: 'dispatchIndirect',
      kernel: dispatch.pipeline![inner].kernel!,
      counts: buffer[inner].address + offset,
      limit: device.limits.maxComputeWorkgroupsPerDimension,
      bindings: prepared.words,
    });
  }

  #indirectProblem(buffer: GPUBuffer, offset: number, writes: readonly GPUBuffer[]): string | null {
    const name = nameOf('buffer', buffer);
    const use = useProblem(this[inner].device, 'buffer', buffer);
    if (use !== null) return use;
    if ((buffer.usage & GPUBufferUsage.INDIRECT) === 0) return `The ${name} was made without GPUBufferUsage.INDIRECT.`;
    if (offset % 4 !== 0) return `The offset ${offset} is not a multiple of 4.`;
    if (offset + 12 > buffer.size)
      return `The 12 bytes at ${offset} are not all inside the ${buffer.size} of the ${name}.`;
    if (writes.includes(buffer))
      return `The ${name} holds the counts of the dispatch and is bound as storage in it. Use two buffers.`;
    return null;
  }

  end(): undefined {
    const slots = this[inner];
    const { parent, device } = slots;
    if (slots.stray && slots.state === 'open') {
      slots.state = 'ended';
      return;
    }
    if (slots.state !== 'open' || parent.state !== 'locked') {
      const why = slots.state === 'open' ? 'is not the open one of its command encoder' : 'has ended already';
      device.raise('validation', `end: The ${nameOf(this.kind, this)} ${why}.`);
      return;
    }
    slots.state = 'ended';
    parent.state = 'open';
    parent.problem ??= this.finishProblem();
    if (slots.endTimestamp !== null) slots.recording.commands.push({ op: 'timestamp', address: slots.endTimestamp });
  }
}

function toOffsets(
  given: Iterable<number> | Uint32Array | undefined,
  start: number | undefined,
  length: number | undefined,
): ArrayLike<number> {
  if (given === undefined) return [];
  if (start === undefined || !(given instanceof Uint32Array)) {
    return toSequence(given, 'dynamicOffsets').map((offset) => toU32(offset, 'dynamicOffsets'));
  }
  const from = toU64(start, 'dynamicOffsetsDataStart');
  const count = toU32(length, 'dynamicOffsetsDataLength');
  if (from + count > given.length) {
    throw new RangeError(
      `setBindGroup: dynamic offsets ${from} to ${from + count} are not all in the ${given.length} given.`,
    );
  }
  return given.slice(from, from + count);
}
