import type { Device } from '../../tensor/engine/device/device.ts';
import { DTypeError, ShapeError } from '../../tensor/engine/errors.ts';
import { formatShape } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { takesWholeQuads } from '../elementwise/jointLayout.ts';

/** A block of four numbers at a time is written: nothing but padding may follow the last one. */
export function checkTarget(op: string, y: Tensor): void {
  if (y.dtype !== 'f32') throw new DTypeError(`${op}: the tensor must be f32, got ${y.dtype}: draw f32, then cast`);
  if (!y.isDense || !takesWholeQuads(y)) {
    throw new ShapeError(`${op}: ${formatShape(y.shape)} is a view into another tensor: draw the whole one`);
  }
}

/** On a processor an invocation costs about as much as a block. */
export function blocksPerInvocation(device: Device): number {
  return device.kind === 'cpu' ? 8 : 1;
}
