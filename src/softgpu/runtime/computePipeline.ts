import {
  type BindGroupLayoutInner,
  type GPUBindGroupLayout,
  invalidLayout,
  layoutInner,
  sameLayout,
} from './bindGroupLayout.ts';
import type { EntryPointInfo } from './compiler.ts';
import type { DeviceState } from './deviceState.ts';
import { GPUPipelineError } from './errors.ts';
import type { CompiledKernel, KernelHandle } from './executor.ts';
import { construct, GPUObject, inner, nameOf, type ObjectInner, useProblem } from './object.ts';
import { convertConstants, toConstants } from './overrideConstants.ts';
import { GPUPipelineLayout } from './pipelineLayout.ts';
import { autoLayout, entryPointOf, layoutProblem, workgroupProblem } from './pipelineRules.ts';
import { GPUShaderModule } from './shaderModule.ts';
import { required, toObject, toU32 } from './webidl.ts';

/** Where the words of an argument slot come from: an entry of a bind group. */
export interface ArgumentSlot {
  readonly group: number;
  readonly place: number;
}

/** A binding whose size the layout leaves open, so that each dispatch checks it. */
export interface LateSizedBinding extends ArgumentSlot {
  readonly minSize: number;
}

interface ComputePipelineInner extends ObjectInner {
  /** Per group of the layout; null where no bind group is needed. */
  readonly groups: readonly (BindGroupLayoutInner | null)[];
  /** Whether the layout was made from the shader. */
  readonly auto: boolean;
  /** Null only in an invalid pipeline. */
  readonly kernel: KernelHandle | null;
  readonly slots: readonly ArgumentSlot[];
  readonly lateSized: readonly LateSizedBinding[];
}

export class GPUComputePipeline extends GPUObject<ComputePipelineInner> implements globalThis.GPUComputePipeline {
  declare readonly __brand: 'GPUComputePipeline';

  getBindGroupLayout(index: number): GPUBindGroupLayout {
    const { device, groups } = this[inner];
    const group = toU32(index, 'index');
    const limit = device.limits.maxBindGroups;
    const problem =
      useProblem(device, 'compute pipeline', this) ??
      (group < limit ? null : `The index ${group} is not below maxBindGroups, which is ${limit}.`);
    if (!device.accepts('getBindGroupLayout', problem)) return invalidLayout(device);
    return sameLayout(
      groups[group] ?? layoutInner(device, true, [], this[inner].auto ? device.groupNumbers.separate() : null),
    );
  }
}

/** A descriptor after the conversions of Web IDL. */
interface Wanted {
  readonly label: string | undefined;
  readonly layout: GPUPipelineLayout | 'auto';
  readonly module: GPUShaderModule;
  readonly entryPoint: string | undefined;
  readonly constants: ReadonlyMap<string, number>;
}

interface Failure {
  readonly reason: GPUPipelineErrorReason;
  readonly message: string;
}

/** createComputePipeline of the specification. */
export function createComputePipeline(
  device: DeviceState,
  descriptor: GPUComputePipelineDescriptor,
): GPUComputePipeline {
  const wanted = toWanted(descriptor);
  const made = build(device, wanted);
  if ('reason' in made) {
    device.raise(made.reason, `createComputePipeline: ${made.message}`);
    return new GPUComputePipeline(construct, wanted.label, invalidInner(device));
  }
  return publish(device, wanted, made);
}

/** createComputePipelineAsync: errors reject the promise and reach no error scope. */
export async function createComputePipelineAsync(
  device: DeviceState,
  descriptor: GPUComputePipelineDescriptor,
): Promise<GPUComputePipeline> {
  const wanted = toWanted(descriptor);
  await null;
  const made = build(device, wanted);
  if (!('reason' in made)) return publish(device, wanted, made);
  // A lost device reports nothing, not even here.
  if (device.lost) return new GPUComputePipeline(construct, wanted.label, invalidInner(device));
  throw new GPUPipelineError(`createComputePipelineAsync: ${made.message}`, { reason: made.reason });
}

function toWanted(descriptor: GPUComputePipelineDescriptor): Wanted {
  const layout: unknown = required(descriptor.layout, 'layout');
  const compute = required(descriptor.compute, 'compute');
  return {
    label: descriptor.label,
    layout: layout instanceof GPUPipelineLayout ? layout : toAuto(layout),
    module: toObject(required(compute.module, 'compute.module'), GPUShaderModule, 'compute.module'),
    entryPoint: compute.entryPoint === undefined ? undefined : String(compute.entryPoint),
    constants: toConstants(compute.constants),
  };
}

function toAuto(layout: unknown): 'auto' {
  if (String(layout) !== 'auto') throw new TypeError("layout must be a GPUPipelineLayout or 'auto'.");
  return 'auto';
}

