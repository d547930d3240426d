import { createRequire } from 'node:module';

/** Of this package, as its package.json says; it lies at another height beside the sources than beside the build. */
export function packageVersion(): string {
  const require = createRequire(import.meta.url);
  for (const path of ['../package.json', '../../../package.json']) {
    try {
      const { name, version } = require(path) as { readonly name?: string; readonly version: string };
      if (name === 'tympan') return version;
    } catch {} // the other place
  }
  return 'unknown';
}
