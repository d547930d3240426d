import { csvTable } from '../csv.ts';
import type { ListedClip, Listing } from '../fileLibrary.ts';
import { type FileTree, openTree, stemOf } from '../fileTree.ts';
import type { FolderConfig } from '../libraryConfig.ts';
import { labelInWords, mergeByFile } from './captionedFiles.ts';

const layout = 'there should be audio files (wav, flac, ogg, opus, mp3) in it or in folders in it';

/** A row of a table, whatever it is written in. */
interface TableRow {
  /** For problems. */
  readonly where: string;
  readonly file: string;
  readonly label: string;
  readonly captions: readonly string[];
  readonly split: string;
}

export async function listFolder(config: FolderConfig): Promise<Listing> {
  const tree = await openTree('folder', config.path);
  const files = await tree.audioFiles();
  const candidates = config.table === undefined ? ['clips.csv', 'clips.json'] : [config.table];
  for (const name of candidates) {
    const text = await tree.readText(name);
    if (text !== undefined) return listTable(tree, files, config, readRows(name, text));
  }
  const problems = config.table === undefined ? [] : [`there is no ${config.table}`];
  if (config.split !== undefined) problems.push('split needs a table with a column split');
  return { tree, clips: files.map((file) => clipOf(file, '', [])), files, problems, layout };
}

function listTable(tree: FileTree, files: readonly string[], { split }: FolderConfig, read: ReadRows): Listing {
  const problems = [...read.problems];
  const clips = read.rows.flatMap((row) => {
    if (row.file === '') problems.push(`${row.where}: needs a file`);
    else if (split === undefined || row.split === split) return [clipOf(row.file, row.label, row.captions)];
    return [];
  });
  if (problems.length === 0 && clips.length === 0) {
    const splits = [...new Set(read.rows.map((row) => row.split))].join(', ');
    problems.push(
      split === undefined ? 'the table has no rows' : `no row has the split '${split}'; there are ${splits}`,
    );
  }
  return { tree, clips: mergeByFile(clips), files, problems, layout };
}

function clipOf(given: string, label: string, captions: readonly string[]): ListedClip {
  const file = given.replaceAll('\\', '/').replace(/^\.\//, '');
  const at = file.indexOf('/');
  const named = label || (at > 0 ? file.slice(0, at) : stemOf(file));
  return { id: file, file, labels: [named], captions: captions.length > 0 ? captions : [labelInWords(named)] };
}

interface ReadRows {
  readonly rows: readonly TableRow[];
  readonly problems: readonly string[];
}

function readRows(name: string, text: string): ReadRows {
  return name.toLowerCase().endsWith('.json') ? jsonRows(name, text) : csvRows(name, text);
}

function csvRows(name: string, text: string): ReadRows {
  const { columns, rows, problems } = csvTable(name, text, ['file']);
  const captionColumns = columns.filter((column) => /^caption(_\d+)?$/.test(column));
  const read = rows.map((row) => ({
    where: `${name} line ${row.line}`,
    file: row.get('file'),
    label: row.get('label'),
    captions: captionColumns.map((column) => row.get(column)).filter(Boolean),
    split: row.get('split'),
  }));
  return { rows: read, problems };
}

function jsonRows(name: string, text: string): ReadRows {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch (error) {
    return { rows: [], problems: [`${name}: is no JSON: ${error instanceof Error ? error.message : error}`] };
  }
  if (!Array.isArray(list)) return { rows: [], problems: [`${name}: must be a list of objects`] };
  const rows: TableRow[] = [];
  const problems: string[] = [];
  for (const [i, item] of list.entries()) {
    const where = `${name} item ${i}`;
    const values = new Map<string, unknown>(typeof item === 'object' && item !== null ? Object.entries(item) : []);
    const texts = ['file', 'label', 'caption', 'split'].map((field) => values.get(field) ?? '');
    const captions = values.get('captions') ?? [];
    if (texts.every(isText) && Array.isArray(captions) && captions.every(isText)) {
      const [file, label, caption, split] = texts as [string, string, string, string];
      rows.push({ where, file, label, captions: [caption, ...captions].filter(Boolean), split });
    } else problems.push(`${where}: file, label, caption and split must be texts, captions a list of texts`);
  }
  return { rows, problems };
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
