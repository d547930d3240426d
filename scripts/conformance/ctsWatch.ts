/** What a test used that a compute device does not have. */
export type Outside = 'textures and samplers' | 'graphics stages' | 'a page';

/** Notes what a test asks of a device, so that tests of textures and of graphics stages are told from the others. */
export class Watch {
  #outside = new Set<Outside>();

  reset(): void {
    this.#outside.clear();
  }

  get outside(): readonly Outside[] {
    return [...this.#outside];
  }

  /** Watches each device that comes from `gpu`. */
  observe(gpu: GPU): GPU {
    const requestAdapter = gpu.requestAdapter.bind(gpu);
    replace(gpu, 'requestAdapter', async (...args: Parameters<GPU['requestAdapter']>) => {
      const adapter = await requestAdapter(...args);
      if (adapter) this.#observeAdapter(adapter);
      return adapter;
    });
    return gpu;
  }

  #observeAdapter(adapter: GPUAdapter): void {
    const requestDevice = adapter.requestDevice.bind(adapter);
    replace(adapter, 'requestDevice', async (...args: Parameters<GPUAdapter['requestDevice']>) => {
      const device = await requestDevice(...args);
      this.#observeDevice(device);
      return device;
    });
  }

  #observeDevice(device: GPUDevice): void {
    const note = (method: keyof GPUDevice, judge: (descriptor: unknown) => Outside | undefined) => {
      const original = device[method];
      if (typeof original !== 'function') return;
      replace(device, method, (...args: unknown[]) => {
        const outside = judge(args[0]);
        if (outside) this.#outside.add(outside);
        return (original as (...args: unknown[]) => unknown).apply(device, args);
      });
    };
    for (const method of ['createTexture', 'createSampler', 'importExternalTexture'] as const) {
      note(method, () => 'textures and samplers');
    }
    for (const method of ['createRenderPipeline', 'createRenderPipelineAsync', 'createRenderBundleEncoder'] as const) {
      note(method, () => 'graphics stages');
    }
    note('createShaderModule', (descriptor) => outsideOfCode((descriptor as GPUShaderModuleDescriptor)?.code));
    note('createBindGroupLayout', (descriptor) => outsideOfLayout(descriptor as GPUBindGroupLayoutDescriptor));
    note('createQuerySet', (descriptor) =>
      (descriptor as GPUQuerySetDescriptor)?.type === 'occlusion' ? 'graphics stages' : undefined,
    );
  }
}

function outsideOfCode(code: unknown): Outside | undefined {
  const text = String(code);
  if (/\b(texture_\w+|sampler(_comparison)?)\b/.test(text)) return 'textures and samplers';
  return /@\s*(vertex|fragment)\b/.test(text) ? 'graphics stages' : undefined;
}

const VERTEX_AND_FRAGMENT = 3; // GPUShaderStage.VERTEX | GPUShaderStage.FRAGMENT

function outsideOfLayout(descriptor: GPUBindGroupLayoutDescriptor | undefined): Outside | undefined {
  for (const entry of descriptor?.entries ?? []) {
    if (entry.texture || entry.sampler || entry.storageTexture || entry.externalTexture) return 'textures and samplers';
    if (entry.visibility & VERTEX_AND_FRAGMENT && !(entry.visibility & ~VERTEX_AND_FRAGMENT)) return 'graphics stages';
  }
  return undefined;
}

function replace(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, configurable: true, writable: true });
}
