import { beforeEach, describe, expect, it } from 'vitest';
import { GPUBufferUsage, GPUShaderStage } from '../../../src/softgpu/runtime/flags.ts';
import { fakeDevice, validationError } from './testHost.ts';

const { STORAGE, UNIFORM, COPY_DST } = GPUBufferUsage;
const { COMPUTE, FRAGMENT, VERTEX } = GPUShaderStage;
let device: GPUDevice;

beforeEach(async () => {
  ({ device } = await fakeDevice());
});

function layout(...entries: GPUBindGroupLayoutEntry[]): GPUBindGroupLayout {
  return device.createBindGroupLayout({ entries });
}

function storage(binding: number, buffer: GPUBufferBindingLayout = {}): GPUBindGroupLayoutEntry {
  return { binding, visibility: COMPUTE, buffer: { type: 'storage', ...buffer } };
}

function buffers(
  count: number,
  type: GPUBufferBindingType,
  more: GPUBufferBindingLayout = {},
): GPUBindGroupLayoutEntry[] {
  return Array.from({ length: count }, (_, binding) => ({ binding, visibility: COMPUTE, buffer: { type, ...more } }));
}

describe('createBindGroupLayout', () => {
  const good: [string, GPUBindGroupLayoutEntry[]][] = [
    ['no entries', []],
    [
      'every kind of resource',
      [
        storage(0),
        { binding: 1, visibility: FRAGMENT, sampler: {} },
        { binding: 2, visibility: FRAGMENT, texture: {} },
        { binding: 3, visibility: COMPUTE, storageTexture: { format: 'r32float', access: 'read-write' } },
        { binding: 999, visibility: COMPUTE, externalTexture: {} },
      ],
    ],
    [
      'read-only storage in vertex shaders',
      [{ binding: 0, visibility: VERTEX, buffer: { type: 'read-only-storage' } }],
    ],
    ['visibility of no stage', [{ binding: 0, visibility: 0, buffer: {} }]],
    ['as many storage buffers as the limit', buffers(8, 'storage')],
    ['as many dynamic uniform buffers as the limit', buffers(8, 'uniform', { hasDynamicOffset: true })],
    [
      'a multisampled texture',
      [{ binding: 0, visibility: COMPUTE, texture: { multisampled: true, sampleType: 'uint' } }],
    ],
  ];
  it.each(good)('accepts %s', async (_, entries) => {
    expect(await validationError(device, () => layout(...entries))).toBeNull();
  });

  const bad: [string, GPUBindGroupLayoutEntry[]][] = [
    ['a binding twice', [storage(1), storage(1)]],
    ['a binding number at the limit', [storage(1000)]],
    ['an unknown stage', [{ binding: 0, visibility: 8, buffer: {} }]],
    ['no resource', [{ binding: 0, visibility: COMPUTE }]],
    ['two resources', [{ binding: 0, visibility: COMPUTE, buffer: {}, sampler: {} }]],
    ['writable storage in vertex shaders', [{ binding: 0, visibility: VERTEX, buffer: { type: 'storage' } }]],
    ['too many storage buffers', buffers(9, 'read-only-storage')],
    ['too many uniform buffers', buffers(13, 'uniform')],
    ['too many dynamic storage buffers', buffers(5, 'storage', { hasDynamicOffset: true })],
    ['a multisampled float texture', [{ binding: 0, visibility: COMPUTE, texture: { multisampled: true } }]],
    [
      'a storage texture of a cube',
      [{ binding: 0, visibility: COMPUTE, storageTexture: { format: 'r32float', viewDimension: 'cube' } }],
    ],
    [
      'a storage texture of a format that has no storage',
      [{ binding: 0, visibility: COMPUTE, storageTexture: { format: 'depth32float' } }],
    ],
  ];
  it.each(bad)('refuses %s', async (_, entries) => {
    expect(await validationError(device, () => layout(...entries))).toMatch(/^createBindGroupLayout: /);
  });

  it('throws a TypeError where a member is no value of its type', () => {
    expect(() => layout({ binding: -1, visibility: COMPUTE, buffer: {} })).toThrow(TypeError);
    expect(() => layout({ binding: 0, visibility: COMPUTE, buffer: { type: 'rw' as 'storage' } })).toThrow(TypeError);
    expect(() => device.createBindGroupLayout({} as GPUBindGroupLayoutDescriptor)).toThrow(TypeError);
  });
});

