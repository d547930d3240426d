import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { type Conv2dOptions, conv2d, conv2dReference } from '../../../src/kernels/convolution/conv2d.ts';
import { ones, tensor, zeros } from '../../../src/tensor/create.ts';
import { defaultDevice, init } from '../../../src/tensor/engine/device/init.ts';
import { checkOp, property, type View, views } from '../../setup/checkOp.ts';
import { testFixtures } from '../../setup/fixtureCase.ts';

beforeAll(async () => {
  await init();
});

const small = (most: number) => fc.integer({ min: 1, max: most });
const pair = (least: number, most: number) =>
  fc.tuple(fc.integer({ min: least, max: most }), fc.integer({ min: least, max: most }));

interface Case {
  readonly x: readonly number[];
  readonly weight: readonly number[];
  readonly options: Conv2dOptions;
  readonly view: View;
  readonly seed: number;
  readonly bias: boolean;
}

/** Windows, strides, dilations, groups and images of any small size that fit each other. */
const cases: fc.Arbitrary<Case> = fc
  .record({
    batch: fc.integer({ min: 0, max: 2 }),
    perGroup: small(6),
    outputs: small(10),
    groups: small(2),
    kernel: pair(1, 3),
    extra: pair(0, 7),
    stride: pair(1, 3),
    padding: pair(0, 2),
    dilation: pair(1, 2),
    view: views,
    seed: fc.nat(),
    bias: fc.boolean(),
  })
  .map(({ batch, perGroup, outputs, groups, kernel, extra, view, seed, bias, ...windows }) => {
    const extents = [0, 1].map((axis) =>
      Math.max(1, windows.dilation[axis]! * (kernel[axis]! - 1) + 1 - 2 * windows.padding[axis]! + extra[axis]!),
    );
    return {
      x: [batch, perGroup * groups, ...extents],
      weight: [outputs * groups, perGroup, ...kernel],
      options: { ...windows, groups },
      view,
      seed,
      bias,
    };
  });

async function check({ x, weight, options, view, seed, bias }: Case): Promise<void> {
  await checkOp({
    run: ([input, w, b]) => conv2d(input!, w!, b ?? null, options),
    reference: ([input, w, b]) => conv2dReference([input!, w!, b ?? null], options),
    inputs: [{ shape: x, view }, { shape: weight, view }, ...(bias ? [{ shape: [weight[0]!], view }] : [])],
    tolerance: 2e-6,
    gradTolerance: 1e-5,
    samples: 6,
    seed,
  });
}

test('any window over any view equals the float64 sums, with its gradients', () => property(cases, check, 20));

/** Runs `check` with the kernels for GPUs, which the software driver would not choose. */
async function onTiles(variant: 'tile64' | 'tile128', run: () => Promise<void>): Promise<void> {
  const { chosen } = defaultDevice().choices;
  for (const key of ['narrow-point', 'narrow-window', 'wide-point', 'wide-window']) {
    chosen.set(`convolution/${key}`, variant);
  }
  chosen.set('convolution/gradWeight', 'tiled');
  try {
    await run();
  } finally {
    chosen.clear();
  }
}

test('the kernels for GPUs agree with the same sums', () => onTiles('tile64', () => property(cases, check, 5)));

const pastOneTile = (outputs: number, pixels: number): Case => ({
  x: [1, 5, 1, pixels],
  weight: [outputs, 5, 1, 1],
  options: {},
  view: 'dense',
  seed: 5,
  bias: true,
});

test('one pixel and one channel past a tile', async () => {
  await check(pastOneTile(9, 9));
  await onTiles('tile64', () => check(pastOneTile(65, 65)));
  await onTiles('tile128', () => check({ ...pastOneTile(129, 129), bias: false }));
});

test('patches and windows of few channels, whose taps become channels', async () => {
  const image = { view: 'dense', seed: 3, bias: true } as const;
  await check({ ...image, x: [2, 1, 9, 8], weight: [5, 1, 4, 4], options: { stride: 4 } });
  await check({ ...image, x: [1, 3, 6, 4], weight: [3, 3, 2, 2], options: { stride: 2 } });
  await check({ ...image, x: [2, 7, 5, 4], weight: [64, 7, 3, 3], options: { padding: 1 } });
});

