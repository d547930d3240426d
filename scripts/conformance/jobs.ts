import { type ChildProcess, fork } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** What a child process may say: any number of results of its job, then that the job is finished. */
export type FromChild<Result> =
  | { readonly result: Result }
  | { readonly started: string }
  | { readonly finished: true };

export interface JobOptions<Job, Result> {
  /** The file that a child process runs: it gets one job per message. */
  readonly script: URL;
  readonly args: readonly string[];
  readonly jobs: readonly Job[];
  readonly workers: number;
  /** A child that says nothing for so long is ended. */
  readonly silenceSeconds: number;
  /** After so many jobs a child is replaced, so that what leaks does not add up. */
  readonly jobsPerChild: number;
  onResult(job: Job, result: Result): void;
  /** The child ended or hung at `step`: a job that is returned is tried again. */
  onLost(job: Job, step: string | undefined, reason: string): Job | undefined;
}

/**
 * Runs jobs in child processes. A program under test may hang or end its process: that costs its own result and no
 * other's.
 */
export async function runJobs<Job, Result>(options: JobOptions<Job, Result>): Promise<void> {
  const queue = [...options.jobs];
  const lane = async (): Promise<void> => {
    for (let job = queue.shift(); job !== undefined; ) {
      const child = fork(options.script, [...options.args], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
      for (let count = 0; job !== undefined && count < options.jobsPerChild; count++) {
        const lost = await runOne(child, job, options);
        if (lost) {
          const again = options.onLost(job, lost.step, lost.reason);
          if (again !== undefined) queue.unshift(again);
          job = queue.shift();
          break;
        }
        job = queue.shift();
      }
      child.kill('SIGKILL');
    }
  };
  await Promise.all(Array.from({ length: options.workers }, lane));
}

interface Lost {
  readonly step: string | undefined;
  readonly reason: string;
}

function runOne<Job, Result>(
  child: ChildProcess,
  job: Job,
  { silenceSeconds, onResult }: JobOptions<Job, Result>,
): Promise<Lost | undefined> {
  return new Promise((resolve) => {
    let step: string | undefined;
    let errors = '';
    const hung = () => settle({ step, reason: `no answer for ${silenceSeconds} s` });
    let timer = setTimeout(hung, silenceSeconds * 1000);
    const onMessage = (message: FromChild<Result>) => {
      clearTimeout(timer);
      timer = setTimeout(hung, silenceSeconds * 1000);
      if ('result' in message) onResult(job, message.result);
      else if ('started' in message) step = message.started;
      else settle(undefined);
    };
    const onExit = (code: number | null, signal: string | null) => {
      const why = signal ?? `exit code ${code}`;
      settle({ step, reason: `the process ended (${why})${errors ? `: ${lastLine(errors)}` : ''}` });
    };
    const onErrors = (chunk: Buffer) => {
      errors = (errors + chunk.toString()).slice(-4000);
    };
    const settle = (lost: Lost | undefined) => {
      clearTimeout(timer);
      child.off('message', onMessage).off('exit', onExit);
      child.stderr?.off('data', onErrors);
      if (lost) child.kill('SIGKILL');
      resolve(lost);
    };
    child.on('message', onMessage).on('exit', onExit);
    child.stderr?.on('data', onErrors);
    child.send(job as object);
  });
}

function lastLine(text: string): string {
  const lines = text.split('\n').filter((line) => /error|fatal|abort|unreachable/i.test(line));
  return (lines.at(-1) ?? text.trim().split('\n').at(-1) ?? '').slice(0, 300);
}

/** Serves jobs in a child process: `serve` handles one job and may report any number of results on the way. */
export function serveJobs<Job, Result>(
  serve: (job: Job, report: (result: Result) => void, started: (step: string) => void) => Promise<void>,
): void {
  const send = (message: FromChild<Result>) => process.send?.(message);
  process.on('message', async (job: Job) => {
    await serve(
      job,
      (result) => send({ result }),
      (step) => send({ started: step }),
    );
    send({ finished: true });
  });
}

/** Results as lines of JSON, appended while a run goes on, so that the next run takes up where it stopped. */
export class ResultFile<Result> {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
    mkdirSync(dirname(path), { recursive: true });
  }

  read(): Result[] {
    if (!existsSync(this.#path)) return [];
    const lines = readFileSync(this.#path, 'utf8').split('\n');
    return lines.flatMap((line) => {
      try {
        return line ? [JSON.parse(line) as Result] : [];
      } catch {
        return []; // the line during which the last run was ended
      }
    });
  }

  append(result: Result): void {
    appendFileSync(this.#path, `${JSON.stringify(result)}\n`);
  }
}
