import { beforeEach, describe, expect, it } from 'vitest';
import { GPUBufferUsage, GPUMapMode } from '../../../src/softgpu/runtime/flags.ts';
import { type FakeExecutor, fakeBinding, fakeDevice, fakeShader, validationError } from './testHost.ts';

const { COPY_SRC, COPY_DST, STORAGE, MAP_READ, QUERY_RESOLVE } = GPUBufferUsage;
let device: GPUDevice;
let executor: FakeExecutor;

beforeEach(async () => {
  ({ device, executor } = await fakeDevice({ requiredFeatures: ['timestamp-query'] }));
});

function commandsWith(buffer: GPUBuffer): GPUCommandBuffer {
  const encoder = device.createCommandEncoder();
  encoder.clearBuffer(buffer);
  return encoder.finish();
}

function submitting(...commands: GPUCommandBuffer[]): Promise<string | null> {
  return validationError(device, () => device.queue.submit(commands));
}

describe('submit', () => {
  const bufferOf = (usage: number = COPY_DST) => device.createBuffer({ size: 16, usage });

  it('runs command buffers in order', async () => {
    const [a, b] = [bufferOf(), bufferOf()];
    expect(await submitting(commandsWith(b), commandsWith(a))).toBeNull();
    expect(executor.commands.map((each) => 'address' in each && each.address)).toEqual([512, 256]);
  });

  it('runs a command buffer once', async () => {
    const commands = commandsWith(bufferOf());
    expect(await submitting(commands)).toBeNull();
    expect(await submitting(commands)).toContain('submitted before');
    const twice = commandsWith(bufferOf());
    expect(await submitting(twice, twice)).toContain('submitted before');
    expect(executor.commands).toHaveLength(1);
  });

  it('runs nothing where one command buffer is invalid, and uses all of them up', async () => {
    const encoder = device.createCommandEncoder();
    encoder.popDebugGroup();
    device.pushErrorScope('validation');
    const invalid = encoder.finish();
    await device.popErrorScope();
    const valid = commandsWith(bufferOf());
    expect(await submitting(valid, invalid)).toContain('invalid');
    expect(await submitting(valid)).toContain('submitted before');
    expect(executor.commands).toEqual([]);
  });

  it('refuses destroyed and mapped buffers, until they are unmapped', async () => {
    const buffer = bufferOf(MAP_READ | COPY_DST);
    const [first, second, third, fourth] = Array.from({ length: 4 }, () => commandsWith(buffer));
    const mapping = buffer.mapAsync(GPUMapMode.READ);
    expect(await submitting(first!)).toContain('mapped');
    await mapping;
    expect(await submitting(second!)).toContain('mapped');
    buffer.unmap();
    expect(await submitting(third!)).toBeNull();
    buffer.destroy();
    expect(await submitting(fourth!)).toContain('destroyed');
  });

  it('refuses destroyed buffers of bind groups that were set, dispatched or not', async () => {
    const module = device.createShaderModule({ code: fakeShader([fakeBinding()]) });
    const pipeline = device.createComputePipeline({ layout: 'auto', compute: { module } });
    const buffer = bufferOf(STORAGE);
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    const entries = [{ binding: 0, resource: buffer }];
    pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
    pass.end();
    const commands = encoder.finish();
    buffer.destroy();
    expect(await submitting(commands)).toContain('destroyed');
  });

  it('refuses destroyed query sets', async () => {
    const querySet = device.createQuerySet({ type: 'timestamp', count: 1 });
    const encoder = device.createCommandEncoder();
    encoder.resolveQuerySet(querySet, 0, 1, bufferOf(QUERY_RESOLVE), 0);
    const commands = encoder.finish();
    querySet.destroy();
    expect(await submitting(commands)).toContain('query set');
  });
});

describe('writeBuffer', () => {
  const bufferOf = (size = 64, usage: number = COPY_DST | COPY_SRC) => device.createBuffer({ size, usage });
  const contents = () => [...executor.bytes().subarray(256, 264)];

  it('counts elements of typed arrays and bytes of everything else', () => {
    const buffer = bufferOf();
    const data = Uint16Array.from([1, 2, 3, 4]);
    device.queue.writeBuffer(buffer, 0, data, 2, 2);
    expect(contents()).toEqual([3, 0, 4, 0, 0, 0, 0, 0]);
    device.queue.writeBuffer(buffer, 4, data.buffer, 2, 4);
    expect(contents()).toEqual([3, 0, 4, 0, 2, 0, 3, 0]);
    device.queue.writeBuffer(buffer, 0, new DataView(data.buffer, 2), 2, 4);
    expect(contents()).toEqual([3, 0, 4, 0, 2, 0, 3, 0]);
    device.queue.writeBuffer(buffer, 0, new SharedArrayBuffer(8));
    expect(contents()).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it.each([
    Int8Array,
    Uint8Array,
    Uint8ClampedArray,
    Int16Array,
    Uint32Array,
    Float32Array,
    Float64Array,
    BigInt64Array,
  ])('takes a %p', async (Class) => {
    const data = new Class(new ArrayBuffer(16));
    expect(await validationError(device, () => device.queue.writeBuffer(bufferOf(), 0, data))).toBeNull();
  });

  it('throws where the range is outside the data or no multiple of 4 bytes', () => {
    const buffer = bufferOf();
    const failing: [Uint8Array<ArrayBuffer> | Uint32Array<ArrayBuffer>, number?, number?][] = [
      [new Uint8Array(15)],
      [new Uint8Array(16), 0, 7],
      [new Uint8Array(16), 0, 20],
      [new Uint8Array(16), 17, 0],
      [new Uint8Array(16), 17],
      [new Uint32Array(4), 2, 4],
    ];
    for (const [data, offset, size] of failing) {
      expect(() => device.queue.writeBuffer(buffer, 0, data, offset, size)).toThrow(
        expect.objectContaining({ name: 'OperationError' }),
      );
    }
    expect(() => device.queue.writeBuffer(buffer, 0, [1] as unknown as ArrayBuffer)).toThrow(TypeError);
  });

  it('refuses what does not fit the buffer, its usage or its state', async () => {
    const write = (buffer: GPUBuffer, offset: number, bytes = 16) =>
      validationError(device, () => device.queue.writeBuffer(buffer, offset, new Uint8Array(bytes)));
    expect(await write(bufferOf(), 48)).toBeNull();
    expect(await write(bufferOf(), 64, 0)).toBeNull();
    expect(await write(bufferOf(), 52)).toContain('inside');
    expect(await write(bufferOf(), 68, 0)).toContain('inside');
    expect(await write(bufferOf(), 2)).toContain('multiple of 4');
    expect(await write(bufferOf(64, STORAGE), 0)).toContain('COPY_DST');
    const mapped = device.createBuffer({ size: 64, usage: COPY_DST, mappedAtCreation: true });
    expect(await write(mapped, 0)).toContain('unmap');
    mapped.destroy();
    expect(await write(mapped, 0)).toContain('destroyed');
  });
});

it('onSubmittedWorkDone resolves', async () => {
  expect(await device.queue.onSubmittedWorkDone()).toBeUndefined();
});
