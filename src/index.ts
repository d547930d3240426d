export { arange, full, ones, tensor, zeros } from './tensor/create.ts';
export { Tensor } from './tensor/tensor.ts';
