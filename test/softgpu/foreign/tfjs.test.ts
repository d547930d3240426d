/** Arithmetic of TensorFlow.js on softgpu. Its images are [batch, height, width, channel]. */

import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import * as reference from './reference.ts';
import { argmax, map, mean, sum, type Values, values, zip } from './reference.ts';
import { expectTensor, tensor, useTfjs } from './tfjsOnSoftgpu.ts';

useTfjs();

test('the back end is the one for WebGPU', () => {
  expect(tf.getBackend()).toBe('webgpu');
});

describe('matMul', () => {
  test.each([
    [1, 1, 1],
    [3, 5, 7],
    [33, 65, 129],
    [64, 64, 64], // four elements at a time
    [1, 300, 17],
    [130, 3, 70],
    [2, 2000, 3], // split along the sum
  ])('[%i, %i] · [.., %i]', async (m, k, n) => {
    const [a, b] = [values([m, k], { seed: 2 }), values([k, n], { seed: 3 })];
    await expectTensor(() => tf.matMul(tensor(a), tensor(b)), reference.matmul(a, b), 3e-5);
  });

  test('in a batch, transposed', async () => {
    const [a, b] = [values([3, 9, 5], { seed: 4 }), values([3, 9, 11], { seed: 5 })];
    const expected = reference.matmul(reference.transpose(a, [0, 2, 1]), b);
    await expectTensor(() => tf.matMul(tensor(a), tensor(b), true), expected);
    const turned = reference.transpose(b, [0, 2, 1]);
    await expectTensor(() => tf.matMul(tensor(a), tensor(turned), true, true), expected);
  });

  test('fused with bias and activation', async () => {
    const [a, b, bias] = [values([7, 12], { seed: 6 }), values([12, 20], { seed: 7 }), values([20], { seed: 8 })];
    const relu = (x: number) => Math.max(x, 0);
    await expectTensor(
      () =>
        tf.fused.matMul({
          ...{ a: tensor(a) as tf.Tensor2D, b: tensor(b) as tf.Tensor2D },
          ...{ transposeA: false, transposeB: false, bias: tensor(bias), activation: 'relu' as const },
        }),
      map(
        zip(reference.matmul(a, b), bias, (x, y) => x + y),
        relu,
      ),
    );
  });
});

