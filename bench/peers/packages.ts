/** Peers that are too heavy to burden every checkout: installed when the bench first runs, into an ignored folder. */

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../../.cache/peers/', import.meta.url));

export const PACKAGES = {
  '@echogarden/pffft-wasm': '0.4.2',
  '@tensorflow/tfjs-backend-wasm': '4.22.0',
  '@tensorflow/tfjs-core': '4.22.0',
  'onnxruntime-web': '1.30.0',
} as const;

type PackageName = keyof typeof PACKAGES;

const requirePeer = createRequire(`${FOLDER}package.json`);

export function installPeers(): void {
  const missing = Object.entries(PACKAGES).filter(([name, version]) => installedVersion(name) !== version);
  if (missing.length === 0) return;
  const wanted = missing.map(([name, version]) => `${name}@${version}`);
  console.error(`installing ${wanted.join(', ')} into ${FOLDER}`);
  mkdirSync(FOLDER, { recursive: true });
  const options = ['--save-exact', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel', 'error'];
  execFileSync('npm', ['install', '--prefix', FOLDER, ...options, ...wanted], {
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32', // npm is a script there
  });
}

function installedVersion(name: string): string | undefined {
  const file = `${FOLDER}node_modules/${name}/package.json`;
  if (!existsSync(file)) return undefined;
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

/** What the package exports. The caller knows its type. */
export function loadPeer(name: PackageName): unknown {
  return requirePeer(name);
}

/** The file that an import of `name`, a package or a path in it, finds. */
export function peerFile(name: string): string {
  return requirePeer.resolve(name);
}
