import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RecordedEvent } from '../../audio/scene/mixture/mixtureRecord.ts';
import { writeFileAtomic } from '../../tensor/files/atomicFile.ts';
import { asFileError } from '../../tensor/files/fileError.ts';
import { exampleName, type RecordFile } from './exampleFolder.ts';

/**
 * Writes `index.jsonl` once all `count` mixtures are there: a line for each, in order, with its folder, what sounds in it, what is
 * asked for and the sentence that asks for it.
 *
 * @returns whether all are there.
 */
export async function writeIndex(out: string, count: number): Promise<boolean> {
  const path = (index: number) => join(out, exampleName(index), 'record.json');
  for (let index = 0; index < count; index++) {
    const there = await access(path(index)).then(
      () => true,
      () => false,
    );
    if (!there) return false;
  }
  await writeFileAtomic(join(out, 'index.jsonl'), lines(count, path));
  return true;
}

async function* lines(count: number, path: (index: number) => string): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  for (let index = 0; index < count; index++) {
    const text = await asFileError('synth', path(index), () => readFile(path(index), 'utf8'));
    const { record }: RecordFile = JSON.parse(text);
    const labels = (role: RecordedEvent['role']) =>
      record.events.filter((event) => event.role === role).map(({ label }) => label);
    const { target, query } = record;
    const line = {
      folder: exampleName(index),
      events: labels('event'),
      interferers: labels('interferer'),
      target,
      caption: query.caption,
    };
    yield encoder.encode(`${JSON.stringify(line)}\n`);
  }
}
