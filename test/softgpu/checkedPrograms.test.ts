import { expect, test } from 'vitest';
import { openDevice } from '../../scripts/conformance/devices.ts';
import { generateProgram } from '../../scripts/conformance/fuzzProgram.ts';
import { differenceOf, runProgram } from '../../scripts/conformance/fuzzRun.ts';
import { createSoftGPU, type SoftGPUOptions } from '../../src/softgpu/index.ts';

async function open(options: SoftGPUOptions): Promise<GPUDevice> {
  const gpu = createSoftGPU({ threads: 0, ...options });
  return openDevice({ gpu, adapter: (await gpu.requestAdapter())! });
}

test('generated programs, which stay in bounds and do not race, compute the same when checked, in silence', async () => {
  const reports: string[] = [];
  const onReport: SoftGPUOptions['onReport'] = ({ message }) => reports.push(message);
  const plain = await open({});
  const checked = [await open({ check: 'bounds', onReport }), await open({ check: 'races', onReport })];
  for (let seed = 0; seed < 30; seed++) {
    const program = generateProgram(seed);
    const expected = await runProgram(plain, program);
    expect(expected, `seed ${seed}`).not.toHaveProperty('error');
    for (const device of checked) {
      expect(differenceOf(expected, await runProgram(device, program)), `seed ${seed}`).toBeUndefined();
    }
    expect(reports, `seed ${seed}`).toEqual([]);
  }
  for (const device of [plain, ...checked]) device.destroy();
});
