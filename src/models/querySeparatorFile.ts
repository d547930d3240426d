import type { FileLike } from '../tensor/files/byteSource.ts';
import { toEngine } from '../tensor/files/hostArray.ts';
import { openSafetensors } from '../tensor/files/safetensors.ts';
import { fromHost, saveSafetensors } from '../tensor/load.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { checkConfig } from './bsast/config.ts';
import { QuerySeparator, type QuerySeparatorConfig } from './querySeparator.ts';

const MODEL = 'tympan.QuerySeparator';

/** A model file that is whole but does not hold what was asked for. */
export class ModelFileError extends Error {
  override readonly name = 'ModelFileError';
}

/** Writes weights and config into one safetensors file. */
export async function saveQuerySeparator(path: string | URL, model: QuerySeparator): Promise<void> {
  await saveSafetensors(path, model.stateDict(), { model: MODEL, config: JSON.stringify(model.config) });
}

/**
 * Builds the model that a file describes and loads its weights.
 *
 * @throws SafetensorsError, ModelFileError or StateDictError; no model is left half-loaded.
 */
export async function loadQuerySeparator(source: FileLike): Promise<QuerySeparator> {
  const file = await openSafetensors(source);
  try {
    const { model: kind, config } = file.metadata;
    if (kind !== MODEL || config === undefined) {
      throw new ModelFileError(
        `${file.name}: metadata.model must be ${MODEL}, got ${kind ?? 'none'}: save it with saveQuerySeparator()`,
      );
    }
    const model = build(file.name, parseConfig(file.name, config));
    const state = new Map<string, Tensor>();
    try {
      for (const name of file.names) {
        const array = await file.read(name);
        state.set(name, fromHost(toEngine(array, name), array.shape));
      }
      model.loadStateDict(state);
    } catch (error) {
      model.dispose();
      throw error;
    } finally {
      for (const tensor of state.values()) tensor.dispose();
    }
    return model;
  } finally {
    await file.close();
  }
}

/** Nothing stays behind of a model whose config does not hold together. */
function build(name: string, config: QuerySeparatorConfig): QuerySeparator {
  try {
    checkConfig(config.separator);
    return new QuerySeparator(config);
  } catch (error) {
    if (error instanceof RangeError) throw new ModelFileError(`${name}: metadata.config: ${error.message}`);
    throw error;
  }
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

function parseConfig(name: string, text: string): QuerySeparatorConfig {
  try {
    const config = JSON.parse(text) as QuerySeparatorConfig;
    if (isObject(config.separator) && isObject(config.embedder) && Array.isArray(config.separator.bands)) return config;
  } catch {} // reported below with the field's name
  throw new ModelFileError(
    `${name}: metadata.config must be JSON with separator and embedder, got ${text.slice(0, 80)}`,
  );
}
