import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { type AdamWSettings, adamWHyper, adamWReference, adamWStep } from '../../../src/kernels/optimizer/adamW.ts';
import { moveAverage } from '../../../src/kernels/optimizer/average.ts';
import { sgdStep } from '../../../src/kernels/optimizer/sgd.ts';
import type { Slot } from '../../../src/kernels/optimizer/slots.ts';
import { slice } from '../../../src/kernels/view/slice.ts';
import { ones, tensor, zeros } from '../../../src/tensor/create.ts';
import { defaultDevice, init } from '../../../src/tensor/engine/device/init.ts';
import { record } from '../../../src/tensor/engine/record.ts';
import { tidy } from '../../../src/tensor/engine/scope.ts';
import { upload, uploadAt } from '../../../src/tensor/engine/upload.ts';
import type { Tensor } from '../../../src/tensor/tensor.ts';
import { expectClose, generator, property } from '../../setup/checkOp.ts';

beforeAll(async () => {
  await init();
});

/** Parameters of these sizes with an optimizer's state; each step takes new gradients. */
function bench(sizes: readonly number[], copies: number, hyper: readonly number[], seed: number) {
  const random = generator(seed);
  const draw = (size: number) => Float32Array.from({ length: size }, () => 2 * random() - 1);
  const values = sizes.map(draw);
  const params = values.map((value) => tensor(value));
  const grads = sizes.map((size) => zeros([size]));
  const places = sizes.map((_, i) => sizes.slice(0, i).reduce((sum, size) => sum + 4 * Math.ceil(size / 4), 0));
  const total = sizes.reduce((sum, size) => sum + 4 * Math.ceil(size / 4), 0);
  const state = zeros([copies, total]);
  const hypers = tensor(hyper);
  const slots: Slot[] = params.map((param, i) => ({ param, grad: grads[i]!, stateAt: places[i]! }));
  return {
    slots,
    state,
    hyper: hypers,
    values: values.map((value) => Float64Array.from(value)),
    nextGradients(): Float32Array[] {
      const next = sizes.map(draw);
      for (const [i, grad] of grads.entries()) upload(grad, next[i]!);
      return next;
    },
    [Symbol.dispose](): void {
      for (const made of [...params, ...grads, state, hypers]) made.dispose();
    },
  };
}

/** So many parameters per launch, as on another class of device. */
function withSlots(count: string): Disposable {
  const { chosen } = defaultDevice().choices;
  chosen.set('optimizer/slots', count);
  return { [Symbol.dispose]: () => chosen.delete('optimizer/slots') };
}

async function expectParameters(
  slots: readonly Slot[],
  truths: readonly Float64Array[],
  tolerance = 1e-6,
): Promise<void> {
  const actual = await Promise.all(slots.map(({ param }) => param.data()));
  for (const [i, truth] of truths.entries()) expectClose(actual[i]!, truth, tolerance, `parameter ${i}`);
}

const sizes = fc.array(fc.integer({ min: 0, max: 70 }), { minLength: 1, maxLength: 8 });

