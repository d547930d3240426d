/** The rules between a compute entry point, its pipeline layout and the device's limits. */

import { type BindGroupLayoutInner, layoutInner } from './bindGroupLayout.ts';
import { type LayoutEntry, slotProblem } from './bindingSlots.ts';
import type { BindingInfo, EntryPointInfo, ShaderModule } from './compiler.ts';
import type { DeviceState } from './deviceState.ts';
import type { CompiledKernel } from './executor.ts';
import { GPUShaderStage } from './flags.ts';
import type { Limits } from './limits.ts';

/** "get the entry point": the named one, or the only compute one; else what is wrong. */
export function entryPointOf(module: ShaderModule, name: string | undefined): EntryPointInfo | string {
  const compute = module.entryPoints.filter((entryPoint) => entryPoint.stage === 'compute');
  const names = compute.map((entryPoint) => entryPoint.name).join(', ') || 'none';
  if (name !== undefined) {
    return (
      compute.find((entryPoint) => entryPoint.name === name) ??
      `The shader module has no compute entry point ${JSON.stringify(name)}; it has ${names}.`
    );
  }
  if (compute.length === 1) return compute[0]!;
  return `Without an entryPoint the shader module must have one compute entry point; it has ${names}.`;
}

const kinds: Readonly<Record<BindingInfo['type'], LayoutEntry['kind']>> = {
  uniform: 'buffer',
  storage: 'buffer',
  'read-only-storage': 'buffer',
  texture: 'texture',
  sampler: 'sampler',
  'storage-texture': 'storageTexture',
  'external-texture': 'externalTexture',
};

function bufferType({ type }: BindingInfo): GPUBufferBindingType | null {
  return type === 'uniform' || type === 'storage' || type === 'read-only-storage' ? type : null;
}

/** "default pipeline layout": what the entry point uses and nothing else; else what is wrong. */
export function autoLayout(
  device: DeviceState,
  { bindings }: EntryPointInfo,
): readonly (BindGroupLayoutInner | null)[] | string {
  const problem = autoProblem(bindings, device.limits);
  if (problem !== null) return problem;
  const numbers = device.groupNumbers.separate();
  const count = bindings.reduce((most, { group }) => Math.max(most, group + 1), 0);
  return Array.from({ length: count }, (_, group) => {
    const entries = bindings.filter((binding) => binding.group === group).map(autoEntry);
    return entries.length === 0 ? null : layoutInner(device, true, entries, numbers);
  });
}

function autoEntry(info: BindingInfo): LayoutEntry {
  return {
    binding: info.binding,
    visibility: GPUShaderStage.COMPUTE,
    kind: kinds[info.type],
    type: bufferType(info),
    hasDynamicOffset: false,
    minBindingSize: bufferType(info) === null ? 0 : info.minBindingSize,
    key: `${info.binding} ${info.type} ${info.minBindingSize}`,
  };
}

function autoProblem(bindings: readonly BindingInfo[], limits: Readonly<Limits>): string | null {
  for (const { name, group, binding } of bindings) {
    if (group >= limits.maxBindGroups) {
      return `The variable ${name} is in group ${group}, which is not below maxBindGroups, ${limits.maxBindGroups}.`;
    }
    if (binding >= limits.maxBindingsPerBindGroup) {
      return `The variable ${name} is at binding ${binding}, which is not below maxBindingsPerBindGroup, ${limits.maxBindingsPerBindGroup}.`;
    }
  }
  return slotProblem(bindings.map(autoEntry), limits);
}

/** Why the layout does not offer what the entry point uses, or null. */
export function layoutProblem(
  groups: readonly (BindGroupLayoutInner | null)[],
  { bindings }: EntryPointInfo,
): string | null {
  for (const info of bindings) {
    const layout = groups[info.group] ?? null;
    const place = layout?.places.get(info.binding);
    const entry = place === undefined ? null : layout!.entries[place]!;
    const problem = entryProblem(entry, info);
    if (problem !== null)
      return `The variable ${info.name} at @group(${info.group}) @binding(${info.binding}): ${problem}`;
  }
  return null;
}

function entryProblem(entry: LayoutEntry | null, info: BindingInfo): string | null {
  if (entry === null) return 'the pipeline layout has no such binding.';
  if ((entry.visibility & GPUShaderStage.COMPUTE) === 0)
    return 'the layout does not make it visible to GPUShaderStage.COMPUTE.';
  if (entry.kind !== kinds[info.type] || entry.type !== bufferType(info)) {
    return `the layout has a ${entry.type ?? entry.kind}, the shader a ${info.type}.`;
  }
  if (entry.minBindingSize > 0 && entry.minBindingSize < info.minBindingSize) {
    return `the layout's minBindingSize of ${entry.minBindingSize} is less than the ${info.minBindingSize} bytes the shader needs.`;
  }
  return null;
}

/** Why the workgroup is too large for the device, or null. */
export function workgroupProblem(kernel: CompiledKernel, limits: Readonly<Limits>): string | null {
  const [x, y, z] = kernel.workgroupSize;
  const checks: readonly (readonly [number, keyof Limits])[] = [
    [x, 'maxComputeWorkgroupSizeX'],
    [y, 'maxComputeWorkgroupSizeY'],
    [z, 'maxComputeWorkgroupSizeZ'],
    [x * y * z, 'maxComputeInvocationsPerWorkgroup'],
    [kernel.workgroupStorageBytes ?? 0, 'maxComputeWorkgroupStorageSize'],
  ];
  if (x < 1 || y < 1 || z < 1) return `The workgroup size ${x} by ${y} by ${z} is empty.`;
  const over = checks.find(([value, limit]) => value > limits[limit]);
  if (over === undefined) return null;
  return `${over[0]} is above ${over[1]}, which is ${limits[over[1]]} (the workgroup is ${x} by ${y} by ${z}). Ask requestDevice for a higher limit.`;
}
