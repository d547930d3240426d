import { beforeEach, describe, expect, it } from 'vitest';
import type { DispatchCommand } from '../../../src/softgpu/runtime/executor.ts';
import { GPUBufferUsage, GPUShaderStage } from '../../../src/softgpu/runtime/flags.ts';
import { type FakeExecutor, fakeBinding, fakeDevice, fakeShader, validationError } from './testHost.ts';

const { STORAGE, UNIFORM, INDIRECT, COPY_DST } = GPUBufferUsage;
let device: GPUDevice;
let executor: FakeExecutor;

beforeEach(async () => {
  ({ device, executor } = await fakeDevice({ requiredFeatures: ['timestamp-query'] }));
});

function pipelineOf(code: string, layout: GPUPipelineLayout | 'auto' = 'auto'): GPUComputePipeline {
  return device.createComputePipeline({ layout, compute: { module: device.createShaderModule({ code }) } });
}

function noOp(): GPUComputePipeline {
  return pipelineOf(fakeShader());
}

function bufferOf(size = 1024, usage: number = STORAGE | UNIFORM | INDIRECT | COPY_DST): GPUBuffer {
  return device.createBuffer({ size, usage });
}

/** A layout with one buffer per type, at bindings 0, 1, … */
function layoutOf(
  types: readonly GPUBufferBindingType[],
  more: GPUBufferBindingLayout = {},
  visibility: number = GPUShaderStage.COMPUTE,
) {
  const entries = types.map((type, binding) => ({ binding, visibility, buffer: { type, ...more } }));
  return device.createBindGroupLayout({ entries });
}

function groupOf(layout: GPUBindGroupLayout, ...resources: GPUBindingResource[]): GPUBindGroup {
  return device.createBindGroup({ layout, entries: resources.map((resource, binding) => ({ binding, resource })) });
}

/** What finish() reports about a pass that `record` fills. */
function finishing(record: (pass: GPUComputePassEncoder) => void): Promise<string | null> {
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  record(pass);
  pass.end();
  return validationError(device, () => encoder.finish());
}

function submit(record: (pass: GPUComputePassEncoder) => void, descriptor?: GPUComputePassDescriptor): void {
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass(descriptor);
  record(pass);
  pass.end();
  device.queue.submit([encoder.finish()]);
}

describe('dispatchWorkgroups', () => {
  it('needs a pipeline', async () => {
    expect(await finishing((pass) => pass.dispatchWorkgroups(1))).toContain('No pipeline is set');
    expect(
      await finishing((pass) => {
        pass.setPipeline(noOp());
        pass.dispatchWorkgroups(1);
      }),
    ).toBeNull();
  });

  it.each<[number, number, number, boolean]>([
    [65535, 1, 1, true],
    [0, 0, 0, true],
    [65536, 1, 1, false],
    [1, 65536, 0, false],
    [1, 1, 2 ** 32 - 1, false],
  ])('of %d by %d by %d workgroups', async (x, y, z, ok) => {
    const message = await finishing((pass) => {
      pass.setPipeline(noOp());
      pass.dispatchWorkgroups(x, y, z);
    });
    if (ok) expect(message).toBeNull();
    else expect(message).toContain('maxComputeWorkgroupsPerDimension');
  });

  it('throws a TypeError where a count is no u32', () => {
    const pass = device.createCommandEncoder().beginComputePass();
    expect(() => pass.dispatchWorkgroups(2 ** 32)).toThrow(TypeError);
    expect(() => pass.dispatchWorkgroups(-1)).toThrow(TypeError);
  });

  it('of no workgroups does nothing', () => {
    submit((pass) => {
      pass.setPipeline(noOp());
      pass.dispatchWorkgroups(3, 0);
    });
    expect(executor.commands).toEqual([]);
  });
});

