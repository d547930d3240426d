import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

/**
 * The suite's TypeScript as JavaScript, file by file, so that a child process starts without a compiler. Returns the
 * folder with `common` and `webgpu` in it.
 */
export async function buildSuite(checkout: string, out: string): Promise<string> {
  const marker = join(out, 'package.json');
  if (existsSync(marker)) return out;
  const source = join(checkout, 'src');
  const files = ['common', 'webgpu', 'external'].flatMap((folder) =>
    readdirSync(join(source, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.[jt]s$/.test(file) && !file.endsWith('.d.ts'))
      .map((file) => join(source, folder, file)),
  );
  // The suite's own settings: what is only a type must vanish from its imports, and fields are assigned, not defined.
  const tsconfigRaw = { compilerOptions: { useDefineForClassFields: false, target: 'es2022' as const } };
  await build({
    entryPoints: files,
    outbase: source,
    outdir: out,
    format: 'esm',
    tsconfigRaw,
    logLevel: 'error',
    target: 'node20',
  });
  writeFileSync(marker, '{ "type": "module" }\n');
  return out;
}

/** The test files of the suite as `a/b/c` for `webgpu:a,b,c:*`. */
export function listSpecs(suite: string): string[] {
  const files = readdirSync(join(suite, 'webgpu'), { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => file.endsWith('.spec.js'))
    .map((file) => file.replaceAll('\\', '/').slice(0, -'.spec.js'.length))
    .sort();
}
