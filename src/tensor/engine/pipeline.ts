import { BindGroupCache, type BoundBuffers } from './bindGroup.ts';
import type { Device } from './device/device.ts';
import { DTypeError, KernelError } from './errors.ts';

/** One kernel compiled for one device with one set of constants. */
export interface Pipeline {
  readonly label: string;
  readonly gpu: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
  /** Bytes of the parameters; 0 for a kernel that has none. */
  readonly paramBytes: number;
  readonly bindGroups: BindGroupCache;
}

/** What a pipeline is made from. */
export interface PipelineSource {
  readonly label: string;
  readonly code: string;
  /** One entry per binding, in order: the parameters, when there are any, come last as a uniform. */
  readonly bindings: readonly ('read-only-storage' | 'storage' | 'uniform')[];
  /** Bytes of the parameters; 0 where `bindings` has no uniform. */
  readonly paramBytes: number;
}

/** Pipelines of one device by their source; sources are made once per kernel and set of constants. */
export class PipelineCache {
  readonly #device: Device;
  readonly #pipelines = new Map<PipelineSource, Pipeline>();
  /** Counters that a steady-state step leaves flat. */
  readonly created = { pipelines: 0, bindGroups: 0 };

  constructor(device: Device) {
    this.#device = device;
  }

  get(source: PipelineSource): Pipeline {
    const cached = this.#pipelines.get(source);
    if (cached) return cached;
    this.#expectF16(source);
    const { gpu } = this.#device;
    gpu.pushErrorScope('validation');
    const { descriptor, layout } = this.#describe(source);
    const pipeline = gpu.createComputePipeline(descriptor);
    this.#device.watch(gpu.popErrorScope(), ({ message }) => doesNotCompile(source, message));
    return this.#add(source, pipeline, layout);
  }

  /** Compiles without blocking: many of these run in parallel on the driver's threads. */
  async prepare(source: PipelineSource): Promise<void> {
    if (this.#pipelines.has(source)) return;
    this.#expectF16(source);
    const device = this.#device.gpu;
    device.pushErrorScope('validation');
    const { descriptor, layout } = this.#describe(source);
    const mistake = device.popErrorScope().catch(() => null); // the device is gone: the pipeline's promise tells
    const gpu = await device.createComputePipelineAsync(descriptor).catch(async (cause: unknown) => {
      throw doesNotCompile(source, (await mistake)?.message ?? String(cause));
    });
    if (!this.#pipelines.has(source)) this.#add(source, gpu, layout);
  }

  /** The bind group of these buffers with the recorder's parameters. */
  bindGroup(pipeline: Pipeline, bound: BoundBuffers): GPUBindGroup {
    const cached = pipeline.bindGroups.get(bound);
    if (cached) return cached;
    const group = this.makeBindGroup(pipeline, bound, this.#device.recorder.arena);
    pipeline.bindGroups.add(bound, group);
    this.created.bindGroups++;
    return group;
  }

  /** A bind group of its own, with parameters in the given buffer. */
  makeBindGroup({ layout, paramBytes }: Pipeline, { buffers, offsets }: BoundBuffers, params: GPUBuffer): GPUBindGroup {
    const entries: GPUBindGroupEntry[] = buffers.map(({ gpu }, binding) => ({
      binding,
      resource: { buffer: gpu, offset: offsets[binding]! },
    }));
    if (paramBytes > 0) entries.push({ binding: entries.length, resource: { buffer: params, size: paramBytes } });
    return this.#device.gpu.createBindGroup({ layout, entries });
  }

  /** Bind groups keep their buffers alive, so they go when buffers are destroyed. */
  dropBindGroups(): void {
    for (const pipeline of this.#pipelines.values()) pipeline.bindGroups.clear();
  }

  /** Asked before the compiler, whose message would not name the way out. */
  #expectF16({ label, code }: PipelineSource): void {
    const { features, name } = this.#device;
    if (code.startsWith('enable f16;') && !features.has('shader-f16')) {
      throw new DTypeError(`${label}: ${name} has no f16 arithmetic (shader-f16): use f32`);
    }
  }

  #describe(source: PipelineSource): { descriptor: GPUComputePipelineDescriptor; layout: GPUBindGroupLayout } {
    const gpu = this.#device.gpu;
    const layout = gpu.createBindGroupLayout({
      label: source.label,
      entries: source.bindings.map((type, binding) => ({
        binding,
        visibility: 0x4, // COMPUTE
        buffer: { type, hasDynamicOffset: type === 'uniform' },
      })),
    });
    const descriptor: GPUComputePipelineDescriptor = {
      label: source.label,
      layout: gpu.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: { module: gpu.createShaderModule({ label: source.label, code: source.code }), entryPoint: 'main' },
    };
    return { descriptor, layout };
  }

  #add(source: PipelineSource, gpu: GPUComputePipeline, layout: GPUBindGroupLayout): Pipeline {
    const pipeline: Pipeline = {
      label: source.label,
      gpu,
      layout,
      paramBytes: source.paramBytes,
      bindGroups: new BindGroupCache(),
    };
    this.#pipelines.set(source, pipeline);
    this.created.pipelines++;
    return pipeline;
  }
}

/** A mistake in WGSL surfaces with the kernel's name and its whole numbered source. */
function doesNotCompile(source: PipelineSource, cause: string): KernelError {
  return new KernelError(`${source.label}: the kernel does not compile: ${cause}\n${numbered(source.code)}`);
}

function numbered(code: string): string {
  return code
    .split('\n')
    .map((line, i) => `${String(i + 1).padStart(4)} ${line}`)
    .join('\n');
}
