import type { LibraryConfig } from '../../audio/library/clipLibrary.ts';
import { JsonFields } from '../../audio/scene/mixture/jsonFields.ts';
import { type MixtureConfig, mixtureConfig } from '../../audio/scene/mixture/mixtureConfig.ts';

/** What `tympan synth --config` reads. */
export interface SynthConfig {
  /** As `openLibrary` takes it. */
  readonly library: LibraryConfig;
  readonly mixture: MixtureConfig;
  /** How many mixtures. */
  readonly count: number;
  readonly seed: number;
}

/**
 * A configuration from JSON: `library` is needed, `mixture` is by default that of DCASE 2025 task 4, `count` 1 and `seed` 0.
 *
 * @throws RangeError naming the field that does not fit. The library is looked at when it is opened.
 */
export function synthConfig(json: unknown): SynthConfig {
  const fields = new JsonFields(json, 'synth config');
  const library = fields.fields('library');
  library.text('kind');
  const config = {
    library: fields.value('library') as LibraryConfig,
    mixture: mixtureConfig(fields.value('mixture')),
    count: fields.number('count', { least: 1, most: 1e9, whole: true }, 1),
    seed: fields.number('seed', { least: 0, most: 2 ** 32 - 1, whole: true }, 0),
  };
  fields.end();
  return config;
}
