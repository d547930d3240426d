/** The results as text. */

import type { Result } from './duel.ts';
import { amountOf, titleOf } from './problem.ts';

/** Fastest first. `×` is how many times as long the contender takes as the one named `against`. */
export function tableOf({ problem, timings, failures }: Result, against: string): string {
  const { amount, unit } = amountOf(problem);
  const base = timings.find(({ contender }) => contender === against)?.medianSeconds;
  const rows = [...timings]
    .sort((a, b) => a.medianSeconds - b.medianSeconds)
    .map(({ title, medianSeconds, minSeconds, processorSeconds }) => [
      title,
      milliseconds(medianSeconds),
      milliseconds(minSeconds),
      milliseconds(processorSeconds),
      significant(amount / medianSeconds / 1e9),
      significant(amount / minSeconds / 1e9),
      base === undefined ? '' : `× ${significant(medianSeconds / base)}`,
    ]);
  const head = [
    titleOf(problem),
    'median ms',
    'least ms',
    'CPU ms',
    `median ${unit}`,
    `best ${unit}`,
    base ? `of ${against}` : '',
  ];
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]!.length)));
  const lines = [head, ...rows].map((row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join('  '),
  );
  const failed = failures.map(({ contender, reason }) => `  ${contender}: ${reason.split('\n')[0]}`);
  return [...lines.map((line) => line.trimEnd()), ...failed].join('\n');
}

function milliseconds(seconds: number): string {
  return significant(1000 * seconds);
}

function significant(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
