import { writeFileAtomic } from '../../tensor/files/atomicFile.ts';
import { asFileError } from '../../tensor/files/fileError.ts';
import { absolutePath, nodeModules } from '../../tensor/files/nodeFile.ts';
import { standaloneSvg } from '../figures/figureStyle.ts';
import { csvText } from './csvText.ts';
import { evaluationFigures } from './evaluationFigures.ts';
import { type Evaluation, evaluationText } from './evaluationFile.ts';
import { evaluationPage, type HeardEvaluation } from './evaluationPage.ts';
import { rowColumns } from './evaluationRow.ts';
import { summaryColumns, summaryRows } from './evaluationTables.ts';

/**
 * Writes evaluations on one set into a folder: for each model `<name>.json` with all there is and `<name>.csv` with a row per
 * question, and together `summary.csv`, `figures/*.svg` and `evaluation.html`. Each file is replaced once the new one is whole.
 *
 * @param heard The examples to hear, of all models.
 * @returns the paths, the page last.
 * @throws FileError when the folder cannot be made or written.
 */
export async function writeEvaluations(
  out: string,
  evaluations: readonly Evaluation[],
  heard: readonly HeardEvaluation[] = [],
): Promise<string[]> {
  const { fs, path } = nodeModules('evaluate', out);
  const root = absolutePath('evaluate', out);
  const figures = evaluationFigures(evaluations);
  const names = evaluations.map(({ model }) => model.name);
  const title = names.length === 1 ? `Evaluation of ${names[0]}` : `Evaluation of ${names.length} models`;
  const files: [string, string][] = [
    ...evaluations.flatMap((evaluation): [string, string][] => [
      [`${fileName(evaluation)}.json`, evaluationText(evaluation)],
      [`${fileName(evaluation)}.csv`, csvText(rowColumns, evaluation.rows)],
    ]),
    ['summary.csv', csvText(summaryColumns, summaryRows(evaluations))],
    ...Object.entries(figures).map(([name, chart]): [string, string] => [`figures/${name}.svg`, standaloneSvg(chart)]),
    ['evaluation.html', evaluationPage({ title, evaluations, figures, heard: joined(heard) })],
  ];
  await asFileError('write', root, () => fs.mkdir(path.join(root, 'figures'), { recursive: true }));
  for (const [name, text] of files) await writeFileAtomic(path.join(root, name), new TextEncoder().encode(text));
  return files.map(([name]) => path.join(root, name));
}

function fileName({ model }: Evaluation): string {
  return model.name.replace(/[^\w.-]+/g, '_');
}

/** What several models made of one example stands together. */
function joined(heard: readonly HeardEvaluation[]): HeardEvaluation[] {
  const examples = new Map<string, HeardEvaluation>();
  for (const { example, estimates } of heard) {
    const known = examples.get(example.id)?.estimates ?? [];
    examples.set(example.id, { example, estimates: [...known, ...estimates] });
  }
  return [...examples.values()];
}
