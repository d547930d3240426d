import { expect, test } from 'vitest';
import { checkModule } from '../../../src/softgpu/program/check.ts';
import { parse } from '../../../src/softgpu/wgsl/parser.ts';
import type { Kernel } from '../../../src/tensor/engine/kernel.ts';
import { ROOT, sourceFiles } from '../../setup/sourceFiles.ts';

const MINUTES = 600_000; // thousands of sources

/** Kernels among a module's exports, and inside exported objects, where tables keep theirs. */
function kernelsIn(values: object, found: Set<Kernel>, depth = 0): Set<Kernel> {
  for (const value of Object.values(values)) {
    if (typeof value === 'function' && 'sources' in value) found.add(value as Kernel);
    else if (typeof value === 'object' && value !== null && depth < 2) kernelsIn(value, found, depth + 1);
  }
  return found;
}

test('every kernel of the library checks without a message', { timeout: MINUTES }, async () => {
  const kernels = new Set<Kernel>();
  for (const { path } of sourceFiles('src').filter(({ path }) => /^src\/(kernels|tensor\/engine)\//.test(path))) {
    kernelsIn(await import(/* @vite-ignore */ `${ROOT}/${path}`), kernels);
  }
  const failures = new Map<string, string>();
  let count = 0;
  for (const { label, code } of [...kernels].flatMap((kernel) => kernel.sources())) {
    count++;
    const { program, diagnostics } = checkModule(parse(code), null);
    const [first] = diagnostics;
    if (program === null || first !== undefined)
      failures.set(label, `${first?.message} at ${code.slice(first?.span.offset).split('\n')[0]}`);
  }
  expect(count).toBeGreaterThan(1000);
  expect([...failures]).toEqual([]);
});
