import fc from 'fast-check';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  type AxialAttentionOptions,
  axialAttention,
  axialAttentionReference,
} from '../../../src/kernels/attention/axialAttention.ts';
import { permute } from '../../../src/kernels/view/permute.ts';
import { tensor, zeros } from '../../../src/tensor/create.ts';
import type { Device } from '../../../src/tensor/engine/device/device.ts';
import { init } from '../../../src/tensor/engine/device/init.ts';
import { checkOp, expectClose, property, views } from '../../setup/checkOp.ts';
import { testFixtures } from '../../setup/fixtureCase.ts';

let device: Device;
beforeAll(async () => {
  device = await init();
});

afterEach(() => device.choices.chosen.clear());

interface Case {
  readonly shape: readonly number[];
  readonly dim: number;
  readonly heads: number;
  readonly extent: number;
  readonly rope: { base: number; interleaved: boolean } | null;
  readonly gated: boolean;
  readonly view: 'dense' | 'permuted' | 'sliced';
  readonly seed: number;
}

function check({ shape, dim, heads, extent, rope, gated, view, seed }: Case): Promise<void> {
  return checkOp({
    run: ([qkv, gate]) => axialAttention(qkv!, { dim, heads, rope, gate: gate ?? null }),
    reference: ([qkv, gate]) => axialAttentionReference([qkv!, gate ?? null], { dim, heads, rope }),
    inputs: [
      { shape: [...shape, 3 * heads * extent], spread: 1.5, view },
      ...(gated ? [{ shape: [...shape, heads], spread: 2, view }] : []),
    ],
    tolerance: 5e-6,
    // Where a sequence has one row the gradients of q and k are 0, and what is left is the rounding of dp - delta.
    gradTolerance: 1e-4,
    samples: 12,
    seed,
  });
}

const cases: fc.Arbitrary<Case> = fc.record({
  shape: fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 })),
  dim: fc.constantFrom(0, 1, 2, -2),
  heads: fc.integer({ min: 1, max: 3 }),
  extent: fc.constantFrom(2, 4, 6, 8),
  rope: fc.option(fc.record({ base: fc.constantFrom(10, 10_000), interleaved: fc.boolean() })),
  gated: fc.boolean(),
  view: views,
  seed: fc.nat(),
});

test('attends along any axis of any view like float64, and so do the gradients', () => property(cases, check, 20));

describe.each(['block', 'quad', 'row', 'tile'])('the variant %s', (variant) => {
  test.each([true, false])('gated %s', (gated) => {
    for (const pass of ['forward', 'gradQuery', 'gradKeyValue']) {
      for (const length of ['short', 'long', 'wide']) device.choices.chosen.set(`attention/${pass}/${length}`, variant);
    }
    device.choices.chosen.set('axialAttention/24x8', 'rows');
    const rope = { base: 10_000, interleaved: true };
    return check({ shape: [2, 18, 2], dim: 1, heads: 2, extent: 8, rope, gated, view: 'dense', seed: 3 });
  });
});

// Half a block, a block, one past it, and the longest sequence that the extent leaves room for.
describe.each([
  { positions: 4, extent: 32 },
  { positions: 8, extent: 12 },
  { positions: 9, extent: 4 },
  { positions: 33, extent: 20 },
  { positions: 96, extent: 8 },
])('a sequence of $positions positions, $extent channels a head', ({ positions, extent }) => {
  test.each([true, false])('owned by one invocation, rotated and gated %s', (on) => {
    device.choices.chosen.set(
      `axialAttention/${positions <= 4 ? 4 : Math.ceil(positions / 8) * 8}x${extent}`,
      'sequence',
    );
    const rope = on ? { base: 10_000, interleaved: true } : null;
    return check({ shape: [2, positions, 2], dim: 1, heads: 2, extent, rope, gated: on, view: 'dense', seed: 4 });
  });
});

test('without an axis to tell apart, a permuted input gives the permuted result', async () => {
  using x = tensor(
    Float32Array.from({ length: 2 * 3 * 4 * 24 }, (_, i) => Math.sin(i)),
    { shape: [2, 3, 4, 24] },
  );
  using direct = axialAttention(x, { dim: 2, heads: 2 });
  using turned = permute(x, [2, 0, 1, 3]);
  using other = axialAttention(turned, { dim: 0, heads: 2 });
  using back = permute(other, [1, 2, 0, 3]);
  expectClose(await back.data(), await direct.data(), 1e-6);
});

test('gates far on either side close and open without overflow', async () => {
  using qkv = tensor(
    [
      [1, 1, 5],
      [1, 1, 7],
    ],
    { requiresGrad: true },
  );
  using gate = tensor([[-500], [500]], { requiresGrad: true });
  using y = axialAttention(qkv, { dim: 0, heads: 1, gate });
  const [closed, open] = await y.data();
  expect(closed).toBeCloseTo(0, 10);
  expect(open).toBeCloseTo(6, 5);
  using up = tensor([[1], [1]]);
  y.backward(up);
  expect([...(await gate.grad!.data())].every((g) => Math.abs(g) < 1e-30)).toBe(true);
});

test('an axis of no positions, and no sequences at all', () =>
  Promise.all(
    [
      [2, 0],
      [0, 2],
    ].map((shape) =>
      check({
        shape,
        dim: 1,
        heads: 1,
        extent: 4,
        rope: { base: 100, interleaved: true },
        gated: true,
        view: 'dense',
        seed: 1,
      }),
    ),
  ));

test('what does not fit is named', () => {
  using qkv = zeros([2, 3, 24]);
  using gate = zeros([2, 3, 3]);
  expect(() => axialAttention(qkv, { dim: 1, heads: 5 })).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: axialAttention: the last axis of qkv must be 3 · 5 heads · headDim, got [2, 3, 24]]`,
  );
  expect(() => axialAttention(qkv, { dim: 1, heads: 0 })).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: axialAttention: heads must be a positive integer, got 0]`,
  );
  expect(() => axialAttention(qkv, { dim: 2, heads: 2 })).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: axialAttention: dim must be an axis of positions, got the last axis of [2, 3, 24]]`,
  );
  expect(() => axialAttention(qkv, { dim: 3, heads: 2 })).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: axialAttention: dim must be an integer in [-3, 2] for 3 axes, got 3]`,
  );
  expect(() => axialAttention(qkv, { dim: 1, heads: 2, gate })).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: axialAttention: gate must be [2, 3, 2], got [2, 3, 3]]`,
  );
  expect(() => axialAttention(qkv, { dim: 1, heads: 8, rope: {} })).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: axialAttention: rotated rows must have an even extent, got 1]`,
  );
});

testFixtures<Omit<AxialAttentionOptions, 'gate'>>(
  'axialAttention',
  ({ qkv, gate }, attributes) => axialAttention(qkv!, { ...attributes, gate: gate ?? null }),
  { tolerance: 2e-6, gradTolerance: 1e-5 },
);
