import { beforeEach, describe, expect, it } from 'vitest';
import { GPUBufferUsage, GPUMapMode } from '../../../src/softgpu/runtime/flags.ts';
import { type FakeExecutor, fakeDevice, validationError } from './testHost.ts';

const { MAP_READ, MAP_WRITE, COPY_SRC, COPY_DST, STORAGE, UNIFORM } = GPUBufferUsage;
let device: GPUDevice;
let executor: FakeExecutor;

beforeEach(async () => {
  ({ device, executor } = await fakeDevice());
});

function readable(size = 32): GPUBuffer {
  return device.createBuffer({ size, usage: MAP_READ | COPY_DST });
}

function rejection(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'resolved',
    (error: Error) => error.name,
  );
}

describe('createBuffer', () => {
  it('takes any size and reports it with the usage', () => {
    const buffer = device.createBuffer({ label: 'b', size: 10, usage: STORAGE | COPY_SRC });
    expect([buffer.size, buffer.usage, buffer.label, buffer.mapState]).toEqual([
      10,
      STORAGE | COPY_SRC,
      'b',
      'unmapped',
    ]);
  });

  it.each([
    ['no usage', 0],
    ['an unknown usage', 0x8000],
    ['MAP_READ with STORAGE', MAP_READ | STORAGE],
    ['MAP_WRITE with COPY_DST', MAP_WRITE | COPY_DST],
  ])('refuses %s', async (_, usage) => {
    expect(await validationError(device, () => device.createBuffer({ size: 16, usage }))).toMatch(/^createBuffer: /);
  });

  it.each([MAP_READ | COPY_DST, MAP_WRITE | COPY_SRC, UNIFORM | STORAGE])('accepts the usage %i', async (usage) => {
    expect(await validationError(device, () => device.createBuffer({ size: 16, usage }))).toBeNull();
  });

  it('refuses sizes above maxBufferSize and takes that size itself as far as memory goes', async () => {
    const size = device.limits.maxBufferSize + 1;
    expect(await validationError(device, () => device.createBuffer({ size, usage: STORAGE }))).toContain(
      'maxBufferSize',
    );
  });

  it('reports out of memory and returns an invalid buffer', async () => {
    device.pushErrorScope('out-of-memory');
    const buffer = device.createBuffer({ size: 1 << 24, usage: COPY_DST });
    expect((await device.popErrorScope())?.message).toContain('no memory is left');
    expect(await validationError(device, () => device.queue.writeBuffer(buffer, 0, new Uint32Array(1)))).toContain(
      'invalid',
    );
  });

  it.each([-1, Number.NaN, 2 ** 53, Number.POSITIVE_INFINITY])('throws a TypeError for the size %d', (size) => {
    expect(() => device.createBuffer({ size, usage: STORAGE })).toThrow(TypeError);
  });

  it('throws a RangeError where a buffer mapped at creation is no multiple of 4 or beyond any ArrayBuffer', () => {
    expect(() => device.createBuffer({ size: 6, usage: STORAGE, mappedAtCreation: true })).toThrow(RangeError);
    expect(() => device.createBuffer({ size: 2 ** 40, usage: STORAGE, mappedAtCreation: true })).toThrow(RangeError);
  });

  it('cannot be gone around by new', () => {
    const Class = device.createBuffer({ size: 4, usage: STORAGE }).constructor as new () => object;
    expect(() => new Class()).toThrow(TypeError);
  });
});

describe('mapping at creation', () => {
  it('writes the ranges to the buffer on unmap and detaches them', async () => {
    const buffer = device.createBuffer({ size: 16, usage: COPY_SRC, mappedAtCreation: true });
    expect(buffer.mapState).toBe('mapped');
    const range = buffer.getMappedRange(8, 8);
    new Uint32Array(range).set([7, 9]);
    buffer.unmap();
    expect([range.byteLength, buffer.mapState]).toEqual([0, 'unmapped']);
    const target = readable(16);
    const encoder = device.createCommandEncoder();
    encoder.copyBufferToBuffer(buffer, target);
    device.queue.submit([encoder.finish()]);
    await target.mapAsync(GPUMapMode.READ);
    expect([...new Uint32Array(target.getMappedRange())]).toEqual([0, 0, 7, 9]);
  });

  it('works on invalid buffers, into nothing', async () => {
    const make = () => device.createBuffer({ size: 16, usage: 0xffff_ffff, mappedAtCreation: true });
    let buffer: GPUBuffer | undefined;
    expect(
      await validationError(device, () => {
        buffer = make();
      }),
    ).not.toBeNull();
    new Uint8Array(buffer!.getMappedRange()).fill(1);
    buffer!.unmap();
    expect(executor.bytes().some((byte) => byte !== 0)).toBe(false);
  });
});

