import { beforeAll, expect, test } from 'vitest';
import { concat } from '../../../src/kernels/indexing/concat.ts';
import { sum } from '../../../src/kernels/reduce/sum.ts';
import { tensor } from '../../../src/tensor/create.ts';
import { checkpoint } from '../../../src/tensor/engine/checkpoint.ts';
import { defaultDevice, init } from '../../../src/tensor/engine/device/init.ts';
import { defineOp } from '../../../src/tensor/engine/op.ts';
import { tidy } from '../../../src/tensor/engine/scope.ts';
import type { Shape } from '../../../src/tensor/engine/shape.ts';
import { noGrad } from '../../../src/tensor/engine/tape.ts';
import type { Tensor } from '../../../src/tensor/tensor.ts';
import { square } from '../../setup/squareOp.ts';

beforeAll(async () => {
  await init();
});

const squared = (x: Tensor) => square([x], {});
const values = async (x: Tensor | null) => [...(await x!.data())];

test('a tensor used twice gets the sum of both gradients', async () => {
  using x = tensor([1, 2, 3], { requiresGrad: true });
  tidy(() => {
    const y = squared(x);
    sum(squared(y)).backward(); // x^4
    sum(squared(x)).backward(); // x^2, added to the first
  });
  expect(await values(x.grad)).toEqual([4 + 2, 32 + 4, 108 + 6]);
});

test('a diamond in the graph runs each node once, after all that consume it', async () => {
  const pair = defineOp({
    name: 'pair',
    inputs: ['a', 'b'],
    shape: ([a]: readonly [Shape, Shape]) => a,
    forward([a]: readonly [a: Tensor, b: Tensor]) {
      return { y: a.view(a.shape), saved: {} };
    },
    backward: (dy) => [dy, dy],
  });
  using x = tensor([3], { requiresGrad: true });
  tidy(() => {
    const y = squared(x);
    pair([squared(y), y], {}).backward();
  });
  expect(await values(x.grad)).toEqual([4 * 27 + 2 * 3]);
});

test('intermediates may be disposed before backward', async () => {
  using x = tensor([2], { requiresGrad: true });
  const y = squared(x);
  using z = squared(y);
  y.dispose();
  z.backward();
  expect(await values(x.grad)).toEqual([32]);
});

test('dropping the loss without backward frees the graph', () => {
  using x = tensor([2], { requiresGrad: true });
  const before = defaultDevice().memory();
  squaredThrice(x).dispose();
  expect(defaultDevice().memory().tensors).toBe(before.tensors);
  expect(defaultDevice().memory().bytes).toBe(before.bytes);
});

function squaredThrice(x: Tensor): Tensor {
  return tidy(() => squared(squared(squared(x))));
}

test('a second backward through the same graph says what to do', () => {
  using x = tensor([2], { requiresGrad: true });
  using y = squared(x);
  y.backward();
  expect(() => y.backward()).toThrowErrorMatchingInlineSnapshot(
    `[GradientError: backward: the graph through square was already released by an earlier backward(); run the forward again]`,
  );
});

test('noGrad and detach cut the graph', async () => {
  using x = tensor([2], { requiresGrad: true });
  using y = noGrad(() => squared(x));
  expect(y.requiresGrad).toBe(false);
  using d = x.detach();
  expect(d.requiresGrad).toBe(false);
  expect(() => y.backward()).toThrowErrorMatchingInlineSnapshot(
    `[GradientError: backward: the tensor needs no gradient: nothing it was made from has requiresGrad]`,
  );
});

test('an op without a gradient refuses at the call', () => {
  const sign = defineOp({
    name: 'sign',
    inputs: ['x'],
    shape: ([x]: readonly [Shape]) => x,
    forward: ([x]: readonly [x: Tensor]) => ({ y: x.view(x.shape), saved: {} }),
    backward: null,
  });
  using x = tensor([2], { requiresGrad: true });
  expect(() => sign([x], {})).toThrowErrorMatchingInlineSnapshot(
    `[GradientError: sign has no gradient: call it inside noGrad() or detach() its inputs]`,
  );
  using y = noGrad(() => sign([x], {}));
  expect(y.requiresGrad).toBe(false);
});

test('backward of a non-scalar needs a gradient of its shape', () => {
  using x = tensor([1, 2], { requiresGrad: true });
  using y = squared(x);
  expect(() => y.backward()).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: backward: a tensor of shape [2] needs a gradient argument; only a scalar may leave it out]`,
  );
  using wrong = tensor([1, 2, 3]);
  expect(() => y.backward(wrong)).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: backward: grad must be [2], got [3]]`,
  );
});

