import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterEach, expect, test, vi } from 'vitest';
import { compileCommand } from '../../src/cli/compile/command.ts';

const PAGE = resolve('docs/softgpu.md');
const home = process.cwd();

afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
  process.chdir(home);
});

test('the page shows what its commands print', async () => {
  const page = await readFile(PAGE, 'utf8');
  const folder = await mkdtemp(join(tmpdir(), 'tympan-docs-'));
  try {
    for (const [, text, name] of page.matchAll(/^```\w+\n(\/\/ (\S+)\n.*?)^```$/gms)) {
      await writeFile(join(folder, name!), text!);
    }
    process.chdir(folder);
    let shown = page;
    for (const [block, command] of page.matchAll(/^```console\n\$ ([^\n]*)\n.*?^```$/gms)) {
      shown = shown.replace(block, () => `\`\`\`console\n$ ${command}\n`.concat('OUTPUT```'));
      const output = await outputOf(command!, folder);
      shown = shown.replace('OUTPUT', () => output);
    }
    process.chdir(home);
    await expect(shown).toMatchFileSnapshot(PAGE);
  } finally {
    process.chdir(home);
    await rm(folder, { recursive: true });
  }
});

async function outputOf(command: string, folder: string): Promise<string> {
  const [program, filter] = command.split(' | ');
  const words = program!.split(' ');
  const output = words[0] === 'node' ? await runScript(words.slice(1), folder) : await runCompile(words.slice(3));
  return filter === undefined ? output : between(output, filter);
}

/** `tympan compile` in this process. */
async function runCompile(args: readonly string[]): Promise<string> {
  let output = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    output += chunk;
    return true;
  });
  vi.spyOn(console, 'error').mockImplementation((text: string) => {
    output += `${text}\n`;
  });
  try {
    await compileCommand().parseAsync(args, { from: 'user' });
  } finally {
    vi.restoreAllMocks();
  }
  return output;
}

async function runScript([script, ...args]: readonly string[], folder: string): Promise<string> {
  const outfile = join(folder, `bundled-${script}`);
  await build({
    ...{ entryPoints: [join(folder, script!)], outfile, bundle: true, format: 'esm', platform: 'node' },
    ...{ alias: { 'tympan/softgpu': join(home, 'src/softgpu/index.ts') }, logLevel: 'error' },
  });
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [outfile, ...args], { cwd: folder });
  return stderr + stdout;
}

/** `sed -n '/from/,/to/p'` */
function between(text: string, sed: string): string {
  const [, from, to] = /^sed -n '\/(.*)\/,\/(.*)\/p'$/.exec(sed)!;
  const lines = text.split('\n');
  const first = lines.findIndex((line) => new RegExp(from!).test(line));
  const last = lines.findIndex((line, i) => i > first && new RegExp(to!).test(line));
  expect(first, `${sed} finds something`).toBeGreaterThanOrEqual(0);
  return `${lines.slice(first, last + 1).join('\n')}\n`;
}
