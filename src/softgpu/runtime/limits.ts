/** Limits: the defaults every device has, what the adapter offers, and what a program may ask for. */

import { type construct, forbidConstruction } from './object.ts';
import { toU64 } from './webidl.ts';

type LimitName = Exclude<keyof globalThis.GPUSupportedLimits, '__brand'>;
/** A value for each limit. */
export type Limits = Record<LimitName, number>;

/** The defaults of the specification's table of limits. */
export const defaultLimits: Readonly<Limits> = {
  maxTextureDimension1D: 8192,
  maxTextureDimension2D: 8192,
  maxTextureDimension3D: 2048,
  maxTextureArrayLayers: 256,
  maxBindGroups: 4,
  maxBindGroupsPlusVertexBuffers: 24,
  maxBindingsPerBindGroup: 1000,
  maxDynamicUniformBuffersPerPipelineLayout: 8,
  maxDynamicStorageBuffersPerPipelineLayout: 4,
  maxSampledTexturesPerShaderStage: 16,
  maxSamplersPerShaderStage: 16,
  maxStorageBuffersPerShaderStage: 8,
  maxStorageBuffersInVertexStage: 8,
  maxStorageBuffersInFragmentStage: 8,
  maxStorageTexturesPerShaderStage: 4,
  maxStorageTexturesInVertexStage: 4,
  maxStorageTexturesInFragmentStage: 4,
  maxUniformBuffersPerShaderStage: 12,
  maxUniformBufferBindingSize: 65536,
  maxStorageBufferBindingSize: 134217728,
  minUniformBufferOffsetAlignment: 256,
  minStorageBufferOffsetAlignment: 256,
  maxVertexBuffers: 8,
  maxBufferSize: 268435456,
  maxVertexAttributes: 16,
  maxVertexBufferArrayStride: 2048,
  maxInterStageShaderVariables: 16,
  maxColorAttachments: 8,
  maxColorAttachmentBytesPerSample: 32,
  maxComputeWorkgroupStorageSize: 16384,
  maxComputeInvocationsPerWorkgroup: 256,
  maxComputeWorkgroupSizeX: 256,
  maxComputeWorkgroupSizeY: 256,
  maxComputeWorkgroupSizeZ: 64,
  maxComputeWorkgroupsPerDimension: 65535,
  // Immediate data needs the language feature immediate_address_space, which the compiler does not have.
  maxImmediateSize: 0,
};

/** What softgpu offers where the memory can hold `capacity` bytes: buffers of half of it, so that one can be copied into another. */
export function adapterLimits(capacity: number): Limits {
  const largest = Math.max(Math.floor(capacity / 512) * 256, defaultLimits.maxBufferSize);
  return {
    ...defaultLimits,
    maxBindGroups: 8,
    maxDynamicUniformBuffersPerPipelineLayout: 16,
    maxDynamicStorageBuffersPerPipelineLayout: 16,
    maxStorageBuffersPerShaderStage: 64,
    maxStorageBuffersInVertexStage: 64,
    maxStorageBuffersInFragmentStage: 64,
    maxUniformBuffersPerShaderStage: 64,
    // 32 is the least that the specification allows, though the hardware here needs none.
    minUniformBufferOffsetAlignment: 32,
    minStorageBufferOffsetAlignment: 32,
    maxUniformBufferBindingSize: Math.min(1 << 26, largest),
    maxStorageBufferBindingSize: largest,
    maxBufferSize: largest,
    maxComputeWorkgroupStorageSize: 65536,
    maxComputeInvocationsPerWorkgroup: 1024,
    maxComputeWorkgroupSizeX: 1024,
    maxComputeWorkgroupSizeY: 1024,
    maxComputeWorkgroupSizeZ: 1024,
  };
}

function isAlignment(name: LimitName): boolean {
  return name === 'minUniformBufferOffsetAlignment' || name === 'minStorageBufferOffsetAlignment';
}

/** `requiredLimits` as numbers; throws a TypeError where one is no integer in range. */
export function toRequiredLimits(
  wanted: Readonly<Record<string, number | undefined>> | null | undefined,
): Map<string, number> {
  const result = new Map<string, number>();
  for (const [name, value] of Object.entries(wanted ?? {})) {
    if (value !== undefined) result.set(name, toU64(value, `requiredLimits.${name}`));
  }
  return result;
}

