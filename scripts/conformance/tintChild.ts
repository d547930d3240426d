/** A child process of tint.ts: takes paths of programs, and gives back what became of them on its device. */
import { deviceName, openDevice, openProvider, openRunner } from './devices.ts';
import { serveJobs } from './jobs.ts';
import { readProgram } from './tintCorpus.ts';
import { compileError, type ProgramRecord, runEntryPoints } from './tintRun.ts';
import { readDeclarations } from './wgslDeclarations.ts';

const [checkout = '', device = ''] = process.argv.slice(2);
const name = deviceName(device);
// SwiftShader lacks f16 and more: what Dawn accepts is asked of its null back end, which lacks nothing.
const validator = name === 'dawn' ? await openProvider('null') : undefined;
const compiler = validator && (await openDevice(validator));
let runner = await openRunner(name);

export interface TintJob {
  readonly file: string;
  /** Whether its entry points are run. */
  readonly run: boolean;
}

serveJobs<TintJob, ProgramRecord>(async ({ file, run }, report, started) => {
  const code = readProgram(checkout, file);
  started('compilation');
  const { device } = runner;
  const message = await compileError(compiler ?? device, code);
  const runs = run && message === undefined;
  const entryPoints = runs ? await runEntryPoints(device, code, readDeclarations(code), started) : [];
  const { lost } = runner;
  if (lost !== undefined) runner = await openRunner(name); // the next program gets a device of its own
  report({
    file,
    valid: message === undefined,
    ...(message !== undefined && { message: message.slice(0, 500) }),
    entryPoints,
    ...(lost !== undefined && { lost: `the device was lost: ${lost}` }),
  });
});
