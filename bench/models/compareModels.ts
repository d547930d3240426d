/** Times one part of a model on each contender in turn, and says how far their results lie apart. */

import { median } from '../measure.ts';
import type { ContenderCommand } from '../peers/contenders.ts';
import { PeerProcess } from '../peers/peerProcess.ts';
import type { Sample } from '../peers/serve.ts';
import type { ModelProblem } from './modelProblem.ts';

export interface ModelTiming {
  readonly contender: string;
  readonly title: string;
  readonly medianSeconds: number;
  readonly minSeconds: number;
  /** The least of all threads together. */
  readonly processorSeconds: number;
  /** The most the process held. */
  readonly residentBytes: number;
  readonly deviceBytes: number | null;
  readonly samples: number;
  /** The largest difference from the first contender's result: of outputs relative to the largest, of norms to themselves. */
  readonly difference: number;
}

export interface Failure {
  readonly contender: string;
  readonly reason: string;
}

export interface Comparison {
  readonly timings: readonly ModelTiming[];
  readonly failures: readonly Failure[];
}

/** Each contender runs in a process of its own that ends with the comparison, so that peaks of memory are this part's. */
export async function compare(
  contenders: readonly ContenderCommand[],
  problem: ModelProblem,
  { rounds, limitMs }: { readonly rounds: number; readonly limitMs: number },
): Promise<Comparison> {
  const failures: Failure[] = [];
  const entries: { peer: PeerProcess<ModelProblem>; row: readonly number[]; timed: Sample[] }[] = [];
  const attempt = async (name: string, action: () => Promise<void>) => {
    try {
      await action();
    } catch (error) {
      failures.push({ contender: name, reason: (error as Error).message });
    }
  };
  try {
    for (const contender of contenders) {
      await attempt(contender.name, async () => {
        const peer = await PeerProcess.start<ModelProblem>(contender, limitMs);
        const entry = { peer, row: [] as readonly number[], timed: [] };
        entries.push(entry);
        entry.row = (await peer.prepare(problem)).lastRow ?? [];
      });
    }
    for (let round = 0; round < rounds; round++) {
      for (const { peer, timed } of entries) {
        if (peer.alive) await attempt(peer.name, async () => void timed.push(await peer.sample()));
      }
    }
  } finally {
    for (const { peer } of entries) peer.kill();
  }
  const first = entries[0]?.row ?? [];
  const timings = entries.flatMap(({ peer, row, timed }) => {
    if (timed.length === 0) return [];
    const seconds = timed.map((sample) => sample.seconds);
    return [
      {
        ...{ contender: peer.name, title: peer.title, samples: timed.length },
        ...{ medianSeconds: median(seconds), minSeconds: Math.min(...seconds) },
        processorSeconds: Math.min(...timed.map((sample) => sample.processorSeconds)),
        residentBytes: Math.max(...timed.map((sample) => sample.residentBytes ?? 0)),
        deviceBytes: timed[0]!.deviceBytes ? Math.max(...timed.map((sample) => sample.deviceBytes ?? 0)) : null,
        difference: difference(row, first),
      },
    ];
  });
  return { timings, failures };
}

const OUTPUTS = 4096; // behind them lie losses and norms, each a quantity of its own

function difference(own: readonly number[], first: readonly number[]): number {
  const largest = first.slice(0, OUTPUTS).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const relative = (value: number, i: number) =>
    Math.abs(value - (own[i] ?? Number.NaN)) / (i < OUTPUTS ? largest : Math.abs(value));
  return first.map(relative).reduce((worst, value) => Math.max(worst, value), 0);
}