describe('bind groups', () => {
  it('must be set where the pipeline has a layout, and may be where it has none', async () => {
    const layout = layoutOf(['storage']);
    const pipeline = pipelineOf(fakeShader(), device.createPipelineLayout({ bindGroupLayouts: [null, layout] }));
    const dispatch = (index: number, group: GPUBindGroup | null) =>
      finishing((pass) => {
        pass.setPipeline(pipeline);
        pass.setBindGroup(index, group);
        pass.dispatchWorkgroups(0);
      });
    const group = groupOf(layout, bufferOf());
    expect(await dispatch(1, group)).toBeNull();
    expect(await dispatch(0, group)).toContain('index 1');
    expect(await dispatch(1, null)).toContain('index 1');
  });

  it('match layouts with equal entries in any order, and no others', async () => {
    const [a, b] = [0, 1].map((binding) => ({ binding, visibility: GPUShaderStage.COMPUTE, buffer: {} }));
    const pipelineLayout = device.createBindGroupLayout({ entries: [a!, b!] });
    const pipeline = pipelineOf(fakeShader(), device.createPipelineLayout({ bindGroupLayouts: [pipelineLayout] }));
    const dispatch = (layout: GPUBindGroupLayout, count: number) =>
      finishing((pass) => {
        pass.setPipeline(pipeline);
        pass.setBindGroup(0, groupOf(layout, ...Array.from({ length: count }, () => bufferOf())));
        pass.dispatchWorkgroups(1);
      });
    expect(await dispatch(device.createBindGroupLayout({ entries: [b!, a!] }), 2)).toBeNull();
    expect(await dispatch(layoutOf(['uniform', 'uniform'], { minBindingSize: 4 }), 2)).toContain(
      'does not have the layout',
    );
    expect(await dispatch(layoutOf(['uniform', 'storage']), 2)).toContain('does not have the layout');
    expect(await dispatch(layoutOf(['uniform']), 1)).toContain('does not have the layout');
  });

  it("of a pipeline made with layout 'auto' do not match another", async () => {
    const [first, second] = [pipelineOf(fakeShader([fakeBinding()])), pipelineOf(fakeShader([fakeBinding()]))];
    const dispatch = (group: GPUBindGroup) =>
      finishing((pass) => {
        pass.setPipeline(first);
        pass.setBindGroup(0, group);
        pass.dispatchWorkgroups(1);
      });
    expect(await dispatch(groupOf(first.getBindGroupLayout(0), bufferOf()))).toBeNull();
    expect(await dispatch(groupOf(second.getBindGroupLayout(0), bufferOf()))).toContain("layout 'auto'");
  });

  it("of a pipeline made with layout 'auto' match its other groups where these have equal entries", async () => {
    const bindings = [0, 1, 2].map((group) => fakeBinding({ group, minBindingSize: group === 2 ? 8 : 4 }));
    const pipeline = pipelineOf(fakeShader(bindings));
    const groups = [0, 1, 2].map((index) => groupOf(pipeline.getBindGroupLayout(index), bufferOf()));
    const dispatch = (...order: number[]) =>
      finishing((pass) => {
        pass.setPipeline(pipeline);
        order.forEach((group, index) => {
          pass.setBindGroup(index, groups[group]!);
        });
        pass.dispatchWorkgroups(1);
      });
    expect(await dispatch(1, 0, 2)).toBeNull();
    expect(await dispatch(0, 2, 1)).toContain('index 1');
  });

  it('must be below maxBindGroups, valid and of this device', async () => {
    const group = groupOf(layoutOf(['storage']), bufferOf());
    expect(await finishing((pass) => pass.setBindGroup(3, group))).toBeNull();
    expect(await finishing((pass) => pass.setBindGroup(4, group))).toContain('maxBindGroups');
    const other = (await fakeDevice()).device;
    const foreign = other.createBindGroup({ layout: other.createBindGroupLayout({ entries: [] }), entries: [] });
    expect(await finishing((pass) => pass.setBindGroup(0, foreign))).toContain('another device');
  });

  it('are checked for the size the shader needs where the layout leaves it open', async () => {
    const layout = layoutOf(['storage']);
    const code = fakeShader([fakeBinding({ minBindingSize: 64 })]);
    const pipeline = pipelineOf(code, device.createPipelineLayout({ bindGroupLayouts: [layout] }));
    const dispatch = (size: number) =>
      finishing((pass) => {
        pass.setPipeline(pipeline);
        pass.setBindGroup(0, groupOf(layout, bufferOf(size)));
        pass.dispatchWorkgroups(1);
      });
    expect(await dispatch(64)).toBeNull();
    expect(await dispatch(60)).toContain('at least 64');
  });
});

