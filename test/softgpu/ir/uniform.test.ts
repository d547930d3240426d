import { describe, expect, it } from 'vitest';
import { lower } from '../../../src/softgpu/ir/lower/lower.ts';
import { formRegions } from '../../../src/softgpu/ir/regions.ts';
import { markUniform } from '../../../src/softgpu/ir/uniform.ts';
import { visitOps } from '../../../src/softgpu/ir/walk.ts';
import { QUAD } from '../../../src/softgpu/ir/widen/widen.ts';
import { checkModule } from '../../../src/softgpu/program/check.ts';
import { parse } from '../../../src/softgpu/wgsl/parser.ts';

/** Whether the sums that go into registers are uniform for four invocations together. */
function uniformSums(code: string): boolean[] {
  const { program } = checkModule(parse(code), new Map());
  const { kernel } = lower(program!, program!.entryPoints[0]!, {});
  formRegions(kernel);
  markUniform(kernel, QUAD);
  const found: boolean[] = [];
  visitOps(kernel.body, (op) => {
    if (op.code === 'set' && op.args[0]!.code === 'add') found.push((op.detail as { uniform: boolean }).uniform);
  });
  return found;
}

describe('four invocations together', () => {
  it('meet again behind a function that some of them returned from early', () => {
    const code = `
      @group(0) @binding(0) var<storage, read_write> out: array<u32>;
      fn early(x: u32) -> u32 {
        if (x > 2) { return out[x]; }
        out[x] = 1;
        return 3;
      }
      @compute @workgroup_size(8) fn main(@builtin(local_invocation_index) lane: u32) {
        var count = 0u;
        out[lane] = early(lane);
        loop { if (count > 20) { break; } count += 7u; out[count] = 1; }
      }`;
    expect(uniformSums(code)).toEqual([true]);
  });
});
