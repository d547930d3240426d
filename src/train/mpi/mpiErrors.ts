/** An MPI function failed. What the ranks share is undefined afterwards: end the process, and `abort` ends the others. */
export class MpiError extends Error {
  override readonly name = 'MpiError';
  constructor(
    message: string,
    /** MPI's error code, or undefined where the call was refused before MPI saw it. */
    readonly code: number | undefined,
  ) {
    super(message);
  }
}

/** The process belongs to a group that an MPI launcher started, and cannot join it: something is missing or unsupported. */
export class MpiUnavailableError extends Error {
  override readonly name = 'MpiUnavailableError';
}
