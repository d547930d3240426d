import type * as library from '../../src/index.ts';

type Library = typeof library;

const TRAINING = 'ten training steps of a small BSAST';

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

  [TRAINING]: async ({ AdamW, Bsast, clipGradNorm, separationLoss, tensor, tidy }) => {
    using model = new Bsast({
      sampleRate: 8000,
      nFft: 64,
      hopLength: 32,
      bands: [3, 5, 9, 16],
      dim: 8,
      heads: 2,
      blocks: 1,
      embedding: 6,
      filmHidden: 8,
      channels: 4,
      mode: 'mask',
    });
    for (const parameter of model.parameters()) parameter.write(rampValues(parameter.size).map((value) => value / 4));
    using mixture = ramp(tensor, [1, 4, 400]);
    using query = ramp(tensor, [1, 6]);
    using target = ramp(tensor, [1, 400]);
    using optimizer = new AdamW(model.parameters(), { lr: 1e-3 });
    const losses: number[] = [];
    for (let step = 0; step < 10; step++) {
      using loss = tidy(() => {
        const made = separationLoss(model.forward(mixture, query), target);
        optimizer.zeroGrad();
        made.backward();
        clipGradNorm(model.parameters(), 5);
        optimizer.step();
        return made;
      });
      losses.push(await loss.item());
    }
    return losses;
  },
};

/** Errors that are allowed, relative to the largest value; 1e-6 where nothing is said. */
export const tolerances: Readonly<Record<string, number>> = {
  // AdamW divides by the root of the second moment: where a gradient is near 0 its rounding, 1e-7 of the largest, decides the
  // sign of a step of 1e-3. Ten of them move the loss by parts in ten thousand at most.
  [TRAINING]: 1e-3,
};

/** Values between -1 and 1 without a pattern that would hide a wrong index. */
function ramp(tensor: Library['tensor'], shape: readonly number[]): library.Tensor {
  return tensor(rampValues(shape.reduce((product, extent) => product * extent, 1)), { shape });
}

function rampValues(size: number): Float32Array {
  return Float32Array.from({ length: size }, (_, i) => (((i + 1) * 0.618_034) % 1) * 2 - 1);
}
