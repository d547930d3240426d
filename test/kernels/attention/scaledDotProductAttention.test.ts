import fc from 'fast-check';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  scaledDotProductAttention,
  scaledDotProductAttentionReference,
} from '../../../src/kernels/attention/scaledDotProductAttention.ts';
import { expand } from '../../../src/kernels/view/expand.ts';
import { permute } from '../../../src/kernels/view/permute.ts';
import { slice } from '../../../src/kernels/view/slice.ts';
import { ones, tensor, zeros } from '../../../src/tensor/create.ts';
import type { Device } from '../../../src/tensor/engine/device/device.ts';
import { init } from '../../../src/tensor/engine/device/init.ts';
import { nd } from '../../../src/tensor/engine/nd.ts';
import { tidy } from '../../../src/tensor/engine/scope.ts';
import { checkOp, generator, type Input, property, views } from '../../setup/checkOp.ts';
import { testFixtures } from '../../setup/fixtureCase.ts';

let device: Device;
beforeAll(async () => {
  device = await init();
});

// With one key to attend to, the gradients of q and k are 0, and what is left of them is the rounding of dp - delta.
const TOLERANCE = { tolerance: 5e-6, gradTolerance: 1e-4 };

/** Makes every pass of the family use one variant, whatever the device would choose. */
function force(variant: 'block' | 'quad' | 'row' | 'tile'): void {
  for (const pass of ['forward', 'gradQuery', 'gradKeyValue']) {
    for (const length of ['short', 'long', 'wide']) device.choices.chosen.set(`attention/${pass}/${length}`, variant);
  }
}

afterEach(() => device.choices.chosen.clear());

interface Case {
  readonly batch: number;
  readonly heads: number;
  readonly T: number;
  readonly S: number;
  readonly d: number;
  readonly e: number;
  readonly view: 'dense' | 'permuted' | 'sliced';
  readonly bias: readonly boolean[] | null;
  readonly mask: readonly boolean[] | null;
  readonly variant: 'block' | 'quad' | 'row' | 'tile';
  readonly seed: number;
}

const axes = fc.array(fc.boolean(), { minLength: 4, maxLength: 4 });
const cases: fc.Arbitrary<Case> = fc.record({
  batch: fc.integer({ min: 0, max: 3 }),
  heads: fc.integer({ min: 1, max: 2 }),
  T: fc.integer({ min: 0, max: 6 }),
  S: fc.integer({ min: 0, max: 6 }),
  d: fc.constantFrom(1, 3, 4, 6), // one chunk or two: each new number is a pipeline to compile
  e: fc.constantFrom(2, 4),
  view: views,
  bias: fc.option(axes),
  mask: fc.option(axes),
  variant: fc.constant('block'),
  seed: fc.nat(),
});

function check({ batch, heads, T, S, d, e, view, bias, mask, variant, seed }: Case): Promise<void> {
  force(variant);
  const pick = (kept: readonly boolean[]) => [batch, heads, T, S].map((extent, i) => (kept[i] ? extent : 1));
  const random = generator(seed);
  const inputs: Input[] = [
    { shape: [batch, heads, T, d], spread: 2, view },
    { shape: [batch, heads, S, d], spread: 2, view },
    { shape: [batch, heads, S, e], view },
  ];
  if (bias) inputs.push({ shape: pick(bias), spread: 2, view });
  if (mask) inputs.push({ ...bools(pick(mask), random), view: view === 'sliced' ? 'dense' : view });
  return checkOp({
    run: ([q, k, v, ...rest]) =>
      scaledDotProductAttention(q!, k!, v!, { bias: bias && rest[0]!, mask: mask && rest[rest.length - 1]! }),
    reference: ([q, k, v, ...rest]) =>
      scaledDotProductAttentionReference([q!, k!, v!, bias && rest[0]!, mask && rest[rest.length - 1]!]),
    inputs,
    ...TOLERANCE,
    samples: T * S > 1000 ? 4 : 12,
    seed,
  });
}

const PLAIN = { batch: 1, heads: 2, view: 'dense', bias: null, mask: null, seed: 5 } as const;

function bools(shape: readonly number[], random: () => number): Input {
  return { shape, dtype: 'bool', values: nd(shape, () => (random() < 0.7 ? 1 : 0)).data };
}

