import { beforeAll, expect, test } from 'vitest';
import { contiguous } from '../../../src/kernels/indexing/contiguous.ts';
import { permute } from '../../../src/kernels/view/permute.ts';
import { tensor } from '../../../src/tensor/create.ts';
import { init } from '../../../src/tensor/engine/device/init.ts';
import { checkOp } from '../../setup/checkOp.ts';

beforeAll(async () => {
  await init();
});

test('contiguous packs a view and shares the memory of what is dense', async () => {
  using x = tensor([1, 2, 3, 4, 5, 6], { shape: [2, 3] });
  using turned = permute(x, [1, 0]);
  using packed = contiguous(turned);
  using same = contiguous(x);
  expect(packed.isDense).toBe(true);
  expect([...(await packed.data())]).toEqual([1, 4, 2, 5, 3, 6]);
  expect(same.storage).toBe(x.storage);
  expect(packed.storage).not.toBe(x.storage);
});

test('contiguous passes its gradient on', () =>
  checkOp({
    run: ([x]) => contiguous(x!),
    reference: ([x]) => x!,
    inputs: [{ shape: [3, 4], view: 'permuted' }],
    tolerance: 0,
  }));
