import { ShapeError } from '../../tensor/engine/errors.ts';
import { formatShape, resolveDim } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { reshape } from './reshape.ts';

/** Drops the axis `dim`, which must have extent 1; without `dim`, every such axis. */
export function squeeze(x: Tensor, dim?: number): Tensor {
  if (dim === undefined)
    return reshape(
      x,
      x.shape.filter((extent) => extent !== 1),
    );
  const d = resolveDim('squeeze', dim, x.ndim);
  if (x.shape[d] !== 1) throw new ShapeError(`squeeze: axis ${dim} must have extent 1, got ${formatShape(x.shape)}`);
  return reshape(x, x.shape.toSpliced(d, 1));
}

/** Inserts an axis of extent 1 before `dim`, which may count from the end of the result. */
export function unsqueeze(x: Tensor, dim: number): Tensor {
  return reshape(x, x.shape.toSpliced(resolveDim('unsqueeze', dim, x.ndim + 1), 0, 1));
}