describe('dynamic offsets', () => {
  const set = (offsets: Iterable<number>, type: GPUBufferBindingType = 'uniform', size = 12) => {
    const group = groupOf(
      layoutOf([type, type], { hasDynamicOffset: true }),
      { buffer: bufferOf(520), size },
      { buffer: bufferOf(520), size },
    );
    return finishing((pass) => pass.setBindGroup(0, group, offsets));
  };

  it.each<[number[], boolean]>([
    [[256, 0], true],
    [[0, 256], true],
    [[1, 2], false],
    [[256, 0, 0], false],
    [[256], false],
    [[], false],
    [[512, 0], false],
    [[0, 0xffff_ff00], false],
  ])('%j', async (offsets, ok) => {
    for (const type of ['uniform', 'storage', 'read-only-storage'] as const) {
      expect((await set(offsets, type)) === null).toBe(ok);
      expect((await set(new Uint32Array(offsets), type)) === null).toBe(ok);
    }
  });

  it('are refused where the layout has none', async () => {
    const group = groupOf(layoutOf(['uniform']), bufferOf());
    expect(await finishing((pass) => pass.setBindGroup(0, group, [0]))).toContain('0 dynamic offsets');
  });

  it('come from a part of a Uint32Array, which must be inside it', async () => {
    const group = groupOf(layoutOf(['uniform'], { hasDynamicOffset: true }), { buffer: bufferOf(), size: 16 });
    const data = new Uint32Array([1, 256]);
    expect(await finishing((pass) => pass.setBindGroup(0, group, data, 1, 1))).toBeNull();
    expect(await finishing((pass) => pass.setBindGroup(0, group, data, 0, 1))).not.toBeNull();
    const overrun = (pass: GPUComputePassEncoder) =>
      expect(() => pass.setBindGroup(0, group, data, 1, 2)).toThrow(RangeError);
    expect(await finishing(overrun)).toBeNull();
  });

  it('move the address that the kernel gets, in the order of bindings', () => {
    const entries = [2, 0].map((binding) => ({
      binding,
      visibility: GPUShaderStage.COMPUTE,
      buffer: { type: 'storage' as const, hasDynamicOffset: true },
    }));
    const layout = device.createBindGroupLayout({ entries });
    const code = fakeShader([fakeBinding({ binding: 0 }), fakeBinding({ binding: 2 })]);
    const pipeline = pipelineOf(code, device.createPipelineLayout({ bindGroupLayouts: [layout] }));
    const [first, second] = [bufferOf(), bufferOf()];
    const resources = [
      { binding: 2, resource: { buffer: second, size: 4 } },
      { binding: 0, resource: { buffer: first, size: 4 } },
    ];
    const group = device.createBindGroup({ layout, entries: resources });
    submit((pass) => {
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group, [256, 512]);
      pass.dispatchWorkgroups(1);
      pass.setBindGroup(0, group, [0, 0]);
      pass.dispatchWorkgroups(1);
    });
    const [a, b] = executor.commands as DispatchCommand[];
    const base = b!.bindings[0]!;
    expect([...a!.bindings]).toEqual([base + 256, 4, base + 1024 + 512, 4]);
    expect([...b!.bindings]).toEqual([base, 4, base + 1024, 4]);
  });
});

describe('the usage scope of a dispatch', () => {
  const dispatch = (types: GPUBufferBindingType[], resources: GPUBindingResource[], visibility?: number) => {
    const layout = layoutOf(types, {}, visibility);
    const pipeline = pipelineOf(fakeShader(), device.createPipelineLayout({ bindGroupLayouts: [layout] }));
    return finishing((pass) => {
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, groupOf(layout, ...resources));
      pass.dispatchWorkgroups(1);
    });
  };

  it('has no buffer both written and read, whatever the ranges', async () => {
    const buffer = bufferOf();
    const parts = [
      { buffer, size: 256 },
      { buffer, offset: 512, size: 256 },
    ];
    expect(await dispatch(['storage', 'read-only-storage'], parts)).toContain('for reading');
    expect(await dispatch(['storage', 'uniform'], parts)).toContain('for reading');
    expect(await dispatch(['uniform', 'read-only-storage'], parts)).toBeNull();
    expect(await dispatch(['storage', 'read-only-storage'], parts, GPUShaderStage.FRAGMENT)).toBeNull();
  });

  it('has no written ranges that overlap', async () => {
    const buffer = bufferOf();
    const at = (offset: number) => ({ buffer, offset, size: 512 });
    expect(await dispatch(['storage', 'storage'], [at(0), at(512)])).toBeNull();
    expect(await dispatch(['storage', 'storage'], [at(0), at(256)])).toContain('overlap');
  });

  it('does not extend over two dispatches', async () => {
    const buffer = bufferOf();
    const message = await finishing((pass) => {
      for (const type of ['storage', 'uniform'] as const) {
        const layout = layoutOf([type]);
        pass.setPipeline(pipelineOf(fakeShader(), device.createPipelineLayout({ bindGroupLayouts: [layout] })));
        pass.setBindGroup(0, groupOf(layout, buffer));
        pass.dispatchWorkgroups(1);
      }
    });
    expect(message).toBeNull();
  });

  it('includes the buffer of an indirect dispatch', async () => {
    const counts = bufferOf();
    const indirect = (type: GPUBufferBindingType) => {
      const layout = layoutOf([type]);
      const pipeline = pipelineOf(fakeShader(), device.createPipelineLayout({ bindGroupLayouts: [layout] }));
      return finishing((pass) => {
        pass.setPipeline(pipeline);
        pass.setBindGroup(0, groupOf(layout, counts));
        pass.dispatchWorkgroupsIndirect(counts, 0);
      });
    };
    expect(await indirect('storage')).toContain('bound as storage');
    expect(await indirect('read-only-storage')).toBeNull();
  });
});

