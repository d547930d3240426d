import type * as library from '../../src/index.ts';

type Library = typeof library;

/**
 * What the page and Node both compute. A case takes the library as an argument, for the page has the built package and
 * Node the sources, and gives numbers to compare; it disposes what it makes.
 */
export const cases: Readonly<Record<string, (tympan: Library) => Promise<ArrayLike<number>>>> = {
  async 'element-wise kernels'({ mul, relu, sigmoid, tensor }) {
    using x = ramp(tensor, [5, 7]);
    using doubled = mul(x, x);
    using gated = sigmoid(doubled);
    using y = relu(gated);
    return y.data();
  },

  async 'a reduction over more rows than one dimension of workgroups'({ ones, sum }) {
    using x = ones([65_537, 2]);
    using rows = sum(x, 1);
    using y = sum(rows);
    return y.data();
  },

  async 'a strided view'({ sum, tensor, transpose }) {
    using x = ramp(tensor, [3, 4]);
    using turned = transpose(x, 0, 1);
    using y = sum(turned, 1);
    return y.data();
  },

  async 'the gradient of a small network'({ matmul, mean, relu, tensor, tidy }) {
    using x = ramp(tensor, [6, 5]);
    using w1 = ramp(tensor, [5, 8]);
    using w2 = ramp(tensor, [8, 3]);
    w1.requiresGrad = true;
    w2.requiresGrad = true;
    using loss = tidy(() => mean(matmul(relu(matmul(x, w1)), w2)));
    loss.backward();
    const numbers = await Promise.all([loss.data(), w1.grad!.data(), w2.grad!.data()]);
    return numbers.flatMap((values) => [...values]);
  },
};

/** Values between -1 and 1 without a pattern that would hide a wrong index. */
function ramp(tensor: Library['tensor'], shape: readonly number[]): library.Tensor {
  const size = shape.reduce((product, extent) => product * extent, 1);
  return tensor(
    Float32Array.from({ length: size }, (_, i) => (((i + 1) * 0.618_034) % 1) * 2 - 1),
    { shape },
  );
}
