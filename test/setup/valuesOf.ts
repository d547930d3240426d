import { tidy } from '../../src/tensor/engine/scope.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';

/** The elements of what `make` returns; every tensor made on the way is freed. */
export async function valuesOf(make: () => Tensor): Promise<number[]> {
  const { data } = tidy(() => ({ data: [make().data()] })); // in a list: a promise alone would be taken for async work
  return [...(await data[0]!)];
}
