import { type BufferPlan, type Changes, changesOf, initialData, planBuffer } from './bufferData.ts';
import { bindingsOf, type Declarations } from './wgslDeclarations.ts';

/** What became of one program on one device. */
export interface ProgramRecord {
  readonly file: string;
  readonly valid: boolean;
  /** The first error of the compilation. */
  readonly message?: string;
  readonly entryPoints: readonly EntryPointRecord[];
  /** Set when the process ended or hung: nothing else is known then. */
  readonly lost?: string;
}

export interface EntryPointRecord {
  readonly name: string;
  readonly status: 'ran' | 'refused' | 'unsupported';
  readonly message?: string;
  readonly outputs?: readonly Output[];
}

export interface Output {
  readonly group: number;
  readonly binding: number;
  readonly changes: Changes;
}

/** Compiles a program: the first error's text, or `undefined` when it is accepted. */
export async function compileError(device: GPUDevice, code: string): Promise<string | undefined> {
  device.pushErrorScope('validation');
  const module = device.createShaderModule({ code });
  const [info, error] = await Promise.all([module.getCompilationInfo(), device.popErrorScope()]);
  const first = info.messages.find(({ type }) => type === 'error');
  if (first) return `${first.lineNum}:${first.linePos}: ${first.message}`;
  return error ? error.message : undefined;
}

/** Runs each compute entry point as one workgroup and keeps what it wrote. */
export async function runEntryPoints(
  device: GPUDevice,
  code: string,
  declarations: Declarations,
  started: (entryPoint: string) => void,
): Promise<EntryPointRecord[]> {
  const records: EntryPointRecord[] = [];
  for (const { name, stage } of declarations.entryPoints) {
    if (stage !== 'compute') continue;
    started(name);
    const plans = bindingsOf(declarations, name);
    if (plans.some(({ space }) => space === 'handle')) {
      records.push({ name, status: 'unsupported', message: 'binds a texture or sampler' });
    } else {
      records.push(
        await runEntryPoint(
          device,
          code,
          name,
          plans.map((binding) => planBuffer(binding, declarations)),
          declarations,
        ),
      );
    }
  }
  return records;
}

async function runEntryPoint(
  device: GPUDevice,
  code: string,
  name: string,
  plans: readonly BufferPlan[],
  { overrides }: Declarations,
): Promise<EntryPointRecord> {
  const constants = Object.fromEntries(overrides.filter(({ hasDefault }) => !hasDefault).map(({ key }) => [key, 1]));
  const buffers: GPUBuffer[] = [];
  device.pushErrorScope('validation');
  try {
    const layouts = layoutsOf(device, plans);
    const layout = device.createPipelineLayout({ bindGroupLayouts: layouts });
    const module = device.createShaderModule({ code });
    const pipeline = await device.createComputePipelineAsync({
      layout,
      compute: { module, entryPoint: name, constants },
    });
    const outputs = await dispatch(device, pipeline, layouts, plans, buffers);
    const error = await device.popErrorScope();
    if (error) return { name, status: 'unsupported', message: error.message };
    return { name, status: 'ran', outputs };
  } catch (error) {
    const scoped = await device.popErrorScope();
    return { name, status: 'refused', message: (scoped ?? (error as Error)).message.slice(0, 2000) };
  } finally {
    for (const buffer of buffers) buffer.destroy();
  }
}

/** Explicit layouts: a binding that only a shadowed name seems to use may stay in them. */
function layoutsOf(device: GPUDevice, plans: readonly BufferPlan[]): GPUBindGroupLayout[] {
  const groups = Math.max(-1, ...plans.map(({ group }) => group)) + 1;
  return Array.from({ length: groups }, (_, group) =>
    device.createBindGroupLayout({
      entries: plans
        .filter((plan) => plan.group === group)
        .map(({ binding, space, writable }) => ({
          binding,
          visibility: 4, // GPUShaderStage.COMPUTE
          buffer: { type: space === 'uniform' ? 'uniform' : writable ? 'storage' : 'read-only-storage' },
        })),
    }),
  );
}

const MAP_READ = 0x1;
const COPY_SRC = 0x4;
const COPY_DST = 0x8;
const UNIFORM = 0x40;
const STORAGE = 0x80;

async function dispatch(
  device: GPUDevice,
  pipeline: GPUComputePipeline,
  layouts: readonly GPUBindGroupLayout[],
  plans: readonly BufferPlan[],
  buffers: GPUBuffer[],
): Promise<Output[]> {
  const make = (size: number, usage: number): GPUBuffer => {
    const buffer = device.createBuffer({ size, usage });
    buffers.push(buffer);
    return buffer;
  };
  const bound = plans.map((plan) => {
    const data = initialData(plan);
    const buffer = make(plan.bytes, (plan.space === 'uniform' ? UNIFORM : STORAGE) | COPY_SRC | COPY_DST);
    device.queue.writeBuffer(buffer, 0, data);
    return { plan, data, buffer };
  });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  for (const [group, layout] of layouts.entries()) {
    const entries = bound
      .filter(({ plan }) => plan.group === group)
      .map(({ plan, buffer }) => ({ binding: plan.binding, resource: { buffer } }));
    pass.setBindGroup(group, device.createBindGroup({ layout, entries }));
  }
  pass.dispatchWorkgroups(1);
  pass.end();
  const written = bound
    .filter(({ plan }) => plan.writable)
    .map((entry) => ({ ...entry, readback: make(entry.plan.bytes, MAP_READ | COPY_DST) }));
  for (const { plan, buffer, readback } of written) encoder.copyBufferToBuffer(buffer, 0, readback, 0, plan.bytes);
  device.queue.submit([encoder.finish()]);
  await device.queue.onSubmittedWorkDone();
  const outputs: Output[] = [];
  for (const { plan, data, readback } of written) {
    await readback.mapAsync(MAP_READ);
    const after = new Uint8Array(readback.getMappedRange().slice(0));
    outputs.push({ group: plan.group, binding: plan.binding, changes: changesOf(data, after) });
  }
  return outputs;
}
