/** A record of a CSV file and the line that it starts on, counted from 1. */
export interface CsvRecord {
  readonly line: number;
  readonly fields: readonly string[];
}

/** Text that is not CSV. */
export class CsvError extends Error {
  override readonly name = 'CsvError';

  constructor(
    readonly line: number,
    reason: string,
  ) {
    super(`line ${line}: ${reason}`);
  }
}

/**
 * Records of comma-separated values: RFC 4180, with any of the three line ends, with or without a byte order mark. Empty lines are
 * left out.
 *
 * @throws CsvError where quotes do not match.
 */
export function parseCsv(text: string): CsvRecord[] {
  const records: CsvRecord[] = [];
  // One field and what ends it. Sticky: each match begins where the last one ended.
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|\n|\r|$)/y;
  field.lastIndex = text.startsWith('\uFEFF') ? 1 : 0;
  let line = 1;
  let record = { line, fields: [] as string[] };
  while (field.lastIndex < text.length || record.fields.length > 0) {
    const match = field.exec(text);
    if (!match)
      throw new CsvError(line, 'a quote is not closed, or text stands beside it: write "" for a quote in quotes');
    const [, quoted, plain, end] = match;
    record.fields.push(quoted === undefined ? plain! : quoted.replaceAll('""', '"'));
    line += quoted === undefined ? 0 : lineEnds(quoted);
    if (end === ',') continue;
    line++;
    if (record.fields.length > 1 || plain !== '') records.push(record);
    record = { line, fields: [] };
  }
  return records;
}

function lineEnds(text: string): number {
  return text.match(/\r\n|\n|\r/g)?.length ?? 0;
}

/** A record by the names of its columns. */
export interface CsvRow {
  readonly line: number;
  /** The field of a column; empty where the table does not have the column. */
  get(column: string): string;
}

export interface CsvTable {
  readonly columns: readonly string[];
  readonly rows: readonly CsvRow[];
  /** Rows that were left out, and columns that should be there. */
  readonly problems: readonly string[];
}

/** A table with a line of column names, of which `required` must be there. `file` is for the problems. */
export function csvTable(file: string, text: string, required: readonly string[]): CsvTable {
  try {
    const [header, ...records] = parseCsv(text);
    const columns = (header?.fields ?? []).map((name) => name.trim());
    const missing = required.filter((name) => !columns.includes(name));
    if (missing.length > 0) {
      const there = columns.length === 0 ? 'nothing' : columns.join(', ');
      return { columns, rows: [], problems: [`${file}: needs the columns ${missing.join(', ')}, has ${there}`] };
    }
    const whole = records.filter(({ fields }) => fields.length === columns.length);
    const problems = records
      .filter(({ fields }) => fields.length !== columns.length)
      .map(({ line, fields }) => `${file} line ${line}: has ${fields.length} fields, not ${columns.length}`);
    return { columns, rows: whole.map((record) => asRow(record, columns)), problems };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return { columns: [], rows: [], problems: [`${file} ${error.message}`] };
  }
}

function asRow({ line, fields }: CsvRecord, columns: readonly string[]): CsvRow {
  return { line, get: (column) => fields[columns.indexOf(column)]?.trim() ?? '' };
}
