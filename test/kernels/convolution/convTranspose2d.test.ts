import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { conv2d } from '../../../src/kernels/convolution/conv2d.ts';
import {
  type ConvTranspose2dOptions,
  convTranspose2d,
  convTranspose2dReference,
} from '../../../src/kernels/convolution/convTranspose2d.ts';
import { tensor, zeros } from '../../../src/tensor/create.ts';
import { defaultDevice, init } from '../../../src/tensor/engine/device/init.ts';
import { checkOp, expectClose, generator, property, type View, views } from '../../setup/checkOp.ts';
import { testFixtures } from '../../setup/fixtureCase.ts';

beforeAll(async () => {
  await init();
});

const pair = (least: number, most: number) =>
  fc.tuple(fc.integer({ min: least, max: most }), fc.integer({ min: least, max: most }));

interface Case {
  readonly x: readonly number[];
  readonly weight: readonly number[];
  readonly options: ConvTranspose2dOptions;
  readonly view: View;
  readonly seed: number;
}

const cases: fc.Arbitrary<Case> = fc
  .record({
    batch: fc.integer({ min: 0, max: 2 }),
    perGroup: fc.integer({ min: 1, max: 6 }),
    outputs: fc.integer({ min: 1, max: 6 }),
    groups: fc.integer({ min: 1, max: 2 }),
    image: pair(1, 5),
    kernel: pair(1, 4),
    stride: pair(1, 4),
    dilation: pair(1, 3),
    wanted: pair(0, 2),
    added: pair(0, 3),
    view: views,
    seed: fc.nat(),
  })
  .map(({ batch, perGroup, outputs, groups, image, kernel, stride, dilation, wanted, added, view, seed }) => {
    // As much of the padding as leaves something.
    const padding = [0, 1].map((axis) => {
      const extent = (image[axis]! - 1) * stride[axis]! + dilation[axis]! * (kernel[axis]! - 1) + 1;
      return Math.min(wanted[axis]!, Math.floor((extent - 1) / 2));
    }) as [number, number];
    const outputPadding = [0, 1].map((axis) =>
      Math.min(added[axis]!, Math.max(stride[axis]!, dilation[axis]!) - 1),
    ) as [number, number];
    return {
      x: [batch, perGroup * groups, ...image],
      weight: [perGroup * groups, outputs, ...kernel],
      options: { stride, dilation, padding, outputPadding, groups },
      view,
      seed,
    };
  });

function check({ x, weight, options, view, seed }: Case): Promise<void> {
  return checkOp({
    run: ([input, w, b]) => convTranspose2d(input!, w!, b!, options),
    reference: ([input, w, b]) => convTranspose2dReference([input!, w!, b!], options),
    inputs: [
      { shape: x, view },
      { shape: weight, view },
      { shape: [weight[1]! * options.groups!], view },
    ],
    gradTolerance: 1e-5,
    samples: 12,
    seed,
  });
}

test('any stride, dilation and padding over any view equals the float64 sums, with its gradients', () =>
  property(cases, check, 25));

test('the kernels for GPUs agree with the same sums', async () => {
  const { chosen } = defaultDevice().choices;
  for (const key of ['narrow-point', 'narrow-window']) chosen.set(`convolution/${key}`, 'tile64');
  chosen.set('convolution/gradWeight', 'tiled');
  try {
    await property(cases, check, 6);
  } finally {
    chosen.clear();
  }
});

test('it is the adjoint of conv2d: <conv2d(x), y> = <x, convTranspose2d(y)>', async () => {
  const random = generator(11);
  const made = (shape: readonly number[]) =>
    tensor(
      Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random() * 2 - 1),
      { shape },
    );
  const options = { stride: [2, 3], padding: [1, 0], dilation: [1, 2], groups: 2 } as const;
  using x = made([2, 4, 7, 11]);
  using w = made([6, 2, 3, 3]);
  using convolved = conv2d(x, w, null, options);
  using y = made(convolved.shape);
  using back = convTranspose2d(y, w, null, options);
  expect(back.shape).toEqual(x.shape);
  const [a, b, c, d] = await Promise.all([convolved.data(), y.data(), x.data(), back.data()]);
  const dot = (u: ArrayLike<number>, v: ArrayLike<number>) =>
    Array.from(u, (value, i) => value * v[i]!).reduce((total, term) => total + term, 0);
  expectClose([dot(c, d)], [dot(a, b)], 1e-5);
});

test('what cannot be is named', () => {
  using x = zeros([1, 4, 1, 5]);
  using w = zeros([4, 3, 3, 3]);
  using other = zeros([6, 3, 3, 3]);
  expect(() => convTranspose2d(x, other)).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: convTranspose2d: weight [6, 3, 3, 3] reads 6 channels, but x [1, 4, 1, 5] has 4]`,
  );
  expect(() => convTranspose2d(x, w, null, { padding: 2 })).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: convTranspose2d: padding 2 leaves nothing of x [1, 4, 1, 5] along axis 2: it must be smaller]`,
  );
  expect(() => convTranspose2d(x, w, null, { outputPadding: [0, 1] })).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: convTranspose2d: outputPadding must be smaller than stride or dilation, 1 on this axis, got 1]`,
  );
  expect(() => convTranspose2d(x, w, null, { groups: 3 })).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: convTranspose2d: groups must divide the 4 channels of x, got 3]`,
  );
});

testFixtures<ConvTranspose2dOptions>(
  'convTranspose2d',
  ({ x, weight, bias }, options) =>
    bias ? convTranspose2d(x!, weight!, bias, options) : convTranspose2d(x!, weight!, options),
  { tolerance: 2e-6 },
);
