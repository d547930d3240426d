import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ROOT } from '../setup/sourceFiles.ts';

/** An empty project that has the package as npm would deliver it. */
export interface Consumer {
  readonly directory: string;
  /** Files of the tarball, by their path in it. */
  readonly packed: readonly string[];
  /** Writes a file into the project and gives its path. */
  write(name: string, text: string): string;
  remove(): void;
}

/** Large packages that a user has or installs beside this one; npm need not unpack them again for the test. */
const LINKED = ['webgpu', '@sparticuz/chromium'];

export function installPackage(): Consumer {
  const directory = mkdtempSync(join(tmpdir(), 'tympan-consumer-'));
  const [tarball] = JSON.parse(npm(['pack', '--ignore-scripts', '--json', '--pack-destination', directory], ROOT)) as [
    { filename: string; files: { path: string }[] },
  ];
  const write = (name: string, text: string) => {
    const path = join(directory, name);
    writeFileSync(path, text);
    return path;
  };
  write('package.json', JSON.stringify({ name: 'consumer', private: true }));
  npm(['install', `./${tarball.filename}`, '--omit=optional', '--prefer-offline', '--ignore-scripts'], directory);
  for (const name of LINKED) {
    const link = join(directory, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', name), link, 'dir');
  }
  return {
    directory,
    packed: tarball.files.map(({ path }) => path),
    write,
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

function npm(args: readonly string[], cwd: string): string {
  return execFileSync('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], { cwd, encoding: 'utf8' });
}
