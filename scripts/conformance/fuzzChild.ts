/** A child process of fuzz.ts: takes seeds, runs what they make on both devices and gives back what differs. */
import { deviceName, openDevice, openProvider, openRunner } from './devices.ts';
import { MISTAKEN } from './fuzzMistaken.ts';
import { extremes, mutate } from './fuzzMutate.ts';
import { generateProgram } from './fuzzProgram.ts';
import { Random } from './fuzzRandom.ts';
import { differenceOf, runProgram } from './fuzzRun.ts';
import { serveJobs } from './jobs.ts';
import { compileError } from './tintRun.ts';

const name = deviceName(process.argv[2] ?? 'softgpu');
const [reference, compiler] = [await openProvider('dawn'), await openProvider('null')];
const [other, judge] = await Promise.all([openDevice(reference), openDevice(compiler)]);
let runner = await openRunner(name);

export type FuzzJob = { readonly program: number } | { readonly text: number } | { readonly extreme: string };

/** What is wrong, if anything; `accepted` and `refused` count the texts that are no generated program. */
export interface FuzzReport {
  readonly kind: 'agrees' | 'differs' | 'accepted' | 'refused' | 'disagrees' | 'not comparable';
  readonly detail?: string;
}

serveJobs<FuzzJob, FuzzReport>(async (job, report, started) => {
  if (runner.lost !== undefined) runner = await openRunner(name);
  const { device } = runner;
  if ('program' in job) {
    const program = generateProgram(job.program);
    const mistaken = MISTAKEN[job.program];
    if (mistaken !== undefined) return report({ kind: 'not comparable', detail: `SwiftShader is wrong: ${mistaken}` });
    started('Dawn');
    const expected = await runProgram(other, program);
    if ('error' in expected) return report({ kind: 'not comparable', detail: expected.error });
    started(name);
    const difference = differenceOf(expected, await runProgram(device, program));
    return report(difference ? { kind: 'differs', detail: difference } : { kind: 'agrees' });
  }
  const random = new Random('text' in job ? job.text : 0);
  const text = 'text' in job ? mutate(generateProgram(job.text % 50).code, random) : (extremes()[job.extreme] ?? '');
  started(name);
  const error = await compileError(device, text);
  if ('extreme' in job) return report({ kind: error ? 'refused' : 'accepted' });
  started('Dawn');
  const expected = await compileError(judge, text);
  if ((error === undefined) === (expected === undefined)) return report({ kind: error ? 'refused' : 'accepted' });
  report({ kind: 'disagrees', detail: error ? `refused: ${error}` : `accepted, but Dawn says: ${expected}` });
});
