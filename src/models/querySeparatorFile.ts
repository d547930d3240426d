import type { FileLike } from '../tensor/files/byteSource.ts';
import type { AudioTextEncoder } from './audioTextEncoder/audioTextEncoder.ts';
import { loadAudioTextEncoder } from './audioTextEncoder/audioTextEncoderFile.ts';
import { checkConfig } from './bsast/config.ts';
import { loadModelFile, type ModelKind, modelKindOf, saveModelFile } from './modelFile.ts';
import { QuerySeparator, type QuerySeparatorConfig } from './querySeparator.ts';

const kind: ModelKind<QuerySeparator> = {
  name: 'tympan.QuerySeparator',
  parts: ['separator', 'embedder'],
  build(config) {
    const given = config as QuerySeparatorConfig;
    if (!Array.isArray(given.separator.bands)) throw new RangeError('separator.bands must be a list of widths');
    checkConfig(given.separator);
    return new QuerySeparator(given);
  },
};

/** Writes weights and config into one safetensors file. */
export function saveQuerySeparator(path: string | URL, model: QuerySeparator): Promise<void> {
  return saveModelFile(path, kind, model);
}

/**
 * Builds the model that a file describes and loads its weights.
 *
 * @throws SafetensorsError, ModelFileError or StateDictError; no model is left half-loaded.
 */
export function loadQuerySeparator(source: FileLike): Promise<QuerySeparator> {
  return loadModelFile(source, kind);
}

/** The embedder of a model file, or the embedder that a file of `saveAudioTextEncoder` is. @throws as `loadQuerySeparator`. */
export async function loadEmbedder(source: FileLike): Promise<AudioTextEncoder> {
  if ((await modelKindOf(source)) !== kind.name) return loadAudioTextEncoder(source);
  const { embedder, separator } = await loadQuerySeparator(source);
  separator.dispose();
  return embedder;
}
