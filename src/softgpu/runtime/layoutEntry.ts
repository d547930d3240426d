/** GPUBindGroupLayoutEntry: its conversions and the rules for one entry. */

import type { LayoutEntry } from './bindingSlots.ts';
import { GPUShaderStage } from './flags.ts';
import type { Limits } from './limits.ts';
import { required, toEnum, toU32, toU64 } from './webidl.ts';

const bufferTypes = ['uniform', 'storage', 'read-only-storage'] as const;
const samplerTypes = ['filtering', 'non-filtering', 'comparison'] as const;
const sampleTypes = ['float', 'unfilterable-float', 'depth', 'sint', 'uint'] as const;
const viewDimensions = ['1d', '2d', '2d-array', 'cube', 'cube-array', '3d'] as const;
const accesses = ['write-only', 'read-only', 'read-write'] as const;
const kinds = ['buffer', 'sampler', 'texture', 'storageTexture', 'externalTexture'] as const;

const readWriteFormats = new Set(['r32uint', 'r32sint', 'r32float']);
const storageFormats = new Set([
  ...readWriteFormats,
  ...['unorm', 'snorm', 'uint', 'sint'].map((type) => `rgba8${type}`),
  ...['uint', 'sint', 'float'].flatMap((type) => [`rgba16${type}`, `rg32${type}`, `rgba32${type}`]),
]);

/** An entry as converted, and what is wrong with it on its own. */
export interface ConvertedEntry {
  readonly entry: LayoutEntry;
  readonly problem: string | null;
}

/** Converts an entry; throws a TypeError where a member is no value of its type. */
export function toLayoutEntry(given: GPUBindGroupLayoutEntry, limits: Readonly<Limits>): ConvertedEntry {
  const binding = toU32(required(given.binding, 'binding'), 'binding');
  const visibility = toU32(required(given.visibility, 'visibility'), 'visibility');
  const present = kinds.filter((kind) => given[kind] !== undefined && given[kind] !== null);
  const kind = present[0] ?? 'buffer';
  const described = describeResource(given, kind, visibility);
  return {
    entry: {
      binding,
      visibility,
      kind,
      type: described.type ?? null,
      hasDynamicOffset: described.hasDynamicOffset ?? false,
      minBindingSize: described.minBindingSize ?? 0,
      key: `${binding} ${visibility} ${kind} ${described.key}`,
    },
    problem: commonProblem(binding, visibility, present, limits) ?? described.problem,
  };
}

function commonProblem(
  binding: number,
  visibility: number,
  present: readonly string[],
  limits: Readonly<Limits>,
): string | null {
  if (binding >= limits.maxBindingsPerBindGroup) {
    return `Binding ${binding} is not below maxBindingsPerBindGroup, which is ${limits.maxBindingsPerBindGroup}.`;
  }
  if ((visibility & ~(GPUShaderStage.VERTEX | GPUShaderStage.FRAGMENT | GPUShaderStage.COMPUTE)) !== 0) {
    return `Binding ${binding}: the visibility ${visibility} has bits that no flag of GPUShaderStage has.`;
  }
  if (present.length === 1) return null;
  return `Binding ${binding} must have exactly one of ${kinds.join(', ')}; it has ${present.join(', ') || 'none'}.`;
}

interface DescribedResource {
  readonly key: string;
  readonly problem: string | null;
  readonly type?: GPUBufferBindingType;
  readonly hasDynamicOffset?: boolean;
  readonly minBindingSize?: number;
}

function describeResource(
  given: GPUBindGroupLayoutEntry,
  kind: LayoutEntry['kind'],
  visibility: number,
): DescribedResource {
  if (kind === 'buffer') return describeBuffer(given.buffer ?? {}, visibility);
  if (kind === 'texture') return describeTexture(given.texture ?? {});
  if (kind === 'storageTexture') return describeStorageTexture(given.storageTexture!, visibility);
  if (kind === 'sampler')
    return { key: toEnum(given.sampler?.type ?? 'filtering', samplerTypes, 'sampler.type'), problem: null };
  return { key: '', problem: null };
}

function describeBuffer(buffer: GPUBufferBindingLayout, visibility: number): DescribedResource {
  const type = toEnum(buffer.type ?? 'uniform', bufferTypes, 'buffer.type');
  const hasDynamicOffset = Boolean(buffer.hasDynamicOffset);
  const minBindingSize = toU64(buffer.minBindingSize ?? 0, 'buffer.minBindingSize');
  const writable = type === 'storage' && (visibility & GPUShaderStage.VERTEX) !== 0;
  return {
    key: `${type} ${hasDynamicOffset} ${minBindingSize}`,
    problem: writable
      ? 'A vertex shader cannot write storage buffers: use read-only-storage, or leave out VERTEX.'
      : null,
    type,
    hasDynamicOffset,
    minBindingSize,
  };
}

function describeTexture(texture: GPUTextureBindingLayout): DescribedResource {
  const sampleType = toEnum(texture.sampleType ?? 'float', sampleTypes, 'texture.sampleType');
  const dimension = toEnum(texture.viewDimension ?? '2d', viewDimensions, 'texture.viewDimension');
  const multisampled = Boolean(texture.multisampled);
  const wrong = multisampled && (dimension !== '2d' || sampleType === 'float');
  return {
    key: `${sampleType} ${dimension} ${multisampled}`,
    problem: wrong ? 'A multisampled texture has viewDimension 2d and a sampleType other than float.' : null,
  };
}

function describeStorageTexture(texture: GPUStorageTextureBindingLayout, visibility: number): DescribedResource {
  const access = toEnum(texture.access ?? 'write-only', accesses, 'storageTexture.access');
  const dimension = toEnum(texture.viewDimension ?? '2d', viewDimensions, 'storageTexture.viewDimension');
  const format = String(required(texture.format, 'storageTexture.format'));
  return {
    key: `${access} ${format} ${dimension}`,
    problem: storageTextureProblem(access, dimension, format, visibility),
  };
}

function storageTextureProblem(access: string, dimension: string, format: string, visibility: number): string | null {
  if (dimension.startsWith('cube')) return `A storage texture cannot have viewDimension ${dimension}.`;
  if (access !== 'read-only' && (visibility & GPUShaderStage.VERTEX) !== 0) {
    return 'A vertex shader cannot write storage textures: use read-only access, or leave out VERTEX.';
  }
  const formats = access === 'read-write' ? readWriteFormats : storageFormats;
  return formats.has(format) ? null : `The format ${format} cannot be that of a storage texture with ${access} access.`;
}
