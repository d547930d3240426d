/** "exceeds the binding slot limits": how many resources of each kind a stage may see. */

import { GPUShaderStage } from './flags.ts';
import type { Limits } from './limits.ts';

/** One entry of a bind group layout, with the specification's defaults filled in. */
export interface LayoutEntry {
  readonly binding: number;
  readonly visibility: number;
  readonly kind: 'buffer' | 'sampler' | 'texture' | 'storageTexture' | 'externalTexture';
  /** Of a buffer; the others have none. */
  readonly type: GPUBufferBindingType | null;
  readonly hasDynamicOffset: boolean;
  readonly minBindingSize: number;
  /** Equal texts mean equal entries. */
  readonly key: string;
}

type CountedLimit = keyof Limits & `max${string}PerShaderStage`;

/** The slots of each kind one entry takes up. An external texture stands for four textures, a sampler and a uniform buffer. */
function slots(entry: LayoutEntry): readonly (readonly [CountedLimit, number])[] {
  if (entry.kind === 'sampler') return [['maxSamplersPerShaderStage', 1]];
  if (entry.kind === 'texture') return [['maxSampledTexturesPerShaderStage', 1]];
  if (entry.kind === 'storageTexture') return [['maxStorageTexturesPerShaderStage', 1]];
  if (entry.kind === 'buffer') {
    return [[entry.type === 'uniform' ? 'maxUniformBuffersPerShaderStage' : 'maxStorageBuffersPerShaderStage', 1]];
  }
  return [
    ['maxSampledTexturesPerShaderStage', 4],
    ['maxSamplersPerShaderStage', 1],
    ['maxUniformBuffersPerShaderStage', 1],
  ];
}

/** Which limit these entries go over together, or null. */
export function slotProblem(entries: readonly LayoutEntry[], limits: Readonly<Limits>): string | null {
  for (const [stage, bit] of Object.entries(GPUShaderStage)) {
    const counts = new Map<CountedLimit, number>();
    for (const entry of entries) {
      if ((entry.visibility & bit) === 0) continue;
      for (const [limit, count] of slots(entry)) counts.set(limit, (counts.get(limit) ?? 0) + count);
    }
    for (const [limit, count] of counts) {
      if (count > limits[limit]) {
        return `The stage ${stage} sees ${count} bindings that count against ${limit}, which is ${limits[limit]}. Ask requestDevice for a higher limit.`;
      }
    }
  }
  return (
    dynamicProblem(entries, 'maxDynamicUniformBuffersPerPipelineLayout', true, limits) ??
    dynamicProblem(entries, 'maxDynamicStorageBuffersPerPipelineLayout', false, limits)
  );
}

function dynamicProblem(
  entries: readonly LayoutEntry[],
  limit: keyof Limits,
  uniform: boolean,
  limits: Readonly<Limits>,
): string | null {
  const count = entries.filter((entry) => entry.hasDynamicOffset && (entry.type === 'uniform') === uniform).length;
  if (count <= limits[limit]) return null;
  return `${count} bindings with dynamic offsets are more than ${limit}, which is ${limits[limit]}.`;
}
