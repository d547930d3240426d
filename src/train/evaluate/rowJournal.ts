import { asFileError } from '../../tensor/files/fileError.ts';
import { absolutePath, nodeModules } from '../../tensor/files/nodeFile.ts';
import { type EvaluationRow, readRow } from './evaluationRow.ts';

/** Rows on the disk, one JSON object per line, written as they come: what a killed evaluation has done is not lost. */
export interface RowJournal {
  /** What the file held when it was opened. */
  readonly rows: readonly EvaluationRow[];
  append(row: EvaluationRow): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens or creates a journal. A last line that a kill cut off is taken away; lines that are no rows are passed over.
 *
 * @throws FileError when the file cannot be read or written.
 */
export async function openRowJournal(file: string): Promise<RowJournal> {
  const { fs } = nodeModules('evaluate', file);
  const path = absolutePath('evaluate', file);
  const handle = await asFileError('open', path, () => fs.open(path, 'a+'));
  try {
    const text = await handle.readFile('utf8');
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    if (whole.length < text.length) await handle.truncate(new TextEncoder().encode(whole).length);
    return {
      rows: whole.split('\n').flatMap(parseRow),
      append: (row) => asFileError('write', path, () => handle.appendFile(`${JSON.stringify(row)}\n`)),
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function parseRow(line: string): EvaluationRow[] {
  try {
    const row = readRow(JSON.parse(line));
    return row ? [row] : [];
  } catch {
    return [];
  }
}

/** SHA-256 of bytes or text, in hexadecimal. */
export async function sha256(contents: Uint8Array | string): Promise<string> {
  const bytes = typeof contents === 'string' ? new TextEncoder().encode(contents) : Uint8Array.from(contents);
  const digest = await crypto.subtle.digest('SHA-256', bytes);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
