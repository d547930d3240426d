import { own } from '../tensor/engine/scope.ts';
import type { Tensor } from '../tensor/tensor.ts';

export type Role = 'parameter' | 'buffer';

const roles = new WeakMap<Tensor, Role>();

/** Gives a tensor to the module that holds it as a field: trained, saved, freed with the module. */
export function parameter(data: Tensor): Tensor {
  roles.set(data, 'parameter');
  data.requiresGrad = true;
  return own(data);
}

/** Gives a tensor to the module that holds it as a field: saved and freed with it, but not trained. */
export function buffer(data: Tensor): Tensor {
  roles.set(data, 'buffer');
  return own(data);
}

export function roleOf(tensor: Tensor): Role | undefined {
  return roles.get(tensor);
}
