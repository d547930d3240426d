import { expect, it } from 'vitest';
import { moveInvariants } from '../../../src/softgpu/ir/invariant.ts';
import { Op, Workgroups } from '../../../src/softgpu/ir/ir.ts';
import { I32 } from '../../../src/softgpu/ir/valueType.ts';

it('moves as many instructions as a kernel may have', () => {
  const body = Array.from({ length: 400_000 }, (_, i) => new Op('const', I32, [], [i]));
  const moved = moveInvariants([new Workgroups(body)]);
  expect(moved).toHaveLength(400_001);
});