test('any shape, view, bias and mask agrees with float64, and so do the gradients', () => property(cases, check, 20));

/** The same with bias and mask always there, so that a variant is compiled once. */
const full = (variant: Case['variant']) =>
  cases.map((made) => ({ ...made, d: 3, e: 4, bias: made.bias ?? BROADCAST, mask: made.mask ?? BROADCAST, variant }));
const BROADCAST = [false, true, true, true];

describe.each(['block', 'quad', 'row', 'tile'] as const)('the variant %s', (variant) => {
  test('agrees at any shape', () => property(full(variant), check, 8));

  test('agrees one past a tile of keys and past a workgroup of rows', () =>
    check({ ...PLAIN, T: 66, S: 131, d: 8, e: 12, variant }));
});

test.each([
  { d: 37, e: 33 }, // more chunks than the quads hold
  { d: 128, e: 100 }, // dk and dv in two launches
])('long rows agree, d $d, e $e', ({ d, e }) => check({ ...PLAIN, T: 3, S: 5, d, e, variant: 'tile' }));

test('heads split out of [batch, rows, heads, channels] are read in place', () =>
  checkOp({
    run: ([q, k, v]) =>
      scaledDotProductAttention(permute(q!, [0, 2, 1, 3]), permute(k!, [0, 2, 1, 3]), permute(v!, [0, 2, 1, 3])),
    reference: ([q, k, v]) => {
      const swap = (x: typeof q) =>
        nd([2, 3, x!.shape[1]!, 8], (_, [b, h, t, c]) => x!.data[((b! * x!.shape[1]! + t!) * 3 + h!) * 8 + c!]!);
      return scaledDotProductAttentionReference([swap(q), swap(k), swap(v)]);
    },
    inputs: [{ shape: [2, 5, 3, 8] }, { shape: [2, 4, 3, 8] }, { shape: [2, 4, 3, 8] }],
    ...TOLERANCE,
  }));

test('heads join again without a copy', () => {
  using x = zeros([2, 5, 3, 6]);
  using heads = permute(x, [0, 2, 1, 3]);
  using v = slice(heads, -1, 0, 4);
  using y = scaledDotProductAttention(heads, heads, v);
  using joined = permute(y, [0, 2, 1, 3]);
  expect([y.shape, joined.isDense]).toEqual([[2, 3, 5, 4], true]);
});

test('memory grows with rows, not with pairs of them', () => {
  using x = tensor(new Float32Array(1024 * 4), { shape: [1024, 4], requiresGrad: true });
  const before = device.memory().bytes;
  device.resetPeak();
  tidy(() => scaledDotProductAttention(x, x, x).backward(zeros([1024, 4])));
  // Some 20 tensors of rows; a matrix of scores would be 4 MiB.
  expect(device.memory().peakBytes - before).toBeLessThan(1024 * 4 * 4 * 20);
});

test('two runs give the same bits', async () => {
  const random = generator(9);
  const leaf = (shape: number[]) => tensor(nd(shape, random).data, { shape, dtype: 'f32', requiresGrad: true });
  using q = leaf([3, 40, 4]);
  using bias = leaf([40, 40]);
  const run = () => {
    tidy(() => scaledDotProductAttention(q, q, q, { bias }).backward(expand(ones([1]), [3, 40, 4])));
    const grads = Promise.all([q.grad!.data(), bias.grad!.data()]);
    q.grad = null;
    bias.grad = null;
    return grads;
  };
  expect(await run()).toEqual(await run());
});

test('axes in front broadcast, and their gradients are summed', () =>
  checkOp({
    run: ([q, k, v]) => scaledDotProductAttention(q!, k!, v!),
    reference: ([q, k, v]) => scaledDotProductAttentionReference([q!, k!, v!]),
    inputs: [{ shape: [3, 1, 2, 4] }, { shape: [2, 3, 4] }, { shape: [1, 1, 3, 4] }],
    ...TOLERANCE,
  }));

test('a bias shared by many windows and rows gathers its gradient in several segments', () =>
  checkOp({
    run: ([q, k, v, bias]) => scaledDotProductAttention(q!, k!, v!, { bias: bias! }),
    reference: ([q, k, v, bias]) => scaledDotProductAttentionReference([q!, k!, v!, bias!]),
    inputs: [{ shape: [3, 50, 4] }, { shape: [3, 2, 4] }, { shape: [3, 2, 4] }, { shape: [2] }],
    ...TOLERANCE,
    samples: 6,
  }));

