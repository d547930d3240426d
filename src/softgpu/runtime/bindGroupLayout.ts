import { type LayoutEntry, slotProblem } from './bindingSlots.ts';
import type { DeviceState } from './deviceState.ts';
import type { GroupNumbers } from './groupNumbers.ts';
import { toLayoutEntry } from './layoutEntry.ts';
import { construct, GPUObject, type ObjectInner } from './object.ts';
import { required, toSequence } from './webidl.ts';

export interface BindGroupLayoutInner extends ObjectInner {
  /** In ascending order of binding, as are all lists made from it. */
  readonly entries: readonly LayoutEntry[];
  /** Binding number to place in `entries`. */
  readonly places: ReadonlyMap<number, number>;
  /** Places of the entries with dynamic offsets, in the order the offsets are given. */
  readonly dynamic: readonly number[];
  /** Equal numbers mean "group-equivalent" layouts. */
  readonly group: number;
  /** Whether it is from a pipeline made with `layout: 'auto'`, and goes with that pipeline alone. */
  readonly exclusive: boolean;
}

export class GPUBindGroupLayout extends GPUObject<BindGroupLayoutInner> implements globalThis.GPUBindGroupLayout {
  declare readonly __brand: 'GPUBindGroupLayout';
}

/** createBindGroupLayout of the specification. */
export function createBindGroupLayout(
  device: DeviceState,
  descriptor: GPUBindGroupLayoutDescriptor,
): GPUBindGroupLayout {
  const converted = toSequence(required(descriptor.entries, 'entries'), 'entries').map((entry) =>
    toLayoutEntry(entry, device.limits),
  );
  const entries = converted.map(({ entry }) => entry);
  const problem =
    converted.find((each) => each.problem !== null)?.problem ??
    duplicateProblem(entries) ??
    slotProblem(entries, device.limits);
  const valid = device.accepts('createBindGroupLayout', problem);
  return new GPUBindGroupLayout(construct, descriptor.label, layoutInner(device, valid, entries, null));
}

/**
 * The slots of a layout. One that belongs to a pipeline made with `layout: 'auto'` equals those of the same pipeline only:
 * `exclusive` holds their numbers.
 */
export function layoutInner(
  device: DeviceState,
  valid: boolean,
  unsorted: readonly LayoutEntry[],
  exclusive: GroupNumbers | null,
): BindGroupLayoutInner {
  const entries = [...unsorted].sort((a, b) => a.binding - b.binding);
  const dynamic = entries.flatMap((entry, place) => (entry.hasDynamicOffset ? [place] : []));
  return {
    device,
    valid,
    entries,
    places: new Map(entries.map((entry, place) => [entry.binding, place])),
    dynamic,
    group: (exclusive ?? device.groupNumbers).of(entries.map((entry) => entry.key).join(';')),
    exclusive: exclusive !== null,
  };
}

/** An invalid layout, for where one must be returned. */
export function invalidLayout(device: DeviceState): GPUBindGroupLayout {
  return new GPUBindGroupLayout(construct, '', layoutInner(device, false, [], device.groupNumbers.separate()));
}

/** A new object for the same layout, as getBindGroupLayout returns each time. */
export function sameLayout(layout: BindGroupLayoutInner): GPUBindGroupLayout {
  return new GPUBindGroupLayout(construct, '', layout);
}

function duplicateProblem(entries: readonly LayoutEntry[]): string | null {
  const seen = new Set<number>();
  for (const { binding } of entries) {
    if (seen.has(binding)) return `Binding ${binding} is there twice.`;
    seen.add(binding);
  }
  return null;
}
