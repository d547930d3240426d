/** A library that cannot be opened as configured. `problems` lists all that was found amiss, so that one look mends it. */
export class LibraryError extends Error {
  override readonly name = 'LibraryError';

  constructor(
    readonly library: string,
    readonly problems: readonly string[],
    options?: ErrorOptions,
  ) {
    const shown = problems.slice(0, SHOWN);
    if (problems.length > SHOWN) shown.push(`and ${problems.length - SHOWN} more`);
    super(`library ${library}: ${shown.length === 1 ? shown[0] : `\n  ${shown.join('\n  ')}`}`, options);
  }
}

const SHOWN = 20;
