/** A WAV file that cannot be read as one, or audio that a WAV file cannot hold. `field` names the part that is wrong. */
export class WavError extends Error {
  override readonly name = 'WavError';

  constructor(
    readonly file: string,
    readonly field: string,
    reason: string,
    options?: ErrorOptions,
  ) {
    super(`wav: ${file}: ${field} ${reason}`, options);
  }
}
