import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const built = ['test/package/**/*.test.ts', 'test/browser/**/*.test.ts'];

export default defineConfig({
  test: {
    reporters: ['default', './test/setup/notRunReporter.ts'],
    maxWorkers: 2,
    testTimeout: 300_000, // a limit against hangs, not a speed claim: shared machines can be ten times as slow
    hookTimeout: 300_000,
    projects: [
      {
        extends: true,
        resolve: { alias: { tympan: fileURLToPath(new URL('./src/index.ts', import.meta.url)) } }, // as in tsconfig.json
        test: {
          name: 'source',
          include: ['test/**/*.test.ts'],
          exclude: built,
          pool: 'forks', // Dawn is native: a process per file keeps one file's crash away from the others
          execArgv: ['--expose-gc'], // the leak net is tested
          setupFiles: ['test/setup/device.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'package',
          include: built,
          pool: 'forks',
          globalSetup: ['test/setup/buildPackage.ts'], // runs only when one of these files does
          setupFiles: ['test/setup/requireBuild.ts'],
        },
      },
    ],
  },
});
