import type { ClipLibrary } from '../../audio/library/clipLibrary.ts';
import type { MixtureCache } from '../../audio/scene/mixture/mixtureCache.ts';
import type { MixtureConfig } from '../../audio/scene/mixture/mixtureConfig.ts';
import type { MixtureRecord } from '../../audio/scene/mixture/mixtureRecord.ts';
import { planMixture } from '../../audio/scene/mixture/planMixture.ts';
import { type RenderedMixture, renderMixture } from '../../audio/scene/mixture/renderMixture.ts';

/** A mixture that is drawn by its number. */
export interface Example extends RenderedMixture {
  readonly record: MixtureRecord;
}

/** What all examples of a source have in common. */
export interface ExampleRecipe {
  readonly mixture: MixtureConfig;
  readonly seed: number;
  /** See `RenderOptions`. */
  readonly targets: 'all' | 'asked';
}

/** @throws Error that names the example; its cause is what went wrong. */
export async function renderExample(
  { mixture, seed, targets }: ExampleRecipe,
  library: ClipLibrary,
  cache: MixtureCache,
  index: number,
): Promise<Example> {
  try {
    const record = await planMixture(mixture, library, seed, index, { cache });
    return { record, ...(await renderMixture(record, library, { cache, targets })) };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`example ${index} of seed ${seed}: ${reason}`, { cause });
  }
}

/** The memory of an example's signals, each once: what moves to another thread without a copy. */
export function buffersOf({ mixture, targets, target, query }: Example): ArrayBuffer[] {
  const all = [...mixture, ...targets, target, query].map(({ buffer }) => buffer as ArrayBuffer);
  return [...new Set(all)];
}
