import { type BindGroupLayoutInner, GPUBindGroupLayout } from './bindGroupLayout.ts';
import type { LayoutEntry } from './bindingSlots.ts';
import { GPUBuffer } from './buffer.ts';
import type { GPUComputePipeline } from './computePipeline.ts';
import type { DeviceState } from './deviceState.ts';
import type { Prepared } from './dispatchState.ts';
import { GPUBufferUsage } from './flags.ts';
import { construct, GPUObject, inner, nameOf, type ObjectInner, useProblem } from './object.ts';
import { GPUExternalTexture, GPUSampler, GPUTexture, GPUTextureView } from './texture.ts';
import { required, toObject, toSequence, toU32, toU64 } from './webidl.ts';

/** A bound range of a buffer. */
export interface BoundBuffer {
  readonly buffer: GPUBuffer;
  readonly offset: number;
  readonly size: number;
  readonly type: GPUBufferBindingType;
}

interface BindGroupInner extends ObjectInner {
  readonly layout: BindGroupLayoutInner;
  /** In the order of the layout's entries. */
  readonly bound: readonly BoundBuffer[];
  /** The argument words for the pipeline last dispatched with this as its only group: programs repeat themselves. */
  prepared: { readonly pipeline: GPUComputePipeline; readonly prepared: Prepared } | null;
}

export class GPUBindGroup extends GPUObject<BindGroupInner> implements globalThis.GPUBindGroup {
  declare readonly __brand: 'GPUBindGroup';
}

type Resource =
  | BoundBuffer
  | { readonly other: GPUObject<ObjectInner>; readonly kinds: readonly LayoutEntry['kind'][] };

/** createBindGroup of the specification. */
export function createBindGroup(device: DeviceState, descriptor: GPUBindGroupDescriptor): GPUBindGroup {
  const layout = toObject(required(descriptor.layout, 'layout'), GPUBindGroupLayout, 'layout');
  const entries = toSequence(required(descriptor.entries, 'entries'), 'entries').map((entry) => ({
    binding: toU32(required(entry.binding, 'binding'), 'binding'),
    resource: toResource(required(entry.resource, 'resource')),
  }));
  const { places } = layout[inner];
  const bound: BoundBuffer[] = [];
  let problem = useProblem(device, 'bind group layout', layout);
  problem ??=
    entries.length === places.size ? null : `${entries.length} entries do not fill the ${places.size} of the layout.`;
  for (const { binding, resource } of entries) {
    const place = places.get(binding);
    if (place === undefined) {
      problem ??= `Binding ${binding} is not in the layout.`;
      continue;
    }
    if (bound[place] !== undefined) problem ??= `Binding ${binding} is there twice.`;
    const entry = layout[inner].entries[place]!;
    problem ??= resourceProblem(device, entry, resource);
    if ('buffer' in resource) bound[place] = { ...resource, type: entry.type ?? 'uniform' };
  }
  const name = nameOf('bind group', { label: descriptor.label ?? '' });
  const valid = device.accepts('createBindGroup', problem === null ? null : `${name}: ${problem}`);
  return new GPUBindGroup(construct, descriptor.label, { device, valid, layout: layout[inner], bound, prepared: null });
}

function toResource(given: GPUBindingResource): Resource {
  if (given instanceof GPUBuffer) return toBoundBuffer({ buffer: given });
  if (given instanceof GPUSampler) return { other: given, kinds: ['sampler'] };
  if (given instanceof GPUTexture) return { other: given, kinds: ['texture', 'storageTexture'] };
  if (given instanceof GPUTextureView) return { other: given, kinds: ['texture', 'storageTexture', 'externalTexture'] };
  if (given instanceof GPUExternalTexture) return { other: given, kinds: ['externalTexture'] };
  return toBoundBuffer(given as GPUBufferBinding);
}

function toBoundBuffer(given: GPUBufferBinding): BoundBuffer {
  const buffer = toObject(required(given.buffer, 'resource.buffer'), GPUBuffer, 'resource.buffer');
  const offset = toU64(given.offset ?? 0, 'resource.offset');
  const size = given.size === undefined ? Math.max(0, buffer.size - offset) : toU64(given.size, 'resource.size');
  return { buffer, offset, size, type: 'uniform' };
}

function resourceProblem(device: DeviceState, entry: LayoutEntry, resource: Resource): string | null {
  if ('buffer' in resource) {
    if (entry.kind !== 'buffer') return `Binding ${entry.binding} takes a ${entry.kind}, not a buffer.`;
    return useProblem(device, 'buffer', resource.buffer) ?? bufferProblem(device, entry, resource);
  }
  if (!resource.kinds.includes(entry.kind))
    return `Binding ${entry.binding} takes a ${entry.kind}, not a ${resource.kinds[0]}.`;
  return useProblem(device, entry.kind, resource.other);
}

function bufferProblem(device: DeviceState, entry: LayoutEntry, { buffer, offset, size }: BoundBuffer): string | null {
  const { limits } = device;
  const uniform = entry.type === 'uniform';
  const where = `Binding ${entry.binding}, ${nameOf('buffer', buffer)}`;
  const usage = uniform ? 'UNIFORM' : 'STORAGE';
  if ((buffer.usage & GPUBufferUsage[usage]) === 0) return `${where}: it was made without GPUBufferUsage.${usage}.`;
  if (size === 0) return `${where}: the bound range is empty.`;
  if (offset + size > buffer.size) {
    return `${where}: bytes ${offset} to ${offset + size} are not all inside the ${buffer.size} bytes of the buffer.`;
  }
  const alignment = uniform ? 'minUniformBufferOffsetAlignment' : 'minStorageBufferOffsetAlignment';
  if (offset % limits[alignment] !== 0) {
    return `${where}: the offset ${offset} is not a multiple of ${alignment}, which is ${limits[alignment]}.`;
  }
  const most = uniform ? 'maxUniformBufferBindingSize' : 'maxStorageBufferBindingSize';
  if (size > limits[most]) return `${where}: ${size} bytes are more than ${most}, which is ${limits[most]}.`;
  if (!uniform && size % 4 !== 0) return `${where}: the size ${size} of a storage binding is not a multiple of 4.`;
  if (size < entry.minBindingSize) {
    return `${where}: ${size} bytes are fewer than the layout's minBindingSize of ${entry.minBindingSize}.`;
  }
  return null;
}
