import { beforeAll, expect, test } from 'vitest';
import { tensor } from '../../../src/tensor/create.ts';
import { checkpoint } from '../../../src/tensor/engine/checkpoint.ts';
import { init } from '../../../src/tensor/engine/device/init.ts';
import { watchOps } from '../../../src/tensor/engine/opWatch.ts';
import { tidy } from '../../../src/tensor/engine/scope.ts';

beforeAll(async () => {
  await init();
});

function watched(fn: () => void): string[] {
  const seen: string[] = [];
  watchOps(
    {
      forward: (op, outputs, node) => seen.push(`${op} [${outputs[0]!.shape.join()}]${node ? '' : ' untracked'}`),
      backwardStart: (node) => seen.push(`${node.op} {`),
      backward: (node, grads) =>
        seen.push(`} ${node.op} ${grads.map((grad) => grad?.shape.join() ?? 'none').join(' ')}`),
    },
    () => tidy(fn),
  );
  return seen;
}

test('a watcher sees forward and backward of each operation, in order', () => {
  using x = tensor([1, 2, 3], { requiresGrad: true });
  using y = tensor([4, 5, 6]);
  const seen = watched(() => x.mul(y).exp().sum().backward());
  expect(seen).toMatchInlineSnapshot(`
    [
      "mul [3]",
      "exp [3]",
      "sum []",
      "sum {",
      "} sum 3",
      "exp {",
      "} exp 3",
      "mul {",
      "reshape [3] untracked",
      "} mul 3 none",
    ]
  `);
});

test('what is run again in backward is seen again', () => {
  using x = tensor([1, 2, 3], { requiresGrad: true });
  const seen = watched(() =>
    checkpoint((z) => z.exp(), x)
      .sum()
      .backward(),
  );
  expect(seen).toMatchInlineSnapshot(`
    [
      "exp [3] untracked",
      "sum []",
      "sum {",
      "} sum 3",
      "checkpoint {",
      "exp [3]",
      "exp {",
      "} exp 3",
      "} checkpoint 3",
    ]
  `);
});

test('nobody watches once the function has returned or thrown', () => {
  using x = tensor([1, 2]);
  const seen = watched(() => {
    x.exp();
  });
  expect(() =>
    watchOps({ forward: () => seen.push('late'), backwardStart: () => {}, backward: () => {} }, () => {
      throw new Error('over');
    }),
  ).toThrow('over');
  tidy(() => {
    x.exp();
  });
  expect(seen).toEqual(['exp [2] untracked']);
});
