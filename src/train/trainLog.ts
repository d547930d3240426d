/**
 * The log of a training run: `log.jsonl` in its folder, one JSON object per line, in the order of what happened. `kind`
 * says which. After a kill the log is cut back to the checkpoint the run resumes from, so each step stands there once.
 */
export type LogRecord =
  | StartRecord
  | ResumeRecord
  | StepRecord
  | ValidationRecord
  | CheckpointRecord
  | StopRecord
  | NonFiniteRecord;

/** What a process that trains says of itself. */
export interface RunDescription {
  /** ISO 8601, UTC. */
  readonly time: string;
  /** Version of this library. */
  readonly tympan: string;
  readonly node: string;
  readonly device: string;
  readonly deviceKind: 'gpu' | 'cpu';
  /** Processes that train together. */
  readonly processes: number;
  /** Blocks whose activations are computed again in backward, of all there are. */
  readonly checkpointedBlocks: number;
  readonly blocks: number;
}

/** The first line. */
export interface StartRecord extends RunDescription {
  readonly kind: 'start';
  /** With all defaults filled in: it makes the same run again. */
  readonly config: TrainConfigJson;
  readonly trainedParameters: number;
  readonly frozenParameters: number;
  /** Examples that one step averages over, in all processes. */
  readonly examplesPerStep: number;
}

/** The config as plain JSON. Of its fields only those that every task has are named. */
export interface TrainConfigJson {
  readonly seed: number;
  readonly steps: number;
  readonly [field: string]: unknown;
}

/** The run went on from the checkpoint of `step`. */
export interface ResumeRecord extends RunDescription {
  readonly kind: 'resume';
  readonly step: number;
}

export interface StepRecord {
  readonly kind: 'step';
  /** Steps done, this one included: counts from 1. */
  readonly step: number;
  /** Mean over the examples of the step. */
  readonly loss: number;
  /** What the loss is made of, by name: for separation `siSdr` in dB and `l1`. */
  readonly terms: Readonly<Record<string, number>>;
  readonly learningRate: number;
  /** Before clipping. */
  readonly gradientNorm: number;
  /** From the end of the step before to the end of this one. */
  readonly seconds: number;
  readonly examplesPerSecond: number;
}

/** With the averaged (EMA) weights, on the same examples each time. */
export interface ValidationRecord {
  readonly kind: 'validation';
  readonly step: number;
  readonly seconds: number;
  readonly examples: number;
  /** Metrics by query: `audio`, and `text` where the model takes sentences. */
  readonly queries: Readonly<Record<string, SeparationMetrics>>;
  /** What decides which weights are best: higher is better. Mean SI-SDRi of the audio query for separation. */
  readonly score: number;
  /** Whether no validation before it reached as much. */
  readonly best: boolean;
}

/** In dB. Improvements are over the mixture's reference channel (W) taken as the estimate. */
export interface SeparationMetrics {
  readonly siSdr: Spread;
  readonly siSdri: Spread;
  readonly snr: Spread;
  readonly snri: Spread;
}

/** Mean and standard deviation (of the population) over examples. */
export interface Spread {
  readonly mean: number;
  readonly std: number;
}

export interface CheckpointRecord {
  readonly kind: 'checkpoint';
  readonly step: number;
  /** In the folder of the run. */
  readonly file: string;
}

/** The last line of a process that ended by itself. */
export interface StopRecord {
  readonly kind: 'stop';
  readonly time: string;
  readonly step: number;
  /** `done`: all steps are behind. `stopped`: a signal came; the run can be resumed. */
  readonly reason: 'done' | 'stopped';
}

/** The training stopped because a loss or gradient was NaN or infinite. */
export interface NonFiniteRecord {
  readonly kind: 'nonFinite';
  readonly step: number;
  /** What made it first, such as `separator.blocks.3.time.attention: rmsNorm`. */
  readonly where: string;
  /** The batch that did it, in the folder of the run. */
  readonly batchFile: string;
}

/**
 * Files of a run, in its folder. At each validation the first examples are written as WAV files, over those of the
 * validation before: `examples/0-mixture.wav` (all channels), `0-target.wav`, `0-audio.wav`, `0-text.wav` (estimates),
 * and `examples/examples.json` says what they are: a list of `ExampleFiles`.
 */
export const runFiles = {
  log: 'log.jsonl',
  config: 'config.json',
  /** Final averaged weights. */
  model: 'model.safetensors',
  /** Averaged weights of the best validation. */
  best: 'best.safetensors',
  checkpoints: 'checkpoints',
  examples: 'examples',
  exampleList: 'examples/examples.json',
  report: 'report.html',
} as const;

/** One validated example. Files are named within the folder of the run. */
export interface ExampleFiles {
  readonly step: number;
  /** What the target is, as text. */
  readonly caption: string;
  readonly mixture: string;
  readonly target: string;
  readonly estimates: readonly { readonly query: string; readonly file: string; readonly siSdri: number }[];
}

/** The records of a log as text, one per line; a last line that a kill cut off is left out. */
export function parseLog(text: string): LogRecord[] {
  const lines = text.split('\n');
  return lines.flatMap((line, i) => {
    if (line === '') return [];
    try {
      return [JSON.parse(line) as LogRecord];
    } catch {
      if (i === lines.length - 1) return [];
      throw new SyntaxError(`training log: line ${i + 1} is not JSON: ${line.slice(0, 60)}`);
    }
  });
}
