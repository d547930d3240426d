import { readAudio } from '../../audio/library/readAudio.ts';
import { resampleSignal } from '../../audio/resample/resampleSignal.ts';
import { tensor } from '../../tensor/create.ts';
import { tidy } from '../../tensor/engine/scope.ts';
import { noGrad } from '../../tensor/engine/tape.ts';
import type { FileLike } from '../../tensor/files/byteSource.ts';
import type { QueryEmbedder } from '../queryEmbedder.ts';
import { MixtureError } from './mixtureError.ts';
import { mapChannels } from './mixtureFormat.ts';
import { SampleCheck } from './sampleCheck.ts';

/** What is asked for: clips of it, or sentences about it. Clips come first. */
export interface Queries {
  /** Files that `readAudio` reads. Of several channels the first, W, of two their mean; of a long clip the first half minute. */
  readonly audio?: FileLike | readonly FileLike[];
  readonly text?: string | readonly string[];
}

export interface EmbeddedQuery {
  /** The clip's file name, or the sentence. */
  readonly label: string;
  /** Of unit length. */
  readonly embedding: Float32Array;
}

const LONGEST_CLIP = 30; // seconds: what a clip sounds like is in its beginning, and an embedder holds all of it at once

/**
 * Turns clips and sentences into points on the unit sphere.
 *
 * @throws RangeError without any query, and for an empty sentence; MixtureError for a clip that is silent, empty or not
 *   finite; AudioFileError, WavError and FileError as `readAudio` does.
 */
export async function embedQueries(embedder: QueryEmbedder, { audio, text }: Queries): Promise<EmbeddedQuery[]> {
  const clips = listOf<FileLike>(audio);
  const sentences = listOf<string>(text);
  if (clips.length + sentences.length === 0) {
    throw new RangeError('extraction: nothing is asked for: give a clip as audio, or a sentence as text');
  }
  const queries: EmbeddedQuery[] = [];
  for (const clip of clips) queries.push(await embedClip(embedder, clip));
  for (const sentence of sentences) {
    if (sentence.trim() === '') throw new RangeError('extraction: text must not be empty: describe the sound in words');
    const embedding = tidy(() => noGrad(() => embedder.embedText([sentence])));
    queries.push({ label: sentence, embedding: await embedding.data<'f32'>() });
    embedding.dispose();
  }
  return queries;
}

async function embedClip(embedder: QueryEmbedder, source: FileLike): Promise<EmbeddedQuery> {
  const label = nameOf(source, 'the clip');
  const { channels, sampleRate } = await readAudio(source);
  const kept = channels.map((channel) => channel.subarray(0, LONGEST_CLIP * sampleRate));
  if (kept[0]!.length === 0) throw new MixtureError(label, 'holds no samples: it cannot say what to extract');
  new SampleCheck(label, sampleRate).check(kept);
  const [w] = mapChannels(label, kept.length, 1).apply(kept) as [Float32Array];
  if (w.every((sample) => sample === 0)) throw new MixtureError(label, 'is silent: it cannot say what to extract');
  const clip = resampleSignal(w, sampleRate, embedder.sampleRate);
  const long = new Float32Array(Math.max(clip.length, embedder.leastSamples));
  long.set(clip);
  const embedding = tidy(() => noGrad(() => embedder.embedAudio(tensor(long, { shape: [1, long.length] }))));
  const values = await embedding.data<'f32'>();
  embedding.dispose();
  return { label, embedding: values };
}

/** The last part of a path, without folders; a File's own name; `otherwise` for bytes. */
export function nameOf(source: FileLike, otherwise: string): string {
  if (typeof source === 'string' || source instanceof URL)
    return String(source).split(/[/\\]/).at(-1) || String(source);
  return 'name' in source && typeof source.name === 'string' ? source.name : otherwise;
}

function listOf<T>(value: T | readonly T[] | undefined): readonly T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}
