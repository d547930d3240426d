import { defineConfig } from 'tsup';

export default defineConfig([
  {
    entry: ['src/index.ts'],
    format: ['esm', 'cjs'],
    dts: true,
    target: 'es2022',
    sourcemap: true,
    clean: true,
    splitting: false,
    treeshake: false, // the consumer's bundler does it; every define* call is marked free of side effects
    external: ['webgpu', '@sparticuz/chromium'],
  },
  {
    entry: { cli: 'src/cli/index.ts' },
    format: ['esm'],
    target: 'node20',
    sourcemap: true,
    external: ['webgpu', '@sparticuz/chromium'],
    banner: { js: '#!/usr/bin/env node' },
  },
]);
