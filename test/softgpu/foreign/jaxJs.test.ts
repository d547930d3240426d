/** jax-js' own WebGPU back end, unchanged, on softgpu. It writes its kernels per expression and shape. */

import type * as jaxJs from '@jax-js/jax';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openPage } from './page.ts';
import * as reference from './reference.ts';
import { argmax, expectClose, map, mean, sum, type Values, values, variance, zip } from './reference.ts';

type Array = jaxJs.Array;
let jax: typeof jaxJs;
let np: typeof jaxJs.numpy;
let device: GPUDevice;

beforeAll(async () => {
  openPage();
  jax = await import('@jax-js/jax');
  np = jax.numpy;
  await jax.init('webgpu');
  jax.defaultDevice('webgpu');
  device = jax.getWebGPUDevice();
});

afterAll(() => device?.destroy());

beforeEach(() => device.pushErrorScope('validation'));

afterEach(async () => {
  expect((await device.popErrorScope())?.message).toBeUndefined();
});

/** Every operation takes its operands away, so each gets new ones. */
const array = ({ data, shape }: Values): Array => np.array(Float32Array.from(data), { shape: [...shape] });
const integers = (data: readonly number[]): Array =>
  np.array(Int32Array.from(data), { shape: [data.length], dtype: np.int32 });

async function expectArray(result: Array, expected: Values, tolerance?: number): Promise<void> {
  expect(result.shape).toEqual(expected.shape);
  expectClose(await result.astype(np.float32).data(), expected, tolerance);
}

test('the back end is the one for WebGPU', () => {
  expect(jax.defaultDevice()).toBe('webgpu');
});

describe('matmul', () => {
  test.each([
    [1, 1, 1],
    [3, 5, 7],
    [33, 65, 129],
    [64, 64, 64],
    [1, 300, 17],
    [130, 3, 70],
  ])('[%i, %i] · [.., %i]', async (m, k, n) => {
    const [a, b] = [values([m, k], { seed: 2 }), values([k, n], { seed: 3 })];
    await expectArray(np.matmul(array(a), array(b)), reference.matmul(a, b), 3e-5);
  });

  test('in a batch', async () => {
    const [a, b] = [values([3, 9, 5], { seed: 4 }), values([3, 5, 11], { seed: 5 })];
    await expectArray(np.matmul(array(a), array(b)), reference.matmul(a, b));
  });

  test('einsum along the second axis of both', async () => {
    const [a, b] = [values([13, 9], { seed: 6 }), values([21, 9], { seed: 7 })];
    const expected = reference.matmul(a, reference.transpose(b, [1, 0]));
    await expectArray(np.einsum(array(a), [0, 1], array(b), [2, 1], [0, 2]), expected);
  });

  test('jit compiled with bias and activation', async () => {
    const [a, b, bias] = [values([7, 12], { seed: 8 }), values([12, 20], { seed: 9 }), values([20], { seed: 10 })];
    const layer = jax.jit((x: Array, weight: Array, offset: Array) => jax.nn.relu(np.matmul(x, weight).add(offset)));
    const expected = map(
      zip(reference.matmul(a, b), bias, (x, y) => x + y),
      (x) => Math.max(x, 0),
    );
    await expectArray(layer(array(a), array(b), array(bias)), expected);
    layer.dispose();
  });
});

describe('convolution', () => {
  test.each([
    { input: [2, 3, 11, 9], weight: [5, 3, 3, 3], stride: 1, padding: 1, dilation: 1 },
    { input: [1, 4, 13, 17], weight: [8, 4, 5, 3], stride: 2, padding: 2, dilation: 1 },
    { input: [1, 8, 12, 12], weight: [16, 8, 1, 1], stride: 1, padding: 0, dilation: 1 },
    { input: [2, 1, 10, 7], weight: [3, 1, 3, 3], stride: 1, padding: 2, dilation: 2 },
  ])('$input by $weight, stride $stride, padding $padding, dilation $dilation', async (shapes) => {
    const { input, weight, stride, padding, dilation } = shapes;
    const [x, w] = [values(input, { seed: 11 }), values(weight, { seed: 12 })];
    const around: [number, number] = [padding, padding];
    const result = jax.lax.convGeneralDilated(array(x), array(w), [stride, stride], [around, around], {
      rhsDilation: [dilation, dilation],
    });
    await expectArray(result, reference.conv2d(x, w, { stride, padding, dilation }), 3e-5);
  });

  test('its gradient by the filter', async () => {
    const [x, w] = [values([1, 3, 7, 6], { seed: 13 }), values([4, 3, 3, 3], { seed: 14 })];
    const swapped = (v: Values) => reference.transpose(v, [1, 0, 2, 3]);
    const ones = map(reference.conv2d(x, w), () => 1);
    const byFilter = swapped(reference.conv2d(swapped(x), swapped(ones)));
    const total = (weight: Array) => np.sum(jax.lax.conv(array(x), weight, [1, 1], 'VALID'));
    await expectArray(jax.grad(total)(array(w)), byFilter, 3e-5);
  });

  test('max pooling', async () => {
    const x = values([8, 10], { seed: 15 });
    const expected = reference.tabulate([4, 5], ([row, column]) =>
      Math.max(...[0, 1].flatMap((r) => [0, 1].map((s) => reference.element(x, [2 * row! + r, 2 * column! + s])))),
    );
    await expectArray(jax.lax.reduceWindow(array(x), np.max, [2, 2], [2, 2]), expected);
  });
});