describe('conv2d', () => {
  const channelsLast = (x: Values) => reference.transpose(x, [0, 2, 3, 1]);
  const filterOf = (weight: Values) => reference.transpose(weight, [2, 3, 1, 0]);

  test.each([
    { input: [2, 3, 11, 9], weight: [5, 3, 3, 3], stride: 1, padding: 1, dilation: 1 },
    { input: [1, 4, 13, 17], weight: [8, 4, 5, 5], stride: 2, padding: 2, dilation: 1 },
    { input: [1, 8, 12, 12], weight: [16, 8, 1, 1], stride: 1, padding: 0, dilation: 1 },
    { input: [2, 1, 10, 7], weight: [3, 1, 3, 3], stride: 1, padding: 2, dilation: 2 },
    { input: [1, 3, 8, 8], weight: [7, 3, 8, 8], stride: 1, padding: 0, dilation: 1 },
  ])('$input by $weight, stride $stride, padding $padding, dilation $dilation', async (shapes) => {
    const { input, weight, stride, padding, dilation } = shapes;
    const [x, w] = [values(input, { seed: 9 }), values(weight, { seed: 10 })];
    await expectTensor(
      () =>
        tf.conv2d(
          tensor(channelsLast(x)) as tf.Tensor4D,
          tensor(filterOf(w)) as tf.Tensor4D,
          ...([stride, padding, 'NHWC', dilation] as const),
        ),
      channelsLast(reference.conv2d(x, w, { stride, padding, dilation })),
      3e-5,
    );
  });

  test('depthwise', async () => {
    const [x, w] = [values([1, 6, 9, 11], { seed: 11 }), values([6, 1, 3, 3], { seed: 12 })];
    const channel = (from: Values, c: number, axis: number) => reference.gather(from, [c], axis);
    const each = Array.from({ length: 6 }, (_, c) =>
      reference.conv2d(channel(x, c, 1), channel(w, c, 0), { padding: 1 }),
    );
    const expected = reference.tabulate([1, 6, 9, 11], ([n, c, ...at]) => reference.element(each[c!]!, [n!, 0, ...at]));
    const filter = reference.transpose(w, [2, 3, 0, 1]);
    await expectTensor(
      () => tf.depthwiseConv2d(tensor(channelsLast(x)) as tf.Tensor4D, tensor(filter) as tf.Tensor4D, 1, 'same'),
      channelsLast(expected),
    );
  });

  test('its gradients by the input and by the filter', async () => {
    const [x, w] = [values([1, 3, 7, 6], { seed: 13 }), values([4, 3, 3, 3], { seed: 14 })];
    const ones = map(reference.conv2d(x, w), () => 1);
    const turned = reference.tabulate([3, 4, 3, 3], ([c, o, r, s]) => reference.element(w, [o!, c!, 2 - r!, 2 - s!]));
    const byInput = reference.conv2d(ones, turned, { padding: 2 });
    const swapped = (v: Values) => reference.transpose(v, [1, 0, 2, 3]);
    const byFilter = swapped(reference.conv2d(swapped(x), swapped(ones)));
    const shape = [1, 7, 6, 3] as [number, number, number, number];
    const filter = () => tensor(filterOf(w)) as tf.Tensor4D;
    const dy = () => tensor(channelsLast(ones)) as tf.Tensor4D;
    await expectTensor(() => tf.conv2dTranspose(dy(), filter(), shape, 1, 'valid'), channelsLast(byInput), 3e-5);
    const attributes = { strides: 1, pad: 'valid', dataFormat: 'NHWC', filterShape: [3, 3, 3, 4] };
    const inputs = () => ({ x: tensor(channelsLast(x)), dy: dy() });
    await expectTensor(
      () => tf.engine().runKernel(tf.Conv2DBackpropFilter, inputs(), attributes) as tf.Tensor,
      filterOf(byFilter),
      3e-5,
    );
  });

  test('max and average pooling', async () => {
    const x = values([2, 3, 8, 10], { seed: 15 });
    const window = ([n, c, y0, x0]: readonly number[]) =>
      [0, 1].flatMap((r) => [0, 1].map((s) => reference.element(x, [n!, c!, 2 * y0! + r, 2 * x0! + s])));
    const pooled = (fold: (run: readonly number[]) => number) =>
      channelsLast(reference.tabulate([2, 3, 4, 5], (index) => fold(window(index))));
    const input = () => tensor(channelsLast(x)) as tf.Tensor4D;
    await expectTensor(
      () => tf.maxPool(input(), 2, 2, 'valid'),
      pooled((run) => Math.max(...run)),
    );
    await expectTensor(() => tf.avgPool(input(), 2, 2, 'valid'), pooled(mean));
  });
});

