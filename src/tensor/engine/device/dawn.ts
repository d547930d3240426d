/** What a look for an adapter brought: the adapter with the object that must stay alive, or why there is none. */
export type Found = { readonly gpu: GPU; readonly adapter: GPUAdapter } | { readonly reason: string };

/** Node's Dawn binding, the npm package `webgpu`. */
export interface DawnModule {
  create(flags: string[]): GPU;
}

/**
 * Dawn's instances by flags and drivers, kept for the life of the process: the binding polls an instance once more after
 * its last promise has settled, and crashes when the instance was collected by then. One serves any number of devices.
 */
const instances = new Map<string, GPU>();

/** The first adapter that Dawn finds in this process's Vulkan, Metal or D3D12 drivers. */
export async function findDawn(flags: string[] = []): Promise<Found> {
  const dawn = await importDawn();
  if ('reason' in dawn) return dawn;
  const all = merged([...dawnToggles(), ...flags]);
  if (!all.some((flag) => flag.startsWith('backend=')) && !hasLoader()) {
    return { reason: 'this machine has no GPU driver: there is no Vulkan loader (libvulkan.so.1)' };
  }
  const gpu = instanceOf(dawn, all);
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  return adapter
    ? { gpu, adapter }
    : { reason: 'Dawn found no adapter: this machine has no GPU driver (Vulkan, Metal or D3D12)' };
}

/** On Linux Dawn prints a warning when it misses Vulkan; asked first, the system's linker answers quietly. */
function hasLoader(): boolean {
  if (process.platform !== 'linux') return true;
  try {
    process.dlopen({ exports: {} }, 'libvulkan.so.1');
  } catch (error) {
    return !(error as Error).message.includes('No such file'); // found, it is still no addon for Node, which is an error too
  }
  return true;
}

function instanceOf(dawn: DawnModule, flags: string[]): GPU {
  const key = [process.env['VK_DRIVER_FILES'], ...flags].join(' '); // an instance looks for drivers once
  const gpu = instances.get(key) ?? dawn.create(flags);
  instances.set(key, gpu);
  return gpu;
}

/** Of two flags of one name Dawn hears the last only: their values go into one, separated by commas. */
function merged(flags: readonly string[]): string[] {
  const values = new Map<string, string[]>();
  for (const flag of flags) {
    const [name = '', ...value] = flag.split('=');
    values.set(name, [...(values.get(name) ?? []), value.join('=')]);
  }
  return [...values].map(([name, value]) => `${name}=${value.join(',')}`);
}

/** Extra Dawn flags, for example `enable-dawn-features=dump_shaders`, separated by spaces. */
function dawnToggles(): string[] {
  return process.env['TYMPAN_DAWN_FLAGS']?.split(' ').filter(Boolean) ?? [];
}

export async function importDawn(): Promise<DawnModule | { reason: string }> {
  if (typeof process === 'undefined' || !process.versions?.node) return { reason: 'this page has no navigator.gpu' };
  const name = 'webgpu'; // a variable, so that browser bundlers do not follow it
  try {
    return (await import(/* @vite-ignore */ /* webpackIgnore: true */ name)) as DawnModule;
  } catch (error) {
    return { reason: `the npm package webgpu (Dawn for Node) does not load: ${(error as Error).message}` };
  }
}
