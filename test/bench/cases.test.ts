import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { create } from 'webgpu';
import type { BenchCase } from '../../bench/benchCase.ts';
import { allCases } from '../../bench/cases/allCases.ts';
import { Inputs } from '../../bench/inputs.ts';
import { SHAPES } from '../../bench/shapes.ts';
import type { Device } from '../../src/tensor/engine/device/device.ts';
import { init, shutdown } from '../../src/tensor/engine/device/init.ts';

let device: Device;

beforeAll(async () => {
  device = await init({ gpu: create(['backend=null']) });
});

afterAll(shutdown);

/** Shapes, kernels and bindings are checked; nothing is computed. */
async function runOnce({ make }: BenchCase): Promise<void> {
  const inputs = new Inputs();
  const work = make(inputs);
  work.run(work.prepare?.());
  await device.synchronize();
  work.dispose?.();
  inputs.dispose();
  device.trim();
}

describe.each(['small', 'full'] as const)('cases at %s shapes', (scale) => {
  const cases = allCases(SHAPES[scale]);

  test('no two share name and shape', () => {
    const names = cases.map(({ name, shape }) => `${name} ${shape}`);
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  });

  test('each says what it costs', () => {
    expect(cases.filter(({ flops, bytes }) => !(flops >= 0 && bytes > 0))).toEqual([]);
  });
});

// At full shapes the host alone would take a minute to fill the inputs.
test('each case runs at small shapes and gives back its tensors', async () => {
  const failed: string[] = [];
  for (const benchCase of allCases(SHAPES.small)) {
    const before = device.memory().tensors;
    try {
      await runOnce(benchCase);
      const left = device.memory().tensors - before;
      if (left !== 0) failed.push(`${benchCase.name} ${benchCase.shape}: ${left} tensors are left`);
    } catch (error) {
      failed.push(`${benchCase.name} ${benchCase.shape}: ${String(error)}`);
    }
  }
  expect(failed).toEqual([]);
});