/** Why the adapter cannot give these limits, or null. */
export function limitsProblem(wanted: ReadonlyMap<string, number>, supported: Readonly<Limits>): string | null {
  for (const [name, value] of wanted) {
    if (!Object.hasOwn(supported, name)) {
      return `requiredLimits.${name}: no such limit. adapter.limits lists those there are.`;
    }
    const best = supported[name as LimitName];
    if (isAlignment(name as LimitName)) {
      if (value < best) return `requiredLimits.${name}: ${value} is finer than the adapter's ${best}. Ask for ${best}.`;
      if (value > 2 ** 31 || Math.log2(value) % 1 !== 0) {
        return `requiredLimits.${name}: ${value} is not a power of two below 2^32.`;
      }
    } else if (value > best) {
      return `requiredLimits.${name}: ${value} is above the adapter's ${best}. Ask for at most adapter.limits.${name}.`;
    }
  }
  return null;
}

/** The limits of a device: what was asked for, where that is better than the default. */
export function deviceLimits(wanted: ReadonlyMap<string, number>): Limits {
  const limits = { ...defaultLimits };
  for (const [name, value] of wanted as ReadonlyMap<LimitName, number>) {
    limits[name] = isAlignment(name) ? Math.min(limits[name], value) : Math.max(limits[name], value);
  }
  // The two stages have limits of their own in compatibility mode only; in core they follow the common one.
  for (const stage of ['Vertex', 'Fragment'] as const) {
    const buffers = `maxStorageBuffersIn${stage}Stage` as const;
    limits[buffers] = Math.max(limits[buffers], limits.maxStorageBuffersPerShaderStage);
    const textures = `maxStorageTexturesIn${stage}Stage` as const;
    limits[textures] = Math.max(limits[textures], limits.maxStorageTexturesPerShaderStage);
  }
  return limits;
}

/** `adapter.limits` and `device.limits`. */
export class GPUSupportedLimits implements globalThis.GPUSupportedLimits {
  declare readonly __brand: 'GPUSupportedLimits';
  declare readonly maxTextureDimension1D: number;
  declare readonly maxTextureDimension2D: number;
  declare readonly maxTextureDimension3D: number;
  declare readonly maxTextureArrayLayers: number;
  declare readonly maxBindGroups: number;
  declare readonly maxBindGroupsPlusVertexBuffers: number;
  declare readonly maxBindingsPerBindGroup: number;
  declare readonly maxDynamicUniformBuffersPerPipelineLayout: number;
  declare readonly maxDynamicStorageBuffersPerPipelineLayout: number;
  declare readonly maxSampledTexturesPerShaderStage: number;
  declare readonly maxSamplersPerShaderStage: number;
  declare readonly maxStorageBuffersPerShaderStage: number;
  declare readonly maxStorageBuffersInVertexStage: number;
  declare readonly maxStorageBuffersInFragmentStage: number;
  declare readonly maxStorageTexturesPerShaderStage: number;
  declare readonly maxStorageTexturesInVertexStage: number;
  declare readonly maxStorageTexturesInFragmentStage: number;
  declare readonly maxUniformBuffersPerShaderStage: number;
  declare readonly maxUniformBufferBindingSize: number;
  declare readonly maxStorageBufferBindingSize: number;
  declare readonly minUniformBufferOffsetAlignment: number;
  declare readonly minStorageBufferOffsetAlignment: number;
  declare readonly maxVertexBuffers: number;
  declare readonly maxBufferSize: number;
  declare readonly maxVertexAttributes: number;
  declare readonly maxVertexBufferArrayStride: number;
  declare readonly maxInterStageShaderVariables: number;
  declare readonly maxColorAttachments: number;
  declare readonly maxColorAttachmentBytesPerSample: number;
  declare readonly maxComputeWorkgroupStorageSize: number;
  declare readonly maxComputeInvocationsPerWorkgroup: number;
  declare readonly maxComputeWorkgroupSizeX: number;
  declare readonly maxComputeWorkgroupSizeY: number;
  declare readonly maxComputeWorkgroupSizeZ: number;
  declare readonly maxComputeWorkgroupsPerDimension: number;
  declare readonly maxImmediateSize: number;

  /** @internal */
  constructor(token: typeof construct, limits: Readonly<Limits>) {
    forbidConstruction(token);
    Object.freeze(Object.assign(this, limits));
  }
}
