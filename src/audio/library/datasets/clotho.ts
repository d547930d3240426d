import { csvTable } from '../csv.ts';
import type { Listing } from '../fileLibrary.ts';
import { openTree } from '../fileTree.ts';
import type { ClothoConfig } from '../libraryConfig.ts';
import { mergeByFile } from './captionedFiles.ts';

const layout =
  'there should be folders development, validation, evaluation and clotho_captions_development.csv and so on';
const folders = { train: 'development', valid: 'validation', test: 'evaluation' } as const;
const columns = ['caption_1', 'caption_2', 'caption_3', 'caption_4', 'caption_5'];

export async function listClotho({ path, split = 'train' }: ClothoConfig): Promise<Listing> {
  const tree = await openTree('clotho', path);
  const folder = folders[split];
  const name = `clotho_captions_${folder}.csv`;
  const text = await tree.readText(name);
  const files = await tree.audioFiles(folder);
  if (text === undefined) return { tree, clips: [], files, layout, problems: [`there is no ${name}; ${layout}`] };
  const table = csvTable(name, text, ['file_name', ...columns]);
  const problems = [...table.problems];
  // Names with accents come composed from the table and decomposed from some file systems.
  const composed = new Map(files.map((file) => [file.normalize('NFC'), file]));
  const clips = table.rows.flatMap((row) => {
    const captions = columns.map((column) => row.get(column)).filter(Boolean);
    if (row.get('file_name') === '' || captions.length === 0) {
      problems.push(`${name} line ${row.line}: needs a file_name and a caption`);
      return [];
    }
    const id = `${folder}/${row.get('file_name')}`.normalize('NFC');
    return [{ id, file: composed.get(id) ?? id, labels: [id], captions }];
  });
  return { tree, clips: mergeByFile(clips), files, problems, layout };
}
