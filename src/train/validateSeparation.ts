import { siSdr, snr } from '../audio/metrics/separationMetrics.ts';
import { tensor } from '../tensor/create.ts';
import { tidy } from '../tensor/engine/scope.ts';
import { noGrad } from '../tensor/engine/tape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { SeparationBatch } from './data/separationData.ts';
import type { SeparationModel } from './separationTask.ts';
import type { HeardExample, ValidationResult } from './trainingTask.ts';
import type { SeparationMetrics, Spread } from './trainLog.ts';

/** Examples whose wave forms are kept. */
const HEARD = 3;

interface Measured {
  readonly siSdr: number;
  readonly siSdri: number;
  readonly snr: number;
  readonly snri: number;
}

/** Extracts each example twice, asked for by its clip and by its caption. Examples whose target is silence are passed over. */
export async function validateSeparation(
  model: SeparationModel,
  batches: readonly SeparationBatch[],
): Promise<ValidationResult> {
  const measured = { audio: [] as Measured[], text: [] as Measured[] };
  const heard: HeardExample[] = [];
  model.eval();
  for (const batch of batches) {
    const estimates = { audio: await extracted(model, batch, 'audio'), text: await extracted(model, batch, 'text') };
    for (const [i, example] of examplesOf(batch).entries()) {
      if (example.target.every((value) => value === 0)) continue;
      const of = (query: 'audio' | 'text') => {
        const samples = rowOf(estimates[query], i, example.target.length);
        const values = measure(samples, example.target, example.mixture[example.reference]!);
        measured[query].push(values);
        return { query, samples, siSdri: values.siSdri };
      };
      const made = [of('audio'), of('text')];
      if (heard.length < HEARD) heard.push({ ...example, estimates: made });
    }
  }
  const queries = { audio: metricsOf(measured.audio), text: metricsOf(measured.text) };
  return { examples: measured.audio.length, queries, score: queries.audio.siSdri.mean, heard };
}

async function extracted(
  model: SeparationModel,
  { mixture, query, captions, records }: SeparationBatch,
  kind: 'audio' | 'text',
): Promise<Float32Array> {
  const batch = records.length;
  const { channels } = model.separator.config;
  using estimate: Tensor = tidy(() =>
    noGrad(() => {
      const asked =
        kind === 'audio'
          ? model.embedAudio(tensor(query, { shape: [batch, query.length / batch] }))
          : model.embedText(captions);
      return model.extract(tensor(mixture, { shape: [batch, channels, mixture.length / batch / channels] }), asked);
    }),
  );
  return (await estimate.data()) as Float32Array;
}

function examplesOf({ mixture, target, captions, records }: SeparationBatch) {
  return records.map(({ sampleRate, referenceChannel }, i) => {
    const samples = target.length / records.length;
    const channels = mixture.length / records.length / samples;
    return {
      caption: captions[i]!,
      sampleRate,
      reference: referenceChannel,
      mixture: Array.from({ length: channels }, (_, c) => rowOf(mixture, i * channels + c, samples)),
      target: rowOf(target, i, samples),
    };
  });
}

function rowOf(rows: Float32Array, i: number, length: number): Float32Array {
  return rows.subarray(i * length, (i + 1) * length);
}

function measure(estimate: Float32Array, target: Float32Array, reference: Float32Array): Measured {
  const [si, plain] = [bounded(siSdr(estimate, target)), bounded(snr(estimate, target))];
  return {
    siSdr: si,
    siSdri: si - bounded(siSdr(reference, target)),
    snr: plain,
    snri: plain - bounded(snr(reference, target)),
  };
}

/** An estimate of silence has −∞ dB, which one example must not make the mean of all. */
function bounded(decibels: number): number {
  return Math.min(Math.max(decibels, -100), 100);
}

function metricsOf(measured: readonly Measured[]): SeparationMetrics {
  const of = (name: keyof Measured) => spread(measured.map((values) => values[name]));
  return { siSdr: of('siSdr'), siSdri: of('siSdri'), snr: of('snr'), snri: of('snri') };
}

export function spread(values: readonly number[]): Spread {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, std: Math.sqrt(variance) };
}