test('scores of hundreds neither overflow nor lose the small ones', () =>
  checkOp({
    run: ([q, k, v]) => scaledDotProductAttention(q!, k!, v!),
    reference: ([q, k, v]) => scaledDotProductAttentionReference([q!, k!, v!]),
    inputs: [{ shape: [4, 4], spread: 30 }, { shape: [5, 4], spread: 30 }, { shape: [5, 4] }],
    // A score near 1000 has an f32 spacing of 6e-5, which is the relative error of exp(score).
    tolerance: 2e-4,
    gradTolerance: 2e-3,
  }));

test('minus infinity in the bias masks, and a row of it gives 0 and gradient 0', async () => {
  using q = tensor(
    [
      [1, 2],
      [3, -1],
    ],
    { requiresGrad: true },
  );
  using k = tensor(
    [
      [0.5, 1],
      [2, 1],
    ],
    { requiresGrad: true },
  );
  using v = tensor(
    [
      [1, 10],
      [2, 20],
    ],
    { requiresGrad: true },
  );
  using bias = tensor([
    [Number.NEGATIVE_INFINITY, 0],
    [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY],
  ]);
  using y = scaledDotProductAttention(q, k, v, { bias });
  expect([...(await y.data())]).toEqual([2, 20, 0, 0]);
  using up = tensor([
    [1, 1],
    [1, 1],
  ]);
  y.backward(up);
  expect([...(await q.grad!.data())]).toEqual([0, 0, 0, 0]);
  expect([...(await v.grad!.data())]).toEqual([0, 0, 1, 1]);
});

test('more rows than 65,535 workgroups cover', async () => {
  const rows = 65_536 * 16 + 1; // of 16 invocations
  using zero = zeros([1, 1, 4]);
  using q = expand(zero, [rows, 1, 4]);
  using v = tensor(
    Float32Array.from({ length: rows * 4 }, (_, i) => i),
    { shape: [rows, 1, 4] },
  );
  using y = scaledDotProductAttention(q, q, v);
  const data = await y.data();
  expect(data.every((value, i) => value === i)).toBe(true);
});

test('equal keys average the values', async () => {
  using q = tensor([[3, -1, 2]]);
  using k = tensor([
    [1, 1, 1],
    [1, 1, 1],
  ]);
  using v = tensor([
    [1, 2],
    [3, 6],
  ]);
  using y = scaledDotProductAttention(q, k, v);
  expect([...(await y.data())]).toEqual([2, 4]);
});

test('extents that do not fit are named', () => {
  using q = zeros([2, 3, 4]);
  using k = zeros([2, 5, 4]);
  using wrong = zeros([2, 5, 3]);
  using row = zeros([4]);
  expect(() => scaledDotProductAttention(q, wrong, k)).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: scaledDotProductAttention: k must be [..., S, 4] like q, got [2, 5, 3]]`,
  );
  expect(() => scaledDotProductAttention(q, k, q)).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: scaledDotProductAttention: v must be [..., 5, e] like k, got [2, 3, 4]]`,
  );
  expect(() => scaledDotProductAttention(row, k, k)).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: scaledDotProductAttention: q must be [..., rows, channels] with channels, got [4]]`,
  );
  expect(() => scaledDotProductAttention(q, k, k, { bias: q })).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: scaledDotProductAttention: bias must broadcast to [2, 3, 5], got [2, 3, 4]]`,
  );
  expect(() => scaledDotProductAttention(q, k, k, { mask: q })).toThrowErrorMatchingInlineSnapshot(
    `[DTypeError: scaledDotProductAttention: mask must be bool, got f32: pass numbers as bias]`,
  );
});

testFixtures<{ scale?: number }>(
  'scaledDotProductAttention',
  ({ q, k, v, bias, mask }, attributes) =>
    scaledDotProductAttention(q!, k!, v!, { bias: bias ?? null, mask: mask ?? null, ...attributes }),
  { tolerance: 2e-6, gradTolerance: 1e-5 },
);
