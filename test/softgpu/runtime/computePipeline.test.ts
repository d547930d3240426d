import { beforeEach, describe, expect, it } from 'vitest';
import { GPUPipelineError } from '../../../src/softgpu/runtime/errors.ts';
import type { DispatchCommand } from '../../../src/softgpu/runtime/executor.ts';
import { GPUShaderStage } from '../../../src/softgpu/runtime/flags.ts';
import {
  type FakeEntryPoint,
  type FakeExecutor,
  fakeBinding,
  fakeDevice,
  fakeModule,
  fakeShader,
  validationError,
} from './testHost.ts';

let device: GPUDevice;
let executor: FakeExecutor;

beforeEach(async () => {
  ({ device, executor } = await fakeDevice());
});

interface Wanted {
  readonly entryPoint?: string;
  readonly constants?: Record<string, number>;
  readonly layout?: GPUPipelineLayout | 'auto';
}

function create(code: string, { layout = 'auto', ...compute }: Wanted = {}): GPUComputePipeline {
  return device.createComputePipeline({ layout, compute: { module: device.createShaderModule({ code }), ...compute } });
}

function problem(code: string, wanted?: Wanted): Promise<string | null> {
  return validationError(device, () => create(code, wanted));
}

describe('createShaderModule', () => {
  it('reports the messages of the compiler with their place', async () => {
    device.pushErrorScope('validation');
    const module = device.createShaderModule({ code: 'a\nbcde' });
    expect((await device.popErrorScope())?.message).toContain('2:1: no module');
    const { messages } = await module.getCompilationInfo();
    const { message, type, lineNum, linePos, offset, length } = messages[0]!;
    expect([message, type, lineNum, linePos, offset, length]).toEqual(['no module', 'error', 2, 1, 2, 3]);
  });

  it('has no messages where nothing is wrong', async () => {
    const module = device.createShaderModule({ code: fakeShader() });
    expect((await module.getCompilationInfo()).messages).toEqual([]);
  });
});

describe('entry points', () => {
  const two = fakeModule({ entryPoints: [{ name: 'a' }, { name: 'b' }, { name: 'v', stage: 'vertex' }] });

  it('are found by name, or by being the only compute one', async () => {
    expect(await problem(two, { entryPoint: 'b' })).toBeNull();
    expect(await problem(fakeModule({ entryPoints: [{ name: 'a' }, { name: 'v', stage: 'vertex' }] }))).toBeNull();
  });

  it('must exist, be unambiguous and be of the compute stage', async () => {
    expect(await problem(two, { entryPoint: 'c' })).toContain('it has a, b');
    expect(await problem(two, { entryPoint: 'v' })).toContain('no compute entry point');
    expect(await problem(two)).toContain('must have one');
  });
});

describe('workgroups', () => {
  const sized = (workgroupSize: [number, number, number]) => problem(fakeShader([], { workgroupSize }));

  it('may be as large as the limits', async () => {
    expect(await sized([256, 1, 1])).toBeNull();
    expect(await sized([1, 4, 64])).toBeNull();
    expect(await problem(fakeShader([], { workgroupStorageBytes: 16384 }))).toBeNull();
  });

  it('are refused above each limit', async () => {
    expect(await sized([257, 1, 1])).toContain('maxComputeWorkgroupSizeX');
    expect(await sized([1, 257, 1])).toContain('maxComputeWorkgroupSizeY');
    expect(await sized([1, 1, 65])).toContain('maxComputeWorkgroupSizeZ');
    expect(await sized([32, 32, 1])).toContain('maxComputeInvocationsPerWorkgroup');
    expect(await problem(fakeShader([], { workgroupStorageBytes: 16388 }))).toContain('maxComputeWorkgroupStorageSize');
  });
});

