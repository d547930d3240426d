/** Times one problem on all contenders in turn, so that a busy spell of the machine meets all of them. */

import { median } from '../measure.ts';
import type { PeerProcess } from './peerProcess.ts';
import { lastRow, type Problem } from './problem.ts';
import type { Sample } from './serve.ts';

export interface Timing {
  readonly contender: string;
  readonly title: string;
  /** Per operation. */
  readonly medianSeconds: number;
  readonly minSeconds: number;
  /** The least of all threads together. */
  readonly processorSeconds: number;
  readonly samples: number;
}

export interface Result {
  readonly problem: Problem;
  readonly timings: readonly Timing[];
  readonly failures: readonly { readonly contender: string; readonly reason: string }[];
}

const SETTLE_MS = 60; // threads of the one before spin for a while before they sleep
const SLOW_SECONDS = 1;
const SLOW_ROUNDS = 3;
const TOLERANCE = 1e-3; // relative to the largest of the row: the order of a sum and a polynomial are free

interface Entry {
  readonly peer: PeerProcess;
  readonly rounds: number;
  readonly timed: Sample[];
}

export async function duel(peers: readonly PeerProcess[], problem: Problem, rounds: number): Promise<Result> {
  const failures: { contender: string; reason: string }[] = [];
  const attempt = async (peer: PeerProcess, action: () => Promise<void>) => {
    try {
      await action();
    } catch (error) {
      failures.push({ contender: peer.name, reason: (error as Error).message });
    }
  };
  const expected = lastRow(problem);
  const entries: Entry[] = [];
  for (const peer of peers.filter(({ alive }) => alive)) {
    await attempt(peer, async () => {
      const { lastRow: actual, seconds } = await peer.prepare(problem);
      if (!actual || seconds === undefined) return;
      checkRow(actual, expected);
      entries.push({ peer, rounds: seconds > SLOW_SECONDS ? Math.min(rounds, SLOW_ROUNDS) : rounds, timed: [] });
    });
  }
  for (let round = 0; round < rounds; round++) {
    for (const { peer, timed, rounds: own } of entries) {
      if (round >= own || !peer.alive) continue;
      await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
      await attempt(peer, async () => {
        timed.push(await peer.sample());
      });
    }
  }
  for (const { peer } of entries) if (peer.alive) await attempt(peer, () => peer.dispose());
  return { problem, timings: entries.flatMap(timingOf), failures };
}

function timingOf({ peer, timed }: Entry): Timing[] {
  if (timed.length === 0) return [];
  const seconds = timed.map((sample) => sample.seconds);
  return [
    {
      ...{ contender: peer.name, title: peer.title, samples: timed.length },
      ...{ medianSeconds: median(seconds), minSeconds: Math.min(...seconds) },
      processorSeconds: Math.min(...timed.map((sample) => sample.processorSeconds)),
    },
  ];
}

/** Both may hold only the end of the row. */
function checkRow(actual: readonly number[], expected: Float64Array): void {
  const length = Math.min(actual.length, expected.length);
  const [own, right] = [actual.slice(-length), expected.subarray(-length)];
  const largest = right.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  for (const [i, value] of right.entries()) {
    if (Math.abs(own[i]! - value) <= TOLERANCE * largest) continue;
    throw new Error(`wrong result: ${own[i]} instead of ${value}, ${length - i} from the end`);
  }
}
