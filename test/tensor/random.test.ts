import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { dropout, dropoutReference } from '../../src/kernels/activation/dropout.ts';
import { normalInto, normalReference } from '../../src/kernels/random/normal.ts';
import { uniformInto, uniformReference } from '../../src/kernels/random/uniform.ts';
import { slice } from '../../src/kernels/view/slice.ts';
import { ones, zeros } from '../../src/tensor/create.ts';
import { defaultDevice, init } from '../../src/tensor/engine/device/init.ts';
import { bumpEpoch, nextCounter, randomEpoch } from '../../src/tensor/engine/randomState.ts';
import { record } from '../../src/tensor/engine/record.ts';
import { tidy } from '../../src/tensor/engine/scope.ts';
import { manualSeed, rand, randn, randomState, setRandomState } from '../../src/tensor/random.ts';
import { checkOp } from '../setup/checkOp.ts';
import { valuesOf } from '../setup/valuesOf.ts';

beforeAll(async () => {
  await init();
});

beforeEach(() => {
  manualSeed(1);
});

describe('rand and randn', () => {
  test.each([1, 3, 4, 5, 2047, 8195])('%d numbers are those of the host, bit for bit', async (size) => {
    manualSeed(2 ** 40 + 17);
    const key = [17, 2 ** 8] as const;
    const uniform = await valuesOf(() => rand([size]));
    const normal = await valuesOf(() => randn([size]));
    expect(uniform).toEqual([...uniformReference(size, key, [0, 0])]);
    expect(normal).toEqual([...normalReference(size, key, [Math.ceil(size / 4), 0])]);
  });

  test('the counter runs through 2^32 without repeating', async () => {
    setRandomState({ seed: 5, counter: 2 ** 32 - 3, epoch: 0 });
    const drawn = await valuesOf(() => rand([32]));
    expect(drawn).toEqual([...uniformReference(32, [5, 0], [2 ** 32 - 3, 0])]);
    expect(drawn.slice(12)).toEqual([...uniformReference(20, [5, 0], [0, 1])]);
  });

  test('uniform numbers lie in [0, 1) and are spread evenly', async () => {
    const draws = (await valuesOf(() => rand([1 << 16]))).sort((a, b) => a - b);
    expect(draws[0]).toBeGreaterThanOrEqual(0);
    expect(draws[draws.length - 1]).toBeLessThan(1);
    const distance = Math.max(...draws.map((x, i) => Math.abs(x - (i + 0.5) / draws.length)));
    expect(distance).toBeLessThan(1.95 / Math.sqrt(draws.length)); // Kolmogorov-Smirnov at 0.1 %
  });

  test('a seed repeats them, and another one does not', async () => {
    const first = await valuesOf(() => randn([64]));
    const second = await valuesOf(() => randn([64]));
    manualSeed(1);
    expect(await valuesOf(() => randn([64]))).toEqual(first);
    manualSeed(2);
    expect(await valuesOf(() => randn([64]))).not.toEqual(first);
    expect(second).not.toEqual(first);
  });

  test('a stored state continues bit for bit', async () => {
    await valuesOf(() => rand([5]));
    const state = await randomState();
    const expected = await valuesOf(() => randn([9]));
    await valuesOf(() => rand([77]));
    setRandomState(JSON.parse(JSON.stringify(state)));
    expect(await valuesOf(() => randn([9]))).toEqual(expected);
  });

  test('nothing, a shape and a wish for a gradient', async () => {
    expect(await valuesOf(() => rand([0, 3]))).toEqual([]);
    using x = randn([2, 3], { requiresGrad: true });
    expect([x.shape, x.requiresGrad, x.dtype]).toEqual([[2, 3], true, 'f32']);
  });

  test('the tables and the state of a device do not count as tensors', () => {
    const device = defaultDevice();
    const before = device.memory().tensors;
    for (let i = 0; i < 3; i++) randn([4]).dispose();
    expect(device.memory().tensors).toBe(before);
  });
});

