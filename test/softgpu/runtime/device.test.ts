import { beforeEach, describe, expect, it, vi } from 'vitest';
import {
  GPUError,
  GPUOutOfMemoryError,
  GPUPipelineError,
  GPUUncapturedErrorEvent,
  GPUValidationError,
} from '../../../src/softgpu/runtime/errors.ts';
import { GPUMapMode } from '../../../src/softgpu/runtime/flags.ts';
import { globals, installGlobals } from '../../../src/softgpu/runtime/globals.ts';
import { type FakeExecutor, fakeDevice, fakeGPU, fakeShader, validationError } from './testHost.ts';

let device: GPUDevice;
let executor: FakeExecutor;

beforeEach(async () => {
  ({ device, executor } = await fakeDevice());
});

const nameOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'resolved',
    (error: Error) => error.name,
  );
const invalidBuffer = () => device.createBuffer({ size: 4, usage: 0 });

describe('requestAdapter', () => {
  it.each([
    undefined,
    {},
    { powerPreference: 'low-power' },
    { featureLevel: 'compatibility' },
    { forceFallbackAdapter: true },
  ] as const)('finds the CPU with %j', async (options) => {
    const adapter = await fakeGPU().gpu.requestAdapter(options);
    const { vendor, architecture, isFallbackAdapter } = adapter!.info;
    expect([vendor, architecture, isFallbackAdapter]).toEqual(['tympan', 'wasm-simd', true]);
  });

  it('finds nothing for a feature level that does not exist', async () => {
    expect(await fakeGPU().gpu.requestAdapter({ featureLevel: 'Core' })).toBeNull();
  });
});

describe('requestDevice', () => {
  const request = async (descriptor?: GPUDeviceDescriptor) =>
    (await fakeGPU().gpu.requestAdapter())!.requestDevice(descriptor);

  it('gives default limits and only the core feature where nothing is asked for', async () => {
    expect([...device.features]).toEqual(['core-features-and-limits']);
    expect(device.limits.maxComputeInvocationsPerWorkgroup).toBe(256);
    expect(device.limits.minStorageBufferOffsetAlignment).toBe(256);
  });

  it('gives the features and limits asked for', async () => {
    const made = await request({
      requiredFeatures: ['shader-f16'],
      requiredLimits: {
        maxComputeInvocationsPerWorkgroup: 1024,
        minStorageBufferOffsetAlignment: 32,
        maxBindGroups: 1,
      },
    });
    expect(made.features.has('shader-f16')).toBe(true);
    const { maxComputeInvocationsPerWorkgroup, minStorageBufferOffsetAlignment, maxBindGroups } = made.limits;
    expect([maxComputeInvocationsPerWorkgroup, minStorageBufferOffsetAlignment, maxBindGroups]).toEqual([1024, 32, 4]);
  });

  it.each<[string, GPUDeviceDescriptor]>([
    ['TypeError', { requiredFeatures: ['no-feature' as GPUFeatureName] }],
    ['TypeError', { requiredFeatures: ['depth-clip-control'] }],
    ['TypeError', { requiredLimits: { maxBindGroups: -1 } }],
    ['TypeError', { requiredLimits: { maxBufferSize: 2 ** 53 } }],
    ['OperationError', { requiredLimits: { maxBindGroups: 1000 } }],
    ['OperationError', { requiredLimits: { noLimit: 1 } }],
    ['OperationError', { requiredLimits: { minUniformBufferOffsetAlignment: 16 } }],
    ['OperationError', { requiredLimits: { minUniformBufferOffsetAlignment: 255 } }],
    ['OperationError', { requiredLimits: { minUniformBufferOffsetAlignment: 2 ** 32 } }],
    ['resolved', { requiredLimits: { minUniformBufferOffsetAlignment: 1024 } }],
    ['resolved', { requiredLimits: { noLimit: undefined } as Record<string, undefined> }],
  ])('settles with %s for %j', async (name, descriptor) => {
    expect(await nameOf(request(descriptor))).toBe(name);
  });

  it('succeeds once per adapter, after any number of refusals', async () => {
    const adapter = (await fakeGPU().gpu.requestAdapter())!;
    expect(await nameOf(adapter.requestDevice({ requiredLimits: { maxBindGroups: 1000 } }))).toBe('OperationError');
    const [first, second] = [adapter.requestDevice(), adapter.requestDevice()];
    expect([await nameOf(first), await nameOf(second)]).toEqual(['resolved', 'OperationError']);
  });

  it('keeps labels', async () => {
    const made = await request({ label: 'd', defaultQueue: { label: 'q' } });
    expect([made.label, made.queue.label]).toEqual(['d', 'q']);
  });
});

