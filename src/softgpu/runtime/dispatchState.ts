/** What a dispatch runs with: the pipeline, the bind groups, and the argument words made from them. */

import type { GPUBindGroup } from './bindGroup.ts';
import type { GPUBuffer } from './buffer.ts';
import type { GPUComputePipeline } from './computePipeline.ts';
import { GPUShaderStage } from './flags.ts';
import { inner, nameOf } from './object.ts';

/** A bind group with the dynamic offsets it was set with. */
interface SetGroup {
  readonly group: GPUBindGroup;
  readonly offsets: ArrayLike<number>;
}

/** Argument words that are valid, and the buffers written, for the check against an indirect buffer. */
export interface Prepared {
  readonly words: Uint32Array;
  readonly writes: readonly GPUBuffer[];
}

interface Range {
  readonly buffer: GPUBuffer;
  readonly start: number;
  readonly end: number;
  readonly writable: boolean;
}

const noOffsets: ArrayLike<number> = [];

export class DispatchState {
  #pipeline: GPUComputePipeline | null = null;
  readonly #groups: (SetGroup | null)[] = [];
  #prepared: Prepared | null = null;

  get pipeline(): GPUComputePipeline | null {
    return this.#pipeline;
  }

  setPipeline(pipeline: GPUComputePipeline): void {
    this.#pipeline = pipeline;
    this.#prepared = null;
  }

  setGroup(index: number, group: GPUBindGroup | null, offsets: ArrayLike<number> = noOffsets): void {
    while (this.#groups.length <= index) this.#groups.push(null);
    this.#groups[index] = group === null ? null : { group, offsets };
    this.#prepared = null;
  }

  /** The argument words for a dispatch, or the rule it breaks. */
  prepare(): Prepared | string {
    if (this.#prepared !== null) return this.#prepared;
    if (this.#pipeline === null) return 'No pipeline is set. Call setPipeline() first.';
    const prepared = this.#known(this.#pipeline) ?? this.#make(this.#pipeline);
    if (typeof prepared !== 'string') this.#prepared = prepared;
    return prepared;
  }

  #known(pipeline: GPUComputePipeline): Prepared | null {
    if (pipeline[inner].groups.length !== 1) return null;
    const set = this.#groups[0];
    if (!set || set.offsets.length > 0) return null;
    const known = set.group[inner].prepared;
    return known?.pipeline === pipeline ? known.prepared : null;
  }

  #make(pipeline: GPUComputePipeline): Prepared | string {
    const problem = this.#groupProblem(pipeline) ?? this.#lateSizeProblem(pipeline);
    if (problem !== null) return problem;
    const ranges = this.#ranges(pipeline);
    const conflict = rangesProblem(ranges);
    if (conflict !== null) return conflict;
    const prepared: Prepared = {
      words: this.#words(pipeline),
      writes: ranges.flatMap(({ buffer, writable }) => (writable ? [buffer] : [])),
    };
    const set = this.#groups[0];
    if (pipeline[inner].groups.length === 1 && set && set.offsets.length === 0) {
      set.group[inner].prepared = { pipeline, prepared };
    }
    return prepared;
  }

  /** "Validate encoder bind groups": each group of the layout is set, with an equal layout. */
  #groupProblem(pipeline: GPUComputePipeline): string | null {
    const { groups } = pipeline[inner];
    for (let index = 0; index < groups.length; index++) {
      const layout = groups[index];
      if (!layout) continue;
      const set = this.#groups[index];
      if (!set)
        return `The ${nameOf('compute pipeline', pipeline)} needs a bind group at index ${index}, and none is set.`;
      if (set.group[inner].layout.group === layout.group) continue;
      const names = `The ${nameOf('bind group', set.group)} at index ${index} does not have the layout of the ${nameOf('compute pipeline', pipeline)}`;
      return layout.exclusive
        ? `${names}, which was made with layout 'auto'. Make the bind group with its getBindGroupLayout(${index}).`
        : `${names}.`;
    }
    return null;
  }

  #lateSizeProblem(pipeline: GPUComputePipeline): string | null {
    for (const { group, place, minSize } of pipeline[inner].lateSized) {
      const { bound, layout } = this.#groups[group]!.group[inner];
      if (bound[place]!.size >= minSize) continue;
      return `Binding ${layout.entries[place]!.binding} of group ${group} has ${bound[place]!.size} bytes; the shader needs at least ${minSize}.`;
    }
    return null;
  }

  /** The buffers of the usage scope: those of the layout's groups that the compute stage sees. */
  #ranges(pipeline: GPUComputePipeline): Range[] {
    const { groups } = pipeline[inner];
    const ranges: Range[] = [];
    for (let index = 0; index < groups.length; index++) {
      const set = this.#groups[index];
      if (!groups[index] || !set) continue;
      const { bound, layout } = set.group[inner];
      for (let place = 0; place < layout.entries.length; place++) {
        const each = bound[place];
        if (each === undefined || (layout.entries[place]!.visibility & GPUShaderStage.COMPUTE) === 0) continue;
        const start = each.offset + dynamicOffset(set, place);
        ranges.push({ buffer: each.buffer, start, end: start + each.size, writable: each.type === 'storage' });
      }
    }
    return ranges;
  }

  #words(pipeline: GPUComputePipeline): Uint32Array {
    const { slots } = pipeline[inner];
    const words = new Uint32Array(2 * slots.length);
    slots.forEach(({ group, place }, slot) => {
      const set = this.#groups[group]!;
      const { buffer, offset, size } = set.group[inner].bound[place]!;
      words[2 * slot] = buffer[inner].address + offset + dynamicOffset(set, place);
      words[2 * slot + 1] = size;
    });
    return words;
  }
}

function dynamicOffset(set: SetGroup, place: number): number {
  if (set.offsets.length === 0) return 0;
  const index = set.group[inner].layout.dynamic.indexOf(place);
  return index < 0 ? 0 : set.offsets[index]!;
}

/** Usage scope and aliasing: a buffer written in a dispatch is not read in it, and written ranges do not overlap. */
function rangesProblem(ranges: readonly Range[]): string | null {
  for (let at = 0; at < ranges.length; at++) {
    const range = ranges[at]!;
    for (let other = 0; other < at; other++) {
      const before = ranges[other]!;
      if (before.buffer !== range.buffer) continue;
      const name = nameOf('buffer', range.buffer);
      if (before.writable !== range.writable) {
        return `The ${name} is bound as storage and for reading in one dispatch. Bind it as storage only, or use two buffers.`;
      }
      if (range.writable && before.start < range.end && range.start < before.end) {
        return `Two storage bindings of one dispatch overlap in the ${name}, at bytes ${before.start} to ${before.end} and ${range.start} to ${range.end}.`;
      }
    }
  }
  return null;
}
