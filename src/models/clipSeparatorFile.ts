import type { FileLike } from '../tensor/files/byteSource.ts';
import { toEngine } from '../tensor/files/hostArray.ts';
import { openSafetensors } from '../tensor/files/safetensors.ts';
import { fromHost, saveSafetensors } from '../tensor/load.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { ClipSeparator, type ClipSeparatorConfig } from './clipSeparator.ts';

const MODEL = 'tympan.ClipSeparator';

/** A model file that is whole but does not hold what was asked for. */
export class ModelFileError extends Error {
  override readonly name = 'ModelFileError';
}

/** Writes weights and config into one safetensors file. */
export async function saveClipSeparator(path: string | URL, model: ClipSeparator): Promise<void> {
  await saveSafetensors(path, model.stateDict(), { model: MODEL, config: JSON.stringify(model.config) });
}

/**
 * Builds the model that a file describes and loads its weights.
 *
 * @throws SafetensorsError, ModelFileError or StateDictError; no model is left half-loaded.
 */
export async function loadClipSeparator(source: FileLike): Promise<ClipSeparator> {
  const file = await openSafetensors(source);
  try {
    const { model: kind, config } = file.metadata;
    if (kind !== MODEL || config === undefined) {
      throw new ModelFileError(
        `${file.name}: metadata.model must be ${MODEL}, got ${kind ?? 'none'}: save it with saveClipSeparator()`,
      );
    }
    const model = new ClipSeparator(parseConfig(file.name, config));
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

function parseConfig(name: string, text: string): ClipSeparatorConfig {
  try {
    const config = JSON.parse(text) as ClipSeparatorConfig;
    if (typeof config.separator === 'object' && typeof config.encoder === 'object') return config;
  } catch {} // reported below with the field's name
  throw new ModelFileError(
    `${name}: metadata.config must be JSON with separator and encoder, got ${text.slice(0, 80)}`,
  );
}
