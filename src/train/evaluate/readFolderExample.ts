import { resampleSignal } from '../../audio/resample/resampleSignal.ts';
import { type MixtureRecord, mixtureRecord } from '../../audio/scene/mixture/mixtureRecord.ts';
import { readWav, type WavAudio } from '../../audio/wav/readWav.ts';
import { asFileError, FileError } from '../../tensor/files/fileError.ts';
import { nodeModules } from '../../tensor/files/nodeFile.ts';
import type { EvaluationExample } from './evaluationSet.ts';

/** The files of one example: paths within the set's folder by what they hold, such as `mixture.wav`. */
export interface ExampleFiles {
  readonly id: string;
  readonly files: ReadonlyMap<string, string>;
}

/** @throws FileError, WavError for files that are broken or do not belong together. */
export async function readFolderExample(root: string, example: ExampleFiles): Promise<EvaluationExample> {
  const { id, files } = example;
  const { fs, path } = nodeModules('evaluate', root);
  const at = (file: string) => path.join(root, files.get(file)!);
  const mixture = await readWav(at('mixture.wav'));
  const { sampleRate } = mixture;
  const record = files.has('record.json') ? await readRecord(at('record.json')) : undefined;
  const text = files.has('query.txt') ? (await fs.readFile(at('query.txt'), 'utf8')).trim() : record?.query.caption;
  return {
    id,
    sampleRate,
    mixture: mixture.channels,
    target: await readTarget(mixture, at, record, example),
    label: record ? record.query.label : id.includes('/') ? id.slice(0, id.indexOf('/')) : '',
    ...(files.has('query.wav') && { clip: await readClip(at('query.wav'), sampleRate) }),
    ...(text !== undefined && { text }),
    ...(record && { sources: record.events.length }),
  };
}

async function readRecord(file: string): Promise<MixtureRecord> {
  const { fs } = nodeModules('evaluate', file);
  const text = await asFileError('read', file, () => fs.readFile(file, 'utf8'));
  try {
    const { record } = JSON.parse(text) as { readonly record?: unknown };
    return mixtureRecord(record);
  } catch (cause) {
    throw new FileError('read', file, cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** Silence where the record says that what is asked for is not there. */
async function readTarget(
  { channels, sampleRate }: WavAudio,
  at: (file: string) => string,
  record: MixtureRecord | undefined,
  { id, files }: ExampleFiles,
): Promise<Float32Array> {
  const samples = channels[0]!.length;
  if (record?.target === null) return new Float32Array(samples);
  const name = record ? `target${record.target}.wav` : 'target.wav';
  if (!files.has(name)) throw new FileError('evaluate', id, `${name} is missing, which its record asks for`);
  const target = await readWav(at(name));
  const length = target.channels[0]!.length;
  if (target.sampleRate === sampleRate && length === samples) return target.channels[0]!;
  const mixture = `${samples} samples at ${sampleRate} Hz`;
  const reason = `must be as long as the mixture, ${mixture}, got ${length} at ${target.sampleRate} Hz`;
  throw new FileError('evaluate', at(name), reason);
}

async function readClip(file: string, sampleRate: number): Promise<Float32Array> {
  const clip = await readWav(file);
  return resampleSignal(clip.channels[0]!, clip.sampleRate, sampleRate);
}
