/** Moving data with TensorFlow.js on softgpu, and its transforms. */

import * as tf from '@tensorflow/tfjs-core';
import { describe, test } from 'vitest';
import * as reference from './reference.ts';
import { sum, values } from './reference.ts';
import { expectTensor, tensor, useTfjs } from './tfjsOnSoftgpu.ts';

useTfjs();

describe('layout', () => {
  const x = values([4, 5, 6], { seed: 25 });

  test('transpose', async () => {
    for (const axes of [
      [2, 1, 0],
      [1, 0, 2],
      [0, 2, 1],
    ])
      await expectTensor(() => tf.transpose(tensor(x), axes), reference.transpose(x, axes));
    const wide = values([67, 130], { seed: 26 }); // more than a tile
    await expectTensor(() => tf.transpose(tensor(wide)), reference.transpose(wide, [1, 0]));
  });

  test('gather', async () => {
    const indices = [3, 0, 0, 4, 1];
    await expectTensor(() => tf.gather(tensor(x), tf.tensor1d(indices, 'int32'), 1), reference.gather(x, indices, 1));
  });

  test('slice, reverse, tile, pad and concat', async () => {
    const part = reference.tabulate([2, 3, 4], ([i, j, k]) => reference.element(x, [i! + 1, j! + 2, k! + 1]));
    await expectTensor(() => tf.slice(tensor(x), [1, 2, 1], [2, 3, 4]), part);
    const turned = reference.tabulate(x.shape, ([i, j, k]) => reference.element(x, [i!, 4 - j!, k!]));
    await expectTensor(() => tf.reverse(tensor(x), 1), turned);
    const tiled = reference.tabulate([8, 5, 18], ([i, j, k]) => reference.element(x, [i! % 4, j!, k! % 6]));
    await expectTensor(() => tf.tile(tensor(x), [2, 1, 3]), tiled);
    const padded = reference.tabulate([5, 8, 6], ([i, j, k]) => reference.element(x, [i! - 1, j! - 2, k!]));
    await expectTensor(
      () =>
        tf.pad(tensor(x), [
          [1, 0],
          [2, 1],
          [0, 0],
        ]), // prettier-ignore
      padded,
    );
    const joined = reference.tabulate([4, 5, 12], ([i, j, k]) => reference.element(x, [i!, j!, k! % 6]));
    await expectTensor(() => tf.concat([tensor(x), tensor(x)], 2), joined);
  });

  test('scatter, which adds with atomics', async () => {
    const updates = values([6, 7], { seed: 27 });
    const rows = [4, 1, 4, 0, 1, 4];
    const expected = reference.tabulate([5, 7], ([row, column]) =>
      sum(rows.map((target, i) => (target === row ? reference.element(updates, [i, column!]) : 0))),
    );
    await expectTensor(() => tf.scatterND(tf.tensor2d(rows, [6, 1], 'int32'), tensor(updates), [5, 7]), expected);
  });

  test('top k', async () => {
    const rows = values([3, 50], { seed: 28 });
    const expected = reference.tabulate([3, 4], ([row, rank]) => {
      const sorted = [...rows.data.subarray(row! * 50, row! * 50 + 50)].sort((a, b) => b - a);
      return sorted[rank!]!;
    });
    await expectTensor(() => tf.topk(tensor(rows), 4).values, expected);
  });

  test('bilinear resize', async () => {
    const image = values([1, 3, 4, 1], { seed: 29 });
    const expected = reference.tabulate([1, 5, 7, 1], ([, row, column]) => {
      const [y, z] = [(row! * 2) / 4, (column! * 3) / 6];
      const at = (i: number, j: number) => reference.element(image, [0, Math.min(i, 2), Math.min(j, 3), 0]);
      const [i, j] = [Math.floor(y), Math.floor(z)];
      const between = (a: number, b: number, share: number) => a + (b - a) * share;
      const [top, bottom] = [between(at(i, j), at(i, j + 1), z - j), between(at(i + 1, j), at(i + 1, j + 1), z - j)];
      return between(top, bottom, y - i);
    });
    await expectTensor(() => tf.image.resizeBilinear(tensor(image) as tf.Tensor4D, [5, 7], true), expected);
  });
});

describe('spectra', () => {
  test('fft', async () => {
    const [real, imag] = [values([3, 24], { seed: 30 }), values([3, 24], { seed: 31 })];
    const expected = reference.dft(real, imag);
    const spectrum = () => tf.fft(tf.complex(tensor(real), tensor(imag)));
    // Its angles grow up to 138, where f32 rounds by 8e-6, and 24 such terms add up.
    await expectTensor(() => tf.real(spectrum()), expected.real, 2e-4);
    await expectTensor(() => tf.imag(spectrum()), expected.imag, 2e-4);
  });
});
