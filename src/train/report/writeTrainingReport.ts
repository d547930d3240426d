import { readWav } from '../../audio/wav/readWav.ts';
import { WavError } from '../../audio/wav/wavError.ts';
import { writeFileAtomic } from '../../tensor/files/atomicFile.ts';
import { asFileError, FileError } from '../../tensor/files/fileError.ts';
import { absolutePath, nodeModules } from '../../tensor/files/nodeFile.ts';
import { type ExampleFiles, parseLog, runFiles } from '../trainLog.ts';
import { type ReportExample, trainingReport } from './trainingReport.ts';

/**
 * Writes `report.html` into the folder of a run from its log and its validated examples; an older report is replaced once the new
 * one is whole. May be called at any time, also while the run goes on.
 *
 * @returns the path of the page.
 * @throws FileError when the folder has no log that can be read or the page cannot be written; SyntaxError for a broken log.
 */
export async function writeTrainingReport(run: string): Promise<string> {
  const { path, fs } = nodeModules('report', run);
  const folder = absolutePath('report', run);
  const at = (file: string) => path.join(folder, file);
  const text = await asFileError('read', at(runFiles.log), () => fs.readFile(at(runFiles.log), 'utf8'));
  const records = parseLog(text);
  if (records.length === 0) throw new FileError('report', at(runFiles.log), 'has no records yet');
  const page = trainingReport({
    title: `Training: ${path.basename(folder)}`,
    records,
    examples: await readExamples(at),
  });
  await writeFileAtomic(at(runFiles.report), new TextEncoder().encode(page));
  return at(runFiles.report);
}

/** Examples that a validation is just writing, or that were deleted, are left out. */
async function readExamples(at: (file: string) => string): Promise<ReportExample[]> {
  const { fs } = nodeModules('report', at(runFiles.exampleList));
  const list = await fs.readFile(at(runFiles.exampleList), 'utf8').catch(() => '[]');
  const examples: ReportExample[] = [];
  for (const { step, caption, mixture, target, estimates } of parseList(list)) {
    const read = async (file: string) => readWav(at(file));
    try {
      const mixed = await read(mixture);
      examples.push({
        step,
        caption,
        sampleRate: mixed.sampleRate,
        mixture: mixed.channels,
        target: (await read(target)).channels[0]!,
        estimates: await Promise.all(
          estimates.map(async ({ query, file, siSdri }) => ({
            query,
            siSdri,
            signal: (await read(file)).channels[0]!,
          })),
        ),
      });
    } catch (error) {
      if (!(error instanceof WavError || error instanceof FileError)) throw error;
    }
  }
  return examples;
}

function parseList(text: string): ExampleFiles[] {
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) ? list : [];
  } catch {
    return [];
  }
}
