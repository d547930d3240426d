import type { Listing } from '../fileLibrary.ts';
import { openTree } from '../fileTree.ts';
import type { Dcase2025Config } from '../libraryConfig.ts';
import { labelInWords } from './captionedFiles.ts';

export async function listDcase2025(config: Dcase2025Config): Promise<Listing> {
  const { path, part = 'sound_event', split = 'train' } = config;
  const tree = await openTree('dcase2025', path);
  const inside = await tree.folders();
  const above = inside.includes('dev_set') ? 'dev_set/' : '';
  const folder = `${above}${part}/${split}`;
  const layout = `there should be ${folder}${part === 'noise' ? '' : ' with a folder for each class'}`;
  const files = await tree.audioFiles(folder);
  const problems: string[] = [];
  const clips = files.flatMap((file) => {
    const id = file.slice(above.length);
    const parts = id.split('/');
    if (part === 'noise') return [{ id, file, labels: ['noise'], captions: ['background noise'] }];
    if (parts.length > 3) return [{ id, file, labels: [parts[2]!], captions: [labelInWords(parts[2]!)] }];
    problems.push(`${file}: lies in no folder of a class`);
    return [];
  });
  return { tree, clips, files, problems, layout };
}