describe('override constants', () => {
  const overrides = [
    { name: 'i', id: null, type: 'i32', hasDefault: true },
    { name: 'u', id: null, type: 'u32', hasDefault: true },
    { name: 'f', id: null, type: 'f32', hasDefault: true },
    { name: 'h', id: 7, type: 'f16', hasDefault: true },
    { name: 'b', id: null, type: 'bool', hasDefault: true },
    { name: 'needed', id: null, type: 'u32', hasDefault: false },
  ] as const;
  const code = (used: string[]) => fakeModule({ overrides, entryPoints: [{ overrides: used }] });
  const given = (constants: Record<string, number>) => problem(code([]), { constants });

  it.each<[string, number]>([
    ['i', -(2 ** 31)],
    ['i', 1.5],
    ['u', 2 ** 32 - 1],
    ['f', 3.4028234663852886e38],
    ['7', 65519],
    ['b', 1e300],
  ])('accepts %s = %d', async (key, value) => {
    expect(await given({ [key]: value })).toBeNull();
  });

  it.each<[string, number]>([
    ['i', 2 ** 31],
    ['u', -1],
    ['f', 3.5e38],
    ['7', 65520],
    ['h', 1],
    ['unknown', 1],
    ['07', 1],
  ])('refuses %s = %d', async (key, value) => {
    expect(await given({ [key]: value })).toContain('constants');
  });

  it('must be finite', () => {
    expect(() => create(code([]), { constants: { f: Number.NaN } })).toThrow(TypeError);
    expect(() => create(code([]), { constants: { f: Number.POSITIVE_INFINITY } })).toThrow(TypeError);
  });

  it('must be given where the entry point uses one without a default', async () => {
    expect(await problem(code(['needed']))).toContain('needed');
    expect(await problem(code(['needed']), { constants: { needed: 3 } })).toBeNull();
    expect(await problem(code(['i']))).toBeNull();
  });
});

describe('explicit layouts', () => {
  const layoutWith = (entry: Partial<GPUBindGroupLayoutEntry>) =>
    device.createPipelineLayout({
      bindGroupLayouts: [
        device.createBindGroupLayout({ entries: [{ binding: 0, visibility: GPUShaderStage.COMPUTE, ...entry }] }),
      ],
    });
  const shader = fakeShader([fakeBinding({ minBindingSize: 16 })]);

  it.each<[string, Partial<GPUBindGroupLayoutEntry>]>([
    ['the same type', { buffer: { type: 'storage' } }],
    ['enough minBindingSize', { buffer: { type: 'storage', minBindingSize: 16 } }],
    ['a dynamic offset', { buffer: { type: 'storage', hasDynamicOffset: true } }],
  ])('match with %s', async (_, entry) => {
    expect(await problem(shader, { layout: layoutWith(entry) })).toBeNull();
  });

  it.each<[string, Partial<GPUBindGroupLayoutEntry>]>([
    ['another type', { buffer: { type: 'read-only-storage' } }],
    ['another kind', { sampler: {} }],
    ['too little minBindingSize', { buffer: { type: 'storage', minBindingSize: 12 } }],
    ['another stage', { visibility: GPUShaderStage.FRAGMENT, buffer: { type: 'storage' } }],
    ['another binding', { binding: 1, buffer: { type: 'storage' } }],
  ])('do not match with %s', async (_, entry) => {
    expect(await problem(shader, { layout: layoutWith(entry) })).toContain('@group(0) @binding(0)');
  });

  it('need the groups that the shader uses only', async () => {
    const layout = device.createPipelineLayout({ bindGroupLayouts: [null] });
    expect(await problem(shader, { layout })).toContain('no such binding');
    expect(await problem(fakeShader(), { layout })).toBeNull();
  });
});

