import { compileKernel, createShaderModule } from '../../src/softgpu/compile.ts';
import { relaxedSimd } from '../../src/softgpu/wasm/features.ts';

export type Words = Float32Array | Uint32Array | Int32Array;

export interface RunOptions {
  /** In the order in which the kernel names its bindings. */
  readonly buffers: readonly Words[];
  readonly groups?: readonly [number, number?, number?];
  readonly width: 1 | 4;
  readonly features?: readonly string[];
}

const ARGS = 256;
const FIRST_BUFFER = 4096;

/** Compiles the only entry point of `code` and runs it here, without any runtime; gives the buffers afterwards. */
export function runKernel(code: string, { buffers, groups = [1], width, features = [] }: RunOptions): Words[] {
  const module = createShaderModule(code, { features: new Set(features) });
  if (!module.valid) throw new Error(module.messages.map(({ message }) => message).join('\n'));
  const options = { shared: false, relaxed: relaxedSimd(), width };
  const kernel = compileKernel(module, module.entryPoints[0]!.name, new Map(), options);
  const sizes = buffers.map(({ byteLength }) => Math.ceil(byteLength / 256) * 256 + 256);
  const scratch = sizes.reduce((sum, size) => sum + size, FIRST_BUFFER);
  const pages = Math.ceil((scratch + kernel.scratchBytes) / 65536) + 1;
  const memory = new WebAssembly.Memory({ initial: pages, maximum: 65536 });
  // What lies around the buffers is not zero, so that reading it shows.
  new Uint32Array(memory.buffer).fill(0x7fc0ffee);
  const [x, y = 1, z = 1] = groups;
  const args = new Uint32Array(memory.buffer, ARGS, 4 + 2 * buffers.length);
  args.set([x, y, z, 0]);
  let address = FIRST_BUFFER;
  const places = buffers.map((buffer, i) => {
    new Uint8Array(memory.buffer, address, buffer.byteLength).set(
      new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength),
    );
    args.set([address, buffer.byteLength], 4 + 2 * i);
    const here = address;
    address += sizes[i]!;
    return here;
  });
  const compiled = new WebAssembly.Module(kernel.code as BufferSource);
  const instance = new WebAssembly.Instance(compiled, { env: { memory } });
  const run = instance.exports['run'] as (args: number, scratch: number, first: number, end: number) => void;
  run(ARGS, scratch, 0, x * y * z);
  return buffers.map((buffer, i) => {
    const bytes = memory.buffer.slice(places[i]!, places[i]! + buffer.byteLength);
    if (buffer instanceof Float32Array) return new Float32Array(bytes);
    return buffer instanceof Uint32Array ? new Uint32Array(bytes) : new Int32Array(bytes);
  });
}
