import type { LogRecord, StartRecord, StepRecord, ValidationRecord } from '../trainLog.ts';

/** A training log, sorted by what its records tell. */
export interface RunHistory {
  readonly start: StartRecord | undefined;
  readonly steps: readonly StepRecord[];
  readonly validations: readonly ValidationRecord[];
  /** The validation with the highest score. */
  readonly best: ValidationRecord | undefined;
  readonly resumes: number;
  /** The last step done; 0 before the first. */
  readonly lastStep: number;
  /** Seconds of all steps and validations. */
  readonly seconds: number;
  /** How far the run is, in a sentence. */
  readonly state: string;
  /** The run came to an end because of NaN or infinity: where. */
  readonly failure: string | undefined;
}

export function runHistory(records: readonly LogRecord[]): RunHistory {
  const start = records.find((record) => record.kind === 'start');
  const steps = records.filter((record) => record.kind === 'step');
  const validations = records.filter((record) => record.kind === 'validation');
  const seconds = [...steps, ...validations].reduce((sum, record) => sum + (record.seconds || 0), 0);
  const failed = records.findLast((record) => record.kind === 'nonFinite');
  const lastStep = steps.at(-1)?.step ?? 0;
  return {
    start,
    steps,
    validations,
    best: validations.reduce<ValidationRecord | undefined>((a, b) => (a && a.score >= b.score ? a : b), undefined),
    resumes: records.filter(({ kind }) => kind === 'resume').length,
    lastStep,
    seconds,
    state: stateOf(records, start?.config.steps, lastStep),
    failure: failed && `step ${failed.step}: ${failed.where} is not finite; the batch is in ${failed.batchFile}`,
  };
}

function stateOf(records: readonly LogRecord[], planned: number | undefined, lastStep: number): string {
  const of = planned === undefined ? '' : ` of ${planned.toLocaleString('en')}`;
  const place = `step ${lastStep.toLocaleString('en')}${of}`;
  const last = records.findLast(({ kind }) => kind !== 'checkpoint' && kind !== 'validation');
  if (last?.kind === 'nonFinite') return `Stopped by a number that is not finite after ${place}.`;
  if (last?.kind !== 'stop') return `Running, or interrupted, at ${place}.`;
  return last.reason === 'done' ? `Done: ${place}.` : `Stopped at ${place}; it can be resumed.`;
}
