/** An argument's shape breaks the operation's contract. */
export class ShapeError extends Error {
  override readonly name = 'ShapeError';
}

/** An argument has an element type the operation does not take, or two arguments differ in it. */
export class DTypeError extends Error {
  override readonly name = 'DTypeError';
}

/** A tensor was used after `dispose()`, or after the `tidy` scope that owned it had closed. */
export class DisposedError extends Error {
  override readonly name = 'DisposedError';
}

/** Backward was asked of an operation that has none, or of a graph that is gone. */
export class GradientError extends Error {
  override readonly name = 'GradientError';
}

/** No device could be had, a tensor lives on another one, or a call came before `init()`. */
export class DeviceError extends Error {
  override readonly name = 'DeviceError';
}

/** The device went away. Every pending read rejects with this. */
export class DeviceLostError extends Error {
  override readonly name = 'DeviceLostError';
  constructor(
    message: string,
    /** Label of the last kernel that was handed to the device. */
    readonly lastKernel: string | undefined,
  ) {
    super(message);
  }
}

/** The device could not give, or may not by its limits, the memory a tensor needs. */
export class OutOfMemoryError extends Error {
  override readonly name = 'OutOfMemoryError';
  constructor(
    message: string,
    readonly bytes: number,
  ) {
    super(message);
  }
}

/** WGSL that does not compile, or a dispatch that breaks WebGPU's rules. */
export class KernelError extends Error {
  override readonly name = 'KernelError';
}
