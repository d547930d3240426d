import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROOT } from '../setup/sourceFiles.ts';
import { type Consumer, installPackage } from './installPackage.ts';

let consumer: Consumer;

beforeAll(() => {
  consumer = installPackage();
});

afterAll(() => {
  consumer?.remove();
});

/** Runs a file in Node until it ends by itself. */
async function node(...args: readonly string[]): Promise<string> {
  const options = { cwd: consumer.directory, timeout: 280_000 };
  const { stdout } = await promisify(execFile)(process.execPath, args, options).catch((error) => {
    throw new Error(`${args.join(' ')} ended with ${error.code ?? error.signal}:\n${error.stdout}${error.stderr}`);
  });
  return stdout;
}

describe('the tarball', () => {
  test('holds the build, the licence, the documents and the shipped model, and no sources or tests', () => {
    expect(consumer.packed).toEqual(
      expect.arrayContaining([
        'LICENSE',
        'package.json',
        'dist/index.js',
        'dist/index.cjs',
        'dist/mixtureWorker.js',
        'dist/index.d.ts',
        'dist/index.d.cts',
        'dist/softgpu.js',
        'dist/softgpu.cjs',
        'dist/softgpu.d.ts',
        'dist/softgpu.d.cts',
        'docs/data.md',
        'models/small/model.safetensors',
      ]),
    );
    const other = consumer.packed.filter(
      (path) =>
        !/^(dist\/[\w.-]+|docs\/\w+\.md|models\/small\/(README\.md|model\.safetensors)|[A-Z]+(\.md)?|package\.json)$/.test(
          path,
        ),
    );
    expect(other).toEqual([]);
  });
});

// relu([[1, -2], [3, 4]] · [[1, 2], [3, 4]]) = [[0, 0], [15, 22]]: the first row passes no gradient.
const program = `
  const device = await init();
  const x = tensor([[1, -2], [3, 4]], { requiresGrad: true });
  const w = tensor([[1, 2], [3, 4]]);
  const loss = sum(relu(matmul(x, w)));
  loss.backward();
  console.log(JSON.stringify({ loss: await loss.item(), grad: [...(await x.grad.data())] }));
  await shutdown();
`;
const names = '{ init, matmul, relu, shutdown, sum, tensor }';
const printed = `${JSON.stringify({ loss: 37, grad: [0, 0, 3, 7] })}\n`;

describe('in Node', () => {
  test('an ES module computes a gradient and ends by itself', async () => {
    expect(await node(consumer.write('main.mjs', `import ${names} from 'tympan';${program}`))).toBe(printed);
  });

  test('a CommonJS module does the same', async () => {
    const text = `const ${names} = require('tympan'); (async () => {${program}})();`;
    expect(await node(consumer.write('main.cjs', text))).toBe(printed);
  });

  test('both builds export the same names', async () => {
    const text = `
      import { createRequire } from 'node:module';
      import * as esm from 'tympan';
      const cjs = createRequire(import.meta.url)('tympan');
      console.log(JSON.stringify([Object.keys(esm).sort(), Object.keys(cjs).sort()]));`;
    const [esm, cjs] = JSON.parse(await node(consumer.write('names.mjs', text))) as [string[], string[]];
    expect(esm.length).toBeGreaterThan(0);
    expect(cjs).toEqual(esm);
  });

  test('importing the package alone keeps nothing running', async () => {
    expect(await node(consumer.write('idle.mjs', `import 'tympan'; console.log('loaded');`))).toBe('loaded\n');
  });
});

describe('mixtures for training', () => {
  const text = `
    const library = { kind: 'procedural', classes: ['bell', 'dog'], clipsPerClass: 2, seconds: 0.5 };
    const room = { kind: 'freeField' };
    const mixture = mixtureConfig({ sampleRate: 8000, seconds: 0.5, eventCount: 1, interfererCount: 1, room });
    const batches = [];
    for (const workers of [0, 1]) {
      const source = await openSeparationData({ mixture, library, seed: 1, batchSize: 2, workers });
      batches.push(JSON.stringify(await source.batch(3)));
      if (workers === 0) await source.close();
    }
    console.log(batches[0] === batches[1], batches[0].length > 10000);
  `;
  const imports = '{ mixtureConfig, openSeparationData }';

  test('come from a worker thread with the same bits, and an idle one does not keep the process', async () => {
    expect(await node(consumer.write('mixtures.mjs', `import ${imports} from 'tympan';${text}`))).toBe('true true\n');
    const required = `const ${imports} = require('tympan'); (async () => {${text}})();`;
    expect(await node(consumer.write('mixtures.cjs', required))).toBe('true true\n');
  });
});

test('the command is installed and finds a device that computes', async () => {
  expect(await node(join(consumer.directory, 'node_modules/.bin/tympan'), 'doctor')).toMatch(/^computes +yes$/m);
});

describe('types', () => {
  const source = `
    import { type Device, init, relu, sum, type Tensor, tensor, tidy } from 'tympan';
    export async function run(): Promise<number> {
      const device: Device = await init({ device: 'auto' });
      const limit: number = device.limits.maxBufferSize;
      const x: Tensor = tensor([1, 2], { requiresGrad: true });
      using loss = tidy(() => sum(relu(x)));
      loss.backward();
      // @ts-expect-error a scope closes before an async function ends
      tidy(async () => relu(x));
      // @ts-expect-error an operation takes tensors
      relu(1);
      return limit + (await loss.item());
    }
  `;

  async function check(file: string, options: Readonly<Record<string, unknown>>): Promise<void> {
    consumer.write(file, source);
    const config = {
      compilerOptions: { strict: true, noEmit: true, target: 'ES2022', types: [], ...options },
      files: [file],
    };
    const path = consumer.write(`tsconfig.${file}.json`, JSON.stringify(config));
    await node(join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', path);
  }

  test('hold in a bundler project, the declaration files checked as well', () =>
    check('bundler.ts', {
      module: 'ESNext',
      moduleResolution: 'Bundler',
      lib: ['ES2022', 'DOM'],
      skipLibCheck: false,
    }));

  test('hold in an ES module under nodenext', () =>
    check('esm.mts', { module: 'NodeNext', lib: ['ES2022', 'DOM'], skipLibCheck: false }));

  test('hold in a CommonJS module under nodenext', () =>
    check('cjs.cts', { module: 'NodeNext', lib: ['ES2022', 'DOM'], skipLibCheck: false }));

  test('hold in a Node project without the DOM library', () =>
    check('node.mts', { module: 'NodeNext', lib: ['ES2022'], skipLibCheck: true }));
});

describe('in a browser bundle', () => {
  test('nothing of Node is left to resolve', async () => {
    const { outputFiles, metafile, warnings } = await build({
      stdin: { contents: `export * from 'tympan';`, resolveDir: consumer.directory },
      bundle: true,
      format: 'esm',
      platform: 'browser',
      metafile: true,
      write: false,
    });
    expect(warnings).toEqual([]);
    expect(Object.values(metafile.outputs).flatMap(({ imports }) => imports)).toEqual([]);
    expect(outputFiles[0]!.text).not.toContain('__require(');
  });
});
