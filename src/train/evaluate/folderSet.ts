import { resampleSignal } from '../../audio/resample/resampleSignal.ts';
import { readWav } from '../../audio/wav/readWav.ts';
import { asFileError, FileError } from '../../tensor/files/fileError.ts';
import { absolutePath, nodeModules } from '../../tensor/files/nodeFile.ts';
import type { EvaluationExample, EvaluationSet } from './evaluationSet.ts';

/** The files of one example, by what they hold. */
interface ExampleFiles {
  readonly id: string;
  readonly files: ReadonlyMap<string, string>;
}

const FILE = /^(.*?)[-_/]?(mixture|target|query)\.(wav|txt)$/;

/**
 * Examples that lie in a folder, at any depth: `<name>/mixture.wav` or `<name>-mixture.wav`, beside it `target.wav`, and the question
 * as `query.wav`, `query.txt` or both. The name is the example's id; its label is the first folder of it, if there is one.
 *
 * @throws FileError for a folder that cannot be read or holds no such files.
 */
export async function openFolderSet(folder: string): Promise<EvaluationSet> {
  const { fs, path } = nodeModules('evaluate', folder);
  const root = absolutePath('evaluate', folder);
  const names = await asFileError('evaluate', root, () => fs.readdir(root, { recursive: true }));
  const all = groupFiles(names.map((name) => name.split(path.sep).join('/')));
  const found = all.filter(({ files }) => files.has('mixture.wav') && files.has('target.wav'));
  if (found.length === 0) {
    throw new FileError('evaluate', root, 'holds no mixture.wav with a target.wav beside it, such as 1/mixture.wav');
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
    example: (index) => readExample(root, exampleAt(root, found, index)),
    close: async () => {},
  };
}

function groupFiles(names: readonly string[]): ExampleFiles[] {
  const groups = new Map<string, Map<string, string>>();
  for (const name of [...names].sort()) {
    const [, id = '', kind, ending] = FILE.exec(name) ?? [];
    if (kind === undefined) continue;
    const files = groups.get(id) ?? new Map<string, string>();
    groups.set(id, files.set(`${kind}.${ending}`, name));
  }
  return [...groups].map(([id, files]) => ({ id: id || '.', files }));
}

function exampleAt(root: string, found: readonly ExampleFiles[], index: number): ExampleFiles {
  const example = found[index];
  if (!example) throw new RangeError(`evaluate: ${root} has ${found.length} examples, asked for number ${index}`);
  return example;
}

async function readExample(root: string, { id, files }: ExampleFiles): Promise<EvaluationExample> {
  const { fs, path } = nodeModules('evaluate', root);
  const at = (file: string) => path.join(root, files.get(file)!);
  const mixture = await readWav(at('mixture.wav'));
  const target = await readWav(at('target.wav'));
  const samples = mixture.channels[0]!.length;
  if (target.sampleRate !== mixture.sampleRate || target.channels[0]!.length !== samples) {
    throw new FileError(
      'evaluate',
      at('target.wav'),
      `must be as long as the mixture, ${samples} samples at ${mixture.sampleRate} Hz, got ${target.channels[0]!.length} at ${target.sampleRate} Hz`,
    );
  }
  const label = id.includes('/') ? id.slice(0, id.indexOf('/')) : '';
  return {
    id,
    sampleRate: mixture.sampleRate,
    mixture: mixture.channels,
    target: target.channels[0]!,
    label,
    ...(files.has('query.wav') && { clip: await readClip(at('query.wav'), mixture.sampleRate) }),
    ...(files.has('query.txt') && { text: (await fs.readFile(at('query.txt'), 'utf8')).trim() }),
  };
}

async function readClip(file: string, sampleRate: number): Promise<Float32Array> {
  const clip = await readWav(file);
  return resampleSignal(clip.channels[0]!, clip.sampleRate, sampleRate);
}
