import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { type PadMode, type PadOptions, pad, padReference } from '../../../src/kernels/indexing/pad.ts';
import { slice } from '../../../src/kernels/view/slice.ts';
import { tensor, zeros } from '../../../src/tensor/create.ts';
import { init } from '../../../src/tensor/engine/device/init.ts';
import { checkOp, property, shapes, views } from '../../setup/checkOp.ts';
import { testFixtures } from '../../setup/fixtureCase.ts';

beforeAll(async () => {
  await init();
});

const cases = fc
  .record({
    shape: shapes({ min: 1, max: 4 }, { min: 0, max: 6 }),
    wanted: fc.array(fc.tuple(fc.nat(5), fc.nat(5)), { minLength: 4, maxLength: 4 }),
    mode: fc.constantFrom<PadMode>('constant', 'reflect', 'replicate'),
    value: fc.integer({ min: -3, max: 3 }),
    view: views,
    seed: fc.nat(),
  })
  .map(({ shape, wanted, mode, ...rest }) => {
    const most = (extent: number) =>
      mode === 'constant' ? 5 : mode === 'reflect' ? Math.max(extent - 1, 0) : 5 * extent;
    const pads = shape.map((extent, d) => wanted[d]!.map((count) => Math.min(count, most(extent))) as [number, number]);
    return { shape, mode, pads, ...rest };
  });

test('any pads of any view in every mode, with their gradients', () =>
  property(
    cases,
    ({ shape, view, seed, ...options }) =>
      checkOp({
        run: ([x]) => pad(x!, options),
        reference: ([x]) => padReference([x!], options),
        inputs: [{ shape, view }],
        tolerance: 0,
        gradTolerance: 1e-5,
        seed,
      }),
    30,
  ));

test('every type pads with a constant', async () => {
  for (const dtype of ['i32', 'u32', 'bool'] as const) {
    using x = tensor([0, 1], { dtype });
    using y = pad(x, { pads: [[1, 2]], value: 1 });
    expect(y.dtype).toBe(dtype);
    expect([...(await y.data())]).toEqual([1, 0, 1, 1, 1]);
  }
});

test('cutting the pads off gives the tensor back', async () => {
  using x = tensor([1, 2, 3, 4], { shape: [1, 4] });
  for (const mode of ['constant', 'reflect', 'replicate'] as const) {
    using y = pad(x, {
      pads: [
        [0, 0],
        [2, 3],
      ],
      mode,
    });
    using inner = slice(y, 1, 2, 6);
    expect(await inner.data()).toEqual(await x.data());
  }
});

test('padding by nothing gives a result of its own', async () => {
  using x = tensor([1, 2]);
  for (const mode of ['constant', 'replicate'] as const) {
    using y = pad(x, { pads: [[0, 0]], mode });
    expect(y).not.toBe(x);
    expect([...(await y.data())]).toEqual([1, 2]);
  }
});

test('more elements than 65,535 workgroups of 64 hold', async () => {
  const size = 65_536 * 64;
  using x = tensor(Float32Array.from({ length: size }, (_, i) => i % 1009));
  using y = pad(x, { pads: [[2, 2]], mode: 'reflect' });
  const values = await y.data();
  const expected = (i: number) => (size - 1 - Math.abs(size - 1 - Math.abs(i - 2))) % 1009;
  expect(values.findIndex((value, i) => value !== expected(i))).toBe(-1);
});

test('pads that cannot be are named', () => {
  using x = zeros([2, 3]);
  expect(() => pad(x, { pads: [[1, 1]] })).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: pad: pads must have a pair for each axis of [2, 3], got [[1,1]]]`,
  );
  expect(() =>
    pad(x, {
      pads: [
        [0, 0],
        [-1, 0],
      ],
    }),
  ).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: pad: pads must be integers of at least 0, got [[0,0],[-1,0]]: use slice() to cut]`,
  );
  expect(() =>
    pad(x, {
      pads: [
        [0, 0],
        [3, 0],
      ],
      mode: 'reflect',
    }),
  ).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: pad: axis 1 of [2, 3] must have at least 4 elements to reflect [3, 0]]`,
  );
  expect(() =>
    pad(x, {
      pads: [
        [0, 0],
        [3, 0],
      ],
      mode: 'wrap' as PadMode,
    }),
  ).toThrowErrorMatchingInlineSnapshot(`[RangeError: pad: mode must be constant, reflect or replicate, got wrap]`);
});

testFixtures<PadOptions>('pad', ({ x }, options) => pad(x!, options));
