import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { compileCommand } from '../../src/cli/compile/command.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tympan-compile-'));
});

afterEach(async () => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
  await rm(folder, { recursive: true });
});

const scale = `
override factor: f32;
@group(0) @binding(0) var<storage, read_write> y: array<f32>;
@compute @workgroup_size(64) fn scale(@builtin(global_invocation_id) id: vec3u) { y[id.x] *= factor; }
`;

/** What `tympan compile` prints for a file with this text. */
async function run(wgsl: string, ...args: string[]) {
  const path = join(folder, 'kernel.wgsl');
  await writeFile(path, wgsl);
  let out = '';
  let errors = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    out += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('latin1');
    return true;
  });
  vi.spyOn(console, 'error').mockImplementation((text: string) => {
    errors += `${text.replace(path, 'kernel.wgsl')}\n`;
  });
  await compileCommand().parseAsync([path, ...args], { from: 'user' });
  return { out, errors, exitCode: process.exitCode };
}

test('prints the text format by default', async () => {
  const { out, errors, exitCode } = await run(scale, '--constants', 'factor=3', '--width', '1');
  expect(out).toContain('(func $scale (export "run")');
  expect(out).toContain('f32.const 3');
  expect(errors).toBe('');
  expect(exitCode).toBeUndefined();
});

test.each([
  ['1', 'kernel scale (64, 1, 1)\n'],
  ['4', 'kernel scale (64, 1, 1) width 4\n'],
])('prints the intermediate representation at width %s', async (width, first) => {
  const { out } = await run(scale, '--constants', 'factor=3', '--emit', 'ir', '--width', width);
  expect(out.startsWith(first)).toBe(true);
});

test('writes a module that engines take', async () => {
  const file = join(folder, 'kernel.wasm');
  await run(scale, '--constants', 'factor=3', '--emit', 'wasm', '--out', file);
  expect(WebAssembly.Module.exports(new WebAssembly.Module(await readFile(file)))).toEqual([
    { name: 'run', kind: 'function' },
  ]);
});

test('points at what is wrong in the text and gives exit code 1', async () => {
  const { out, errors, exitCode } = await run(
    '@compute @workgroup_size(1) fn main() {\n\tlet x: i32 = 1.5;\n\tlet y = missing;\n}',
  );
  expect(out).toBe('');
  expect(exitCode).toBe(1);
  expect(errors).toMatchInlineSnapshot(`
    "kernel.wgsl:2:15: error: cannot initialize 'x' of type 'i32' with 'abstract-float'
    	let x: i32 = 1.5;
    	             ^^^
    kernel.wgsl:3:10: error: unresolved identifier 'missing'
    	let y = missing;
    	        ^^^^^^^
    "
  `);
});

test('points at what an override makes wrong', async () => {
  const sized = 'override n: i32;\n@compute @workgroup_size(n) fn main() {}';
  const { errors, exitCode } = await run(sized, '--constants', 'n=-1');
  expect(errors).toMatch(/^kernel\.wgsl:2:\d+: error: /);
  expect(exitCode).toBe(1);
});

const two = '@compute @workgroup_size(1) fn a() {}\n@compute @workgroup_size(1) fn b() {}';

test.each([
  [scale, ['--constants', 'factor=x'], "--constants: expected name=number, separated by commas; got 'factor=x'"],
  [scale, ['--constants', 'size=2'], '"size" is no override of the shader module. It has factor'],
  [scale, [], 'the override factor has no default'],
  [two, [], 'has several entry points: choose one of a, b with --entry'],
  [two, ['--entry', 'c'], 'has no compute entry point c: it has a, b'],
  ['const x = 1;', [], 'has no compute entry point'],
])('says what to do about the options', async (wgsl, args, message) => {
  await expect(run(wgsl, ...args)).rejects.toThrow(message);
});

test('compiles the entry point that is named', async () => {
  expect((await run(two, '--entry', 'b', '--emit', 'ir')).out).toMatch(/^kernel b /);
});
