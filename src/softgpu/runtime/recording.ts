/** What an encoder records: commands with their addresses, and everything that must still be there when they are submitted. */

import type { GPUBindGroup } from './bindGroup.ts';
import type { GPUBuffer } from './buffer.ts';
import type { GPUComputePipeline } from './computePipeline.ts';
import type { Command } from './executor.ts';
import { inner, nameOf } from './object.ts';
import type { GPUQuerySet } from './querySet.ts';

/** Lists rather than sets: most hold a few objects, and a set costs as much to make as a dispatch to record. */
export class Recording {
  readonly commands: Command[] = [];
  readonly buffers: GPUBuffer[] = [];
  readonly bindGroups: GPUBindGroup[] = [];
  readonly querySets: GPUQuerySet[] = [];
  /** Held so that their kernels stay loaded. */
  readonly pipelines: GPUComputePipeline[] = [];

  /** Why the commands cannot be submitted now, or null. */
  problem(): string | null {
    for (const buffer of this.buffers) {
      if (buffer[inner].state !== 'available') return stateProblem(buffer);
    }
    for (const group of this.bindGroups) {
      for (const { buffer } of group[inner].bound) {
        if (buffer[inner].state !== 'available') return stateProblem(buffer);
      }
    }
    for (const querySet of this.querySets) {
      if (querySet[inner].destroyed) return `The ${nameOf('query set', querySet)} is destroyed.`;
    }
    return null;
  }
}

/** Why commands cannot use a buffer that is not available. */
export function stateProblem(buffer: GPUBuffer): string {
  const name = nameOf('buffer', buffer);
  return buffer[inner].state === 'destroyed'
    ? `The ${name} is destroyed. Destroy buffers after the last submit that uses them.`
    : `The ${name} is mapped, or being mapped. Call unmap() before submitting work that uses it.`;
}

/** Lists an object as used, unless it was the last one anyway. */
export function retain<Item>(list: Item[], item: Item): void {
  if (list[list.length - 1] !== item) list.push(item);
}
