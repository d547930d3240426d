import { beforeEach, describe, expect, it } from 'vitest';
import { GPUBufferUsage } from '../../../src/softgpu/runtime/flags.ts';
import { type FakeExecutor, fakeDevice, validationError } from './testHost.ts';

const { COPY_SRC, COPY_DST, QUERY_RESOLVE, STORAGE } = GPUBufferUsage;
let device: GPUDevice;
let executor: FakeExecutor;

beforeEach(async () => {
  ({ device, executor } = await fakeDevice({ requiredFeatures: ['timestamp-query'] }));
});

function bufferOf(size = 32, usage: number = COPY_SRC | COPY_DST): GPUBuffer {
  return device.createBuffer({ size, usage });
}

function finishing(record: (encoder: GPUCommandEncoder) => void): Promise<string | null> {
  const encoder = device.createCommandEncoder();
  record(encoder);
  return validationError(device, () => encoder.finish());
}

function submit(record: (encoder: GPUCommandEncoder) => void): void {
  const encoder = device.createCommandEncoder();
  record(encoder);
  device.queue.submit([encoder.finish()]);
}

describe('copyBufferToBuffer', () => {
  it.each<[number, number, number, boolean]>([
    [0, 0, 32, true],
    [16, 12, 16, true],
    [32, 0, 0, true],
    [2, 0, 4, false],
    [0, 2, 4, false],
    [0, 0, 6, false],
    [20, 0, 16, false],
    [0, 20, 16, false],
    [36, 0, 0, false],
  ])('from %d to %d with %d bytes', async (from, to, size, ok) => {
    const message = await finishing((encoder) => encoder.copyBufferToBuffer(bufferOf(), from, bufferOf(), to, size));
    expect(message === null).toBe(ok);
  });

  it('needs the usages COPY_SRC and COPY_DST, and two buffers', async () => {
    const source = bufferOf(32, COPY_SRC);
    const target = bufferOf(32, COPY_DST);
    const both = bufferOf();
    expect(await finishing((encoder) => encoder.copyBufferToBuffer(source, target))).toBeNull();
    expect(await finishing((encoder) => encoder.copyBufferToBuffer(target, source))).toContain('COPY_SRC');
    expect(await finishing((encoder) => encoder.copyBufferToBuffer(source, source))).toContain('COPY_DST');
    expect(await finishing((encoder) => encoder.copyBufferToBuffer(both, 0, both, 16, 16))).toContain('into itself');
  });

  it('copies the rest of the source where no size is given, in both forms', () => {
    submit((encoder) => {
      const [a, b] = [bufferOf(), bufferOf(64)];
      encoder.copyBufferToBuffer(a, b);
      encoder.copyBufferToBuffer(a, b, 8);
      encoder.copyBufferToBuffer(a, 8, b, 4);
      encoder.copyBufferToBuffer(a, 8, b, 4, 12);
      encoder.copyBufferToBuffer(a, 8, b, 4, 0);
    });
    const copies = executor.commands.map((each) =>
      each.op === 'copy' ? [each.source, each.destination, each.bytes] : [],
    );
    expect(copies).toEqual([
      [256, 512, 32],
      [256, 512, 8],
      [264, 516, 24],
      [264, 516, 12],
    ]);
  });
});

describe('clearBuffer', () => {
  it.each<[number | undefined, number | undefined, boolean]>([
    [undefined, undefined, true],
    [4, 8, true],
    [32, undefined, true],
    [2, 4, false],
    [0, 6, false],
    [24, 12, false],
    [36, undefined, false],
  ])('from %s with %s bytes', async (offset, size, ok) => {
    expect((await finishing((encoder) => encoder.clearBuffer(bufferOf(), offset, size))) === null).toBe(ok);
  });

  it('needs the usage COPY_DST', async () => {
    expect(await finishing((encoder) => encoder.clearBuffer(bufferOf(32, COPY_SRC)))).toContain('COPY_DST');
  });

  it('clears to the end where no size is given', () => {
    submit((encoder) => encoder.clearBuffer(bufferOf(), 12));
    expect(executor.commands).toEqual([{ op: 'clear', address: 256 + 12, bytes: 20 }]);
  });
});

