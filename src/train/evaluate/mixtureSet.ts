import type { LibraryConfig } from '../../audio/library/clipLibrary.ts';
import type { MixtureConfig } from '../../audio/scene/mixture/mixtureConfig.ts';
import type { MixtureRecord } from '../../audio/scene/mixture/mixtureRecord.ts';
import type { RenderedMixture } from '../../audio/scene/mixture/renderMixture.ts';
import { openRenderPool } from '../data/renderPool.ts';
import type { EvaluationExample, EvaluationSet } from './evaluationSet.ts';

export interface MixtureSetOptions {
  readonly mixture: MixtureConfig;
  readonly library: LibraryConfig;
  readonly seed: number;
  readonly examples: number;
  /** Threads that render ahead; 0 renders when asked. */
  readonly workers: number;
}

/** Mixtures drawn by their number, rendered ahead by worker threads. @throws LibraryError */
export async function openMixtureSet({ examples, ...options }: MixtureSetOptions): Promise<EvaluationSet> {
  const pool = await openRenderPool({ ...options, targets: 'asked' });
  const ahead = new Map<number, Promise<EvaluationExample>>();
  const make = async (index: number) => exampleOf(String(index), await pool.render(index));
  return {
    size: examples,
    fingerprint: JSON.stringify([options.mixture, options.library, options.seed]),
    id: String,
    example(index) {
      const asked = ahead.get(index) ?? make(index);
      ahead.delete(index);
      for (let next = index + 1; next <= index + pool.workers && next < examples; next++) {
        if (ahead.has(next)) continue;
        const made = make(next);
        made.catch(() => {}); // reported once it is asked for
        ahead.set(next, made);
      }
      return asked;
    },
    close: () => pool.close(),
  };
}

/** What a record and its signals are to an evaluation. */
export function exampleOf(
  id: string,
  { record, mixture, target, query }: Pick<RenderedMixture, 'mixture' | 'target' | 'query'> & { record: MixtureRecord },
): EvaluationExample {
  return {
    id,
    sampleRate: record.sampleRate,
    mixture,
    target,
    clip: query,
    text: record.query.caption,
    label: record.query.label,
    sources: record.events.length,
  };
}
