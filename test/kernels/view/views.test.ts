import { beforeAll, expect, test } from 'vitest';
import { exp } from '../../../src/kernels/elementwise/unary.ts';
import { expand } from '../../../src/kernels/view/expand.ts';
import { permute } from '../../../src/kernels/view/permute.ts';
import { reshape } from '../../../src/kernels/view/reshape.ts';
import { slice } from '../../../src/kernels/view/slice.ts';
import { tensor } from '../../../src/tensor/create.ts';
import { init } from '../../../src/tensor/engine/device/init.ts';
import { indexOf, type Nd, nd } from '../../../src/tensor/engine/nd.ts';
import { checkOp } from '../../setup/checkOp.ts';

beforeAll(async () => {
  await init();
});

test('expand repeats, and its gradient sums what was repeated', () =>
  checkOp({
    run: ([x]) => expand(x!, [4, 2, 3, 5]),
    reference: ([x]) => nd([4, 2, 3, 5], (_, at) => x!.data[indexOf(x!.shape, at)]!),
    inputs: [{ shape: [2, 1, 5], view: 'permuted' }],
  }));

test('a chain of views reaches its leaf', () =>
  checkOp({
    run: ([x]) => exp(reshape(slice(permute(x!, [2, 0, 1]), 0, 1, 5, 2), [-1, 3])),
    reference: ([x]) => nd([4, 3], (_, [r, c]) => Math.exp(at(x!, [r! % 2, c!, 1 + 2 * Math.floor(r! / 2)]))),
    inputs: [{ shape: [2, 3, 6], view: 'sliced' }],
  }));

test('a view outlives the handle it was taken from', async () => {
  const x = tensor([1, 2, 3, 4]);
  using y = slice(x, 0, 1, 3);
  x.dispose();
  expect([...(await y.data())]).toEqual([2, 3]);
});

function at(x: Nd, position: readonly number[]): number {
  return x.data[indexOf(x.shape, position)]!;
}
