import { afterAll, afterEach, beforeEach, expect } from 'vitest';
import type { Device } from '../../src/tensor/engine/device/device.ts';
import { defaultDevice, shutdown } from '../../src/tensor/engine/device/init.ts';

let before: { device: Device; tensors: number } | undefined;

beforeEach(() => {
  const device = deviceOrNone();
  before = device && { device, tensors: device.memory().tensors };
});

/** Every test gives back the tensors it made. */
afterEach(() => {
  const device = deviceOrNone();
  if (!device || before?.device !== device) return;
  expect(device.memory().tensors, 'live tensors after the test').toBe(before.tensors);
});

afterAll(async () => {
  await shutdown();
});

function deviceOrNone(): Device | undefined {
  try {
    return defaultDevice();
  } catch {
    return undefined; // this file has not called init()
  }
}
