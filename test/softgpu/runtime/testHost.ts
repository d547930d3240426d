/** Stand-ins for the compiler and the executor, so that the WebGPU objects are tested on their own. */

import type { BindingInfo, Compiler, EntryPointInfo, OverrideInfo } from '../../../src/softgpu/runtime/compiler.ts';
import type { Command, CompiledKernel, Executor, KernelHandle } from '../../../src/softgpu/runtime/executor.ts';
import { createGPU, type GPU } from '../../../src/softgpu/runtime/gpu.ts';

/** A shader module as JSON: what a real compiler would find in WGSL. */
export interface FakeModule {
  readonly overrides?: readonly OverrideInfo[];
  readonly entryPoints?: readonly FakeEntryPoint[];
}

export interface FakeEntryPoint extends Partial<EntryPointInfo> {
  readonly workgroupSize?: readonly [number, number, number];
  readonly workgroupStorageBytes?: number;
  /** Makes compileKernel throw an error of this name. */
  readonly throws?: string;
}

interface FakeKernel {
  readonly bindings: CompiledKernel['bindings'];
  readonly constants: Record<string, number>;
}

export function fakeModule(module: FakeModule): string {
  return JSON.stringify(module);
}

/** A binding at group 0 that needs 4 bytes, unless told otherwise. */
export function fakeBinding(given: Partial<BindingInfo> = {}): BindingInfo {
  return { group: 0, binding: 0, type: 'storage', minBindingSize: 4, name: 'data', ...given };
}

/** A module with one entry point 'main'. */
export function fakeShader(bindings: readonly BindingInfo[] = [], more: FakeEntryPoint = {}): string {
  return fakeModule({ entryPoints: [{ name: 'main', bindings, ...more }] });
}

export const fakeCompiler: Compiler = {
  features: ['shader-f16'],
  languageFeatures: ['packed_4x8_integer_dot_product'],
  createShaderModule(code) {
    if (!code.startsWith('{')) {
      const span = { offset: 2, length: 3 };
      return {
        code,
        valid: false,
        messages: [{ severity: 'error', message: 'no module', span }],
        overrides: [],
        entryPoints: [],
      };
    }
    const { overrides = [], entryPoints = [] } = JSON.parse(code) as FakeModule;
    return {
      code,
      valid: true,
      messages: [],
      overrides,
      entryPoints: entryPoints.map((each) => ({
        name: 'main',
        stage: 'compute',
        bindings: [],
        overrides: [],
        ...each,
      })),
    };
  },
  compileKernel(module, name, constants) {
    const entryPoint: FakeEntryPoint = module.entryPoints.find((each) => each.name === name)!;
    if (entryPoint.throws !== undefined) throw Object.assign(new Error('not this one'), { name: entryPoint.throws });
    const bindings = entryPoint.bindings!.map(({ group, binding }) => ({ group, binding }));
    const kernel: FakeKernel = { bindings, constants: Object.fromEntries(constants) };
    return {
      code: new TextEncoder().encode(JSON.stringify(kernel)),
      workgroupSize: entryPoint.workgroupSize ?? [1, 1, 1],
      scratchBytes: 0,
      ...(entryPoint.workgroupStorageBytes && { workgroupStorageBytes: entryPoint.workgroupStorageBytes }),
      bindings,
    };
  },
};

interface Loaded extends KernelHandle {
  readonly kernel: CompiledKernel;
}

/** Runs commands at once. A dispatch adds x to the first word of its first binding. */
export class FakeExecutor implements Executor {
  readonly shared = false;
  readonly commands: Command[] = [];
  readonly freed: number[] = [];
  readonly released: KernelHandle[] = [];
  destroyed = false;
  fail: (error: Error) => void = () => {};
  readonly failure = new Promise<Error>((resolve) => {
    this.fail = resolve;
  });
  readonly #bytes: Uint8Array;
  #end = 256;

  constructor(capacity: number) {
    this.#bytes = new Uint8Array(capacity);
  }

  allocate(bytes: number): number | null {
    const address = this.#end;
    if (address + bytes > this.#bytes.length) return null;
    this.#end = Math.ceil((address + bytes) / 256) * 256;
    return address;
  }

  free(address: number): void {
    this.freed.push(address);
  }

  bytes(): Uint8Array {
    return this.#bytes;
  }

  loadKernel(kernel: CompiledKernel): KernelHandle {
    const loaded: Loaded = { kernel };
    return loaded;
  }

  releaseKernel(kernel: KernelHandle): void {
    this.released.push(kernel);
  }

  submit(commands: readonly Command[]): void {
    for (const command of commands) {
      this.commands.push(command);
      this.#run(command);
    }
  }

  #run(command: Command): void {
    const words = new Uint32Array(this.#bytes.buffer);
    if (command.op === 'copy') {
      this.#bytes.copyWithin(command.destination, command.source, command.source + command.bytes);
    } else if (command.op === 'clear') {
      this.#bytes.fill(0, command.address, command.address + command.bytes);
    } else if (command.op === 'write') {
      this.#bytes.set(command.bytes, command.address);
    } else if (command.op === 'timestamp') {
      words[command.address / 4] = this.commands.length;
    } else if (command.bindings.length > 0) {
      const x = command.op === 'dispatch' ? command.x : words[command.counts / 4]!;
      words[command.bindings[0]! / 4]! += x;
    }
  }

  done(): Promise<void> {
    return this.destroyed ? Promise.reject(new Error('destroyed')) : Promise.resolve();
  }

  destroy(): void {
    this.destroyed = true;
  }
}

export interface FakeGPU {
  readonly gpu: GPU;
  /** One per device, in the order they were made. */
  readonly executors: FakeExecutor[];
}

export function fakeGPU(capacity = 1 << 20): FakeGPU {
  const executors: FakeExecutor[] = [];
  const gpu = createGPU({
    compiler: fakeCompiler,
    capacity: () => 4 * 2 ** 30,
    relaxed: false,
    createExecutor() {
      const executor = new FakeExecutor(capacity);
      executors.push(executor);
      return executor;
    },
  });
  return { gpu, executors };
}

export interface FakeDevice {
  readonly device: GPUDevice;
  readonly executor: FakeExecutor;
}

/** A device; what it asks for is in the descriptor. */
export async function fakeDevice(descriptor?: GPUDeviceDescriptor): Promise<FakeDevice> {
  const { gpu, executors } = fakeGPU();
  const adapter = await gpu.requestAdapter();
  const device = await adapter!.requestDevice(descriptor);
  return { device, executor: executors[0]! };
}

/** The message of the validation error that `run` causes, or null. */
export async function validationError(device: GPUDevice, run: () => unknown): Promise<string | null> {
  device.pushErrorScope('validation');
  run();
  const error = await device.popErrorScope();
  return error?.message ?? null;
}
