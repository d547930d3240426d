import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { gradNorm, scaleGradients } from '../../../src/kernels/optimizer/gradNorm.ts';
import { permute } from '../../../src/kernels/view/permute.ts';
import { full, tensor, zeros } from '../../../src/tensor/create.ts';
import { defaultDevice, init } from '../../../src/tensor/engine/device/init.ts';
import { expectClose, generator, property } from '../../setup/checkOp.ts';

beforeAll(async () => {
  await init();
});

const cases = fc.record({
  sizes: fc.array(fc.constantFrom(0, 1, 3, 4, 5, 64, 257, 4097), { minLength: 1, maxLength: 16 }),
  maxNorm: fc.constantFrom(0.5, 1e6),
  seed: fc.nat(),
});

test.each(['1', '7'])(
  'any number of gradients have one norm and are scaled together, %s per launch',
  async (perLaunch) => {
    const { chosen } = defaultDevice().choices;
    chosen.set('gradNorm/tensors', perLaunch);
    await property(cases, async ({ sizes, maxNorm, seed }) => {
      const random = generator(seed);
      const hosts = sizes.map((size) => Float32Array.from({ length: size }, () => 2 * random() - 1));
      const grads = hosts.map((host) => tensor(host));
      try {
        const truth = Math.sqrt(hosts.flatMap((host) => [...host]).reduce((sum, value) => sum + value * value, 0));
        using norm = gradNorm(grads);
        scaleGradients(grads, norm, maxNorm);
        expect(norm.shape).toEqual([1]);
        expectClose(await norm.data(), [truth], 1e-6, 'norm');
        const factor = Math.min(1, maxNorm / (truth + 1e-6));
        for (const [i, grad] of grads.entries()) {
          expectClose(
            await grad.data(),
            hosts[i]!.map((value) => value * factor),
            1e-6,
            `gradient ${i}`,
          );
        }
      } finally {
        for (const grad of grads) grad.dispose();
      }
    });
    chosen.delete('gradNorm/tensors');
  },
);

test('the norm of ten million gradients keeps its precision', async () => {
  using grad = full([10_000_001], 0.1);
  using norm = gradNorm([grad]);
  const truth = Math.fround(0.1) * Math.sqrt(10_000_001);
  expect(Math.abs((await norm.item()) - truth)).toBeLessThan(1e-6 * truth);
});

test('views and nothing are refused', () => {
  using grad = zeros([2, 3]);
  using view = permute(grad, [1, 0]);
  expect(() => gradNorm([])).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: gradNorm: there must be at least one gradient]`,
  );
  expect(() => gradNorm([grad, view])).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: gradNorm: gradient 1 [3, 2] must own its memory, got a view]`,
  );
});
