import { expect, test } from 'vitest';
import { createShaderModule } from '../../src/softgpu/compile.ts';
import { compileKernelOnce } from '../../src/softgpu/compileCache.ts';

const code = `
  override factor: f32 = 2;
  @group(0) @binding(0) var<storage, read_write> y: array<f32>;
  @compute @workgroup_size(4) fn main(@builtin(global_invocation_id) id: vec3u) { y[id.x] *= factor; }`;

const options = { shared: false, relaxed: false };

function compile(constants: readonly [string, number][], more: object = {}) {
  const module = createShaderModule(code, { features: new Set() });
  return compileKernelOnce(module, 'main', new Map(constants), { ...options, ...more });
}

test('a kernel is compiled once for a source, its constants and the options', () => {
  expect(compile([])).toBe(compile([]));
  expect(compile([['factor', 3]])).toBe(compile([['factor', 3]]));
  expect(compile([['factor', 3]])).not.toBe(compile([['factor', 4]]));
  expect(compile([])).not.toBe(compile([], { shared: true }));
  expect(compile([], { width: 1 })).not.toBe(compile([], { width: 4 }));
});
