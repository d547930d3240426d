import type { Tensor } from '../tensor.ts';
import { dense, packedCopy } from './copy.ts';
import { bytesOf } from './dtype.ts';
import { DeviceError, DTypeError, ShapeError } from './errors.ts';
import { tidy } from './scope.ts';
import { formatShape, sameShape } from './shape.ts';

/**
 * Overwrites the elements of `target`, which may be a packed part of a larger tensor, with those of `source`.
 *
 * @throws ShapeError when shapes differ or `target` has gaps; DisposedError, DTypeError, DeviceError.
 */
export function copyInto(target: Tensor, source: Tensor): void {
  target.assertAlive('copyInto: target');
  source.assertAlive('copyInto: source');
  if (!sameShape(target.shape, source.shape) || !target.isDense) {
    throw new ShapeError(`copyInto: ${formatShape(source.shape)} does not fit the target ${formatShape(target.shape)}`);
  }
  if (source.dtype !== target.dtype) {
    throw new DTypeError(
      `copyInto: the source must be ${target.dtype} as the target, got ${source.dtype}: cast it first`,
    );
  }
  const { device } = target;
  if (source.device !== device) {
    throw new DeviceError(
      `copyInto: the source is on ${source.device.name}, the target on ${device.name}: make them on one device`,
    );
  }
  if (target.size === 0 || device.dryRun) return;
  tidy(() => {
    // WebGPU copies between two different buffers only.
    const packed = source.storage === target.storage ? packedCopy(source) : dense(source);
    const [from, to] = [packed.storage.use(), target.storage.use()];
    const item = bytesOf(target.dtype);
    const bytes = Math.ceil((target.size * item) / 4) * 4;
    device.recorder.copy((encoder) => {
      encoder.copyBufferToBuffer(from.gpu, packed.offset * item, to.gpu, target.offset * item, bytes);
    });
  });
}
