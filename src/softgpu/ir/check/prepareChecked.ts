import { nestAxes } from '../axes.ts';
import { removeDead } from '../dead.ts';
import { type Kernel, Workgroups } from '../ir.ts';
import { formRegions } from '../regions.ts';
import type { SourcePlaces } from './places.ts';
import { watchRaces } from './races.ts';

/** From a lowered kernel to one ready for code generation, one invocation after the other and each access in its place. */
export function prepareChecked(lowered: Kernel, places: SourcePlaces): Kernel {
  const kernel = places.check === 'races' ? watchRaces(lowered, places) : lowered;
  formRegions(kernel);
  removeDead(kernel);
  nestAxes(kernel);
  kernel.body = [new Workgroups(kernel.body)];
  return kernel;
}