describe('element-wise', () => {
  const x = values([5, 77], { seed: 16, scale: 3 });
  const positive = map(x, (value) => Math.fround(Math.abs(value) + 0.01));

  test.each<[string, (x: tf.Tensor) => tf.Tensor, (x: number) => number]>([
    ['exp', tf.exp, Math.exp],
    ['tanh', tf.tanh, Math.tanh],
    ['sigmoid', tf.sigmoid, (v) => 1 / (1 + Math.exp(-v))],
    ['relu', tf.relu, (v) => Math.max(v, 0)],
    ['elu', tf.elu, (v) => (v > 0 ? v : Math.expm1(v))],
    ['sin', tf.sin, Math.sin],
    ['cos', tf.cos, Math.cos],
    ['atan', tf.atan, Math.atan],
    ['floor', tf.floor, Math.floor],
    ['abs', tf.abs, Math.abs],
    ['sign', tf.sign, Math.sign],
    ['softplus', tf.softplus, (v) => Math.log1p(Math.exp(v))],
    ['square', tf.square, (v) => v * v],
    ['clipByValue', (t) => tf.clipByValue(t, -1, 1.5), (v) => Math.min(Math.max(v, -1), 1.5)],
  ])('%s', async (_, foreign, expected) => {
    await expectTensor(() => foreign(tensor(x)), map(x, expected));
  });

  test.each<[string, (x: tf.Tensor) => tf.Tensor, (x: number) => number]>([
    ['log', tf.log, Math.log],
    ['sqrt', tf.sqrt, Math.sqrt],
    ['rsqrt', tf.rsqrt, (v) => 1 / Math.sqrt(v)],
  ])('%s of positive numbers', async (_, foreign, expected) => {
    await expectTensor(() => foreign(tensor(positive)), map(positive, expected));
  });

  test('erf, in its five-term approximation', async () => {
    const erf = (v: number) => {
      let [term, total] = [v, v];
      for (let n = 1; n < 100; n++) {
        term *= -(v * v) / n;
        total += term / (2 * n + 1);
      }
      return (2 / Math.sqrt(Math.PI)) * total;
    };
    await expectTensor(() => tf.erf(tensor(x)), map(x, erf));
  });

  test.each<[string, (a: tf.Tensor, b: tf.Tensor) => tf.Tensor, (a: number, b: number) => number]>([
    ['add', tf.add, (a, b) => a + b],
    ['sub', tf.sub, (a, b) => a - b],
    ['mul', tf.mul, (a, b) => a * b],
    ['div', tf.div, (a, b) => a / b],
    ['pow', (a, b) => tf.pow(tf.abs(a), b), (a, b) => Math.abs(a) ** b],
    ['maximum', tf.maximum, Math.max],
    ['less', (a, b) => tf.cast(tf.less(a, b), 'float32'), (a, b) => Number(a < b)],
    ['squaredDifference', tf.squaredDifference, (a, b) => (a - b) ** 2],
  ])('%s with broadcasting', async (_, foreign, expected) => {
    const [a, b] = [values([3, 1, 45], { seed: 17 }), map(values([7, 1], { seed: 18 }), (v) => v + 2)];
    const rounded = map(b, Math.fround);
    await expectTensor(() => foreign(tensor(a), tensor(rounded)), zip(a, rounded, expected));
  });

  test('of integers', async () => {
    const a = Int32Array.from({ length: 37 }, (_, i) => i * 7 - 100);
    const b = Int32Array.from({ length: 37 }, (_, i) => (i % 5) - 6);
    const result = tf.tidy(() => tf.floorDiv(tf.tensor1d(a, 'int32'), tf.tensor1d(b, 'int32')));
    expect([...(await result.data())]).toEqual([...a].map((value, i) => Math.floor(value / b[i]!)));
    result.dispose();
  });

  test('where, from a comparison', async () => {
    const [a, b] = [values([6, 9], { seed: 19 }), values([6, 9], { seed: 20 })];
    const expected = zip(a, b, (p, q) => (p > q ? p : 2 * q));
    await expectTensor(() => tf.where(tf.greater(tensor(a), tensor(b)), tensor(a), tf.mul(tensor(b), 2)), expected);
  });
});

describe('reductions', () => {
  const x = values([5, 33, 7], { seed: 21 });

  test.each<[string, (x: tf.Tensor, axis: number) => tf.Tensor, (run: readonly number[]) => number]>([
    ['sum', tf.sum, sum],
    ['mean', tf.mean, mean],
    ['max', tf.max, (run) => Math.max(...run)],
    ['min', tf.min, (run) => Math.min(...run)],
    ['prod', tf.prod, (run) => run.reduce((product, value) => product * value, 1)],
    ['argMax', tf.argMax, argmax],
    ['logSumExp', tf.logSumExp, (run) => Math.log(sum(run.map(Math.exp)))],
  ])('%s along each axis', async (_, foreign, fold) => {
    for (const axis of [0, 1, 2]) await expectTensor(() => foreign(tensor(x), axis), reference.reduce(x, axis, fold));
  });

  test('sum of everything, of more than a workgroup can hold', async () => {
    const long = values([100_003], { seed: 22 });
    await expectTensor(() => tf.sum(tensor(long)), { shape: [], data: Float64Array.of(sum([...long.data])) }, 1e-4);
  });

  test('cumulative sum', async () => {
    await expectTensor(() => tf.cumsum(tensor(x), 1), reference.cumulativeSum(x, 1));
  });

  test('softmax and log softmax', async () => {
    for (const shape of [
      [1, 1],
      [3, 5],
      [9, 257],
      [2, 3, 1000],
    ]) {
      const logits = values(shape, { seed: 23, scale: 6 });
      await expectTensor(() => tf.softmax(tensor(logits)), reference.softmax(logits));
      await expectTensor(() => tf.logSoftmax(tensor(logits)), map(reference.softmax(logits), Math.log), 2e-5);
    }
  });

  test('moments and a layer norm from them', async () => {
    const rows = values([11, 130], { seed: 24 });
    const normalized = () => {
      const { mean: mu, variance } = tf.moments(tensor(rows), -1, true);
      return tf.div(tf.sub(tensor(rows), mu), tf.sqrt(tf.add(variance, 1e-5)));
    };
    await expectTensor(normalized, reference.layerNorm(rows, 1e-5));
  });
});
