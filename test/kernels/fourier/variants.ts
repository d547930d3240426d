import { defaultDevice } from '../../../src/tensor/engine/device/init.ts';

/** The ways to transform on a device; each must pass the same tests. Devices other than softgpu take their default for 'fused'. */
export const VARIANTS = ['fused', 'staged', 'group'] as const;

/** Runs a check with one of them in place of the device's own choice. */
export async function withVariant(variant: (typeof VARIANTS)[number], check: () => Promise<void>): Promise<void> {
  const { chosen } = defaultDevice().choices;
  chosen.set('fourier/transform', variant);
  try {
    await check();
  } finally {
    chosen.delete('fourier/transform');
  }
}