test('every channel a group of its own', () =>
  check({
    x: [2, 6, 5, 4],
    weight: [6, 1, 3, 3],
    options: { padding: 1, groups: 6 },
    view: 'permuted',
    seed: 4,
    bias: true,
  }));

test('sums of weight gradients over many chunks of rows', () =>
  checkOp({
    run: ([x, w]) => conv2d(x!, w!, null, { padding: [0, 1] }),
    reference: ([x, w]) => conv2dReference([x!, w!, null], { padding: [0, 1] }),
    inputs: [{ shape: [5, 1, 240, 2] }, { shape: [2, 1, 1, 3] }],
    samples: 2,
  }));

test('a gradient has the same bits on every run', async () => {
  using x = tensor(
    Float32Array.from({ length: 2 * 3 * 40 * 30 }, (_, i) => Math.sin(i * i)),
    {
      shape: [2, 3, 40, 30],
    },
  );
  const runs = [0, 1].map(() => {
    using w = tensor(
      Float32Array.from({ length: 4 * 27 }, (_, i) => Math.cos(i)),
      {
        shape: [4, 3, 3, 3],
        requiresGrad: true,
      },
    );
    using y = conv2d(x, w);
    using dy = ones(y.shape);
    y.backward(dy);
    return w.grad!.data();
  });
  const [first, second] = await Promise.all(runs);
  expect(second).toEqual(first);
});

test('images of more pixels than 65,535 workgroups hold', async () => {
  const shape = [1, 1, 2049, 2048]; // one invocation packs a pixel, 64 in a workgroup: 65,568 groups
  using x = tensor(
    Float32Array.from({ length: 2049 * 2048 }, (_, i) => i % 1021),
    { shape },
  );
  using w = tensor([2], { shape: [1, 1, 1, 1] });
  using y = conv2d(x, w);
  const wrong = (await y.data()).findIndex((value, i) => value !== 2 * (i % 1021));
  expect(wrong).toBe(-1);
});

test('a batch of no images has a result without elements and a weight gradient of zeros', async () => {
  using x = zeros([0, 3, 5, 5]);
  using w = ones([2, 3, 3, 3], { requiresGrad: true });
  using y = conv2d(x, w, null, { padding: 1 });
  expect(y.shape).toEqual([0, 2, 5, 5]);
  using dy = zeros(y.shape);
  y.backward(dy);
  expect((await w.grad!.data()).every((value) => value === 0)).toBe(true);
});

test('shapes that do not fit are named', () => {
  using x = zeros([1, 4, 5, 5]);
  using w = zeros([6, 3, 3, 3]);
  using half = zeros([5, 2, 3, 3]);
  using large = zeros([6, 4, 7, 1]);
  using bias = zeros([5]);
  expect(() => conv2d(x, w)).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: conv2d: weight [6, 3, 3, 3] reads 3 channels per group, but x [1, 4, 5, 5] has 4 channels for 1 groups]`,
  );
  expect(() => conv2d(x, half, null, { groups: 2 })).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: conv2d: groups must divide the 5 output channels, got 2]`,
  );
  expect(() => conv2d(x, large)).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: conv2d: the window of weight [6, 4, 7, 1] with dilation 1 is longer than x [1, 4, 5, 5] with padding 0 along axis 2]`,
  );
  expect(() => conv2d(x, large, bias, { padding: [1, 0] })).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: conv2d: bias must be [6], got [5]]`,
  );
  expect(() => conv2d(x, w, null, { stride: 0 })).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: conv2d: stride must be an integer of at least 1, got 0]`,
  );
  expect(() => conv2d(bias, w)).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: conv2d: x must be [batch, channels, height, width] with 4 axes, got [5]]`,
  );
});

testFixtures<Conv2dOptions>(
  'conv2d',
  ({ x, weight, bias }, options) => (bias ? conv2d(x!, weight!, bias, options) : conv2d(x!, weight!, options)),
  {
    tolerance: 2e-6,
  },
);
