import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ExecutorOptions } from '../../../../src/softgpu/runtime/executor/createExecutor.ts';
import { stepKernel } from './kernels.ts';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  vi.resetModules();
});

/** The executor, of modules that are evaluated as the environment is now. */
async function fresh(options: ExecutorOptions) {
  vi.resetModules();
  const { createExecutor } = await import('../../../../src/softgpu/runtime/executor/createExecutor.ts');
  return createExecutor(options);
}

/** Two dispatches, the second submitted later, and what they made of a zero. */
async function runTwice(options: ExecutorOptions): Promise<{ result: number; threads: number; shared: boolean }> {
  const executor = await fresh(options);
  const { shared } = executor;
  const kernel = executor.loadKernel(stepKernel(shared));
  const address = executor.allocate(400)!;
  const bindings = Uint32Array.of(address, 400);
  for (let i = 0; i < 2; i++) {
    executor.submit([{ op: 'dispatch', kernel, x: 100, y: 1, z: 1, bindings }]);
    await executor.done();
  }
  const [result] = new Uint32Array(executor.bytes().slice(address, address + 4).buffer);
  const { threads } = executor;
  executor.destroy();
  return { result: result!, threads, shared };
}

describe('environments', () => {
  test('without SharedArrayBuffer, kernels run on the calling thread with a memory of its own', async () => {
    vi.stubGlobal('SharedArrayBuffer', undefined);
    expect(await runTwice({ threads: 2 })).toEqual({ result: 4, threads: 1, shared: false });
  });

  test('without Atomics.waitAsync, workers tell by messages', async () => {
    vi.spyOn(Atomics as { waitAsync?: unknown }, 'waitAsync', 'get').mockReturnValue(undefined);
    expect(await runTwice({ threads: 2 })).toEqual({ result: 4, threads: 2, shared: true });
  });

  test('where workers cannot be made, kernels run on the calling thread', async () => {
    vi.stubGlobal('process', { ...process, getBuiltinModule: undefined });
    vi.stubGlobal(
      'Worker',
      class {
        constructor() {
          throw new DOMException('refused', 'SecurityError');
        }
      },
    );
    expect(await runTwice({ threads: 2 })).toEqual({ result: 4, threads: 1, shared: true });
  });

  test('where a content security policy stops workers after they were made, what was submitted runs on the calling thread', async () => {
    vi.stubGlobal('process', { ...process, getBuiltinModule: undefined });
    const made: FailingWorker[] = [];
    class FailingWorker {
      onerror: ((event: { message: string; preventDefault: () => void }) => void) | null = null;
      readonly postMessage = () => {};
      readonly terminate = vi.fn();
      constructor() {
        made.push(this);
        setTimeout(() => this.onerror?.({ message: '', preventDefault: () => {} }), 5);
      }
    }
    vi.stubGlobal('Worker', FailingWorker);
    expect(await runTwice({ threads: 2 })).toEqual({ result: 4, threads: 1, shared: true });
    expect(made.map(({ terminate }) => terminate.mock.calls.length)).toEqual([1, 1]);
  });

  test('where a page refuses to compile at once, commands wait for the compilation in the background', async () => {
    const Module = WebAssembly.Module;
    let refused = 0;
    class Refusing extends Module {
      constructor(code: BufferSource) {
        if (code.byteLength > 150) {
          refused++;
          throw new RangeError('WebAssembly.Module is disallowed on the main thread');
        }
        super(code);
      }
    }
    vi.spyOn(WebAssembly, 'Module', 'get').mockReturnValue(Refusing as typeof Module);
    const compile = WebAssembly.compile.bind(WebAssembly);
    vi.spyOn(WebAssembly, 'compile').mockImplementation(async (code) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return compile(code as BufferSource);
    });
    expect(stepKernel(false).code.length).toBeLessThan(150);
    const padded = new Uint8Array(400);
    padded.set(stepKernel(false).code);
    const length = stepKernel(false).code.length;
    padded.set([0, 0x80 + ((400 - length - 3) & 0x7f), (400 - length - 3) >> 7, 0], length); // a custom section
    const executor = await fresh({ threads: 0 });
    const kernel = executor.loadKernel({ ...stepKernel(false), code: padded });
    const address = executor.allocate(400)!;
    const bindings = Uint32Array.of(address, 400);
    executor.submit([{ op: 'dispatch', kernel, x: 100, y: 1, z: 1, bindings }]);
    executor.submit([{ op: 'dispatch', kernel, x: 1, y: 1, z: 1, bindings }]);
    expect(executor.bytes()[address]).toBe(0);
    await executor.done();
    expect(executor.bytes()[address]).toBe(4);
    expect(refused).toBeGreaterThan(0);
    executor.destroy();
  });
});