test('a checkpoint gives the gradients of inputs and of what the function closes over', async () => {
  using x = tensor([2], { requiresGrad: true });
  using w = tensor([3], { requiresGrad: true });
  let runs = 0;
  const block = (h: Tensor) => {
    runs++;
    const both = defineOp({
      name: 'product',
      inputs: ['a', 'b'],
      shape: ([a]: readonly [Shape, Shape]) => a,
      forward: ([a, b]: readonly [a: Tensor, b: Tensor]) => ({ y: squared(a), saved: { a, b } }),
      backward: (dy, { a, b }) => [squared(a), squared(b), dy].slice(0, 2),
    });
    return both([h, w], {});
  };
  tidy(() => checkpoint(block, squared(x)).backward());
  expect(runs).toBe(2);
  expect(await values(w.grad)).toEqual([9]);
  expect(await values(x.grad)).toEqual([16 * 4]); // d squared(x) = 2x = 4 times squared(h) = 16
});

test('a checkpoint holds less memory than the plain graph between forward and backward', () => {
  using x = tensor(new Float32Array(1024), { requiresGrad: true });
  const chain = (h: Tensor) => squared(squared(squared(squared(h))));
  const held = (make: () => Tensor) => {
    using y = tidy(make);
    const { bytes } = defaultDevice().memory();
    using dy = y.detach();
    y.backward(dy);
    x.grad = null;
    return bytes;
  };
  const plain = held(() => chain(x));
  const lean = held(() => checkpoint(chain, x));
  expect(plain - lean).toBe(3 * 4096); // the three inner inputs of the squares
});

test('outputs of a checkpoint may share a part of the graph', async () => {
  using x = tensor([2], { requiresGrad: true });
  tidy(() => {
    const outputs = checkpoint((h) => {
      const shared = squared(h);
      return [squared(shared), shared, shared];
    }, squared(x));
    sum(concat(outputs)).backward(); // x^8 + 2 x^4
  });
  expect(await values(x.grad)).toEqual([8 * 128 + 2 * 4 * 8]);
});

test('a checkpoint of a function that returns its input leaves the input as it was', async () => {
  using x = tensor([2], { requiresGrad: true });
  tidy(() => squared(checkpoint((h) => h, x)).backward());
  expect(await values(x.grad)).toEqual([4]);
  expect(x.edge).toBe(undefined);
});

test('a checkpoint takes functions that return tensors only', () => {
  using x = tensor([2], { requiresGrad: true });
  expect(() => checkpoint((() => 'two') as never, x)).toThrowErrorMatchingInlineSnapshot(
    `[TypeError: checkpoint: fn must return a tensor or an array of tensors, got string]`,
  );
});

test('an op whose forward returns its input is refused', () => {
  const same = defineOp({
    name: 'same',
    inputs: ['x'],
    shape: ([x]: readonly [Shape]) => x,
    forward: ([x]: readonly [x: Tensor]) => ({ y: x, saved: {} }),
    backward: (dy) => [dy],
  });
  using x = tensor([2], { requiresGrad: true });
  expect(() => same([x], {})).toThrowErrorMatchingInlineSnapshot(
    `[TypeError: same: forward returned an input itself, which has its own place on the tape: return x.view(x.shape)]`,
  );
});

test('the gradient given to backward must be alive and of the same dtype', () => {
  using x = tensor([1, 2], { requiresGrad: true });
  using y = squared(x);
  const gone = tensor([1, 1]);
  gone.dispose();
  expect(() => y.backward(gone)).toThrowErrorMatchingInlineSnapshot(
    `[DisposedError: backward: grad: the tensor [2] was disposed; return it from tidy() or keep() it to use it later]`,
  );
  using whole = tensor([1, 1], { dtype: 'i32' });
  expect(() => y.backward(whole)).toThrowErrorMatchingInlineSnapshot(
    `[DTypeError: backward: grad must be f32 as the tensor, got i32: cast it first]`,
  );
});

test('a backward that throws releases the graph all the same', () => {
  const failing = defineOp({
    name: 'failing',
    inputs: ['x'],
    shape: ([x]: readonly [Shape]) => x,
    forward: ([x]: readonly [x: Tensor]) => ({ y: x.view(x.shape), saved: { x } }),
    backward: () => {
      throw new RangeError('no gradient today');
    },
  });
  using x = tensor([2], { requiresGrad: true });
  const before = defaultDevice().memory();
  expect(() => tidy(() => squared(failing([squared(x)], {})).backward())).toThrow('no gradient today');
  expect(defaultDevice().memory().tensors).toBe(before.tensors);
  expect(defaultDevice().memory().bytes).toBe(before.bytes);
});
