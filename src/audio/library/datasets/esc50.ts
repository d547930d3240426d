import { csvTable } from '../csv.ts';
import type { Listing } from '../fileLibrary.ts';
import { openTree } from '../fileTree.ts';
import type { Esc50Config } from '../libraryConfig.ts';
import { labelInWords } from './captionedFiles.ts';

const layout = 'there should be audio and meta/esc50.csv';

export async function listEsc50({ path, folds = [1, 2, 3, 4, 5] }: Esc50Config): Promise<Listing> {
  const tree = await openTree('esc50', path);
  const meta = 'meta/esc50.csv';
  const text = await tree.readText(meta);
  const files = await tree.audioFiles('audio');
  if (text === undefined) return { tree, clips: [], files, layout, problems: [`there is no ${meta}; ${layout}`] };
  const table = csvTable(meta, text, ['filename', 'fold', 'category']);
  const problems = [...table.problems];
  const clips = table.rows.flatMap((row) => {
    const [name, fold, label] = [row.get('filename'), row.get('fold'), row.get('category')];
    if (name === '' || label === '' || !/^[1-5]$/.test(fold)) {
      problems.push(`${meta} line ${row.line}: needs a filename, a category and a fold from 1 to 5`);
      return [];
    }
    const file = `audio/${name}`;
    const clip = { id: file, file, labels: [label], captions: [labelInWords(label)], seconds: 5 };
    return folds.includes(Number(fold)) ? [clip] : [];
  });
  return { tree, clips, files, problems, layout };
}
