import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDevice, openProvider, type Provider } from '../../scripts/conformance/devices.ts';
import { extremes, mutate } from '../../scripts/conformance/fuzzMutate.ts';
import { generateProgram } from '../../scripts/conformance/fuzzProgram.ts';
import { Random } from '../../scripts/conformance/fuzzRandom.ts';
import { differenceOf, runProgram } from '../../scripts/conformance/fuzzRun.ts';
import { compileError } from '../../scripts/conformance/tintRun.ts';

type Devices = [device: GPUDevice, wide: GPUDevice, dawn: GPUDevice, nullDevice: GPUDevice];

// A bounded part of scripts/conformance/fuzz.ts, from the same seeds each time.
describe('softgpu on generated programs', () => {
  let providers: readonly Provider[] = [];
  let device: GPUDevice;
  let wide: GPUDevice;
  let dawn: GPUDevice;
  let nullDevice: GPUDevice;

  beforeAll(async () => {
    providers = await Promise.all((['softgpu-1', 'softgpu-4', 'dawn', 'null'] as const).map(openProvider));
    [device, wide, dawn, nullDevice] = (await Promise.all(providers.map(openDevice))) as Devices;
  });

  afterAll(() => {
    for (const opened of [device, wide, dawn, nullDevice]) opened.destroy();
  });

  it('computes the same bits as Dawn on SwiftShader, one invocation or four at once', async () => {
    for (let seed = 0; seed < 12; seed++) {
      const program = generateProgram(seed);
      const expected = await runProgram(dawn, program);
      expect(expected, `seed ${seed} on Dawn`).not.toHaveProperty('error');
      expect(differenceOf(expected, await runProgram(device, program)), `seed ${seed}, width 1`).toBeUndefined();
      expect(differenceOf(expected, await runProgram(wide, program)), `seed ${seed}, width 4`).toBeUndefined();
    }
  });

  it('accepts and refuses damaged programs as Dawn does', async () => {
    for (let seed = 0; seed < 120; seed++) {
      const text = mutate(generateProgram(seed % 20).code, new Random(seed));
      const [here, there] = [await compileError(device, text), await compileError(nullDevice, text)];
      expect(here === undefined, `seed ${seed}: softgpu says ${here}, Dawn says ${there}`).toBe(there === undefined);
    }
  });

  it.each(Object.entries(extremes()))('answers text of extreme depth or length: %s', async (_, text) => {
    const error = await compileError(device, text);
    expect(error === undefined || error.length > 0).toBe(true);
  });
});
