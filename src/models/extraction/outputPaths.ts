import { asFileError } from '../../tensor/files/fileError.ts';
import { absolutePath, nodeModules } from '../../tensor/files/nodeFile.ts';

/**
 * A file for each query: `out` itself where it ends in .wav, which takes one query, else in the folder `out`, which is made,
 * `<mixture>.<query>.wav`. Undefined without `out`.
 *
 * @throws RangeError for several queries and one file; FileError when the folder cannot be made.
 */
export async function outputPaths(
  out: string | undefined,
  mixture: string,
  queries: readonly string[],
): Promise<string[] | undefined> {
  if (out === undefined) return undefined;
  if (/\.wav$/i.test(out)) {
    if (queries.length === 1) return [out];
    throw new RangeError(`extraction: out must be a folder for ${queries.length} queries, got the file ${out}`);
  }
  const { fs, path } = nodeModules('write', out);
  await asFileError('write', out, () => fs.mkdir(absolutePath('write', out), { recursive: true }));
  return distinct(queries.map((query) => `${stem(mixture)}.${slug(query)}`)).map((name) =>
    path.join(out, `${name}.wav`),
  );
}

function stem(name: string): string {
  return name.replace(/\.(wav|flac|ogg|opus|mp3|aiff?)$/i, '');
}

/** What is safe in file names everywhere, in any language. */
function slug(query: string): string {
  const words = stem(query)
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}]+/gu, '-');
  return words.replace(/^-+|-+$/g, '').slice(0, 60) || 'query';
}

function distinct(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let free = name;
    for (let n = 2; taken.has(free.toLowerCase()); n++) free = `${name}-${n}`;
    taken.add(free.toLowerCase());
    return free;
  });
}
