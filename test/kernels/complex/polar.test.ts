import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  complexAbs2,
  complexAbs2Reference,
  magnitude,
  magnitudeReference,
  phase,
  phaseReference,
} from '../../../src/kernels/complex/polar.ts';
import { tensor, zeros } from '../../../src/tensor/create.ts';
import { init } from '../../../src/tensor/engine/device/init.ts';
import { checkOp, expectClose, generator, property, shapes, views } from '../../setup/checkOp.ts';

beforeAll(async () => {
  await init();
});

const problems = fc.record({ lead: shapes({ min: 0, max: 3 }, { min: 0, max: 6 }), view: views, seed: fc.nat() });
const TABLE = [
  { name: 'magnitude', run: magnitude, reference: magnitudeReference },
  { name: 'phase', run: phase, reference: phaseReference },
  { name: 'complexAbs2', run: complexAbs2, reference: complexAbs2Reference },
];

describe.each(TABLE)('$name', ({ run, reference }) => {
  test('equals float64 on any view, with its gradient', () =>
    property(problems, ({ lead, view, seed }) =>
      checkOp({
        run: ([x]) => run(x!),
        reference: ([x]) => reference([x!]),
        // Both parts away from 0: near the origin and the cut of the phase central differences see nothing of use.
        inputs: [{ shape: [...lead, 2], view, avoid: (value) => Math.abs(value) < 0.1 }],
        tolerance: 1e-6,
        seed,
      }),
    ));

  test('at the origin value and gradient are 0', async () => {
    using x = zeros([3, 2], { requiresGrad: true });
    using y = run(x);
    using seed = tensor([1, 2, 3]);
    y.backward(seed);
    expect([...(await y.data())]).toEqual([0, 0, 0]);
    expect([...(await x.grad!.data())]).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test('a last axis that is not (re, im) is named', () => {
    using x = zeros([2, 3]);
    expect(() => run(x)).toThrow(/x must be \[\.\.\., 2\] with \(re, im\) last, got \[2, 3\]/);
  });
});

test('more than 65,535 workgroups', async () => {
  const size = 65_536 * 64 + 1;
  const data = new Float32Array(2 * size);
  for (const at of [0, 65_535 * 64, size - 1]) data[2 * at] = at + 3;
  using x = tensor(data, { shape: [size, 2] });
  using y = magnitude(x);
  const found = await y.data();
  expect([found[0], found[65_535 * 64], found[size - 1]]).toEqual([3, 65_535 * 64 + 3, size + 2]);
});

test('magnitudes whose squares leave the range of f32 are right', async () => {
  using x = tensor([3e-30, 4e-30, 3e30, 4e30, -6e18, 8e18], { shape: [3, 2] });
  using y = magnitude(x);
  const found = await y.data();
  [5e-30, 5e30, 1e19].forEach((truth, i) => {
    expect(Math.abs(found[i]! / truth - 1)).toBeLessThan(1e-6);
  });
});

test('eps keeps the root away from 0: the gradient at the origin is 0, and steep nowhere', () =>
  checkOp({
    run: ([x]) => magnitude(x!, { eps: 0.01 }),
    reference: ([x]) => magnitudeReference([x!], { eps: 0.01 }),
    inputs: [{ shape: [5, 2], values: [0, 0, 0.05, 0, -0.1, 0.01, 1, 2, 0, -0.3] }],
  }));

test('angles all around, at any distance, are exact to 1e-7 of π', async () => {
  const random = generator(7);
  const values = Float32Array.from({ length: 40_000 }, () => (random() * 2 - 1) * 10 ** (random() * 12 - 6));
  using x = tensor(values, { shape: [20_000, 2] });
  using y = phase(x);
  const truth = Float64Array.from({ length: 20_000 }, (_, i) => Math.atan2(values[2 * i + 1]!, values[2 * i]!));
  expectClose(await y.data(), truth, 1e-7);
});

test('the angles of the axes and diagonals, and the side of the cut that the sign of 0 tells', async () => {
  const points = [1, 0, 1, 1, 0, 1, -1, 1, -1, 0, -1, -0, -1, -1, 0, -1, 1, -1, 1, -0, -0, 0];
  using x = tensor(points, { shape: [11, 2] });
  using y = phase(x);
  const turns = [0, 1, 2, 3, 4, -4, -3, -2, -1, 0, 0];
  expectClose(
    await y.data(),
    turns.map((eighths) => (eighths * Math.PI) / 4),
    1e-7,
  );
});

test('a negative eps is named', () => {
  using x = zeros([2]);
  expect(() => magnitude(x, { eps: -1 })).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: magnitude: eps must be at least 0, got -1]`,
  );
});
