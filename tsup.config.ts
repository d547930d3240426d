import { existsSync } from 'node:fs';
import { defineConfig, type Options } from 'tsup';
import { pureDeclarations } from './scripts/pureDeclarations.ts';

const optionalPackages = ['webgpu', '@sparticuz/chromium'];

/** softgpu is a file of its own, which the library imports only where there is no GPU. */
const softgpuApart: NonNullable<Options['esbuildPlugins']>[number] = {
  name: 'softgpu apart',
  setup({ onResolve, initialOptions }) {
    const file = initialOptions.format === 'cjs' ? './softgpu.cjs' : './softgpu.js';
    onResolve({ filter: /softgpu\/index\.ts$/ }, ({ kind }) =>
      kind === 'entry-point' ? undefined : { path: file, external: true },
    );
  },
};

const library: Options = {
  entry: { index: 'src/index.ts', softgpu: 'src/softgpu/index.ts' },
  esbuildPlugins: [softgpuApart],
  format: ['esm', 'cjs'],
  // The public types mention WebGPU's and `using`; a project need not list either in its own tsconfig.
  dts: { banner: '/// <reference types="@webgpu/types" />\n/// <reference lib="esnext.disposable" />' },
  target: 'es2022',
  sourcemap: true,
  clean: ['!cli.*', '!mixtureWorker.*'], // the builds run at once
  splitting: false,
  treeshake: false, // the consumer's bundler does it
  plugins: [
    {
      name: 'pure declarations',
      renderChunk(code, { path }) {
        return path.endsWith('.js') ? { code: pureDeclarations(code) } : undefined;
      },
    },
  ],
  external: optionalPackages,
  esbuildOptions(options, { format }) {
    // There is no import.meta in CommonJS. `createRequire`, its only reader, takes a file name as well.
    if (format === 'cjs') options.define = { ...options.define, 'import.meta.url': '__filename' };
  },
};

const commandLine: Options = {
  entry: { cli: 'src/cli/index.ts' },
  esbuildPlugins: [softgpuApart],
  format: ['esm'],
  target: 'node20',
  sourcemap: true,
  external: optionalPackages,
  banner: { js: '#!/usr/bin/env node' },
};

/** What the threads run that make mixtures: a file beside the library and the command, which start it by its name. */
const mixtureWorker: Options = {
  entry: { mixtureWorker: 'src/train/data/mixtureWorker.ts' },
  esbuildPlugins: [softgpuApart],
  format: ['esm'],
  target: 'node20',
  sourcemap: true,
  splitting: false,
  external: optionalPackages,
};

export default defineConfig(
  existsSync('src/cli/index.ts') ? [library, commandLine, mixtureWorker] : [library, mixtureWorker],
);
