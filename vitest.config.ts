import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks', // Dawn is native: a process per file keeps one file's crash away from the others
    execArgv: ['--expose-gc'], // the leak net is tested
    maxWorkers: 2,
    setupFiles: ['test/setup/device.ts'],
    testTimeout: 120_000, // software Vulkan on a busy two-core machine; a limit against hangs, not a speed claim
    hookTimeout: 120_000,
  },
});
