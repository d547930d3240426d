import { expect, it } from 'vitest';
import { createSoftGPU } from '../../src/softgpu/index.ts';

it('the attributes of a buffer are listed, and make another one like it', async () => {
  const device = await (await createSoftGPU({ threads: 0 }).requestAdapter())!.requestDevice();
  const buffer = device.createBuffer({ size: 40, usage: 0x80, label: 'first' });
  const keys: string[] = [];
  for (const key in buffer) keys.push(key);
  expect(keys).toEqual(expect.arrayContaining(['size', 'usage', 'mapState', 'label']));
  const { size, usage, label } = device.createBuffer(buffer);
  expect({ size, usage, label }).toEqual({ size: 40, usage: 0x80, label: 'first' });
  device.destroy();
});

it('modules may require what the language features list', async () => {
  const gpu = createSoftGPU({ threads: 0 });
  const device = await (await gpu.requestAdapter())!.requestDevice();
  const errorOf = async (code: string) => {
    const { messages } = await device.createShaderModule({ code }).getCompilationInfo();
    return messages.filter(({ type }) => type === 'error').length;
  };
  expect(gpu.wgslLanguageFeatures.has('uniform_buffer_standard_layout')).toBe(true);
  for (const feature of gpu.wgslLanguageFeatures) expect(await errorOf(`requires ${feature};`), feature).toBe(0);
  device.pushErrorScope('validation');
  expect(await errorOf('requires what_nobody_has;')).toBe(1);
  await device.popErrorScope();
  device.destroy();
});
