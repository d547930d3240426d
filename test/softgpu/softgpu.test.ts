import { afterEach, expect, it } from 'vitest';
import { createSoftGPU, globals } from '../../src/softgpu/index.ts';

const { GPUBufferUsage, GPUMapMode } = globals;
const { STORAGE, COPY_SRC, COPY_DST, MAP_READ, INDIRECT, QUERY_RESOLVE } = GPUBufferUsage;
const devices: GPUDevice[] = [];

afterEach(() => {
  for (const device of devices.splice(0)) device.destroy();
});

async function deviceOn(threads: number): Promise<GPUDevice> {
  const adapter = await createSoftGPU({ threads }).requestAdapter();
  const device = await adapter!.requestDevice({ requiredFeatures: ['timestamp-query'] });
  devices.push(device);
  return device;
}

async function read(device: GPUDevice, buffer: GPUBuffer): Promise<ArrayBuffer> {
  const staging = device.createBuffer({ size: buffer.size, usage: MAP_READ | COPY_DST });
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(buffer, staging);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(GPUMapMode.READ);
  const bytes = staging.getMappedRange().slice();
  staging.destroy();
  return bytes;
}

const scale = `
override factor: f32 = 1.0;
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < arrayLength(&y)) { y[id.x] = factor * x[id.x]; }
}`;

it.each([0, 1, 2])('runs a program on %i threads', async (threads) => {
  const device = await deviceOn(threads);
  const compute = { module: device.createShaderModule({ code: scale }), constants: { factor: 3 } };
  const pipeline = device.createComputePipeline({ layout: 'auto', compute });
  const x = device.createBuffer({ size: 4000, usage: STORAGE | COPY_DST });
  const y = device.createBuffer({ size: 4000, usage: STORAGE | COPY_SRC });
  device.queue.writeBuffer(
    x,
    0,
    Float32Array.from({ length: 1000 }, (_, index) => index),
  );
  const entries = [x, y].map((resource, binding) => ({ binding, resource }));
  const group = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
  const querySet = device.createQuerySet({ type: 'timestamp', count: 2 });
  const times = device.createBuffer({ size: 16, usage: QUERY_RESOLVE | COPY_SRC });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass({
    timestampWrites: { querySet, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 },
  });
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, group);
  pass.dispatchWorkgroups(16);
  pass.end();
  encoder.resolveQuerySet(querySet, 0, 2, times, 0);
  device.queue.submit([encoder.finish()]);
  expect([...new Float32Array(await read(device, y))]).toEqual(Array.from({ length: 1000 }, (_, index) => 3 * index));
  const [begin, end] = new BigUint64Array(await read(device, times));
  expect(end).toBeGreaterThanOrEqual(begin!);
});

it.each([0, 2])('takes the counts of an indirect dispatch from memory, on %i threads', async (threads) => {
  const device = await deviceOn(threads);
  const code = `
@group(0) @binding(0) var<storage, read_write> count: atomic<u32>;
@compute @workgroup_size(8) fn main() { atomicAdd(&count, 1u); }`;
  const pipeline = device.createComputePipeline({
    layout: 'auto',
    compute: { module: device.createShaderModule({ code }) },
  });
  const count = device.createBuffer({ size: 4, usage: STORAGE | COPY_SRC });
  const counts = device.createBuffer({ size: 24, usage: INDIRECT | COPY_DST });
  device.queue.writeBuffer(counts, 0, new Uint32Array([2, 3, 4, 65536, 1, 1]));
  const entries = [{ binding: 0, resource: count }];
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
  pass.dispatchWorkgroupsIndirect(counts, 0);
  pass.dispatchWorkgroupsIndirect(counts, 12); // above the limit: does nothing
  pass.end();
  device.queue.submit([encoder.finish()]);
  expect(new Uint32Array(await read(device, count))[0]).toBe(2 * 3 * 4 * 8);
});

it('reports what is wrong with WGSL through error scopes and compilation messages', async () => {
  const device = await deviceOn(0);
  device.pushErrorScope('validation');
  const module = device.createShaderModule({ label: 'broken', code: 'fn f() {\n  let x: i32 = 1.5;\n}' });
  expect((await device.popErrorScope())?.message).toContain('broken');
  const { messages } = await module.getCompilationInfo();
  expect(messages[0]).toMatchObject({ type: 'error', lineNum: 2 });
});
