import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

interface PackageFolder {
  readonly path: string;
  readonly version: string;
}

/** Of this package; its package.json lies at another height beside the sources than beside the build. */
function packageFolder(): PackageFolder | undefined {
  const require = createRequire(import.meta.url);
  for (const path of ['../package.json', '../../package.json']) {
    try {
      const { name, version } = require(path) as { readonly name?: string; readonly version: string };
      if (name === 'tympan') return { path: dirname(require.resolve(path)), version };
    } catch {} // the other place
  }
  return undefined;
}

export function packageVersion(): string {
  return packageFolder()?.version ?? 'unknown';
}

/** The path of a model: as given, or of one that comes with this package, by its name. */
export function modelPath(given: string): string {
  if (existsSync(given) || !/^\w+$/.test(given)) return given;
  const shipped = join(packageFolder()?.path ?? '.', 'models', given, 'model.safetensors');
  return existsSync(shipped) ? shipped : given;
}
