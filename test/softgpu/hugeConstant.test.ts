import { describe, expect, it } from 'vitest';
import { compileKernel, createShaderModule } from '../../src/softgpu/compile.ts';
import { runKernel } from './runKernel.ts';

describe('a zero value of more elements than memory', () => {
  it('gives its elements', () => {
    const code = `
      @group(0) @binding(0) var<storage, read_write> out: array<i32>;
      @compute @workgroup_size(1) fn main() {
        for (var i = array<i32, 636109182>()[7]; i < 3; i++) { out[i] = i + array<vec2i, 70000>()[2].y; }
      }`;
    expect([...runKernel(code, { buffers: [new Int32Array(4).fill(9)], width: 1 })[0]!]).toEqual([0, 1, 2, 9]);
  });

  it('is an error of the pipeline where it would have to be stored', () => {
    const code = `
      @group(0) @binding(0) var<storage, read_write> out: array<i32>;
      @compute @workgroup_size(1) fn main() { let table = array<i32, 636109182>(); out[0] = table[out[1]]; }`;
    const module = createShaderModule(code, { features: new Set() });
    const compile = () => compileKernel(module, 'main', new Map(), { shared: false, relaxed: false });
    expect(compile).toThrow('a constant of type array<i32, 636109182> is too large to be stored');
  });
});
