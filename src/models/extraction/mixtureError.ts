/** Audio that cannot be taken apart as it is: its message names the file, what is wrong and the way out. */
export class MixtureError extends Error {
  override readonly name = 'MixtureError';

  constructor(
    readonly source: string,
    reason: string,
  ) {
    super(`${source}: ${reason}`);
  }
}