describe('error scopes', () => {
  it('catch errors of their kind, the first one, and nothing else', async () => {
    device.pushErrorScope('validation');
    device.pushErrorScope('out-of-memory');
    invalidBuffer();
    device.createBuffer({ size: 4, usage: 0x8000 });
    expect(await device.popErrorScope()).toBeNull();
    const error = await device.popErrorScope();
    expect(error).toBeInstanceOf(GPUValidationError);
    expect(error?.message).toContain('no usage');
  });

  it('nest: the inner one of the kind catches', async () => {
    device.pushErrorScope('validation');
    device.pushErrorScope('validation');
    invalidBuffer();
    expect(await device.popErrorScope()).not.toBeNull();
    expect(await device.popErrorScope()).toBeNull();
  });

  it('must be open to be popped, and of a kind there is', async () => {
    expect(await nameOf(device.popErrorScope())).toBe('OperationError');
    expect(() => device.pushErrorScope('all' as 'internal')).toThrow(TypeError);
  });
});

describe('uncaptured errors', () => {
  it('reach listeners and onuncapturederror in the order they were added', async () => {
    const order: string[] = [];
    const listener = (name: string) => (event: Event) => {
      event.preventDefault();
      order.push(name);
    };
    device.addEventListener('uncapturederror', listener('a'));
    device.onuncapturederror = listener('b');
    device.addEventListener('uncapturederror', listener('c'));
    device.onuncapturederror = listener('d');
    invalidBuffer();
    await Promise.resolve();
    device.onuncapturederror = null;
    device.onuncapturederror = listener('e');
    invalidBuffer();
    await Promise.resolve();
    expect(order.join('')).toBe('adcace');
  });

  it('come as events that say what is wrong', async () => {
    const event = await new Promise<globalThis.GPUUncapturedErrorEvent>((resolve) => {
      device.addEventListener('uncapturederror', (each) => {
        each.preventDefault();
        resolve(each);
      });
      invalidBuffer();
    });
    expect(event).toBeInstanceOf(GPUUncapturedErrorEvent);
    expect([event.type, event.error instanceof GPUValidationError]).toEqual(['uncapturederror', true]);
  });

  it('go to the console where nobody prevents it', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    invalidBuffer();
    await Promise.resolve();
    expect(warn).toHaveBeenCalledWith(expect.stringContaining('GPUValidationError: createBuffer'));
    warn.mockRestore();
  });
});

