import type { JsonFields } from '../audio/scene/mixture/jsonFields.ts';
import { type AudioTextEncoderConfig, checkEncoderConfig } from '../models/audioTextEncoder/audioTextEncoder.ts';
import { type BsastConfig, bandPresets, barkBands, bsastBase, checkConfig } from '../models/bsast/config.ts';
import type { QuerySeparatorConfig } from '../models/querySeparator.ts';

const COUNT = { least: 1, most: 1e6, whole: true };

/** A model's sizes from JSON; what is left out of the separator is as in the paper. @throws RangeError naming the field. */
export function readModel(fields: JsonFields): QuerySeparatorConfig {
  const separator = readSeparator(fields.fields('separator'));
  const embedder = readEmbedder(fields.fields('embedder'), separator);
  fields.end();
  if (embedder.embedding !== separator.embedding || embedder.sampleRate !== separator.sampleRate) {
    throw new RangeError(
      `${fields.where}: separator and embedder must share embedding and sampleRate, got ${separator.embedding} at ${separator.sampleRate} Hz and ${embedder.embedding} at ${embedder.sampleRate} Hz`,
    );
  }
  return { separator, embedder };
}

function readSeparator(fields: JsonFields): BsastConfig {
  const nFft = fields.number('nFft', COUNT, bsastBase.nFft);
  const sampleRate = fields.number('sampleRate', COUNT, bsastBase.sampleRate);
  const config: BsastConfig = {
    sampleRate,
    nFft,
    hopLength: fields.number('hopLength', COUNT, nFft / 2),
    bands: readBands(fields, nFft, sampleRate),
    dim: fields.number('dim', COUNT, bsastBase.dim),
    heads: fields.number('heads', COUNT, bsastBase.heads),
    ...(fields.has('headDim') && { headDim: fields.number('headDim', COUNT) }),
    blocks: fields.number('blocks', COUNT, bsastBase.blocks),
    embedding: fields.number('embedding', COUNT, bsastBase.embedding),
    filmHidden: fields.number('filmHidden', COUNT, bsastBase.filmHidden),
    channels: fields.number('channels', COUNT, bsastBase.channels),
    mode: fields.choice('mode', ['spectrum', 'spectrum-rescaled', 'mask'], 'spectrum-rescaled'),
    feedForward: fields.choice('feedForward', ['axis', 'block'], 'axis'),
    filmGain: fields.choice('filmGain', ['literal', 'onePlus'], 'literal'),
    filmPerBlock: fields.flag('filmPerBlock', false),
    channelPos: fields.choice('channelPos', ['rope', 'learned', 'none'], 'rope'),
    bandLevels: fields.flag('bandLevels', false),
    mergeHidden: fields.number('mergeHidden', { least: 0, most: 1e6, whole: true }, 0),
  };
  fields.end();
  within(fields.where, () => checkConfig(config));
  return config;
}

/** Widths in bins, the name of a preset, or a number of bands to space by the Bark scale. */
function readBands(fields: JsonFields, nFft: number, sampleRate: number): readonly number[] {
  const value = fields.value('bands') ?? 'bark25';
  const path = `${fields.where}: bands`;
  if (typeof value === 'number') {
    return within(path, () => barkBands({ bins: nFft / 2 + 1, sampleRate, count: value }));
  }
  if (typeof value === 'string' && Object.hasOwn(bandPresets, value)) {
    return [...bandPresets[value as keyof typeof bandPresets]];
  }
  if (Array.isArray(value) && value.every((width) => typeof width === 'number')) return value;
  throw new RangeError(
    `${path}: must be widths in bins, a number of bands, or one of ${Object.keys(bandPresets).join(', ')}, got ${JSON.stringify(value)}`,
  );
}

function readEmbedder(fields: JsonFields, separator: BsastConfig): AudioTextEncoderConfig {
  const config: AudioTextEncoderConfig = {
    sampleRate: fields.number('sampleRate', COUNT, separator.sampleRate),
    nFft: fields.number('nFft', COUNT, 1024),
    hopLength: fields.number('hopLength', COUNT, 512),
    mels: fields.number('mels', COUNT, 64),
    buckets: fields.number('buckets', COUNT, 2048),
    hidden: fields.number('hidden', COUNT, 256),
    embedding: fields.number('embedding', COUNT, separator.embedding),
  };
  fields.end();
  within(fields.where, () => checkEncoderConfig(config));
  return config;
}

/** Says where in a config an error of its contents lies. */
function within<T>(where: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (error instanceof RangeError) throw new RangeError(`${where}: ${error.message}`);
    throw error;
  }
}
