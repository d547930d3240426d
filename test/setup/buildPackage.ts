import { execFileSync } from 'node:child_process';
import { ROOT } from './sourceFiles.ts';

/** Builds dist once before the tests of the built package. */
export function setup(): void {
  execFileSync('npm', ['run', 'build', '--silent'], { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] });
}