describe('the epoch', () => {
  test('a bump moves every draw on, without the host counter', async () => {
    const at = (epoch: number) => [...uniformReference(8, [1, 0], [0, 0], epoch)];
    expect(await valuesOf(() => rand([8]))).toEqual(at(0));
    for (const epoch of [1, 2]) {
      bumpEpoch({ device: defaultDevice() });
      defaultDevice().random.counter = 0;
      expect(await valuesOf(() => rand([8]))).toEqual(at(epoch));
    }
    expect((await randomState()).epoch).toBe(2);
    manualSeed(1);
    expect((await randomState()).epoch).toBe(0);
    expect(await valuesOf(() => rand([8]))).toEqual(at(0));
  });

  test('each replay of a recording draws other numbers, and so do draws between replays', async () => {
    const step = record(() => rand([8]));
    const drawn = [[...(await step.outputs.data())], await valuesOf(() => rand([8]))];
    for (let i = 0; i < 2; i++) {
      step.replay();
      drawn.push([...(await step.outputs.data())]);
    }
    step.dispose();
    expect(drawn).toEqual([
      [...uniformReference(8, [1, 0], [0, 0], 0)],
      [...uniformReference(8, [1, 0], [2, 0], 1)],
      [...uniformReference(8, [1, 0], [0, 0], 1)],
      [...uniformReference(8, [1, 0], [0, 0], 2)],
    ]);
  });

  test('forward and backward of dropout agree in every replay', async () => {
    using x = ones([64], { requiresGrad: true });
    using up = ones([64]);
    const step = record(() => {
      x.grad = null;
      const y = dropout(x);
      y.backward(up);
      return [y.detach(), x.grad!.detach()];
    });
    const masks: string[] = [];
    for (let i = 0; i < 3; i++) {
      const [y, dx] = await Promise.all(step.outputs.map((output) => output!.data()));
      expect([...y!]).toEqual([...dx!]);
      masks.push(y!.join());
      step.replay();
    }
    step.dispose();
    expect(new Set(masks).size).toBe(3);
  });

  test('a device has one, whoever asks', () => {
    using x = zeros([1]);
    using y = zeros([1], { dtype: 'i32' });
    expect(randomEpoch(x)).toBe(randomEpoch(y));
  });
});

describe('dropout', () => {
  test('zeroes by the mask of its seed and counter and scales the rest, with the same mask for the gradient', () => {
    const random = defaultDevice().random;
    random.counter = 11;
    return checkOp({
      run: ([x]) => {
        random.counter = 11;
        return dropout(x!, { p: 0.3 });
      },
      reference: ([x]) => dropoutReference([x!], 0.3, [1, 0], [11, 0]),
      inputs: [{ shape: [5, 7], view: 'permuted' }],
    });
  });

  test('drops a share p and keeps the mean', async () => {
    const y = await valuesOf(() => dropout(ones([20_000]), { p: 0.2 }));
    const share = y.filter((value) => value === 0).length / y.length;
    expect(Math.abs(share - 0.2)).toBeLessThan(4 * Math.sqrt((0.2 * 0.8) / y.length)); // four standard errors
    expect(new Set(y)).toEqual(new Set([0, 1.25]));
  });

  test('two calls draw two masks', async () => {
    expect(await valuesOf(() => dropout(ones([64])))).not.toEqual(await valuesOf(() => dropout(ones([64]))));
  });

  test('outside training, or with p = 0, everything passes, and no number is drawn', async () => {
    const { counter } = defaultDevice().random;
    for (const options of [{ training: false }, { p: 0 }]) {
      using x = ones([5], { requiresGrad: true });
      using up = ones([5]);
      expect(await valuesOf(() => dropout(x, options))).toEqual([1, 1, 1, 1, 1]);
      tidy(() => dropout(x, options).backward(up));
      expect([...(await x.grad!.data())]).toEqual([1, 1, 1, 1, 1]);
    }
    expect(defaultDevice().random.counter).toBe(counter);
  });

  test('p = 1 drops everything, and the gradient with it', async () => {
    using x = ones([3], { requiresGrad: true });
    using up = ones([3]);
    tidy(() => dropout(x, { p: 1 }).backward(up));
    expect([...(await x.grad!.data())]).toEqual([0, 0, 0]);
  });
});

describe('mistakes', () => {
  test('a probability outside [0, 1]', () => {
    using x = ones([1]);
    expect(() => dropout(x, { p: 1.5 })).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: dropout: p must be in [0, 1], got 1.5]`,
    );
  });

  test('a seed that is no integer, or too large', () => {
    expect(() => manualSeed(0.5)).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: random: seed must be an integer in [0, 2^53), got 0.5]`,
    );
    expect(() => manualSeed(2 ** 53)).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: random: seed must be an integer in [0, 2^53), got 9007199254740992]`,
    );
  });

  test('a view as target, and a target that is not f32', () => {
    using x = zeros([130]);
    using part = slice(x, 0, 64, 67);
    using integers = zeros([4], { dtype: 'i32' });
    expect(() => uniformInto(part, [0, 0], [0, 0])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: uniformInto: [3] is a view into another tensor: draw the whole one]`,
    );
    expect(() => normalInto(integers, [0, 0], [0, 0])).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: normalInto: the tensor must be f32, got i32: draw f32, then cast]`,
    );
  });

  test('a counter of 64 bits comes in two words', () => {
    const device = defaultDevice();
    device.random.counter = 3 * 2 ** 32 + 9;
    expect(nextCounter(device, 5)).toEqual([9, 3]);
    expect(device.random.counter).toBe(3 * 2 ** 32 + 14);
  });
});
