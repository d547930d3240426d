/** Impulse responses that cannot be read. `field` names the part of the file that is wrong or not supported. */
export class ResponseFileError extends Error {
  override readonly name = 'ResponseFileError';

  constructor(
    readonly file: string,
    readonly field: string,
    reason: string,
    options?: ErrorOptions,
  ) {
    super(`impulse responses: ${file}: ${field} ${reason}`, options);
  }
}
