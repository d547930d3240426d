import type { Device } from '../../tensor/engine/device/device.ts';
import { choose } from '../../tensor/engine/tuner.ts';

/** Invocations that share one row. */
export type Lanes = 1 | 32 | 256;
/** The constant of kernels that walk rows. What compiles for 256 compiles for 32. */
export const LANES = { tested: [1, 256] } as const;

/**
 * One invocation owns a row, and no barrier is left in the kernel; or several share it, so that neighbors read
 * neighboring memory. On a processor a barrier costs more than the whole row.
 */
export function lanesFor(device: Device, kernel: string, length: number): Lanes {
  const names = ['1', '32', '256'] as const;
  const size = length < 16 ? 'short' : length <= 1024 ? 'middle' : 'long';
  const fallback = device.kind === 'cpu' || size === 'short' ? '1' : size === 'middle' ? '32' : '256';
  return Number(choose(device, `${kernel}/${size}`, names, fallback)) as Lanes;
}

/** Workgroup size and rows per workgroup of a kernel with LANES. */
export function laneGroup({ LANES }: { readonly LANES: number }): number {
  return LANES === 1 ? 64 : 256;
}

export function groupsFor(units: number, constants: { readonly LANES: number }): number {
  return Math.ceil((units * constants.LANES) / laneGroup(constants));
}

/**
 * `acrossLanes` joins what the LANES invocations of one row have gathered, in a tree. The kernel defines the type R and
 * `join(R, R) -> R`, and calls it in uniform control flow.
 */
export const ACROSS_LANES = `
var<workgroup> gathered: array<R, WORKGROUP>;

fn acrossLanes(lane: u32, own: R) -> R {
  if (LANES == 1u) { return own; }
  gathered[lane] = own;
  workgroupBarrier();
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    if (lane % LANES < half) {
      gathered[lane] = join(gathered[lane], gathered[lane + half]);
    }
    workgroupBarrier();
  }
  let result = gathered[lane - lane % LANES];
  workgroupBarrier(); // before the next call writes
  return result;
}
`;
