import { TensorCore } from './engine/core.ts';

/** An n-dimensional array on a device, with a place on the tape. */
export class Tensor extends TensorCore {}
