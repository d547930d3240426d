import { expect, it } from 'vitest';
import { compileKernel, createShaderModule } from '../../src/softgpu/compile.ts';

// Nothing here can afford 2³² workgroups: what the executor asks of a kernel is asked of it directly.
it('a kernel finds its z from the layer that it is asked for', () => {
  const code = `
    @group(0) @binding(0) var<storage, read_write> out: array<vec4u>;
    @compute @workgroup_size(1) fn main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u) {
      out[id.x + 2 * (id.y + 3 * (id.z - 40000))] = vec4u(id, count.z);
    }`;
  const kernel = compileKernel(createShaderModule(code, { features: new Set() }), 'main', new Map(), {
    ...{ shared: false, relaxed: false },
  });
  const memory = new WebAssembly.Memory({ initial: 2, maximum: 65536 });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(kernel.code as BufferSource), { env: { memory } });
  const run = instance.exports['run'] as (args: number, scratch: number, first: number, end: number) => void;
  const [args, scratch, out, words] = [256, 65536, 4096, 4 * 12];
  new Uint32Array(memory.buffer, args, 6).set([2, 3, 65535 | (40000 << 16), 0, out, 4 * words]);
  run(args, scratch, 0, 5);
  run(args, scratch, 5, 12);
  const expected = Array.from({ length: 12 }, (_, i) => [
    i % 2,
    Math.floor(i / 2) % 3,
    40000 + Math.floor(i / 6),
    65535,
  ]);
  expect([...new Uint32Array(memory.buffer, out, words)]).toEqual(expected.flat());
});
