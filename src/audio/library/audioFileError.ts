/** A file of compressed audio that cannot be decoded. `file` names it. */
export class AudioFileError extends Error {
  override readonly name = 'AudioFileError';

  constructor(
    readonly file: string,
    reason: string,
    options?: ErrorOptions,
  ) {
    super(`readAudio: ${file}: ${reason}`, options);
  }
}
