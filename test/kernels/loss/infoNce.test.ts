import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { infoNce, infoNceReference } from '../../../src/kernels/loss/infoNce.ts';
import { full, ones, tensor, zeros } from '../../../src/tensor/create.ts';
import { defaultDevice, init } from '../../../src/tensor/engine/device/init.ts';
import type { Nd } from '../../../src/tensor/engine/nd.ts';
import { tidy } from '../../../src/tensor/engine/scope.ts';
import type { Tensor } from '../../../src/tensor/tensor.ts';
import { checkOp, expectClose, generator, type Input, property, views } from '../../setup/checkOp.ts';
import { testFixtures } from '../../setup/fixtureCase.ts';
import { withLanes } from '../reduce/withLanes.ts';

beforeAll(async () => {
  await init();
});

const cases = fc.record({
  n: fc.integer({ min: 1, max: 12 }),
  d: fc.integer({ min: 1, max: 20 }),
  logScale: fc.double({ min: -2, max: 3, noNaN: true }),
  scaleShape: fc.constantFrom([], [1]),
  views: fc.tuple(views, views),
  seed: fc.nat(),
});

const run = ([audio, text, logScale]: readonly Tensor[]) => infoNce(audio!, text!, logScale!);
const reference = ([audio, text, logScale]: readonly Nd[]) => infoNceReference([audio!, text!, logScale!]);

/** Rows of unit length; those of one pair have something in common. */
function embeddings(n: number, d: number, seed: number, common = 0.5): [Float32Array, Float32Array] {
  const random = generator(seed);
  const audio = Array.from({ length: n }, () => Array.from({ length: d }, () => random() * 2 - 1));
  const text = audio.map((row) => row.map((value) => common * value + (1 - common) * (random() * 2 - 1)));
  const unit = (row: number[]) => row.map((value) => value / (Math.hypot(...row) || 1));
  return [Float32Array.from(audio.flatMap(unit)), Float32Array.from(text.flatMap(unit))];
}

function pairs(n: number, d: number, logScale: number, seed = 1, common = 0.5): Input[] {
  const [audio, text] = embeddings(n, d, seed, common);
  return [
    { shape: [n, d], values: audio },
    { shape: [n, d], values: text },
    { shape: [], values: [logScale] },
  ];
}

test.each([1, 32] as const)('of any views equals the float64 loss, with all gradients, %i lanes per row', (lanes) =>
  withLanes(lanes, ['infoNce.rows', 'infoNce.gradDots'], () =>
    property(cases, ({ n, d, logScale, scaleShape, views: [first, second], seed }) =>
      checkOp({
        run,
        reference,
        inputs: [
          { shape: [n, d], view: first },
          { shape: [n, d], view: second },
          { shape: scaleShape, values: [logScale] },
        ],
        seed,
        tolerance: 5e-6, // a logit of 20 in f32 is good to 2e-6, and the loss may be 1
      }),
    ),
  ),
);

test.each([0.2, 0.9])('a scale of 100 keeps its digits when pairs have %f in common', (common) =>
  checkOp({
    run,
    reference,
    inputs: pairs(24, 16, Math.log(100), 3, common),
    // A product in f32 is good to 1e-7, a logit to 1e-5; the loss of the alike pairs is about 0.01.
    tolerance: common > 0.5 ? 1e-4 : 5e-6,
    gradTolerance: 2e-4,
    step: 1e-5,
  }),
);

test('pairs far above all others have a loss and gradients near 0, with digits', async () => {
  const values = Float32Array.of(1, 0, 0, 1);
  using audio = tensor(values, { shape: [2, 2], requiresGrad: true });
  using text = tensor(values, { shape: [2, 2] });
  using logScale = full([], Math.log(20));
  const { loss, gradient } = tidy(() => {
    const y = infoNce(audio, text, logScale);
    y.backward();
    return { loss: y.data(), gradient: audio.grad!.data() };
  });
  const truth = Math.log1p(Math.exp(-20));
  expectClose(await loss, [truth], 1e-5);
  const slope = (10 * Math.exp(-20)) / (1 + Math.exp(-20));
  expectClose(await gradient, [-slope, slope, slope, -slope], 1e-5);
});

test('logits of thousands give a finite loss and finite gradients', async () => {
  using audio = tensor([1, 2, -3, 4], { shape: [2, 2], requiresGrad: true });
  using text = tensor([-1, 2, 30, 4], { shape: [2, 2], requiresGrad: true });
  using logScale = tensor([Math.log(1000)], { requiresGrad: true });
  const { loss, gradients } = tidy(() => {
    const y = infoNce(audio, text, logScale);
    y.backward();
    return { loss: y.item(), gradients: [audio, text, logScale].map((leaf) => leaf.grad!.data()) };
  });
  const host = (data: readonly number[], shape: readonly number[]) => ({ shape, data: Float64Array.from(data) });
  const truth = infoNceReference([
    host([1, 2, -3, 4], [2, 2]),
    host([-1, 2, 30, 4], [2, 2]),
    host([Math.log(1000)], [1]),
  ]);
  expect(Math.abs((await loss) - truth.data[0]!)).toBeLessThan(1e-6 * truth.data[0]!);
  for (const gradient of gradients) expect([...(await gradient)].every(Number.isFinite)).toBe(true);
});