describe('automatic layouts', () => {
  it('hold what the shader uses, and new objects each time', async () => {
    const pipeline = create(fakeShader([fakeBinding({ group: 1, binding: 5, minBindingSize: 8 })]));
    const layout = pipeline.getBindGroupLayout(1);
    expect(layout).not.toBe(pipeline.getBindGroupLayout(1));
    const bind = (size: number) => () =>
      device.createBindGroup({
        layout,
        entries: [{ binding: 5, resource: device.createBuffer({ size, usage: 128 }) }],
      });
    expect(await validationError(device, bind(8))).toBeNull();
    expect(await validationError(device, bind(4))).toContain('minBindingSize');
    expect(await validationError(device, () => pipeline.getBindGroupLayout(0))).toBeNull();
    expect(await validationError(device, () => pipeline.getBindGroupLayout(4))).toContain('maxBindGroups');
  });

  it('cannot go into a pipeline layout', async () => {
    const layout = create(fakeShader([fakeBinding()])).getBindGroupLayout(0);
    expect(await validationError(device, () => device.createPipelineLayout({ bindGroupLayouts: [layout] }))).toContain(
      'auto',
    );
  });

  it('keep the limits', async () => {
    expect(await problem(fakeShader([fakeBinding({ group: 4 })]))).toContain('maxBindGroups');
    expect(await problem(fakeShader([fakeBinding({ binding: 1000 })]))).toContain('maxBindingsPerBindGroup');
    const nine = Array.from({ length: 9 }, (_, binding) => fakeBinding({ binding }));
    expect(await problem(fakeShader(nine))).toContain('maxStorageBuffersPerShaderStage');
  });
});

describe('failures', () => {
  const failing = (throws: string): FakeEntryPoint => ({ throws });

  it('of the shader are validation errors, of the compiler internal ones', async () => {
    expect(await problem(fakeShader([], failing('PipelineError')))).toContain('not this one');
    device.pushErrorScope('internal');
    create(fakeShader([], failing('RangeError')));
    expect((await device.popErrorScope())?.message).toContain('not this one');
  });

  it.each([
    ['PipelineError', 'validation'],
    ['RangeError', 'internal'],
  ])('reject the promise of createComputePipelineAsync: %s as %s', async (throws, reason) => {
    const module = device.createShaderModule({ code: fakeShader([], { throws }) });
    device.pushErrorScope('validation');
    const error = await device
      .createComputePipelineAsync({ layout: 'auto', compute: { module } })
      .catch((each) => each);
    expect(await device.popErrorScope()).toBeNull();
    expect(error).toBeInstanceOf(GPUPipelineError);
    expect([error.reason, error.name]).toEqual([reason, 'GPUPipelineError']);
  });

  it('of one object make those that use it fail', async () => {
    device.pushErrorScope('validation');
    const pipeline = create('wrong');
    await device.popErrorScope();
    expect(await validationError(device, () => pipeline.getBindGroupLayout(0))).toContain('invalid');
  });
});

it('hands converted constants and slots to the executor', async () => {
  const overrides = [{ name: 'n', id: null, type: 'i32', hasDefault: true }] as const;
  const bindings = [fakeBinding({ binding: 3 }), fakeBinding({ binding: 1, type: 'uniform' })];
  const module = device.createShaderModule({ code: fakeModule({ overrides, entryPoints: [{ bindings }] }) });
  const pipeline = await device.createComputePipelineAsync({
    layout: 'auto',
    compute: { module, constants: { n: 2.9 } },
  });
  const storage = device.createBuffer({ size: 64, usage: 128 });
  const uniform = device.createBuffer({ size: 1024, usage: 64 });
  const entries = [
    { binding: 1, resource: { buffer: uniform, offset: 256, size: 20 } },
    { binding: 3, resource: storage },
  ];
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
  pass.dispatchWorkgroups(5, 6);
  pass.end();
  device.queue.submit([encoder.finish()]);
  const { kernel, x, y, z, bindings: words } = executor.commands[0] as DispatchCommand;
  expect([x, y, z, ...words]).toEqual([5, 6, 1, 256, 64, 512 + 256, 20]);
  const loaded = kernel as { kernel: { code: Uint8Array } };
  expect(JSON.parse(new TextDecoder().decode(loaded.kernel.code)).constants).toEqual({ n: 2 });
});