describe('element-wise', () => {
  const x = values([5, 77], { seed: 16, scale: 3 });

  test.each<[string, (x: Array) => Array, (x: number) => number]>([
    ['exp', (a) => np.exp(a), Math.exp],
    ['sin', (a) => np.sin(a), Math.sin],
    ['cos', (a) => np.cos(a), Math.cos],
    ['atan', (a) => np.atan(a), Math.atan],
    ['tanh', (a) => np.tanh(a), Math.tanh],
    ['floor', (a) => np.floor(a), Math.floor],
    ['sigmoid', (a) => jax.nn.sigmoid(a), (v) => 1 / (1 + Math.exp(-v))],
    ['softplus', (a) => jax.nn.softplus(a), (v) => Math.log1p(Math.exp(v))],
    ['log of the absolute value', (a) => np.log(np.abs(a)), (v) => Math.log(Math.abs(v))],
    ['square root of the absolute value', (a) => np.sqrt(np.abs(a)), (v) => Math.sqrt(Math.abs(v))],
    ['multiplied and added', (a) => a.mul(2).add(1), (v) => 2 * v + 1],
    ['clip', (a) => np.clip(a, -1, 1.5), (v) => Math.min(Math.max(v, -1), 1.5)],
  ])('%s', async (_, foreign, expected) => {
    await expectArray(foreign(array(x)), map(x, expected));
  });

  test.each<[string, (a: Array, b: Array) => Array, (a: number, b: number) => number]>([
    ['add', (a, b) => a.add(b), (a, b) => a + b],
    ['sub', (a, b) => a.sub(b), (a, b) => a - b],
    ['mul', (a, b) => a.mul(b), (a, b) => a * b],
    ['div', (a, b) => a.div(b), (a, b) => a / b],
    ['maximum', (a, b) => np.maximum(a, b), Math.max],
    ['less', (a, b) => np.less(a, b), (a, b) => Number(a < b)],
  ])('%s with broadcasting', async (_, foreign, expected) => {
    const a = values([3, 1, 45], { seed: 17 });
    const b = map(values([7, 1], { seed: 18 }), (value) => Math.fround(value + 2));
    await expectArray(foreign(array(a), array(b)), zip(a, b, expected));
  });

  test('where, from a comparison', async () => {
    const [a, b] = [values([6, 9], { seed: 19 }), values([6, 9], { seed: 20 })];
    const result = np.where(np.greater(array(a), array(b)), array(a), array(b).mul(2));
    await expectArray(
      result,
      zip(a, b, (p, q) => (p > q ? p : 2 * q)),
    );
  });

  test('in half precision', async () => {
    const a = map(values([7, 31], { seed: 21 }), (value) => Math.round(value * 64) / 64); // exact in f16
    await expectArray(
      array(a).astype(np.float16).mul(2).add(1),
      map(a, (value) => 2 * value + 1),
    );
  });
});

