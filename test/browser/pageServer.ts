import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { build } from 'esbuild';
import { ROOT } from '../setup/sourceFiles.ts';

/** Bundles a page module for the browser, with the built package wherever it imports the sources' entry. */
export async function bundlePage(entry: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    sourcemap: 'inline',
    write: false,
    plugins: [
      {
        name: 'built package',
        setup(api) {
          api.onResolve({ filter: /\/src\/index\.ts$/ }, () => ({ path: join(ROOT, 'dist/index.js') }));
        },
      },
    ],
  });
  return outputFiles[0]!.text;
}

/** What lets a page share memory between its threads. */
const ISOLATION = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };

/** Serves a page that loads one script, on this machine alone. WebGPU needs a secure context, which localhost is. */
export async function servePage(
  script: string,
  { isolated = false }: { readonly isolated?: boolean } = {},
): Promise<{ url: string; close(): void }> {
  const server = createServer(({ url }, response) => {
    const isScript = url === '/page.js';
    response.writeHead(isScript || url === '/' ? 200 : 404, {
      'content-type': isScript ? 'text/javascript' : 'text/html',
      ...(isolated ? ISOLATION : {}),
    });
    response.end(isScript ? script : '<!doctype html><script type="module" src="/page.js"></script>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, close: () => server.close() };
}