describe('mapAsync', () => {
  it('passes through pending to mapped and back', async () => {
    const buffer = readable();
    const promise = buffer.mapAsync(GPUMapMode.READ);
    expect(buffer.mapState).toBe('pending');
    await promise;
    expect(buffer.mapState).toBe('mapped');
    buffer.unmap();
    expect(buffer.mapState).toBe('unmapped');
  });

  it('rejects a second call at once while the first is pending, without a validation error', async () => {
    const buffer = readable();
    const first = buffer.mapAsync(GPUMapMode.READ);
    let second: Promise<unknown> = Promise.resolve();
    expect(
      await validationError(device, () => {
        second = rejection(buffer.mapAsync(GPUMapMode.READ));
      }),
    ).toBeNull();
    expect(await second).toBe('OperationError');
    await first;
    expect(buffer.mapState).toBe('mapped');
  });

  it.each([
    ['the offset is not a multiple of 8', GPUMapMode.READ, 4, 4],
    ['the size is not a multiple of 4', GPUMapMode.READ, 0, 2],
    ['the range is outside', GPUMapMode.READ, 24, 12],
    ['the mode is none', 0, 0, 4],
    ['the mode is both', 3, 0, 4],
    ['the usage does not fit the mode', GPUMapMode.WRITE, 0, 4],
  ])('rejects with a validation error where %s', async (_, mode, offset, size) => {
    const buffer = readable();
    let name: Promise<string> = Promise.resolve('');
    const message = await validationError(device, () => {
      name = rejection(buffer.mapAsync(mode, offset, size));
    });
    expect([await name, message === null]).toEqual(['OperationError', false]);
    await buffer.mapAsync(GPUMapMode.READ);
  });

  it('rejects on a mapped buffer and on a destroyed one', async () => {
    const buffer = readable();
    await buffer.mapAsync(GPUMapMode.READ);
    let name: Promise<string> = Promise.resolve('');
    const map = () => {
      name = rejection(buffer.mapAsync(GPUMapMode.READ));
    };
    expect(await validationError(device, map)).toContain('mapped already');
    expect(await name).toBe('OperationError');
    buffer.destroy();
    expect(await validationError(device, map)).toContain('destroyed');
    expect(await name).toBe('OperationError');
  });

  it.each(['unmap', 'destroy'] as const)('is aborted by %s', async (method) => {
    const buffer = readable();
    const name = rejection(buffer.mapAsync(GPUMapMode.READ));
    buffer[method]();
    expect(await name).toBe('AbortError');
  });

  it('rejects with a TypeError where an argument is no integer', async () => {
    expect(await rejection(readable().mapAsync(GPUMapMode.READ, -8))).toBe('TypeError');
  });

  it('writes back a range mapped for writing, and not one for reading', async () => {
    const write = device.createBuffer({ size: 8, usage: MAP_WRITE | COPY_SRC });
    await write.mapAsync(GPUMapMode.WRITE);
    new Uint32Array(write.getMappedRange()).set([1, 2]);
    write.unmap();
    await write.mapAsync(GPUMapMode.WRITE);
    expect([...new Uint32Array(write.getMappedRange())]).toEqual([1, 2]);
    const read = readable(8);
    await read.mapAsync(GPUMapMode.READ);
    new Uint32Array(read.getMappedRange()).set([1, 2]);
    read.unmap();
    await read.mapAsync(GPUMapMode.READ);
    expect([...new Uint32Array(read.getMappedRange())]).toEqual([0, 0]);
  });
});

describe('getMappedRange', () => {
  it.each([
    [0, undefined, true],
    [8, 8, true],
    [32, undefined, true],
    [4, 4, false],
    [0, 2, false],
    [24, 12, false],
    [40, undefined, false],
  ])('with offset %d and size %s', async (offset, size, ok) => {
    const buffer = readable();
    await buffer.mapAsync(GPUMapMode.READ);
    const take = () => buffer.getMappedRange(offset, size);
    if (ok) expect(take().byteLength).toBe(size ?? 32 - offset);
    else expect(take).toThrow(expect.objectContaining({ name: 'OperationError' }));
  });

  it('refuses ranges that overlap, until the buffer is unmapped', async () => {
    const buffer = readable();
    await buffer.mapAsync(GPUMapMode.READ);
    buffer.getMappedRange(8, 12);
    expect(() => buffer.getMappedRange(16, 4)).toThrow(expect.objectContaining({ name: 'OperationError' }));
    expect(() => buffer.getMappedRange(16, 0)).toThrow(expect.objectContaining({ name: 'OperationError' }));
    expect(buffer.getMappedRange(8, 0).byteLength).toBe(0);
    expect(buffer.getMappedRange(24, 8).byteLength).toBe(8);
    buffer.unmap();
    await buffer.mapAsync(GPUMapMode.READ);
    expect(buffer.getMappedRange(16, 4).byteLength).toBe(4);
  });

  it('stays inside the range that was mapped', async () => {
    const buffer = readable();
    await buffer.mapAsync(GPUMapMode.READ, 8, 16);
    expect(() => buffer.getMappedRange()).toThrow(expect.objectContaining({ name: 'OperationError' }));
    expect(buffer.getMappedRange(8, 16).byteLength).toBe(16);
  });

  it('throws on a buffer that is not mapped', () => {
    expect(() => readable().getMappedRange()).toThrow(expect.objectContaining({ name: 'OperationError' }));
  });
});

it('destroy gives the memory back once', () => {
  const buffer = device.createBuffer({ size: 16, usage: STORAGE });
  buffer.destroy();
  buffer.destroy();
  expect(executor.freed).toHaveLength(1);
});
