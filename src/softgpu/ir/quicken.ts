import { mergeStores } from './adjacent.ts';
import { removeDead } from './dead.ts';
import { moveInvariants } from './invariant.ts';
import type { Kernel } from './ir.ts';
import { makePointers } from './pointers.ts';
import { rotateLoops } from './rotate.ts';
import { versionLoops } from './versioning.ts';

/** Innermost loops without clamps and multiplications, where that can be. */
export function quickenLoops(kernel: Kernel): void {
  versionLoops(kernel.body);
  mergeStores(kernel.body);
  makePointers(kernel.body);
  rotateLoops(kernel.body);
  removeDead(kernel);
  kernel.body = moveInvariants(kernel.body);
}
