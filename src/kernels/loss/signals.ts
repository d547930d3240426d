import { ShapeError } from '../../tensor/engine/errors.ts';
import { expectShape, formatShape, type Shape } from '../../tensor/engine/shape.ts';

/** 2⁻²³, the spacing of f32 numbers at 1: what metrics in f32 add to each energy. */
export const SIGNAL_EPS = 2 ** -23;

/** Two signals [..., samples] of one shape, with at least one sample. Gives the shape without samples. */
export function signalRows(op: string, estimate: Shape, target: Shape): Shape {
  if (estimate.length === 0 || estimate[estimate.length - 1] === 0) {
    throw new ShapeError(
      `${op}: estimate must be [..., samples] with at least one sample, got ${formatShape(estimate)}`,
    );
  }
  expectShape(op, { target }, estimate);
  return estimate.slice(0, -1);
}
