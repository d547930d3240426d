/** A file that cannot be opened, read or written. `file` names it; `cause` holds the system's own error where there is one. */
export class FileError extends Error {
  override readonly name = 'FileError';

  constructor(
    readonly operation: string,
    readonly file: string,
    reason: string,
    options?: ErrorOptions,
  ) {
    super(`${operation}: ${file}: ${reason}`, options);
  }
}

/** Runs `action`; what the system throws becomes a FileError with the system's words and the error itself as cause. */
export async function asFileError<T>(operation: string, file: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof FileError) throw error;
    throw new FileError(operation, file, error instanceof Error ? error.message : String(error), { cause: error });
  }
}