test('one pair has no other: loss and gradients are 0', () =>
  checkOp({ run, reference, inputs: pairs(1, 4, 2), tolerance: 0 }));

test.each([1, 256] as const)(
  'rows of several panels are right, the last one shorter, %i lanes per row',
  async (lanes) => {
    const [n, d] = [600, 8];
    await withLanes(lanes, ['infoNce.rows', 'infoNce.gradDots'], async () => {
      const [audio, text] = embeddings(n, d, 5);
      const leaves = [
        tensor(audio, { shape: [n, d], requiresGrad: true }),
        tensor(text, { shape: [n, d], requiresGrad: true }),
        tensor([2.5], { shape: [], requiresGrad: true }),
      ];
      const { loss, gradients } = tidy(() => {
        const y = run(leaves);
        y.backward();
        return { loss: y.data(), gradients: leaves.map((leaf) => leaf.grad!.data()) };
      });
      const truth = closedForm(audio, text, 2.5, n, d);
      expectClose(await loss, [truth.loss], 2e-6);
      for (const [i, expected] of truth.gradients.entries()) {
        expectClose(await gradients[i]!, expected, 1e-5, `gradient ${i}`);
      }
      for (const leaf of leaves) leaf.dispose();
    });
  },
);

test('2048 pairs take a panel of memory, forward and backward, not the 16 MiB of their logits', async () => {
  const [n, d] = [2048, 4];
  using audio = full([n, d], 0.5, { requiresGrad: true });
  using text = full([n, d], 0.5, { requiresGrad: true });
  using logScale = zeros([]);
  const device = defaultDevice();
  device.resetPeak();
  const { bytes } = device.memory();
  const loss = tidy(() => {
    const y = infoNce(audio, text, logScale);
    y.backward();
    return { y: y.item() };
  });
  expect(await loss.y).toBeCloseTo(Math.log(n), 5);
  expect(device.memory().peakBytes - bytes).toBeLessThan(2 ** 21);
});

test('audio and text may change places, and pairs their order', async () => {
  const [n, d] = [9, 6];
  const [first, second] = embeddings(n, d, 8);
  const turned = (x: Float32Array) => x.map((_, i) => x[(n - 1 - Math.floor(i / d)) * d + (i % d)]!);
  using audio = tensor(first, { shape: [n, d] });
  using text = tensor(second, { shape: [n, d] });
  using lastAudio = tensor(turned(first), { shape: [n, d] });
  using lastText = tensor(turned(second), { shape: [n, d] });
  using logScale = ones([1]);
  using plain = infoNce(audio, text, logScale);
  using swapped = infoNce(text, audio, logScale);
  using reordered = infoNce(lastAudio, lastText, logScale);
  const loss = await plain.item();
  expect(await swapped.item()).toBeCloseTo(loss, 5);
  expect(await reordered.item()).toBeCloseTo(loss, 5);
});

test('mistakes are named', () => {
  using two = ones([2, 5]);
  using three = ones([3, 5]);
  using none = ones([0, 5]);
  using scale = ones([]);
  expect(() => infoNce(two, three, scale)).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: infoNce: text must be [2, 5], got [3, 5]]`,
  );
  expect(() => infoNce(none, none, scale)).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: infoNce: audio and text must be at least one pair, got none]`,
  );
  expect(() => infoNce(two, two, two)).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: infoNce: logScale must be a single number, [] or [1], got [2, 5]]`,
  );
  expect(() => infoNce(scale, two, scale)).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: infoNce: audio must be [n, d] with 2 axes, got []]`,
  );
});

testFixtures('infoNce', ({ audio, text, logScale }) => infoNce(audio!, text!, logScale!), {
  tolerance: 2e-6,
  gradTolerance: 1e-5,
});

/** Loss and gradients in float64 by the formulas, for sizes where differences would take too long. */
function closedForm(audio: Float32Array, text: Float32Array, logScale: number, n: number, d: number) {
  const scale = Math.exp(Math.fround(logScale));
  const logits = new Float64Array(n * n);
  const rows = new Float64Array(n);
  const columns = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let dot = 0;
      for (let k = 0; k < d; k++) dot += audio[i * d + k]! * text[j * d + k]!;
      logits[i * n + j] = scale * dot;
      rows[i]! += Math.exp(scale * dot);
      columns[j]! += Math.exp(scale * dot);
    }
  }
  const gradients = [new Float64Array(n * d), new Float64Array(n * d), new Float64Array(1)] as const;
  let loss = 0;
  for (let i = 0; i < n; i++) {
    loss += (Math.log(rows[i]!) + Math.log(columns[i]!)) / (2 * n) - logits[i * n + i]! / n;
    for (let j = 0; j < n; j++) {
      const e = Math.exp(logits[i * n + j]!);
      const slope = (e / rows[i]! + e / columns[j]! - (i === j ? 2 : 0)) / (2 * n);
      gradients[2][0]! += slope * logits[i * n + j]!;
      for (let k = 0; k < d; k++) {
        gradients[0][i * d + k]! += scale * slope * text[j * d + k]!;
        gradients[1][j * d + k]! += scale * slope * audio[i * d + k]!;
      }
    }
  }
  return { loss, gradients };
}
