import { asFileError, FileError } from '../../tensor/files/fileError.ts';
import { absolutePath, nodeModules } from '../../tensor/files/nodeFile.ts';
import type { EvaluationSet } from './evaluationSet.ts';
import { type ExampleFiles, readFolderExample } from './readFolderExample.ts';

const FILE = /^(.*?)[-_/]?(mixture\.wav|target\d*\.wav|query\.wav|query\.txt|record\.json)$/;
/** Not finished yet, or none of ours. */
const HIDDEN = /(^|\/)\./;

/**
 * Examples that lie in a folder: one that `tympan synth` wrote, or any, at any depth: `<name>/mixture.wav` or `<name>-mixture.wav`,
 * beside it `target.wav`, and the question as `query.wav`, `query.txt` or both. The name is the example's id; its label is that of the
 * record, or the first folder of the name, if there is one.
 *
 * @throws FileError for a folder that cannot be read or holds no such files.
 */
export async function openFolderSet(folder: string): Promise<EvaluationSet> {
  const { fs, path } = nodeModules('evaluate', folder);
  const root = absolutePath('evaluate', folder);
  const names = await asFileError('evaluate', root, () => fs.readdir(root, { recursive: true }));
  const all = groupFiles(names.map((name) => name.split(path.sep).join('/')));
  const found = all.filter(
    ({ files }) => files.has('mixture.wav') && (files.has('target.wav') || files.has('record.json')),
  );
  if (found.length === 0) {
    throw new FileError(
      'evaluate',
      root,
      'holds no mixture.wav with target.wav or record.json beside it, such as 1/mixture.wav',
    );
  }
  const stats = await Promise.all(
    found.flatMap(({ files }) =>
      [...files.values()].map(async (file) => {
        const { size, mtimeMs } = await asFileError('evaluate', file, () => fs.stat(path.join(root, file)));
        return [file, size, mtimeMs];
      }),
    ),
  );
  return {
    size: found.length,
    fingerprint: JSON.stringify([root, stats]),
    id: (index) => exampleAt(root, found, index).id,
    example: (index) => readFolderExample(root, exampleAt(root, found, index)),
    close: async () => {},
  };
}

function groupFiles(names: readonly string[]): ExampleFiles[] {
  const groups = new Map<string, Map<string, string>>();
  for (const name of [...names].sort()) {
    const [, id = '', kind] = FILE.exec(name) ?? [];
    if (kind === undefined || HIDDEN.test(name)) continue;
    const files = groups.get(id) ?? new Map<string, string>();
    groups.set(id, files.set(kind, name));
  }
  return [...groups].map(([id, files]) => ({ id: id || '.', files }));
}

function exampleAt(root: string, found: readonly ExampleFiles[], index: number): ExampleFiles {
  const example = found[index];
  if (!example) throw new RangeError(`evaluate: ${root} has ${found.length} examples, asked for number ${index}`);
  return example;
}