describe('adamWStep', () => {
  const settings: AdamWSettings = { lr: 0.01, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0.1 };

  async function run(counts: readonly number[], seed: number, steps: number): Promise<void> {
    using made = bench(counts, 2, adamWHyper(settings), seed);
    const moments = made.values.map(({ length }) => ({ m: new Float64Array(length), v: new Float64Array(length) }));
    for (let t = 1; t <= steps; t++) {
      const grads = made.nextGradients();
      adamWStep(made.slots, made.state, made.hyper);
      for (const [i, param] of made.values.entries()) {
        adamWReference({ param, grad: grads[i]!, ...moments[i]! }, settings, t);
      }
    }
    // A step rounds parameters of up to 1 by up to 6e-8, which n steps add up; the scale of the comparison may be 0.2.
    await expectParameters(made.slots, made.values, Math.max(1e-6, 6e-8 * steps));
  }

  test.each(['1', '3'])('updates any number of tensors of any size as in float64, %s per launch', async (perLaunch) => {
    using _ = withSlots(perLaunch);
    await property(fc.tuple(sizes, fc.nat()), ([counts, seed]) => run(counts, seed, 4));
  });

  test('stays on the trajectory for 300 steps', () => run([9, 1, 130], 5, 300));

  test('a learning rate of 0 leaves parameters alone, and the clock runs', async () => {
    using made = bench([5], 2, adamWHyper({ ...settings, lr: 0 }), 1);
    made.nextGradients();
    adamWStep(made.slots, made.state, made.hyper);
    adamWStep(made.slots, made.state, made.hyper);
    await expectParameters(made.slots, made.values);
    const hyper = await made.hyper.data();
    expect(hyper[5]).toBe(2);
    expect(hyper[7]).toBeCloseTo(1 - 0.999 ** 2, 7); // 0.999 in f32 is off by 1.3e-8
  });

  test('a recorded step counts on when it is replayed, with the learning rate of the day', async () => {
    using made = bench([5, 9], 2, adamWHyper(settings), 3);
    const grads = made.nextGradients();
    using recording = record(() => adamWStep(made.slots, made.state, made.hyper));
    recording.replay();
    uploadAt(made.hyper, 0, Float32Array.of(0.002));
    recording.replay();
    const rates = [0.01, 0.01, 0.002];
    for (const [i, param] of made.values.entries()) {
      const [m, v] = [new Float64Array(param.length), new Float64Array(param.length)];
      for (const [t, lr] of rates.entries())
        adamWReference({ param, grad: grads[i]!, m, v }, { ...settings, lr }, t + 1);
    }
    await expectParameters(made.slots, made.values);
  });

  test('more than 65,535 workgroups of 64', async () => {
    using made = bench([16_800_000], 2, adamWHyper({ ...settings, weightDecay: 0 }), 1);
    const [slot] = made.slots as [Slot];
    using start = ones([16_800_000]);
    using grad = ones([16_800_000]);
    adamWStep([{ ...slot, param: start, grad }], made.state, made.hyper);
    // The first step is lr · sign(g).
    expect((await start.data()).every((value) => Math.abs(value - 0.99) < 1e-6)).toBe(true);
  });

  test('parameters, gradients and state are checked', () => {
    using made = bench([6], 2, adamWHyper(settings), 1);
    const [slot] = made.slots as [Slot];
    using view = slice(slot.param, 0, 0, 3);
    using other = zeros([5]);
    const step = (changed: Partial<Slot>) => adamWStep([{ ...slot, ...changed }], made.state, made.hyper);
    expect(() => step({ param: view })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: adamW: parameter 0 [3] must own its memory, got a view: pass the tensor it was taken from]`,
    );
    expect(() => step({ grad: other })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: adamW: gradient 0 must be [6], got [5]]`,
    );
    expect(() => step({ stateAt: 4 })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: adamW: the state of parameter 0 must begin at a multiple of 4 and end by 8, got 4 and 6 elements]`,
    );
    using whole = zeros([6], { dtype: 'i32' });
    expect(() => step({ grad: whole })).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: adamW: gradient 0 must be f32, got i32]`,
    );
  });
});

describe('sgdStep', () => {
  const cases = fc.record({
    counts: sizes,
    momentum: fc.constantFrom(0, 0.9),
    weightDecay: fc.constantFrom(0, 0.1),
    nesterov: fc.boolean(),
    seed: fc.nat(),
  });

  test.each(['1', '3'])('updates any number of tensors as in float64, %s per launch', async (perLaunch) => {
    using _ = withSlots(perLaunch);
    await property(cases, async ({ counts, momentum, weightDecay, nesterov, seed }) => {
      using made = bench(counts, 1, [0.05, momentum, weightDecay, nesterov ? 1 : 0], seed);
      const velocities = made.values.map(({ length }) => new Float64Array(length));
      for (let t = 0; t < 4; t++) {
        const grads = made.nextGradients();
        sgdStep(made.slots, made.state, made.hyper);
        for (const [i, param] of made.values.entries()) {
          const velocity = velocities[i]!;
          for (let k = 0; k < param.length; k++) {
            const g = grads[i]![k]! + weightDecay * param[k]!;
            velocity[k] = momentum * velocity[k]! + g;
            param[k]! -= 0.05 * (nesterov ? g + momentum * velocity[k]! : velocity[k]!);
          }
        }
      }
      await expectParameters(made.slots, made.values);
    });
  });

  test('without momentum an infinite gradient leaves no trace in the next step', async () => {
    using param = tensor([1, 2]);
    using state = zeros([1, 4]);
    using hyper = tensor([0, 0, 0, 0]);
    using bad = tensor([Number.POSITIVE_INFINITY, 1]);
    using good = tensor([1, 1]);
    tidy(() => {
      upload(hyper, Float32Array.of(1e-38, 0, 0, 0));
      sgdStep([{ param, grad: bad, stateAt: 0 }], state, hyper);
      upload(param, Float32Array.of(1, 2));
      upload(hyper, Float32Array.of(0.5, 0, 0, 0));
      sgdStep([{ param, grad: good, stateAt: 0 }], state, hyper);
    });
    expect([...(await param.data())]).toEqual([0.5, 1.5]);
  });
});

describe('moveAverage', () => {
  test('moves each element towards the other tensor', async () => {
    using average = tensor([1, 2, 3, 4, 5]);
    using x = tensor([5, 4, 3, 2, 1]);
    using rates = tensor([0.75, 0.25]);
    moveAverage(average, x, rates);
    expect([...(await average.data())]).toEqual([2, 2.5, 3, 3.5, 4]);
  });

  test('wants one shape, and no views', () => {
    using average = zeros([5]);
    using x = zeros([4]);
    using part = slice(average, 0, 0, 4) as Tensor;
    using rates = tensor([0.5, 0.5]);
    expect(() => moveAverage(average, x, rates)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: moveAverage: average and x must have one shape and own their memory, got [5] and [4]]`,
    );
    expect(() => moveAverage(part, x, rates)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: moveAverage: average and x must have one shape and own their memory, got [4] and [4]]`,
    );
  });
});