describe('dispatchWorkgroupsIndirect', () => {
  const indirect = (buffer: GPUBuffer, offset: number) =>
    finishing((pass) => {
      pass.setPipeline(noOp());
      pass.dispatchWorkgroupsIndirect(buffer, offset);
    });

  it.each<[number, boolean]>([
    [0, true],
    [12, true],
    [2, false],
    [16, false],
  ])('from offset %d of 24 bytes', async (offset, ok) => {
    expect((await indirect(bufferOf(24), offset)) === null).toBe(ok);
  });

  it('needs the usage INDIRECT', async () => {
    expect(await indirect(bufferOf(24, STORAGE), 0)).toContain('INDIRECT');
  });

  it('names the address of the counts and the limit they keep', () => {
    const buffer = bufferOf(24);
    submit((pass) => {
      pass.setPipeline(noOp());
      pass.dispatchWorkgroupsIndirect(buffer, 8);
    });
    expect(executor.commands[0]).toMatchObject({ op: 'dispatchIndirect', counts: 256 + 8, limit: 65535 });
  });
});

describe('timestampWrites', () => {
  const begin = (writes: Partial<GPUComputePassTimestampWrites>, count = 2, type: GPUQueryType = 'timestamp') => {
    const encoder = device.createCommandEncoder();
    const querySet = device.createQuerySet({ type, count });
    encoder.beginComputePass({ timestampWrites: { querySet, ...writes } }).end();
    return validationError(device, () => encoder.finish());
  };

  it.each<[number | undefined, number | undefined, boolean]>([
    [0, 1, true],
    [1, 0, true],
    [0, undefined, true],
    [undefined, 1, true],
    [undefined, undefined, false],
    [1, 1, false],
    [2, undefined, false],
    [undefined, 2, false],
  ])('at %s and %s', async (first, last, ok) => {
    const writes = {
      ...(first !== undefined && { beginningOfPassWriteIndex: first }),
      ...(last !== undefined && { endOfPassWriteIndex: last }),
    };
    expect((await begin(writes)) === null).toBe(ok);
  });

  it('need a set of timestamps', async () => {
    expect(await begin({ endOfPassWriteIndex: 0 }, 1, 'occlusion')).toContain("type 'timestamp'");
  });

  it('stand before and after the commands of the pass', () => {
    const querySet = device.createQuerySet({ type: 'timestamp', count: 2 });
    const record = (pass: GPUComputePassEncoder) => {
      pass.setPipeline(noOp());
      pass.dispatchWorkgroups(1);
    };
    submit(record, { timestampWrites: { querySet, beginningOfPassWriteIndex: 1, endOfPassWriteIndex: 0 } });
    expect(executor.commands.map(({ op }) => op)).toEqual(['timestamp', 'dispatch', 'timestamp']);
    expect(executor.commands[0]).toMatchObject({ address: 256 + 8 });
  });
});

describe('the state of the pass', () => {
  it('makes every command after end() an error of its own', async () => {
    const pass = device.createCommandEncoder().beginComputePass();
    pass.end();
    const commands: (() => void)[] = [
      () => pass.setPipeline(noOp()),
      () => pass.setBindGroup(0, null),
      () => pass.dispatchWorkgroups(1),
      () => pass.dispatchWorkgroupsIndirect(bufferOf(), 0),
      () => pass.pushDebugGroup('a'),
      () => pass.popDebugGroup(),
      () => pass.insertDebugMarker('a'),
      () => pass.end(),
    ];
    for (const command of commands) expect(await validationError(device, command)).toContain('ended');
  });

  it('needs balanced debug groups', async () => {
    expect(await finishing((pass) => pass.pushDebugGroup('a'))).toContain('still open');
    expect(await finishing((pass) => pass.popDebugGroup())).toContain('No debug group');
    const balanced = (pass: GPUComputePassEncoder) => {
      pass.pushDebugGroup('a');
      pass.insertDebugMarker('b');
      pass.popDebugGroup();
    };
    expect(await finishing(balanced)).toBeNull();
  });

  it('takes no invalid pipeline', async () => {
    device.pushErrorScope('validation');
    const invalid = pipelineOf('wrong');
    await device.popErrorScope();
    expect(await finishing((pass) => pass.setPipeline(invalid))).toContain('invalid');
    expect(() =>
      device
        .createCommandEncoder()
        .beginComputePass()
        .setPipeline({} as GPUComputePipeline),
    ).toThrow(TypeError);
  });
});
