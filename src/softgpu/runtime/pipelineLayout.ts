import { type BindGroupLayoutInner, GPUBindGroupLayout } from './bindGroupLayout.ts';
import { slotProblem } from './bindingSlots.ts';
import type { DeviceState } from './deviceState.ts';
import { construct, GPUObject, inner, type ObjectInner, useProblem } from './object.ts';
import { required, toObject, toSequence } from './webidl.ts';

interface PipelineLayoutInner extends ObjectInner {
  /** Per group; null where the group is left out or empty, so that it needs no bind group. */
  readonly groups: readonly (BindGroupLayoutInner | null)[];
}

export class GPUPipelineLayout extends GPUObject<PipelineLayoutInner> implements globalThis.GPUPipelineLayout {
  declare readonly __brand: 'GPUPipelineLayout';
}

/** createPipelineLayout of the specification. */
export function createPipelineLayout(device: DeviceState, descriptor: GPUPipelineLayoutDescriptor): GPUPipelineLayout {
  const layouts = toSequence(required(descriptor.bindGroupLayouts, 'bindGroupLayouts'), 'bindGroupLayouts').map(
    (layout) =>
      layout === null || layout === undefined ? null : toObject(layout, GPUBindGroupLayout, 'bindGroupLayouts'),
  );
  const valid = device.accepts('createPipelineLayout', layoutProblem(device, layouts));
  const groups = layouts.map((layout) =>
    layout === null || layout[inner].entries.length === 0 ? null : layout[inner],
  );
  return new GPUPipelineLayout(construct, descriptor.label, { device, valid, groups });
}

function layoutProblem(device: DeviceState, layouts: readonly (GPUBindGroupLayout | null)[]): string | null {
  if (layouts.length > device.limits.maxBindGroups) {
    return `${layouts.length} bind group layouts are more than maxBindGroups, which is ${device.limits.maxBindGroups}.`;
  }
  for (const layout of layouts) {
    if (layout === null) continue;
    const problem = useProblem(device, 'bind group layout', layout);
    if (problem !== null) return problem;
    if (layout[inner].exclusive) {
      return "A bind group layout of a pipeline made with layout 'auto' works with that pipeline only. Use createBindGroupLayout.";
    }
  }
  return slotProblem(
    layouts.flatMap((layout) => layout?.[inner].entries ?? []),
    device.limits,
  );
}
