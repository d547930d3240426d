import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LibraryConfig } from '../../audio/library/clipLibrary.ts';
import type { MixtureRecord } from '../../audio/scene/mixture/mixtureRecord.ts';
import type { RenderedMixture } from '../../audio/scene/mixture/renderMixture.ts';
import { type WavOptions, writeWav } from '../../audio/wav/writeWav.ts';
import { asFileError } from '../../tensor/files/fileError.ts';

/** `record.json`: all that `tympan synth --record` needs to make a mixture again. */
export interface RecordFile {
  readonly library: LibraryConfig;
  readonly record: MixtureRecord;
}

export type Encoding = Omit<WavOptions, 'sampleRate'>;

/** The folder of a mixture: its number with six digits at least. */
export function exampleName(index: number): string {
  return String(index).padStart(6, '0');
}

/** Behind a dot until everything is in it. */
const TEMPORARY = /^\.(\d{6,})-\d+$/;

/** The number of the mixture that a folder was being made for; undefined for other names. */
export function unfinishedExample(name: string): number | undefined {
  const found = TEMPORARY.exec(name);
  return found ? Number(found[1]) : undefined;
}

/**
 * Writes a mixture's folder, which appears under its name only when it is whole.
 *
 * @returns how many samples were beyond the range of PCM.
 * @throws FileError
 */
export async function writeExampleFolder(
  out: string,
  rendered: RenderedMixture,
  file: RecordFile,
  encoding: Encoding,
): Promise<number> {
  const name = exampleName(file.record.index);
  const folder = join(out, name);
  const temporary = join(out, `.${name}-${process.pid}`);
  await asFileError('synth', temporary, () => mkdir(temporary, { recursive: true }).then(() => {}));
  try {
    const clipped = await writeExample(temporary, rendered, file, encoding);
    await asFileError('synth', folder, () => rename(temporary, folder));
    return clipped;
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
}

/**
 * Writes `mixture.wav`, `query.wav`, `target0.wav` and so on for each event that can be asked for, in the record's order, and
 * `record.json` into a folder that exists.
 *
 * @returns how many samples were beyond the range of PCM.
 * @throws FileError
 */
export async function writeExample(
  folder: string,
  { mixture, targets, query }: RenderedMixture,
  file: RecordFile,
  encoding: Encoding,
): Promise<number> {
  const options = { sampleRate: file.record.sampleRate, ...encoding };
  const signals: Readonly<Record<string, readonly Float32Array[]>> = {
    mixture,
    query: [query],
    ...Object.fromEntries(targets.map((target, at) => [`target${at}`, [target]])),
  };
  let clipped = 0;
  for (const [name, channels] of Object.entries(signals)) {
    clipped += (await writeWav(join(folder, `${name}.wav`), channels, options)).clipped;
  }
  const path = join(folder, 'record.json');
  await asFileError('synth', path, () => writeFile(path, `${JSON.stringify(file, null, 2)}\n`));
  return clipped;
}