describe('as a program of its own', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'softgpu-'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  /** Bundles a program that has `createExecutor` and `stepKernel`, and runs it. */
  async function runBundled(body: string, options: BuildOptions, name = 'program.mjs') {
    const here = import.meta.dirname;
    const entry = `import { createExecutor } from '../../../../src/softgpu/runtime/executor/createExecutor.ts';
import { stepKernel, endlessKernel } from './kernels.ts';
(async () => { ${body} })();`;
    const stdin = { contents: entry, resolveDir: here, loader: 'ts' } as const;
    const { outputFiles } = await build({ stdin, bundle: true, write: false, logLevel: 'silent', ...options });
    const file = join(folder, name);
    writeFileSync(file, outputFiles![0]!.contents);
    const { status, stdout, stderr, signal } = spawnSync(process.execPath, [file], {
      timeout: 240_000,
      encoding: 'utf8',
    });
    return { status, signal, stdout, stderr };
  }

  const work = `
    const executor = createExecutor({ threads: 2 });
    const kernel = executor.loadKernel(stepKernel(executor.shared));
    const address = executor.allocate(4e5);
    const bindings = Uint32Array.of(address, 4e5);
    const command = { op: 'dispatch', kernel, x: 1e5, y: 1, z: 1, bindings };
    executor.submit([command, command]);
    await executor.done();
    console.log(executor.bytes()[address], executor.threads);`;

  const finished = { status: 0, signal: null, stdout: '4 2\n', stderr: '' };

  test.each<[string, BuildOptions, string]>([
    ['ESM', { format: 'esm' }, 'program.mjs'],
    ['CommonJS', { format: 'cjs' }, 'program.cjs'],
    ['a minified bundle', { format: 'esm', minify: true }, 'program.mjs'],
    ['a bundle that keeps names', { format: 'esm', keepNames: true, minify: true }, 'program.mjs'],
    ['a bundle for older engines', { format: 'esm', target: 'es2020' }, 'program.mjs'],
  ])('%s finishes its work and ends by itself, without destroy', async (_name, options, file) => {
    expect(await runBundled(work, options, file)).toEqual(finished);
  });

  test('a program that submitted nothing ends by itself', async () => {
    expect(await runBundled('createExecutor({ threads: 2 });', { format: 'esm' })).toMatchObject({ status: 0 });
  });

  test('process.exit ends a program whose kernel does not', async () => {
    const body = `
      const executor = createExecutor({ threads: 1 });
      const kernel = executor.loadKernel(endlessKernel(executor.shared));
      executor.submit([{ op: 'dispatch', kernel, x: 1, y: 1, z: 1, bindings: new Uint32Array() }]);
      setTimeout(() => process.exit(3), 100);`;
    expect(await runBundled(body, { format: 'esm' })).toMatchObject({ status: 3 });
  });

  test('executors that were destroyed leave no worker', async () => {
    const body = `
      const count = () => process.report.getReport().workers.length;
      for (let i = 0; i < 20; i++) {
        const executor = createExecutor({ threads: 2 });
        if (i % 2 === 0) { executor.submit([]); await executor.done(); }
        executor.destroy();
      }
      while (count() > 0) await new Promise((resolve) => setTimeout(resolve, 10));
      console.log('none left');`;
    expect(await runBundled(body, { format: 'esm' })).toMatchObject({ status: 0, stdout: 'none left\n' });
  });
});
