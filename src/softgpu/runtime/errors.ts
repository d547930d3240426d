/** The error objects of the specification, section 22 "Errors & Debugging". */

import { type construct, forbidConstruction } from './object.ts';

/** What error scopes and `uncapturederror` report. */
export abstract class GPUError implements globalThis.GPUError {
  readonly #message: string;

  constructor(message: string) {
    if (message === undefined) throw new TypeError(`${new.target.name} needs a message.`);
    this.#message = String(message);
  }

  get message(): string {
    return this.#message;
  }
}

/** A rule of the specification does not hold. */
export class GPUValidationError extends GPUError implements globalThis.GPUValidationError {
  declare readonly __brand: 'GPUValidationError';
}

/** The memory all buffers share is used up. */
export class GPUOutOfMemoryError extends GPUError implements globalThis.GPUOutOfMemoryError {
  declare readonly __brand: 'GPUOutOfMemoryError';
}

/** Something failed though every rule was kept. */
export class GPUInternalError extends GPUError implements globalThis.GPUInternalError {
  declare readonly __brand: 'GPUInternalError';
}

/** What createComputePipelineAsync rejects with. */
export class GPUPipelineError extends DOMException implements globalThis.GPUPipelineError {
  declare readonly __brand: 'GPUPipelineError';
  readonly #reason: GPUPipelineErrorReason;

  constructor(message: string | undefined, options: GPUPipelineErrorInit) {
    super(message ?? '', 'GPUPipelineError');
    if (options?.reason !== 'validation' && options?.reason !== 'internal') {
      throw new TypeError("GPUPipelineError needs a reason: 'validation' or 'internal'.");
    }
    this.#reason = options.reason;
  }

  get reason(): GPUPipelineErrorReason {
    return this.#reason;
  }
}

/** The event that carries an error no scope caught. */
export class GPUUncapturedErrorEvent extends Event implements globalThis.GPUUncapturedErrorEvent {
  declare readonly __brand: 'GPUUncapturedErrorEvent';
  readonly #error: globalThis.GPUError;

  constructor(type: string, init: GPUUncapturedErrorEventInit) {
    super(type, init);
    this.#error = init.error;
  }

  get error(): globalThis.GPUError {
    return this.#error;
  }
}

/** What `device.lost` resolves with. */
export class GPUDeviceLostInfo implements globalThis.GPUDeviceLostInfo {
  declare readonly __brand: 'GPUDeviceLostInfo';

  /** @internal */
  constructor(
    token: typeof construct,
    readonly reason: GPUDeviceLostReason,
    readonly message: string,
  ) {
    forbidConstruction(token);
  }
}
