import { expect, it } from 'vitest';
import { lower } from '../../../src/softgpu/ir/lower/lower.ts';
import { checkModule } from '../../../src/softgpu/program/check.ts';
import { parse } from '../../../src/softgpu/wgsl/parser.ts';
import type { Kernel } from '../../../src/tensor/engine/kernel.ts';
import { ROOT, sourceFiles } from '../../setup/sourceFiles.ts';

const MINUTES = 300_000;

function kernelsIn(values: object, found: Set<Kernel>, depth = 0): void {
  for (const value of Object.values(values)) {
    if (typeof value === 'function' && 'sources' in value) found.add(value as unknown as Kernel);
    else if (typeof value === 'object' && value !== null && depth < 2) kernelsIn(value, found, depth + 1);
  }
}

it('lowers every kernel of the library', { timeout: MINUTES }, async () => {
  const kernels = new Set<Kernel>();
  for (const { path } of sourceFiles('src')) {
    if (/^src\/(kernels|tensor\/engine)\//.test(path))
      kernelsIn(await import(/* @vite-ignore */ `${ROOT}/${path}`), kernels);
  }
  let lowered = 0;
  for (const kernel of kernels) {
    const { label, code } = kernel.sources()[0]!;
    const { program } = checkModule(parse(code), new Map());
    expect(program, label).not.toBeNull();
    expect(lower(program!, program!.entryPoints[0]!).kernel.body.length, label).toBeGreaterThan(0);
    lowered++;
  }
  expect(lowered).toBeGreaterThan(400);
});
