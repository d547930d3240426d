import { type FuzzProgram, OUTPUTS } from './fuzzProgram.ts';
import { compileError } from './tintRun.ts';

const STORAGE_IN = 0x80 | 0x8; // GPUBufferUsage.STORAGE | COPY_DST
const STORAGE_OUT = 0x80 | 0x4; // STORAGE | COPY_SRC
const UNIFORM_IN = 0x40 | 0x8; // UNIFORM | COPY_DST
const READBACK = 0x1 | 0x8; // MAP_READ | COPY_DST

/** The four output buffers: i32, u32, f32, counters. */
export type FuzzResult = { readonly error: string } | { readonly outputs: readonly Uint32Array[] };

/** The bindings of the prelude: three inputs, the settings, four outputs. A program may leave some of them out. */
const LAYOUT: GPUBindGroupLayoutEntry[] = Array.from({ length: 8 }, (_, binding) => ({
  binding,
  visibility: 4, // GPUShaderStage.COMPUTE
  buffer: { type: binding < 3 ? 'read-only-storage' : binding === 3 ? 'uniform' : 'storage' },
}));

/** Compiles and runs a program on small whole numbers. */
export async function runProgram(
  device: GPUDevice,
  { code, workgroups, invocations }: FuzzProgram,
): Promise<FuzzResult> {
  const refused = await compileError(device, code);
  if (refused) return { error: refused };
  const buffers: GPUBuffer[] = [];
  const make = (size: number, usage: number) => {
    const buffer = device.createBuffer({ size, usage });
    buffers.push(buffer);
    return buffer;
  };
  device.pushErrorScope('validation');
  try {
    const module = device.createShaderModule({ code });
    const group = device.createBindGroupLayout({ entries: LAYOUT });
    const layout = device.createPipelineLayout({ bindGroupLayouts: [group] });
    const pipeline = await device.createComputePipelineAsync({ layout, compute: { module } });
    const inputs = [...inputData(), settingsData()].map((data, i) => {
      const buffer = make(data.byteLength, i === 3 ? UNIFORM_IN : STORAGE_IN);
      device.queue.writeBuffer(buffer, 0, data);
      return buffer;
    });
    const sizes = [OUTPUTS * 4 * invocations, OUTPUTS * 4 * invocations, OUTPUTS * 4 * invocations, 32];
    const outputs = sizes.map((size) => make(size, STORAGE_OUT));
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    const entries = [...inputs, ...outputs].map((buffer, binding) => ({ binding, resource: { buffer } }));
    pass.setBindGroup(0, device.createBindGroup({ layout: group, entries }));
    pass.dispatchWorkgroups(...workgroups);
    pass.end();
    const readbacks = sizes.map((size) => make(size, READBACK));
    for (const [i, size] of sizes.entries()) encoder.copyBufferToBuffer(outputs[i]!, 0, readbacks[i]!, 0, size);
    device.queue.submit([encoder.finish()]);
    await Promise.all(readbacks.map((buffer) => buffer.mapAsync(0x1)));
    const words = readbacks.map((buffer) => new Uint32Array(buffer.getMappedRange().slice(0)));
    const error = await device.popErrorScope();
    return error ? { error: error.message } : { outputs: words };
  } catch (error) {
    const scoped = await device.popErrorScope();
    return { error: scoped?.message ?? (error as Error).message };
  } finally {
    for (const buffer of buffers) buffer.destroy();
  }
}

function inputData(): ArrayBuffer[] {
  const i32 = Int32Array.from({ length: 64 }, (_, i) => (i % 5 === 4 ? Math.imul(i, 0x2545f491) : ((i * 7) % 23) - 11));
  const u32 = Uint32Array.from({ length: 64 }, (_, i) => (i % 7 === 6 ? Math.imul(i, 0x9e3779b1) : (i * 5) % 17));
  const f32 = Float32Array.from({ length: 64 }, (_, i) => ((i * 11) % 41) - 20);
  return [i32.buffer, u32.buffer, f32.buffer];
}

/** `struct Settings`: turns at 0, step at 4, offset at 16, scale at 32, turn at 48. */
function settingsData(): ArrayBuffer {
  const view = new DataView(new ArrayBuffer(80));
  view.setUint32(0, 3, true);
  view.setInt32(4, -5, true);
  [3, -7, 11].forEach((value, i) => void view.setInt32(16 + 4 * i, value, true));
  [2, -3, 5, 7].forEach((value, i) => void view.setFloat32(32 + 4 * i, value, true));
  [1, -2, 3, 4, -5, 6].forEach((value, i) => void view.setFloat32(48 + 4 * i, value, true));
  return view.buffer;
}

/** The first place where two results differ, or `undefined`. Floats are exact, but zero has two signs. */
export function differenceOf(expected: FuzzResult, actual: FuzzResult): string | undefined {
  if ('error' in expected || 'error' in actual) {
    const [a, b] = [expected, actual].map((result) => ('error' in result ? result.error : undefined));
    return (a === undefined) === (b === undefined) ? undefined : `expected ${a ?? 'a result'}, got ${b ?? 'a result'}`;
  }
  for (const [index, words] of expected.outputs.entries()) {
    const other = actual.outputs[index]!;
    const at = words.findIndex((word, i) => word !== other[i] && !(index === 2 && isZero(word) && isZero(other[i]!)));
    if (at < 0) continue;
    const [a, b] = [words, other].map((buffer) => (index === 2 ? new Float32Array(buffer.buffer)[at] : buffer[at]));
    return `${['outI', 'outU', 'outF', 'counters'][index]}[${at}]: expected ${a}, got ${b}`;
  }
  return undefined;
}

function isZero(word: number): boolean {
  return (word & 0x7fffffff) === 0;
}
