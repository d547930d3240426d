/**
 * What an import of the package costs in a web page: `npm run size` builds it, bundles some imports for the browser with
 * esbuild, minified, and prints their size with the kernels that came along.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createContext, runInContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const ENTRY = fileURLToPath(new URL('../dist/index.js', import.meta.url));

export interface Bundle {
  readonly bytes: number;
  readonly gzipBytes: number;
  /** Names of the kernels that are defined when the bundle loads. */
  readonly kernels: readonly string[];
}

/** Bundles a page that imports these names, or the whole package. */
export async function bundle(names: readonly string[] | 'everything'): Promise<Bundle> {
  const { outputFiles } = await build({
    stdin: {
      contents: `export ${names === 'everything' ? '*' : `{ ${names.join(', ')} }`} from 'tympan';`,
      resolveDir: join(ENTRY, '..'),
    },
    alias: { tympan: ENTRY },
    define: { 'import.meta.url': '""' }, // only Node reads it, and it has no meaning in a script that is no module
    bundle: true,
    format: 'iife',
    minify: true,
    platform: 'browser',
    write: false,
  });
  const { contents, text } = outputFiles[0]!;
  return { bytes: contents.length, gzipBytes: gzipSync(contents).length, kernels: kernelsOf(text) };
}

/**
 * Runs the bundle and watches `defineKernel`, which gives each kernel its name with `Object.assign`. The text alone does
 * not tell: kernels of a table put their names together as they are defined.
 */
function kernelsOf(code: string): string[] {
  const kernels: string[] = [];
  const context = createContext({ seen: (name: string) => kernels.push(name) });
  const watch = `{
    const assign = Object.assign;
    Object.assign = (target, ...sources) => {
      for (const { kernelName } of sources) if (kernelName) seen(kernelName);
      return assign(target, ...sources);
    };
  }`;
  runInContext(watch, context);
  runInContext(code, context);
  return kernels.sort();
}

const IMPORTS: readonly (readonly string[])[] = [
  ['ShapeError'],
  ['relu'],
  ['softmax'],
  ['matmul'],
  ['layerNorm'],
  ['conv2d'],
  ['axialAttention'],
  ['stft'],
  ['AdamW'],
  ['init', 'tensor', 'shutdown'],
];

async function main(): Promise<void> {
  if (!existsSync(ENTRY)) throw new Error('dist is missing: npm run build');
  console.log(row('import', 'bytes', 'gzip', 'kernels'));
  for (const names of [...IMPORTS, 'everything'] as const) {
    const { bytes, gzipBytes, kernels } = await bundle(names);
    const label = names === 'everything' ? '*' : names.join(', ');
    console.log(row(label, String(bytes), String(gzipBytes), summary(kernels)));
  }
}

function row(label: string, bytes: string, gzip: string, kernels: string): string {
  return `${label.padEnd(24)} ${bytes.padStart(9)} ${gzip.padStart(9)}  ${kernels}`;
}

function summary(kernels: readonly string[]): string {
  return kernels.length <= 16 ? kernels.join(' ') || 'none' : `${kernels.length} kernels`;
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) await main();
