/** The side of the bench that runs inside the process of one contender. */

import { createInterface } from 'node:readline';
import type { Problem } from './problem.ts';

export interface Work {
  /** How many of the operation one `run` does; 1 when left out. */
  readonly operationsPerRun?: number;
  /** Does it, or launches it. */
  readonly run: () => void | Promise<void>;
  /** Waits for what was launched. */
  readonly finish?: () => Promise<void>;
  /** The last row of the result, to check it. */
  readonly lastRow: () => ArrayLike<number> | Promise<ArrayLike<number>>;
  /** The most bytes that buffers of the device have held. */
  readonly deviceBytes?: () => number;
  readonly dispose?: () => void;
}

export interface Contender<P = Problem> {
  /** With the version of what is timed. */
  readonly title: string;
  /** Undefined for what the contender has no operation for. */
  readonly prepare: (problem: P) => Work | undefined | Promise<Work | undefined>;
}

export type Request<P = Problem> = { readonly prepare: P } | { readonly sample: true } | { readonly dispose: true };

export interface Prepared {
  /** Undefined when there is no such operation. */
  readonly lastRow?: readonly number[];
  /** About how long one operation takes. */
  readonly seconds?: number;
}

/** Per operation. */
export interface Sample {
  readonly seconds: number;
  /** Of all threads together: on a busy machine it says more than the clock on the wall. */
  readonly processorSeconds: number;
  /** The most memory that the process has held, and of it what the device's buffers have. */
  readonly residentBytes?: number;
  readonly deviceBytes?: number;
}

/** Replies are lines of JSON after this; anything else a contender prints is for people. */
export const MARK = '@';

const WARM_SECONDS = 0.4; // compilers of several tiers have settled
const SAMPLE_SECONDS = 0.1;

/** Answers one request per line of the standard input until it ends. */
export async function serve<P = Problem>({ title, prepare }: Contender<P>): Promise<void> {
  let work: Work | undefined;
  let runs = 1;
  const answer = async (request: Request<P>): Promise<object> => {
    if ('sample' in request) return time(work!, runs);
    work?.dispose?.();
    work = undefined;
    if ('dispose' in request) return {};
    work = await prepare(request.prepare);
    if (!work) return {};
    const { seconds } = await warmUp(work);
    runs = Math.max(1, Math.ceil(SAMPLE_SECONDS / (seconds * (work.operationsPerRun ?? 1))));
    return { lastRow: Array.from(await work.lastRow()), seconds } satisfies Prepared;
  };
  reply({ title });
  for await (const line of createInterface({ input: process.stdin })) {
    try {
      reply(await answer(JSON.parse(line) as Request<P>));
    } catch (error) {
      work = undefined;
      reply({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
  }
  process.exit(0); // whatever threads the contender keeps
}

function reply(message: object): void {
  process.stdout.write(`${MARK}${JSON.stringify(message)}\n`);
}

async function warmUp(work: Work): Promise<Sample> {
  const end = performance.now() + 1000 * WARM_SECONDS;
  let sample = await time(work, 1);
  while (performance.now() < end) sample = await time(work, 1);
  return sample;
}

async function time(work: Work, runs: number): Promise<Sample> {
  const before = process.cpuUsage();
  const start = performance.now();
  for (let i = 0; i < runs; i++) {
    const running = work.run();
    if (running) await running; // an `await` of nothing costs a turn of the loop
  }
  await work.finish?.();
  const operations = runs * (work.operationsPerRun ?? 1);
  const seconds = (performance.now() - start) / 1000 / operations;
  const { user, system } = process.cpuUsage(before);
  const residentBytes = 1024 * process.resourceUsage().maxRSS;
  const deviceBytes = work.deviceBytes?.();
  return {
    seconds,
    processorSeconds: (user + system) / 1e6 / operations,
    residentBytes,
    ...(deviceBytes !== undefined && { deviceBytes }),
  };
}
