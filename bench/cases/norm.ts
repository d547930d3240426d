import { batchNorm } from '../../src/kernels/norm/batchNorm.ts';
import { film } from '../../src/kernels/norm/film.ts';
import { groupNorm } from '../../src/kernels/norm/groupNorm.ts';
import { layerNorm } from '../../src/kernels/norm/layerNorm.ts';
import { rmsNorm } from '../../src/kernels/norm/rmsNorm.ts';
import type { Shape } from '../../src/tensor/engine/shape.ts';
import { type BenchCase, operation, passCost, textOf } from '../benchCase.ts';
import type { ModelShapes } from '../shapes.ts';

/**
 * Forward reads x and writes y; backward reads x and dy and writes dx. Operations per element: rmsNorm 4 (square, sum, two
 * products) and 9 backward; the other norms 8 and 14; film 2 and 4.
 */
export function normCases(shapes: ModelShapes): BenchCase[] {
  const { bsast, htsat, roberta, seldnet } = shapes;
  const grid = [bsast.channels, bsast.frames, bsast.bands, bsast.dim];
  const image = [seldnet.batch, 64, seldnet.frames, seldnet.mels];
  return [
    ...operation({
      name: 'rmsNorm',
      shape: textOf(grid),
      forward: passCost(grid, { flops: 4, tensors: 2 }),
      backward: passCost(grid, { flops: 9, tensors: 3 }),
      make: (inputs) => {
        const [x, weight] = [inputs.randn(grid), inputs.randn([bsast.dim])];
        return () => rmsNorm(x, weight, { eps: 1e-12, form: 'l2' });
      },
    }),
    ...layerNormCases([(htsat.image / 4) ** 2, htsat.dim]),
    ...layerNormCases([(htsat.image / 32) ** 2, 8 * htsat.dim]),
    ...layerNormCases([roberta.tokens, roberta.dim]),
    ...operation({
      name: 'batchNorm',
      shape: `${textOf(image)}, training`,
      forward: passCost(image, { flops: 8, tensors: 3 }), // x is read twice
      backward: passCost(image, { flops: 14, tensors: 5 }), // and dy as well
      make: (inputs) => {
        const x = inputs.randn(image);
        const [weight, bias] = [inputs.randn([64]), inputs.randn([64])];
        const [mean, variance] = [inputs.fixed([64]), inputs.fixed([64], { scale: 0, offset: 1 })];
        return () => batchNorm(x, weight, bias, mean, variance, { training: true });
      },
    }),
    ...operation({
      name: 'groupNorm',
      shape: `${textOf(image)}, 8 groups`,
      forward: passCost(image, { flops: 8, tensors: 3 }),
      backward: passCost(image, { flops: 14, tensors: 5 }),
      make: (inputs) => {
        const [x, weight, bias] = [inputs.randn(image), inputs.randn([64]), inputs.randn([64])];
        return () => groupNorm(x, weight, bias, { groups: 8 });
      },
    }),
    ...operation({
      name: 'film',
      shape: textOf([1, ...grid]),
      forward: passCost(grid, { flops: 2, tensors: 2 }),
      backward: passCost(grid, { flops: 4, tensors: 3 }),
      make: (inputs) => {
        const [x, gamma, beta] = [
          inputs.randn([1, ...grid]),
          inputs.randn([1, bsast.dim]),
          inputs.randn([1, bsast.dim]),
        ];
        return () => film(x, gamma, beta);
      },
    }),
  ];
}

function layerNormCases(shape: Shape): BenchCase[] {
  const features = [shape[1]!];
  return operation({
    name: 'layerNorm',
    shape: textOf(shape),
    forward: passCost(shape, { flops: 8, tensors: 2 }),
    backward: passCost(shape, { flops: 14, tensors: 3 }),
    make: (inputs) => {
      const [x, weight, bias] = [inputs.randn(shape), inputs.randn(features), inputs.randn(features)];
      return () => layerNorm(x, weight, bias, { eps: 1e-5 });
    },
  });
}
