import { beforeAll, describe, expect, test } from 'vitest';
import { linear, linearReference } from '../../../src/kernels/matmul/linear.ts';
import { matmul, matmulReference } from '../../../src/kernels/matmul/matmul.ts';
import { raggedLinearIn, raggedLinearInReference } from '../../../src/kernels/matmul/raggedLinearIn.ts';
import { raggedLinearOut, raggedLinearOutReference } from '../../../src/kernels/matmul/raggedLinearOut.ts';
import { init } from '../../../src/tensor/engine/device/init.ts';
import { checkOp, type View } from '../../setup/checkOp.ts';
import { withVariant } from './withVariant.ts';

// The software driver takes seconds to compile a kernel with 16 KiB of workgroup memory, and every layout is a kernel of
// its own: few cases, without gradients (which are the same kernels) where a forward product can stand for them.
beforeAll(async () => {
  await init();
});

interface Product {
  readonly variant: 'tile64' | 'tile128';
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly views: readonly [View, View];
}

describe('aligned and strided reads, past the ends of a tile', () => {
  test.each<Product>([
    { variant: 'tile64', m: 68, k: 72, n: 132, views: ['dense', 'dense'] },
    { variant: 'tile128', m: 132, k: 44, n: 260, views: ['permuted', 'permuted'] },
    { variant: 'tile128', m: 37, k: 21, n: 131, views: ['sliced', 'dense'] },
    { variant: 'tile64', m: 65, k: 3, n: 1, views: ['permuted', 'sliced'] },
  ])('$variant [$m, $k] x [$k, $n], $views', ({ variant, m, k, n, views: [viewA, viewB] }) =>
    withVariant('matmul', variant, () =>
      checkOp({
        run: ([a, b]) => matmul(a!, b!),
        reference: ([a, b]) => matmulReference([a!, b!]),
        inputs: [
          { shape: [m, k], view: viewA, gradient: false },
          { shape: [k, n], view: viewB, gradient: false },
        ],
      }),
    ),
  );
});

test('batches, with k cut into splits', () =>
  withVariant('matmul', 'tile64', () =>
    checkOp({
      run: ([a, b]) => matmul(a!, b!),
      reference: ([a, b]) => matmulReference([a!, b!]),
      inputs: [
        { shape: [3, 12, 512], gradient: false },
        { shape: [3, 512, 20], gradient: false },
      ],
    }),
  ));

test('bias and activation, with the gradients of all three', () =>
  withVariant('matmul', 'tile64', () =>
    checkOp({
      run: ([x, weight, bias]) => linear(x!, weight!, bias!, { activation: 'silu' }),
      reference: ([x, weight, bias]) => linearReference([x!, weight!, bias!], { activation: 'silu' }),
      inputs: [{ shape: [20, 8] }, { shape: [12, 8] }, { shape: [12] }],
      samples: 8,
    }),
  ));

test('bands of different widths, in and out', async () => {
  await withVariant('matmul', 'tile64', () =>
    checkOp({
      run: ([x, weight, bias]) => raggedLinearIn(x!, weight!, bias!, { widths: [3, 70, 8] }),
      reference: ([x, weight, bias]) => raggedLinearInReference([x!, weight!, bias!], { widths: [3, 70, 8] }),
      inputs: [{ shape: [66, 81] }, { shape: [81 * 8] }, { shape: [3, 8] }],
      samples: 6,
    }),
  );
  await withVariant('matmul', 'tile64', () =>
    checkOp({
      run: ([x, weight, bias]) => raggedLinearOut(x!, weight!, bias!, { widths: [4, 68, 8] }),
      reference: ([x, weight, bias]) => raggedLinearOutReference([x!, weight!, bias!], { widths: [4, 68, 8] }),
      inputs: [
        { shape: [5, 3, 16], gradient: false },
        { shape: [80 * 16], gradient: false },
        { shape: [80], gradient: false },
      ],
      samples: 6,
    }),
  );
  expect.hasAssertions();
});
