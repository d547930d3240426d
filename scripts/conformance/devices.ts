import { createSoftGPU, globals, type SoftGPUOptions } from '../../src/softgpu/index.ts';
import { type Found, findDawn, importDawn } from '../../src/tensor/engine/device/dawn.ts';
import { openSwiftShader } from '../../src/tensor/engine/device/swiftshader.ts';

/**
 * `null` is Dawn without a back end: Tint and Dawn's validation with every feature, but nothing is computed.
 * `softgpu-1` and `softgpu-4` run as many invocations at once, whatever softgpu would choose.
 */
export type DeviceName = 'dawn' | 'null' | 'softgpu' | 'softgpu-1' | 'softgpu-4';

/** The GPU object must stay referenced for as long as anything made from it is in use. */
export interface Provider {
  readonly gpu: GPU;
  readonly adapter: GPUAdapter;
}

const WIDTHS: Readonly<Record<string, { readonly width?: 1 | 4 }>> = {
  softgpu: {},
  'softgpu-1': { width: 1 },
  'softgpu-4': { width: 4 },
};

export function deviceName(text: string): DeviceName {
  if (text === 'dawn' || text === 'null' || text in WIDTHS) return text as DeviceName;
  throw new TypeError(`--device must be dawn, null, ${Object.keys(WIDTHS).join(', ')}, got '${text}'`);
}

export async function openProvider(name: DeviceName): Promise<Provider> {
  const soft = WIDTHS[name];
  const found = await (soft ? openSoftGPU(soft) : name === 'null' ? findDawn(['backend=null']) : openDawn());
  if ('reason' in found) throw new Error(`no adapter for '${name}': ${found.reason}`);
  return found;
}

/** SwiftShader under Dawn; the project's own choice of toggles, so that its results are those of the project's tests. */
function openDawn(): Promise<Found> {
  return openSwiftShader();
}

async function openSoftGPU(options: SoftGPUOptions): Promise<Found> {
  const gpu = createSoftGPU(options) as unknown as GPU; // its classes are the interfaces of WebGPU without the graphics part
  const adapter = await gpu.requestAdapter();
  return adapter ? { gpu, adapter } : { reason: 'softgpu gave no adapter' };
}

const LIMITS = [
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
  'maxComputeWorkgroupSizeZ',
  'maxStorageBuffersPerShaderStage',
] as const;

/** A device with every feature and the widest limits of the adapter, so that a program is refused for what it says alone. */
export async function openDevice({ adapter }: Provider): Promise<GPUDevice> {
  return adapter.requestDevice({
    requiredFeatures: [...adapter.features] as GPUFeatureName[],
    requiredLimits: Object.fromEntries(LIMITS.map((limit) => [limit, adapter.limits[limit]])),
  });
}

/** A device that knows whether it was lost: programs after that need another. */
export interface Runner {
  readonly provider: Provider;
  readonly device: GPUDevice;
  lost: string | undefined;
}

export async function openRunner(name: DeviceName): Promise<Runner> {
  const provider = await openProvider(name);
  const opened: Runner = { provider, device: await openDevice(provider), lost: undefined };
  void opened.device.lost.then(({ message }) => {
    opened.lost = message;
  });
  return opened;
}

/** The classes and constants that a page has as globals (`GPUBuffer`, `GPUBufferUsage`, `GPUValidationError`, ...). */
export async function interfacesOf(name: DeviceName): Promise<Record<string, unknown>> {
  if (name in WIDTHS) return globals;
  const module = await importDawn();
  if ('reason' in module) throw new Error(module.reason);
  return (module as unknown as { readonly globals: Record<string, unknown> }).globals;
}
