import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { create } from 'webgpu';
import { Device } from '../../src/tensor/engine/device/device.ts';
import type { Kernel } from '../../src/tensor/engine/kernel.ts';
import type { PipelineSource } from '../../src/tensor/engine/pipeline.ts';
import { ROOT, sourceFiles, wgslTemplates } from '../setup/sourceFiles.ts';

/** Every kernel that comes into being while the modules load, exported or not. */
const made = vi.hoisted(() => [] as Kernel[]);

vi.mock('../../src/tensor/engine/kernel.ts', async (original) => {
  const module = await original<typeof import('../../src/tensor/engine/kernel.ts')>();
  const defineKernel = (spec: never) => {
    const kernel = module.defineKernel(spec);
    made.push(kernel as unknown as Kernel);
    return kernel;
  };
  return { ...module, defineKernel };
});

const files = sourceFiles('src').filter(({ path }) => /^src\/(kernels|tensor\/engine)\//.test(path));
const exported = new Set<Kernel>();
const MINUTES = 600_000; // thousands of sources, 2 ms each on an idle machine
let gpu: GPU;
let plain: Device;
let full: Device;

beforeAll(async () => {
  for (const { path } of files) collect(await import(/* @vite-ignore */ `${ROOT}/${path}`));
  gpu = create(['backend=null']);
  plain = await open({});
  // The null backend offers every feature, but no limit above the default ones.
  full = await open({ requiredFeatures: [...(await requireAdapter()).features] as GPUFeatureName[] });
});

afterAll(() => {
  plain.destroy();
  full.destroy();
});

async function requireAdapter(): Promise<GPUAdapter> {
  const adapter = await gpu.requestAdapter();
  if (!adapter) throw new Error('the null backend of Dawn has no adapter');
  return adapter;
}

async function open(descriptor: GPUDeviceDescriptor): Promise<Device> {
  const device = await (await requireAdapter()).requestDevice(descriptor);
  return new Device(device, { kind: 'gpu', name: 'null', gpuRoot: gpu });
}

/** Kernels among a module's exports, and inside exported objects, where tables keep theirs. */
function collect(values: object, depth = 0): void {
  for (const value of Object.values(values)) {
    if (isKernel(value)) exported.add(value);
    else if (typeof value === 'object' && value !== null && depth < 2) collect(value, depth + 1);
  }
}

function isKernel(value: unknown): value is Kernel {
  return typeof value === 'function' && 'sources' in value;
}

/** Compiles all the sources; one message for each kernel that fails, with the first source that does not compile. */
async function failures(device: Device, sources: readonly PipelineSource[]): Promise<string[]> {
  const settled = await Promise.allSettled(sources.map((source) => device.pipelines.prepare(source)));
  const byKernel = new Map<string, string[]>();
  for (const [i, { label }] of sources.entries()) {
    const result = settled[i]!;
    if (result.status === 'rejected') byKernel.set(label, [...(byKernel.get(label) ?? []), String(result.reason)]);
  }
  return [...byKernel.values()].map((messages) => `${messages.length} sources: ${messages[0]}`);
}

/** Features beyond WebGPU's core, as the source itself asks for them. */
function needsFeatures({ code }: PipelineSource): boolean {
  return /^\s*enable\s/m.test(code);
}

describe('kernels', () => {
  test('every source compiles with the default limits and core features of WebGPU', { timeout: MINUTES }, async () => {
    const sources = made.flatMap((kernel) => kernel.sources()).filter((source) => !needsFeatures(source));
    expect(sources.length).toBeGreaterThan(0);
    expect(await failures(plain, sources)).toEqual([]);
  });

  test('every source for f16 or subgroups compiles where the device has them', { timeout: MINUTES }, async () => {
    const sources = made.flatMap((kernel) => kernel.sources()).filter(needsFeatures);
    expect(sources.length).toBeGreaterThan(0);
    expect(await failures(full, sources)).toEqual([]);
  });

  test('every kernel is exported, so that nothing escapes this test', () => {
    expect(made.filter((kernel) => !exported.has(kernel)).map(({ kernelName }) => kernelName)).toEqual([]);
  });

  test('every WGSL body in the sources is part of an exported kernel', () => {
    const codes = [...exported].map(({ spec }) => `${spec.functions ?? ''}\n${spec.wgsl}`);
    const unused = files.flatMap((file) =>
      wgslTemplates(file)
        .filter(({ text }) => text !== undefined && !codes.some((code) => code.includes(text)))
        .map(({ line }) => `${file.path}:${line}`),
    );
    expect(unused).toEqual([]);
  });

  test('names are unique and of the form operation.step', () => {
    const names = made.map(({ kernelName }) => kernelName);
    expect(names.filter((name) => !/^[a-z][A-Za-z0-9]*\.[a-z][A-Za-z0-9]*$/.test(name))).toEqual([]);
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  });
});

describe('the compiler behind this test', () => {
  const source = (code: string): PipelineSource => ({ label: 'broken.step', code, bindings: [], paramBytes: 0 });

  test('reports a mistake with the kernel and its numbered source', async () => {
    const [message] = await failures(plain, [source('@compute @workgroup_size(1) fn main() { let a: u32 = 1.5; }')]);
    expect(message).toMatch(/broken\.step: the kernel does not compile[\s\S]*1 @compute/);
  });

  test('holds the default limits: a workgroup of 512 is refused', async () => {
    expect(await failures(plain, [source('@compute @workgroup_size(512) fn main() {}')])).toHaveLength(1);
  });

  test('refuses a binding that the layout does not have', async () => {
    const code =
      '@group(0) @binding(0) var<storage, read_write> y: array<f32>; @compute @workgroup_size(1) fn main() { y[0] = 1; }';
    expect(await failures(plain, [source(code)])).toHaveLength(1);
  });
});
