import { expect, it } from 'vitest';
import { type FakeExecutor, fakeBinding, fakeDevice, fakeGPU, fakeShader } from './testHost.ts';

/** Collects garbage until `done`, or gives up. */
async function collected(done: () => boolean): Promise<boolean> {
  for (let round = 0; round < 50 && !done(); round++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return done();
}

function useAndForget(device: GPUDevice): void {
  const module = device.createShaderModule({ code: fakeShader([fakeBinding()]) });
  const pipeline = device.createComputePipeline({ layout: 'auto', compute: { module } });
  const resource = device.createBuffer({ size: 64, usage: 0x80 });
  const group = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries: [{ binding: 0, resource }] });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, group);
  pass.dispatchWorkgroups(1);
  pass.end();
  device.queue.submit([encoder.finish()]);
  device.createQuerySet({ type: 'occlusion', count: 4 });
}

it('buffers, query sets and kernels that nobody holds are given back', async () => {
  const { device, executor } = await fakeDevice();
  useAndForget(device);
  expect(await collected(() => executor.freed.length === 2 && executor.released.length === 1)).toBe(true);
});

it('a bind group holds its buffers, and a recorded pass its pipeline', async () => {
  const { device, executor } = await fakeDevice();
  const layout = device.createBindGroupLayout({ entries: [{ binding: 0, visibility: 4, buffer: {} }] });
  const resource = () => device.createBuffer({ size: 64, usage: 0x40 });
  const group = device.createBindGroup({ layout, entries: [{ binding: 0, resource: resource() }] });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  const module = device.createShaderModule({ code: fakeShader() });
  pass.setPipeline(device.createComputePipeline({ layout: 'auto', compute: { module } }));
  pass.dispatchWorkgroups(1);
  pass.end();
  expect(await collected(() => executor.freed.length + executor.released.length > 0)).toBe(false);
  pass.label = group.label; // held until here
  device.queue.submit([encoder.finish()]);
});

it('a device that nobody holds stops its executor, and not before its objects are gone', async () => {
  const { gpu, executors } = fakeGPU();
  const make = async () => {
    const device = await (await gpu.requestAdapter())!.requestDevice();
    return { queue: device.queue };
  };
  let held: { queue: GPUQueue } | null = await make();
  const executor: FakeExecutor = executors[0]!;
  expect(await collected(() => executor.destroyed)).toBe(false);
  expect(held.queue.label).toBe('');
  held = null;
  expect(await collected(() => executor.destroyed)).toBe(true);
});
