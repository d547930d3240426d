import type { FileLike } from '../../tensor/files/byteSource.ts';
import { loadModelFile, type ModelKind, saveModelFile } from '../modelFile.ts';
import { AudioTextEncoder, type AudioTextEncoderConfig } from './audioTextEncoder.ts';

const kind: ModelKind<AudioTextEncoder> = {
  name: 'tympan.AudioTextEncoder',
  parts: [],
  build: (config) => new AudioTextEncoder(config as AudioTextEncoderConfig),
};

/** Writes weights and config into one safetensors file. */
export function saveAudioTextEncoder(path: string | URL, model: AudioTextEncoder): Promise<void> {
  return saveModelFile(path, kind, model);
}

/**
 * Builds the encoder that a file describes and loads its weights.
 *
 * @throws SafetensorsError, ModelFileError or StateDictError; no model is left half-loaded.
 */
export function loadAudioTextEncoder(source: FileLike): Promise<AudioTextEncoder> {
  return loadModelFile(source, kind);
}