describe('resolveQuerySet', () => {
  const resolve = (first: number, count: number, size: number, offset: number, usage: number = QUERY_RESOLVE) =>
    finishing((encoder) => {
      const querySet = device.createQuerySet({ type: 'occlusion', count: 2 });
      encoder.resolveQuerySet(querySet, first, count, bufferOf(size, usage), offset);
    });

  it.each<[number, number, number, number, boolean]>([
    [0, 2, 16, 0, true],
    [1, 1, 264, 256, true],
    [0, 3, 32, 0, false],
    [1, 2, 32, 0, false],
    [0, 2, 512, 128, false],
    [0, 2, 264, 256, false],
  ])('of queries from %d, %d of them, into %d bytes at %d', async (first, count, size, offset, ok) => {
    expect((await resolve(first, count, size, offset)) === null).toBe(ok);
  });

  it('needs the usage QUERY_RESOLVE', async () => {
    expect(await resolve(0, 1, 16, 0, STORAGE)).toContain('QUERY_RESOLVE');
  });
});

describe('createQuerySet', () => {
  it('takes up to 4096 queries', async () => {
    const make = (count: number) => () => device.createQuerySet({ type: 'timestamp', count });
    expect(await validationError(device, make(4096))).toBeNull();
    expect(await validationError(device, make(4097))).toContain('4096');
  });

  it('throws without the feature timestamp-query', async () => {
    const plain = (await fakeDevice()).device;
    expect(() => plain.createQuerySet({ type: 'timestamp', count: 1 })).toThrow(TypeError);
    expect(plain.createQuerySet({ type: 'occlusion', count: 1 }).count).toBe(1);
  });
});

describe('the state of the encoder', () => {
  it('makes every command after finish() an error of its own', async () => {
    const encoder = device.createCommandEncoder();
    encoder.finish();
    const commands: (() => void)[] = [
      () => encoder.beginComputePass(),
      () => encoder.copyBufferToBuffer(bufferOf(), bufferOf()),
      () => encoder.clearBuffer(bufferOf()),
      () => encoder.pushDebugGroup('a'),
      () => encoder.popDebugGroup(),
      () => encoder.insertDebugMarker('a'),
      () => encoder.finish(),
    ];
    for (const command of commands) expect(await validationError(device, command)).not.toBeNull();
  });

  it('is locked while a pass is open: commands make it invalid', async () => {
    const message = await finishing((encoder) => {
      const pass = encoder.beginComputePass();
      encoder.clearBuffer(bufferOf());
      pass.end();
    });
    expect(message).toContain('locked');
  });

  it('cannot finish with an open pass or open debug groups', async () => {
    expect(await finishing((encoder) => void encoder.beginComputePass())).toContain('still open');
    expect(await finishing((encoder) => encoder.pushDebugGroup('a'))).toContain('still open');
    expect(await finishing((encoder) => encoder.popDebugGroup())).toContain('No debug group');
  });

  it('reports a command that broke a rule at finish() only, and the first of several', async () => {
    const encoder = device.createCommandEncoder();
    const record = () => {
      encoder.clearBuffer(bufferOf(), 2);
      encoder.copyBufferToBuffer(bufferOf(), 2, bufferOf(), 0, 4);
    };
    expect(await validationError(device, record)).toBeNull();
    expect(await validationError(device, () => encoder.finish())).toContain('clearBuffer');
  });

  it('goes invalid with a pass begun inside another, whatever order they end in', async () => {
    for (const order of [[0, 1], [1, 0], [1]]) {
      const encoder = device.createCommandEncoder();
      const passes = [encoder.beginComputePass(), encoder.beginComputePass()];
      const end = () => {
        for (const index of order) passes[index]!.end();
      };
      expect(await validationError(device, end)).toBeNull();
      expect(await validationError(device, () => encoder.finish())).not.toBeNull();
    }
  });

  it('reports end() of a pass begun after finish()', async () => {
    const encoder = device.createCommandEncoder();
    encoder.finish();
    device.pushErrorScope('validation');
    const pass = encoder.beginComputePass();
    expect(await device.popErrorScope()).not.toBeNull();
    expect(await validationError(device, () => pass.end())).not.toBeNull();
  });

  it('refuses rendering with a reason, and goes on', async () => {
    const encoder = device.createCommandEncoder();
    encoder.beginRenderPass({ colorAttachments: [] }).end();
    encoder.beginComputePass().end();
    expect(await validationError(device, () => encoder.finish())).toContain('compute part of WebGPU only');
  });
});