describe('createPipelineLayout', () => {
  it('accepts null and empty layouts up to maxBindGroups', async () => {
    const bindGroupLayouts = [null, layout(), undefined, layout(storage(0))];
    expect(await validationError(device, () => device.createPipelineLayout({ bindGroupLayouts }))).toBeNull();
  });

  it('refuses more groups than maxBindGroups', async () => {
    const bindGroupLayouts = Array(device.limits.maxBindGroups + 1).fill(null);
    expect(await validationError(device, () => device.createPipelineLayout({ bindGroupLayouts }))).toContain(
      'maxBindGroups',
    );
  });

  it('counts the resources of all groups together', async () => {
    const six = layout(...buffers(6, 'storage'));
    expect(await validationError(device, () => device.createPipelineLayout({ bindGroupLayouts: [six] }))).toBeNull();
    expect(
      await validationError(device, () => device.createPipelineLayout({ bindGroupLayouts: [six, six] })),
    ).toContain('maxStorageBuffersPerShaderStage');
  });

  it('refuses layouts of another device and invalid ones', async () => {
    const other = (await fakeDevice()).device.createBindGroupLayout({ entries: [] });
    const make = (each: GPUBindGroupLayout) => () => device.createPipelineLayout({ bindGroupLayouts: [each] });
    expect(await validationError(device, make(other))).toContain('another device');
    device.pushErrorScope('validation');
    const invalid = layout(storage(1000));
    await device.popErrorScope();
    expect(await validationError(device, make(invalid))).toContain('invalid');
  });
});

describe('createBindGroup', () => {
  function bind(entry: GPUBindGroupLayoutEntry, resource: GPUBindingResource, binding = entry.binding) {
    return validationError(device, () =>
      device.createBindGroup({ layout: layout(entry), entries: [{ binding, resource }] }),
    );
  }
  const buffer = (size = 512, usage: number = STORAGE | UNIFORM) => device.createBuffer({ size, usage });

  it('accepts a buffer, and a range of one', async () => {
    expect(await bind(storage(0), buffer())).toBeNull();
    expect(await bind(storage(3), { buffer: buffer(), offset: 256, size: 12 })).toBeNull();
    expect(await bind({ binding: 0, visibility: COMPUTE, buffer: {} }, { buffer: buffer(), size: 7 })).toBeNull();
    expect(await bind(storage(0, { minBindingSize: 512 }), buffer())).toBeNull();
  });

  it.each<[string, number, number | undefined, number]>([
    ['the wrong usage', 0, 16, COPY_DST],
    ['an offset that is not aligned', 128, 16, STORAGE],
    ['a range beyond the end', 256, 260, STORAGE],
    ['an empty range', 512, undefined, STORAGE],
    ['a storage size that is no multiple of 4', 0, 6, STORAGE],
  ])('refuses %s', async (_, offset, size, usage) => {
    const resource = { buffer: buffer(512, usage), offset, ...(size !== undefined && { size }) };
    expect(await bind(storage(0), resource)).toMatch(/^createBindGroup: /);
  });

  it('refuses less than minBindingSize and more than the binding size limit', async () => {
    expect(await bind(storage(0, { minBindingSize: 16 }), { buffer: buffer(), size: 12 })).toContain('minBindingSize');
    const uniform = { binding: 0, visibility: COMPUTE, buffer: {} };
    expect(await bind(uniform, buffer(65536, UNIFORM))).toBeNull();
    expect(await bind(uniform, buffer(65540, UNIFORM))).toContain('maxUniformBufferBindingSize');
  });

  it('refuses a binding the layout lacks, a missing one and one of another kind', async () => {
    expect(await bind(storage(0), buffer(), 1)).toContain('not in the layout');
    const make = () => device.createBindGroup({ layout: layout(storage(0)), entries: [] });
    expect(await validationError(device, make)).toContain('do not fill');
    expect(await bind(storage(0), device.createSampler())).toContain('takes a buffer');
    expect(await bind({ binding: 0, visibility: COMPUTE, sampler: {} }, buffer())).toContain('takes a sampler');
    expect(await bind({ binding: 0, visibility: COMPUTE, sampler: {} }, device.createSampler())).toBeNull();
  });

  it('accepts a destroyed buffer, since only its use is an error', async () => {
    const destroyed = buffer();
    destroyed.destroy();
    expect(await bind(storage(0), destroyed)).toBeNull();
  });

  it('refuses a buffer of another device and throws for what is no buffer', async () => {
    const other = (await fakeDevice()).device.createBuffer({ size: 512, usage: STORAGE });
    expect(await bind(storage(0), other)).toContain('another device');
    const make = () =>
      device.createBindGroup({
        layout: layout(storage(0)),
        entries: [{ binding: 0, resource: { buffer: {} as GPUBuffer } }],
      });
    expect(make).toThrow(TypeError);
  });
});
