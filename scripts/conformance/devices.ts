import { createSoftGPU, globals } from '../../src/softgpu/index.ts';
import { type Found, findDawn, importDawn } from '../../src/tensor/engine/device/dawn.ts';
import { openSwiftShader } from '../../src/tensor/engine/device/swiftshader.ts';

/** `null` is Dawn without a back end: Tint and Dawn's validation with every feature, but nothing is computed. */
export type DeviceName = 'dawn' | 'null' | 'softgpu';

/** The GPU object must stay referenced for as long as anything made from it is in use. */
export interface Provider {
  readonly gpu: GPU;
  readonly adapter: GPUAdapter;
}

export function deviceName(text: string): DeviceName {
  if (text === 'dawn' || text === 'null' || text === 'softgpu') return text;
  throw new TypeError(`--device must be dawn, null or softgpu, got '${text}'`);
}

export async function openProvider(name: DeviceName): Promise<Provider> {
  const found =
    name === 'softgpu' ? await openSoftGPU() : await (name === 'null' ? findDawn(['backend=null']) : openDawn());
  if ('reason' in found) throw new Error(`no adapter for '${name}': ${found.reason}`);
  return found;
}

/** SwiftShader under Dawn; the project's own choice of toggles, so that its results are those of the project's tests. */
function openDawn(): Promise<Found> {
  return openSwiftShader();
}

async function openSoftGPU(): Promise<Found> {
  const gpu = createSoftGPU() as unknown as GPU; // its classes are the interfaces of WebGPU without the graphics part
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
  if (name === 'softgpu') return globals;
  const module = await importDawn();
  if ('reason' in module) throw new Error(module.reason);
  return (module as unknown as { readonly globals: Record<string, unknown> }).globals;
}
