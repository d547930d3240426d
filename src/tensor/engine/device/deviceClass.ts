import type { Device } from './device.ts';

/**
 * What a kernel family tells apart when it picks a variant: `softgpu` runs invocations as straight SIMD code on a few
 * threads with large caches, `processor` is a software driver that makes threads of invocations, `gpu` real hardware.
 */
export type DeviceClass = 'gpu' | 'processor' | 'softgpu';

export function classOf({ kind, name }: Pick<Device, 'kind' | 'name'>): DeviceClass {
  if (kind === 'gpu') return 'gpu';
  return name.startsWith('softgpu') ? 'softgpu' : 'processor';
}
