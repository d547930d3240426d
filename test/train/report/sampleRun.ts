import { RandomStream } from '../../../src/audio/scene/random.ts';
import type { LogRecord, SeparationMetrics } from '../../../src/train/trainLog.ts';

/** The log of a run that goes as runs go: loss down, a resume in the middle, validations, and an end. */
export function sampleLog(steps: number): LogRecord[] {
  const random = new RandomStream(11);
  const run = {
    time: '2030-01-02T03:04:05.000Z',
    tympan: '0.1.0',
    node: 'v20.20.0',
    device: 'softgpu: 2 threads',
    deviceKind: 'cpu',
    processes: 1,
    checkpointedBlocks: 0,
    blocks: 2,
  } as const;
  const config = { seed: 1, steps, batch: 8, separator: { dim: 32, note: 'a <b> & "c"' } };
  const records: LogRecord[] = [
    { kind: 'start', ...run, config, trainedParameters: 1_234_567, frozenParameters: 0, examplesPerStep: 8 },
  ];
  for (let step = 1; step <= steps; step++) {
    const progress = step / steps;
    const siSdr = -(12 * progress ** 0.4) + 3 * random.normal();
    const l1 = 0.9 * Math.exp(-2 * progress) + 0.05 * random.normal();
    records.push({
      kind: 'step',
      step,
      loss: siSdr + l1,
      terms: { siSdr, l1 },
      learningRate: Math.min(1, step / (0.1 * steps)) * 1e-3 * 0.5 * (1 + Math.cos(Math.PI * progress)),
      gradientNorm: Math.exp(1 - progress + 0.4 * random.normal()),
      seconds: 1.3 + 0.1 * random.uniform(),
      examplesPerSecond: 8 / (1.3 + 0.1 * random.uniform()),
    });
    if (step % Math.ceil(steps / 10) === 0 || step === steps) {
      const metrics = (gain: number): SeparationMetrics => ({
        siSdr: { mean: gain - 4, std: 5.1 },
        siSdri: { mean: gain, std: 4.2 },
        snr: { mean: gain - 3.5, std: 4 },
        snri: { mean: gain + 0.4, std: 3.9 },
      });
      const score = 11 * progress ** 0.5;
      const queries = { audio: metrics(score), text: metrics(0.85 * score) };
      records.push({ kind: 'validation', step, seconds: 20, examples: 32, queries, score, best: true });
      records.push({ kind: 'checkpoint', step, file: `checkpoints/${step}` });
    }
    if (step === Math.floor(steps / 2)) records.push({ kind: 'resume', step, ...run });
  }
  records.push({ kind: 'stop', time: run.time, step: steps, reason: 'done' });
  return records;
}
