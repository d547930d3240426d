import { describe, expect, it } from 'vitest';
import { compileStages, createShaderModule } from '../../src/softgpu/compile.ts';
import { visitOps } from '../../src/softgpu/ir/walk.ts';
import { runKernel } from './runKernel.ts';

const code = `
  enable f16;
  struct Row { f: vec3f, b: bool, h: array<vec2h, 2>, m: mat2x3f }
  const rows = array(
    Row(vec3f(1, 2, 3), false, array(vec2h(4, 5), vec2h(6, 7)), mat2x3f(1, 2, 3, 4, 5, 6)),
    Row(vec3f(10, 20, 30), true, array(vec2h(40, 50), vec2h(60, 70)), mat2x3f(10, 20, 30, 40, 50, 60)),
    Row());
  @group(0) @binding(0) var<storage, read_write> out: array<f32>;
  @compute @workgroup_size(8) fn main(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) group: vec3u) {
    let i = (lane + group.x) % 3;
    let flag = select(0f, 1000f, rows[i].b);
    out[8 * group.x + lane] = rows[i].f[lane % 3] + flag + f32(rows[i].h[lane % 2].y) + rows[i].m[lane / 4].z;
  }`;
const features = ['shader-f16'];

describe.each([1, 4] as const)('a constant array indexed dynamically, at width %i', (width) => {
  it('has the layout of its type', () => {
    const scale = [1, 10, 0];
    const expected = Array.from({ length: 24 }, (_, index) => {
      const [lane, i] = [index % 8, ((index % 8) + Math.floor(index / 8)) % 3];
      return scale[i]! * (1 + (lane % 3) + 5 + 2 * (lane % 2) + 3 + 3 * Math.floor(lane / 4)) + (i === 1 ? 1000 : 0);
    });
    expect([...runKernel(code, { buffers: [new Float32Array(24)], groups: [3], width, features })[0]!]).toEqual(
      expected,
    );
  });

  it('is filled outside of the loops over invocations and workgroups', () => {
    const module = createShaderModule(code, { features: new Set(features) });
    const { ir, compiled } = compileStages(module, 'main', new Map(), { shared: false, relaxed: false, width });
    const stores = new Set<string>();
    visitOps(ir.body, (op) => {
      if (op.code === 'store') stores.add((op.detail as { root: { name: string } }).root.name);
    });
    expect([...stores]).toEqual(['out']);
    expect(compiled.workgroupStorageBytes).toBe(0);
  });
});
