import { spawnSync } from 'node:child_process';
import type { TestProject } from 'vitest/node';
import { ROOT } from './sourceFiles.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** What the build printed when it failed. */
    buildFailure: string | null;
  }
}

/**
 * Builds dist once before the tests of the built package. A build that fails is handed to those tests: an error here
 * would keep all others from running as well.
 */
export function setup(project: TestProject): void {
  const { status, stdout, stderr } = spawnSync('npm', ['run', 'build'], { cwd: ROOT, encoding: 'utf8' });
  project.provide('buildFailure', status === 0 ? null : `${stdout}\n${stderr}`);
}
