export interface TextTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Columns of equal width for a console: words to the left, what has digits to the right, as the first row that has either says. */
export function consoleTable({ columns, rows }: TextTable): string {
  const widths = columns.map((name, i) => Math.max(...[name, ...rows.map((row) => row[i] ?? '')].map(widthOf)));
  const left = columns.map((_, i) => i === 0 || rows.some((row) => /^[a-zA-Z]/.test(row[i] ?? '')));
  const line = (cells: readonly string[]) =>
    columns
      .map((_, i) => {
        const cell = cells[i] ?? '';
        const space = ' '.repeat(widths[i]! - widthOf(cell));
        return left[i] ? cell + space : space + cell;
      })
      .join('  ')
      .trimEnd();
  const rule = '─'.repeat(widths.reduce((sum, width) => sum + width, 2 * (widths.length - 1)));
  return [line(columns), rule, ...rows.map(line)].join('\n');
}

/** The same in Markdown. */
export function markdownTable({ columns, rows }: TextTable): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const rule = columns.map((_, i) => (i === 0 ? '---' : '---:'));
  return [line(columns), `| ${rule.join(' | ')} |`, ...rows.map(line)].join('\n');
}

function widthOf(text: string): number {
  return [...text].length;
}
