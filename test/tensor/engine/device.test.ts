import { afterEach, expect, test } from 'vitest';
import { tensor, zeros } from '../../../src/tensor/create.ts';
import { defaultDevice, init, shutdown } from '../../../src/tensor/engine/device/init.ts';
import { DeviceLostError } from '../../../src/tensor/engine/errors.ts';
import { defineKernel } from '../../../src/tensor/engine/kernel.ts';
import { profile } from '../../../src/tensor/engine/profiler.ts';
import { square } from '../../setup/squareOp.ts';

afterEach(async () => {
  await shutdown();
});

test('before init there is no device, and the error says what to call', () => {
  expect(() => zeros([1])).toThrowErrorMatchingInlineSnapshot(
    `[DeviceError: no device yet: call \`await init()\` first]`,
  );
});

test('a machine without a GPU runs on the processor and says why', async () => {
  const device = await init({ device: 'cpu' });
  expect(device.kind).toBe('cpu');
  expect(device.name).toContain('softgpu');
});

test('SwiftShader can be had by name, to compare with', async () => {
  process.env['TYMPAN_DEVICE'] = 'swiftshader';
  try {
    const device = await init();
    expect(device.kind).toBe('cpu');
    expect(device.name).toContain('SwiftShader');
  } finally {
    delete process.env['TYMPAN_DEVICE'];
  }
});

test('TYMPAN_DEVICE overrides auto, and a bad value is named', async () => {
  process.env['TYMPAN_DEVICE'] = 'tpu';
  try {
    await expect(init()).rejects.toThrowErrorMatchingInlineSnapshot(
      `[DeviceError: init: device must be auto, gpu, cpu or swiftshader, got tpu (TYMPAN_DEVICE may have set it)]`,
    );
  } finally {
    delete process.env['TYMPAN_DEVICE'];
  }
});

test('flags for Dawn in TYMPAN_DAWN_FLAGS join those that the driver needs', async () => {
  process.env['TYMPAN_DAWN_FLAGS'] = 'disable-dawn-features=timestamp_quantization';
  process.env['TYMPAN_DEVICE'] = 'swiftshader';
  try {
    await init();
    const x = tensor([1, 2]);
    const { totalMs } = await profile(() => square([x], {}).dispose());
    x.dispose();
    // With quantization every time is a multiple of 2^16 ns.
    expect(Math.round(totalMs * 1e6) % 2 ** 16).not.toBe(0);
  } finally {
    delete process.env['TYMPAN_DAWN_FLAGS'];
    delete process.env['TYMPAN_DEVICE'];
  }
});

test('a lost device rejects pending reads, naming the last kernel', async () => {
  const device = await init();
  const x = tensor([1, 2]);
  const y = square([x], {});
  const pending = y.data();
  device.gpu.destroy(); // what a driver reset looks like from here
  await expect(pending).rejects.toThrow(DeviceLostError);
  await expect(y.data().then((v) => v)).rejects.toThrow('square.map');
});

test('WGSL that does not compile is reported with the kernel and its numbered source', async () => {
  await init();
  const broken = defineKernel({
    name: 'broken.step',
    read: {},
    write: { y: 'f32' },
    workgroup: 1,
    grid: () => 1,
    wgsl: '@compute @workgroup_size(WORKGROUP) fn main() { y[0] = nothing; }',
  });
  const y = zeros([1]);
  broken({}, { y });
  await expect(y.data()).rejects.toThrow(/broken\.step: [\s\S]*nothing[\s\S]*\d+ .*fn main/);
  y.dispose();
});

test('a kernel with more than eight buffers is refused when it is defined', () => {
  const names = 'abcdefghi'.split('');
  expect(() =>
    defineKernel({
      name: 'wide.step',
      read: Object.fromEntries(names.map((name) => [name, 'f32' as const])),
      write: {},
      workgroup: 1,
      grid: () => 1,
      wgsl: '',
    }),
  ).toThrowErrorMatchingInlineSnapshot(
    `[KernelError: wide.step: a kernel may bind at most 8 buffers on every device, got 9: pack some together]`,
  );
});

test('a second init replaces the default device; tensors of the first are refused beside new ones', async () => {
  await init();
  const first = defaultDevice();
  await init();
  expect(defaultDevice()).not.toBe(first);
  expect(first.destroyed).toBe(true);
});
