/** A child process of tint.ts: takes paths of programs, and gives back what became of them on its device. */
import { deviceName, openDevice, openProvider } from './devices.ts';
import { serveJobs } from './jobs.ts';
import { readProgram } from './tintCorpus.ts';
import { compileError, type ProgramRecord, runEntryPoints } from './tintRun.ts';
import { readDeclarations } from './wgslDeclarations.ts';

const [checkout = '', device = ''] = process.argv.slice(2);
const name = deviceName(device);
// SwiftShader lacks f16 and more: what Dawn accepts is asked of its null back end, which lacks nothing.
const providers = [await openProvider(name), await openProvider(name === 'dawn' ? 'null' : name)] as const;
const runner = await openDevice(providers[0]);
const compiler = name === 'dawn' ? await openDevice(providers[1]) : runner;

export interface TintJob {
  readonly file: string;
  /** Whether its entry points are run. */
  readonly run: boolean;
}

serveJobs<TintJob, ProgramRecord>(async ({ file, run }, report, started) => {
  const code = readProgram(checkout, file);
  started('compilation');
  const message = await compileError(compiler, code);
  const runs = run && message === undefined;
  const entryPoints = runs ? await runEntryPoints(runner, code, readDeclarations(code), started) : [];
  report({
    file,
    valid: message === undefined,
    ...(message === undefined ? {} : { message: message.slice(0, 500) }),
    entryPoints,
  });
});
