/** TensorFlow.js' own WebGPU back end, unchanged, on softgpu. */

import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { KernelBackend } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { openPage } from './page.ts';
import { expectClose, type Values } from './reference.ts';

/** Gives each test of the file a device of its own: one that is lost fails one test. */
export function useTfjs(): void {
  let createBackend: () => KernelBackend | Promise<KernelBackend>;

  beforeAll(async () => {
    openPage();
    await import('@tensorflow/tfjs-backend-webgpu'); // registers itself where there is a navigator.gpu
    createBackend = tf.findBackendFactory('webgpu');
    tf.removeBackend('webgpu');
    tf.env().set('WEBGPU_CPU_FORWARD', false); // or small tensors never reach the device
  });

  beforeEach(async () => {
    tf.registerBackend('webgpu', createBackend);
    await tf.setBackend('webgpu');
  });

  afterEach(() => {
    const { device } = tf.backend() as WebGPUBackend;
    tf.removeBackend('webgpu');
    device.destroy();
  });
}

export const tensor = ({ data, shape }: Values): tf.Tensor => tf.tensor(Float32Array.from(data), [...shape], 'float32');

/** Runs what makes a tensor, which must be the expected one, without a validation error. */
export async function expectTensor(make: () => tf.Tensor, expected: Values, tolerance?: number): Promise<void> {
  const { device } = tf.backend() as WebGPUBackend;
  device.pushErrorScope('validation');
  const result = tf.tidy(make);
  const data = await result.data();
  expect((await device.popErrorScope())?.message).toBeUndefined();
  expect(result.shape).toEqual(expected.shape);
  result.dispose();
  expectClose(data, expected, tolerance);
}