describe('losing the device', () => {
  it('by destroy resolves lost, once, and stops the executor', async () => {
    const { lost } = device;
    device.destroy();
    device.destroy();
    const info = await lost;
    expect([info.reason, executor.destroyed, device.lost === lost]).toEqual(['destroyed', true, true]);
  });

  it('by a failure of the executor has the reason unknown and its message', async () => {
    executor.fail(new Error('a worker died'));
    const { reason, message } = await device.lost;
    expect([reason, message]).toEqual(['unknown', 'a worker died']);
  });

  it('ends mappings and pending ones', async () => {
    const [mapped, pending] = [0, 1].map(() => device.createBuffer({ size: 8, usage: 1 }));
    await mapped!.mapAsync(GPUMapMode.READ);
    const range = mapped!.getMappedRange();
    const name = nameOf(pending!.mapAsync(GPUMapMode.READ));
    device.destroy();
    expect([await name, range.byteLength, mapped!.mapState]).toEqual(['AbortError', 0, 'unmapped']);
    expect(await nameOf(mapped!.mapAsync(GPUMapMode.READ))).toBe('AbortError');
  });

  it('leaves every method callable, without errors', async () => {
    const onError = vi.fn();
    device.onuncapturederror = onError;
    const buffer = device.createBuffer({ size: 16, usage: 12 });
    device.pushErrorScope('validation');
    device.destroy();
    expect(await device.popErrorScope()).toBeNull();
    const module = device.createShaderModule({ code: fakeShader() });
    const pipeline = await device.createComputePipelineAsync({ layout: 'auto', compute: { module } });
    device.createComputePipeline({ layout: 'auto', compute: { module } });
    pipeline.getBindGroupLayout(0);
    device.createBindGroup({ layout: device.createBindGroupLayout({ entries: [] }), entries: [] });
    device.createQuerySet({ type: 'occlusion', count: 1 }).destroy();
    const encoder = device.createCommandEncoder();
    encoder.clearBuffer(buffer);
    device.queue.submit([encoder.finish()]);
    device.queue.writeBuffer(buffer, 0, new Uint8Array(4));
    expect(await device.queue.onSubmittedWorkDone()).toBeUndefined();
    buffer.destroy();
    invalidBuffer();
    const lost = device.createBuffer({ size: 16, usage: 4, mappedAtCreation: true });
    new Uint8Array(lost.getMappedRange()).fill(1);
    lost.unmap();
    await Promise.resolve();
    expect(onError).not.toHaveBeenCalled();
    expect(executor.commands).toEqual([]);
  });
});

describe('the graphics part', () => {
  it('is there to say that it is not', async () => {
    const texture = { size: [4, 4], format: 'rgba8unorm', usage: 1 } as const;
    expect(await validationError(device, () => device.createTexture(texture))).toContain('compute part');
    device.pushErrorScope('validation');
    const made = device.createTexture(texture);
    await device.popErrorScope();
    expect([made.width, made.height, made.depthOrArrayLayers, made.format]).toEqual([4, 4, 1, 'rgba8unorm']);
    expect(await validationError(device, () => made.createView())).toContain('compute part');
    const vertex = { module: device.createShaderModule({ code: fakeShader() }) };
    expect(await validationError(device, () => device.createRenderPipeline({ layout: 'auto', vertex }))).toContain(
      'compute part',
    );
    const error = await device.createRenderPipelineAsync({ layout: 'auto', vertex }).catch((each) => each);
    expect(error).toBeInstanceOf(GPUPipelineError);
  });

  it('reports textures larger than the memory as that', async () => {
    device.pushErrorScope('out-of-memory');
    device.createTexture({ size: [8192, 8192, 256], format: 'rgba32float', usage: 2 });
    expect(await device.popErrorScope()).toBeInstanceOf(GPUOutOfMemoryError);
  });
});

describe('globals', () => {
  it('are the classes of the objects', () => {
    const target: Partial<typeof globals> = {};
    installGlobals(target);
    expect(device).toBeInstanceOf(target.GPUDevice!);
    expect(device.queue).toBeInstanceOf(target.GPUQueue!);
    expect(invalidBufferOf(device)).toBeInstanceOf(target.GPUBuffer!);
    expect(target.GPUBufferUsage?.STORAGE).toBe(0x80);
    expect(Object.keys(globals)).toHaveLength(40);
  });

  it('have public constructors where the specification has them', () => {
    expect(new GPUValidationError('m')).toBeInstanceOf(GPUError);
    expect(new GPUValidationError('m').message).toBe('m');
    expect(new GPUPipelineError('m', { reason: 'internal' }).reason).toBe('internal');
    expect(() => new GPUPipelineError('m', {} as GPUPipelineErrorInit)).toThrow(TypeError);
    expect(() => new (globals.GPUDevice as unknown as new () => object)()).toThrow(TypeError);
  });
});

function invalidBufferOf(of: GPUDevice): GPUBuffer {
  of.pushErrorScope('validation');
  const buffer = of.createBuffer({ size: 4, usage: 0 });
  void of.popErrorScope();
  return buffer;
}