describe('reductions', () => {
  const x = values([5, 33, 7], { seed: 22 });

  test.each<[string, (x: Array, axis: number) => Array, (run: readonly number[]) => number]>([
    ['sum', (a, axis) => np.sum(a, axis), sum],
    ['mean', (a, axis) => np.mean(a, axis), mean],
    ['variance', (a, axis) => np.var_(a, axis), variance],
    ['max', (a, axis) => np.max(a, axis), (run) => Math.max(...run)],
    ['min', (a, axis) => np.min(a, axis), (run) => Math.min(...run)],
    ['prod', (a, axis) => np.prod(a, axis), (run) => run.reduce((product, value) => product * value, 1)],
    ['argmax', (a, axis) => np.argmax(a, axis), argmax],
  ])('%s along each axis', async (_, foreign, fold) => {
    for (const axis of [0, 1, 2]) await expectArray(foreign(array(x), axis), reference.reduce(x, axis, fold));
  });

  test('sum of everything, of more than a workgroup can hold', async () => {
    const long = values([100_003], { seed: 23 });
    await expectArray(np.sum(array(long)), { shape: [], data: Float64Array.of(sum([...long.data])) }, 1e-4);
  });

  test('cumulative sum', async () => {
    await expectArray(np.cumsum(array(x), 1), reference.cumulativeSum(x, 1));
  });

  test('softmax and log softmax', async () => {
    for (const shape of [
      [3, 5],
      [9, 257],
      [2, 3, 1000],
    ]) {
      // prettier-ignore
      const logits = values(shape, { seed: 24, scale: 6 });
      await expectArray(jax.nn.softmax(array(logits)), reference.softmax(logits));
      await expectArray(jax.nn.logSoftmax(array(logits)), map(reference.softmax(logits), Math.log), 2e-5);
    }
  });

  test('layer norm, jit compiled', async () => {
    const rows = values([11, 130], { seed: 25 });
    const layerNorm = jax.jit((a: Array) => {
      const centered = a.ref.sub(np.mean(a, -1, { keepdims: true }));
      const spread = np.mean(np.square(centered.ref), -1, { keepdims: true });
      return centered.div(np.sqrt(spread.add(1e-5)));
    });
    await expectArray(layerNorm(array(rows)), reference.layerNorm(rows, 1e-5));
    layerNorm.dispose();
  });
});

describe('layout', () => {
  const x = values([4, 5, 6], { seed: 26 });

  test('transpose', async () => {
    for (const axes of [
      [2, 1, 0],
      [1, 0, 2],
      [0, 2, 1],
    ]) // prettier-ignore
      await expectArray(np.transpose(array(x), axes), reference.transpose(x, axes));
  });

  test('take', async () => {
    const indices = [3, 0, 0, 4, 1];
    await expectArray(np.take(array(x), integers(indices), 1), reference.gather(x, indices, 1));
  });

  test('slice, flip, tile, pad and concatenate', async () => {
    const part = reference.tabulate([2, 3, 4], ([i, j, k]) => reference.element(x, [i! + 1, j! + 2, k! + 1]));
    await expectArray(array(x).slice([1, 3], [2, 5], [1, 5]), part);
    const turned = reference.tabulate(x.shape, ([i, j, k]) => reference.element(x, [i!, 4 - j!, k!]));
    await expectArray(np.flip(array(x), 1), turned);
    const tiled = reference.tabulate([8, 5, 18], ([i, j, k]) => reference.element(x, [i! % 4, j!, k! % 6]));
    await expectArray(np.tile(array(x), [2, 1, 3]), tiled);
    const padded = reference.tabulate([5, 8, 6], ([i, j, k]) => reference.element(x, [i! - 1, j! - 2, k!]));
    const width: [number, number][] = [
      [1, 0],
      [2, 1],
      [0, 0],
    ]; // prettier-ignore
    await expectArray(np.pad(array(x), width), padded);
    const joined = reference.tabulate([4, 5, 12], ([i, j, k]) => reference.element(x, [i!, j!, k! % 6]));
    await expectArray(np.concatenate([array(x), array(x)], 2), joined);
  });

  test('sort, which needs barriers', async () => {
    for (const length of [5, 300, 1500]) {
      const rows = values([3, length], { seed: 27 });
      const sorted = [0, 1, 2].flatMap((row) => [...rows.data.slice(row * length, (row + 1) * length).sort()]);
      await expectArray(np.sort(array(rows)), { shape: rows.shape, data: Float64Array.from(sorted) });
    }
  });

  test('Cholesky factor', async () => {
    const factor = reference.tabulate([6, 6], ([row, column]) =>
      row! < column! ? 0 : row === column ? 2 + row! : (row! + 2 * column!) / 8,
    );
    const square = map(reference.matmul(factor, reference.transpose(factor, [1, 0])), Math.fround);
    await expectArray(np.linalg.cholesky(array(square)), factor);
  });
});

describe('spectra', () => {
  test('fft', async () => {
    const [real, imag] = [values([3, 32], { seed: 28 }), values([3, 32], { seed: 29 })];
    const expected = reference.dft(real, imag);
    const spectrum = np.fft.fft({ real: array(real), imag: array(imag) });
    await expectArray(spectrum.real, expected.real, 3e-5);
    await expectArray(spectrum.imag, expected.imag, 3e-5);
  });
});
