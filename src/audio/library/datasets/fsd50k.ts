import { csvTable } from '../csv.ts';
import type { Listing } from '../fileLibrary.ts';
import { openTree } from '../fileTree.ts';
import type { Fsd50kConfig } from '../libraryConfig.ts';
import { labelInWords } from './captionedFiles.ts';

const layout = 'there should be FSD50K.dev_audio, FSD50K.eval_audio and FSD50K.ground_truth';

export async function listFsd50k({ path, split = 'train' }: Fsd50kConfig): Promise<Listing> {
  const tree = await openTree('fsd50k', path);
  const [name, folder] = split === 'test' ? ['eval', 'FSD50K.eval_audio'] : ['dev', 'FSD50K.dev_audio'];
  const truth = `FSD50K.ground_truth/${name}.csv`;
  const text = await tree.readText(truth);
  const files = await tree.audioFiles(folder);
  if (text === undefined) return { tree, clips: [], files, layout, problems: [`there is no ${truth}; ${layout}`] };
  const table = csvTable(truth, text, split === 'test' ? ['fname', 'labels'] : ['fname', 'labels', 'split']);
  const problems = [...table.problems];
  const clips = table.rows.flatMap((row) => {
    const part = row.get('split');
    const labels = row.get('labels').split(',').filter(Boolean);
    if (row.get('fname') === '' || labels.length === 0)
      problems.push(`${truth} line ${row.line}: needs a fname and labels`);
    else if (split === 'test' || part === (split === 'valid' ? 'val' : 'train')) {
      const file = `${folder}/${row.get('fname')}.wav`;
      return [{ id: file, file, labels, captions: [labelInWords(labels[0]!)] }];
    } else if (part !== 'train' && part !== 'val') {
      problems.push(`${truth} line ${row.line}: split must be train or val, got '${part}'`);
    }
    return [];
  });
  return { tree, clips, files, problems, layout };
}
