import { csvTable } from '../csv.ts';
import type { ListedClip, Listing } from '../fileLibrary.ts';
import { openTree, stemOf } from '../fileTree.ts';
import type { AudioCapsConfig } from '../libraryConfig.ts';
import { mergeByFile } from './captionedFiles.ts';

const names = { train: 'train', valid: 'val', test: 'test' } as const;
const layout = 'there should be train.csv, val.csv and test.csv, and audio files named by youtube_id or audiocap_id';

export async function listAudioCaps({ path, split = 'train' }: AudioCapsConfig): Promise<Listing> {
  const tree = await openTree('audiocaps', path);
  const name = names[split];
  const tables = [`${name}.csv`, `dataset/${name}.csv`];
  const texts = await Promise.all(tables.map((file) => tree.readText(file)));
  const at = texts.findIndex((text) => text !== undefined);
  const inSplit = (await tree.folders()).includes(name);
  const files = await tree.audioFiles(inSplit ? name : '');
  const problems: string[] = [];
  if (at < 0) return { tree, clips: [], files, layout, problems: [`there is no ${tables.join(' nor ')}; ${layout}`] };
  const file = tables[at]!;
  const table = csvTable(file, texts[at]!, ['audiocap_id', 'youtube_id', 'start_time', 'caption']);
  problems.push(...table.problems);
  const found = new Map(files.map((one) => [stemOf(one), one]));
  const clips: ListedClip[] = [];
  for (const row of table.rows) {
    const [youtube, start, caption] = [row.get('youtube_id'), row.get('start_time'), row.get('caption')];
    if (youtube === '' || caption === '' || !/^\d+(\.\d+)?$/.test(start)) {
      problems.push(`${file} line ${row.line}: needs a youtube_id, a caption and a start_time in seconds`);
      continue;
    }
    const stem = stemsOf(youtube, Number(start), row.get('audiocap_id')).find((one) => found.has(one));
    const id = `${name}/${youtube}_${Number(start)}`;
    clips.push({
      id,
      file: stem === undefined ? `${youtube}.wav` : found.get(stem)!,
      labels: [id],
      captions: [caption],
    });
  }
  return { tree, clips: mergeByFile(clips), files, problems, layout };
}

/** Names that tools for downloading give to ten seconds of a video. */
function stemsOf(youtube: string, start: number, caption: string): string[] {
  const end = start + 10;
  const times = [
    '',
    `_${start}`,
    `_${start}_${end}`,
    `_${start.toFixed(3)}_${end.toFixed(3)}`,
    `_${start * 1000}_${end * 1000}`,
    `_${start * 1000}`,
  ];
  return [...times.flatMap((time) => [`${youtube}${time}`, `Y${youtube}${time}`]), caption];
}