function invalidInner(device: DeviceState): ComputePipelineInner {
  return { device, valid: false, groups: [], auto: false, kernel: null, slots: [], lateSized: [] };
}

function build(device: DeviceState, wanted: Wanted): ComputePipelineInner | Failure {
  const made = checkAndCompile(device, wanted);
  if (typeof made !== 'string' && !('reason' in made)) return made;
  const name = nameOf('compute pipeline', { label: wanted.label ?? '' });
  if (typeof made === 'string') return { reason: 'validation', message: `${name}: ${made}` };
  return { reason: made.reason, message: `${name}: ${made.message}` };
}

/** A pipeline, or the rule it breaks, or what failed though it breaks none. */
function checkAndCompile(device: DeviceState, wanted: Wanted): ComputePipelineInner | Failure | string {
  if (device.lost) return 'The device is lost.';
  const use = useProblem(device, 'shader module', wanted.module);
  if (use !== null) return use;
  const { module } = wanted.module[inner];
  const entryPoint = entryPointOf(module, wanted.entryPoint);
  if (typeof entryPoint === 'string') return entryPoint;
  const groups = groupsOf(device, wanted.layout, entryPoint);
  if (typeof groups === 'string') return groups;
  const constants = convertConstants(module, entryPoint, wanted.constants);
  if (typeof constants === 'string') return constants;
  const kernel = compile(device, wanted, entryPoint.name, constants);
  if (typeof kernel === 'string' || 'reason' in kernel) return kernel;
  const problem = workgroupProblem(kernel, device.limits);
  if (problem !== null) return problem;
  const slots = kernel.bindings.map(({ group, binding }) => slotOf(groups, group, binding));
  const lateSized = lateSizedBindings(groups, entryPoint);
  const handle = load(device, kernel, wanted.label || entryPoint.name);
  if ('reason' in handle) return handle;
  return { device, valid: true, groups, auto: wanted.layout === 'auto', kernel: handle.kernel, slots, lateSized };
}

function compile(
  device: DeviceState,
  { module, label }: Wanted,
  entryPoint: string,
  constants: ReadonlyMap<string, number>,
): CompiledKernel | Failure | string {
  try {
    const options = { ...device.compileOptions, label: label || entryPoint };
    return device.compiler.compileKernel(module[inner].module, entryPoint, constants, options);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof Error && error.name === 'PipelineError') return message;
    return { reason: 'internal', message: `The compiler failed, which is a fault of softgpu: ${message}` };
  }
}

function load(device: DeviceState, compiled: CompiledKernel, label: string): { kernel: KernelHandle } | Failure {
  try {
    const reports = device.compileOptions.check !== undefined;
    return { kernel: device.executor.loadKernel(compiled, { label, reports }) };
  } catch (error) {
    return {
      reason: 'internal',
      message: `The kernel could not be loaded: ${error instanceof Error ? error.message : error}`,
    };
  }
}

function groupsOf(
  device: DeviceState,
  layout: GPUPipelineLayout | 'auto',
  entryPoint: EntryPointInfo,
): readonly (BindGroupLayoutInner | null)[] | string {
  if (layout === 'auto') return autoLayout(device, entryPoint);
  const { groups } = layout[inner];
  return useProblem(device, 'pipeline layout', layout) ?? layoutProblem(groups, entryPoint) ?? groups;
}

/** Where a binding is found; the layout has been checked against the shader. */
function slotOf(groups: readonly (BindGroupLayoutInner | null)[], group: number, binding: number): ArgumentSlot {
  const place = groups[group]?.places.get(binding);
  if (place === undefined)
    throw new Error(
      `softgpu: the kernel has a binding ${binding} in group ${group} that its shader module does not list.`,
    );
  return { group, place };
}

function lateSizedBindings(
  groups: readonly (BindGroupLayoutInner | null)[],
  entryPoint: EntryPointInfo,
): LateSizedBinding[] {
  return entryPoint.bindings.flatMap(({ group, binding, minBindingSize }) => {
    const slot = slotOf(groups, group, binding);
    const entry = groups[group]!.entries[slot.place]!;
    return entry.type === null || entry.minBindingSize > 0 ? [] : [{ ...slot, minSize: minBindingSize }];
  });
}

function publish(device: DeviceState, wanted: Wanted, made: ComputePipelineInner): GPUComputePipeline {
  const pipeline = new GPUComputePipeline(construct, wanted.label, made);
  const { executor } = device;
  const { kernel } = made;
  if (kernel !== null) device.releaseWithGarbage(pipeline, () => executor.releaseKernel(kernel));
  return pipeline;
}
