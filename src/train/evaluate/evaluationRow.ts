import type { Scores } from './scores.ts';

/** What came out for one question about one mixture. Numbers that are not finite stand as null, as JSON has them. */
export interface EvaluationRow extends Readonly<Record<keyof Scores, number | null>> {
  readonly example: string;
  /** How it was asked: `audio`, `text` or `perturbed`. */
  readonly query: string;
  readonly label: string;
  readonly text: string;
  /** Sounds in the mixture; null where it is not known. */
  readonly sources: number | null;
  /** SNR of channel W in dB: how loud the target is beside all else. Null where it is not in the mixture. */
  readonly inputSnr: number | null;
  /** Whether what was asked for is in the mixture. Where it is not, there are no scores. */
  readonly present: boolean;
  /** Of the estimate relative to W, in dB. */
  readonly outputLevel: number | null;
}

/** The columns of a row, in the order of tables. */
export const rowColumns = [
  'example',
  'query',
  'label',
  'text',
  'sources',
  'inputSnr',
  'present',
  'outputLevel',
  'siSdr',
  'siSdri',
  'snr',
  'snri',
  'sdr',
  'sdri',
] as const satisfies readonly (keyof EvaluationRow)[];

/** A row from JSON that may hold anything; undefined for what is none. */
export function readRow(json: unknown): EvaluationRow | undefined {
  if (typeof json !== 'object' || json === null) return undefined;
  const row = json as Readonly<Record<string, unknown>>;
  const kinds: Readonly<Record<(typeof rowColumns)[number], string>> = {
    example: 'string',
    query: 'string',
    label: 'string',
    text: 'string',
    sources: 'number?',
    inputSnr: 'number?',
    present: 'boolean',
    outputLevel: 'number?',
    siSdr: 'number?',
    siSdri: 'number?',
    snr: 'number?',
    snri: 'number?',
    sdr: 'number?',
    sdri: 'number?',
  };
  const fits = rowColumns.every((column) => {
    const value = row[column];
    return kinds[column] === 'number?' ? value === null || typeof value === 'number' : typeof value === kinds[column];
  });
  return fits ? (json as EvaluationRow) : undefined;
}
