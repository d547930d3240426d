import { loadChoices } from '../choicesFile.ts';
import { DeviceError } from '../errors.ts';
import { type Found, findDawn } from './dawn.ts';
import { Device, type DeviceKind } from './device.ts';
import { openSoftGPU } from './softgpu.ts';
import { openSwiftShader } from './swiftshader.ts';

export interface InitOptions {
  /**
   * `auto` takes a GPU where there is one, else the processor. The environment variable TYMPAN_DEVICE overrides `auto`;
   * it may also be `swiftshader`, a software Vulkan driver to compare with.
   */
  readonly device?: 'auto' | DeviceKind;
  /** A WebGPU implementation to use instead of looking for one. */
  readonly gpu?: GPU;
  /** Worker threads of softgpu, as many as the machine has cores when left out; other devices choose by themselves. */
  readonly threads?: number;
}

interface Candidate {
  readonly adapter: GPUAdapter;
  readonly root: GPU;
  readonly fallbackReason?: string;
}

let current: Device | undefined;

/**
 * Finds a device and makes it the default. Order: the `gpu` given, the page's
 * `navigator.gpu`, Dawn in Node, and where those have no GPU, softgpu, which
 * runs the same kernels on the processor. The default device before it is
 * destroyed, and its tensors with it.
 *
 * @throws DeviceError naming what was tried and how to get a device.
 */
export async function init(options: InitOptions = {}): Promise<Device> {
  const wanted = wantedKind(options);
  const candidate = await findAdapter(options, wanted);
  const device = await openDevice(candidate);
  current?.destroy();
  current = device;
  return device;
}

/** The default device. Throws DeviceError before `init()`. */
export function defaultDevice(): Device {
  if (current === undefined) throw new DeviceError('no device yet: call `await init()` first');
  return current;
}

/** Releases the default device, so that Node can exit. Tensors on it are gone. */
export async function shutdown(): Promise<void> {
  const device = current;
  current = undefined;
  if (device && !device.destroyed) {
    await device.gpu.queue.onSubmittedWorkDone().catch(() => {}); // a lost device has nothing left to wait for
    device.destroy();
  }
}

type Wanted = 'auto' | DeviceKind | 'swiftshader';

function wantedKind({ device = 'auto' }: InitOptions): Wanted {
  const fromEnvironment = typeof process === 'undefined' ? undefined : process.env['TYMPAN_DEVICE'];
  const wanted = device === 'auto' && fromEnvironment ? fromEnvironment : device;
  if (wanted === 'auto' || wanted === 'gpu' || wanted === 'cpu' || wanted === 'swiftshader') return wanted;
  throw new DeviceError(
    `init: device must be auto, gpu, cpu or swiftshader, got ${wanted} (TYMPAN_DEVICE may have set it)`,
  );
}

async function findAdapter({ gpu, threads }: InitOptions, wanted: Wanted): Promise<Candidate> {
  if (gpu) return requireAdapter(gpu, 'the GPU object given to init()');
  const tried: string[] = [];
  if (wanted === 'auto' || wanted === 'gpu') {
    const found = await findGpu();
    if ('gpu' in found) return { adapter: found.adapter, root: found.gpu };
    tried.push(found.reason);
  }
  if (wanted !== 'gpu') {
    const found = await (wanted === 'swiftshader' ? openSwiftShader() : openSoftGPU(threads));
    const fallbackReason = tried[0];
    if ('gpu' in found)
      return { adapter: found.adapter, root: found.gpu, ...(fallbackReason ? { fallbackReason } : {}) };
    tried.push(found.reason);
  }
  throw new DeviceError(
    `init: no ${wanted === 'auto' ? '' : `${wanted} `}device: ${tried.join('; ')}. Run \`npx tympan doctor\` for the whole story`,
  );
}

/** The page's GPU, or the one Dawn finds. */
async function findGpu(): Promise<Found> {
  const inPage = typeof navigator === 'undefined' ? undefined : navigator.gpu;
  const adapter = await inPage?.requestAdapter({ powerPreference: 'high-performance' });
  const found: Found = inPage
    ? adapter
      ? { gpu: inPage, adapter }
      : { reason: 'navigator.gpu has no adapter: the browser or driver refuses WebGPU on this machine' }
    : await findDawn();
  if ('reason' in found || kindOf(found.adapter) === 'gpu') return found;
  return { reason: `WebGPU offers only ${nameOf(found.adapter)}, which runs on the processor, slower than softgpu` };
}

async function requireAdapter(gpu: GPU, what: string): Promise<Candidate> {
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter)
    throw new DeviceError(`init: ${what} has no adapter: the browser or driver refuses WebGPU on this machine`);
  return { adapter, root: gpu };
}

/** All the adapter can do is asked for: kernels choose by what the device reports. */
async function openDevice({ adapter, root, fallbackReason }: Candidate): Promise<Device> {
  const wantedFeatures = ['shader-f16', 'subgroups', 'timestamp-query'].filter((feature) =>
    adapter.features.has(feature),
  );
  const gpu = await adapter.requestDevice({
    label: 'tympan',
    requiredFeatures: wantedFeatures as GPUFeatureName[],
    requiredLimits: limitsOf(adapter),
  });
  const device = new Device(gpu, {
    kind: kindOf(adapter),
    name: nameOf(adapter),
    gpuRoot: root,
    ...(fallbackReason === undefined ? {} : { fallbackReason }),
  });
  loadChoices(device);
  return device;
}

function limitsOf(adapter: GPUAdapter): Record<string, number> {
  const limits: Record<string, number> = {};
  for (const name in adapter.limits) {
    const value = (adapter.limits as unknown as Record<string, unknown>)[name];
    if (typeof value === 'number') limits[name] = value;
  }
  return limits;
}

/** Drivers that run shaders on the processor. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|softgpu|microsoft basic render/i;

function kindOf(adapter: GPUAdapter): DeviceKind {
  const { vendor, architecture, description, device } = adapter.info;
  return SOFTWARE.test([vendor, architecture, description, device].join(' ')) ? 'cpu' : 'gpu';
}

function nameOf(adapter: GPUAdapter): string {
  const { vendor, architecture, description, device } = adapter.info;
  return description || device || [vendor, architecture].filter(Boolean).join(' ') || 'unnamed adapter';
}
