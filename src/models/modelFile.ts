import type { Module } from '../nn/module.ts';
import type { FileLike } from '../tensor/files/byteSource.ts';
import { toEngine } from '../tensor/files/hostArray.ts';
import { openSafetensors } from '../tensor/files/safetensors.ts';
import type { SafetensorsFile } from '../tensor/files/safetensorsFile.ts';
import { fromHost, saveSafetensors } from '../tensor/load.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** A model file that is whole but does not hold what was asked for. */
export class ModelFileError extends Error {
  override readonly name = 'ModelFileError';
}

/** How models of a kind are made from what a file says of them. */
export interface ModelKind<M extends Module> {
  /** Stands in the file, such as `tympan.QuerySeparator`. */
  readonly name: string;
  /** The field of the config that must be an object, each. */
  readonly parts: readonly string[];
  /** @throws RangeError for a config that does not hold together. */
  build(config: unknown): M;
}

/** Writes weights and config into one safetensors file. */
export async function saveModelFile(
  path: string | URL,
  kind: ModelKind<Module>,
  model: Module & { readonly config: unknown },
): Promise<void> {
  await saveSafetensors(path, model.stateDict(), { model: kind.name, config: JSON.stringify(model.config) });
}

/**
 * Builds the model that a file describes and loads its weights.
 *
 * @throws SafetensorsError, ModelFileError or StateDictError; no model is left half-loaded.
 */
export async function loadModelFile<M extends Module>(source: FileLike, kind: ModelKind<M>): Promise<M> {
  const file = await openSafetensors(source);
  try {
    const model = build(file, kind);
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

/** What kind of model a file holds, as it says itself. */
export async function modelKindOf(source: FileLike): Promise<string | undefined> {
  const file = await openSafetensors(source);
  try {
    return file.metadata.model;
  } finally {
    await file.close();
  }
}

function build<M extends Module>({ name, metadata }: SafetensorsFile, kind: ModelKind<M>): M {
  const { model, config } = metadata;
  if (model !== kind.name || config === undefined) {
    throw new ModelFileError(`${name}: metadata.model must be ${kind.name}, got ${model ?? 'none'}`);
  }
  const parsed = parse(config);
  if (!isObject(parsed) || !kind.parts.every((part) => isObject(parsed[part]))) {
    throw new ModelFileError(
      `${name}: metadata.config must be a JSON object${kind.parts.length === 0 ? '' : ` with ${kind.parts.join(' and ')}`}, got ${config.slice(0, 80)}`,
    );
  }
  try {
    return kind.build(parsed);
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) {
      throw new ModelFileError(`${name}: metadata.config: ${error.message}`);
    }
    throw error;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // reported with the field's name
  }
}
