import { nestAxes } from './axes.ts';
import { removeDead } from './dead.ts';
import { moveInvariants } from './invariant.ts';
import { type Kernel, Workgroups } from './ir.ts';
import { quickenLoops } from './quicken.ts';
import { formRegions } from './regions.ts';
import { markUniform } from './uniform.ts';
import { canWiden, isWideCheaper } from './widen/cost.ts';
import { QUAD, widen } from './widen/widen.ts';

export interface PrepareOptions {
  /** How many invocations run at once; left out, an estimate decides. */
  readonly width?: 1 | 4;
}

/** From a lowered kernel to one ready for code generation: regions between barriers, loops over invocations and workgroups, invariants in front of them. */
export function prepare(lowered: Kernel, { width }: PrepareOptions = {}): Kernel {
  formRegions(lowered);
  let kernel = lowered;
  if (width !== 1 && canWiden(kernel)) {
    markUniform(kernel, QUAD);
    if (width === 4 || isWideCheaper(kernel)) kernel = widen(kernel);
  }
  removeDead(kernel);
  nestAxes(kernel);
  kernel.body = moveInvariants([new Workgroups(kernel.body)]);
  quickenLoops(kernel);
  return kernel;
}
