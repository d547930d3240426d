import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { relaxedSimd } from '../../../src/softgpu/wasm/features.ts';
import { WasmModule } from '../../../src/softgpu/wasm/module.ts';

function relaxedModule(): Uint8Array {
  const module = new WasmModule();
  const builder = module.addFunction('multiplyAdd', ['f32', 'f32', 'f32'], ['f32']);
  for (let i = 0; i < 3; i++) {
    builder.get(i);
    builder.op('f32x4.splat');
  }
  builder.op('f32x4.relaxed_madd');
  builder.lane('f32x4.extract_lane', 0);
  module.exportFunction('multiplyAdd', builder);
  return module.finish();
}

test('the probe says whether modules with relaxed SIMD compile, here and in workers', async () => {
  const expected = relaxedSimd();
  const bytes = relaxedModule();
  expect(WebAssembly.validate(bytes as BufferSource)).toBe(expected);
  const code = `const { parentPort, workerData } = require('node:worker_threads');
    parentPort.postMessage(WebAssembly.validate(workerData));`;
  const worker = new Worker(code, { eval: true, workerData: bytes });
  const inWorker = await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
  await worker.terminate();
  expect(inWorker).toBe(expected);
});

test('Node has relaxed SIMD', () => {
  expect(relaxedSimd()).toBe(true);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(relaxedModule() as BufferSource));
  expect((exports.multiplyAdd as (a: number, b: number, c: number) => number)(2, 3, 4)).toBe(10);
});
