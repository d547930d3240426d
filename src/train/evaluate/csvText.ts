/** Rows as comma-separated values, RFC 4180: fields with commas, quotes or line ends are quoted. Null is an empty field. */
export function csvText<C extends string>(
  columns: readonly C[],
  rows: Iterable<Readonly<Record<C, string | number | boolean | null>>>,
): string {
  const lines = [columns.map(csvField).join(',')];
  for (const row of rows) lines.push(columns.map((column) => csvField(row[column])).join(','));
  return `${lines.join('\r\n')}\r\n`;
}

function csvField(value: string | number | boolean | null): string {
  if (value === null || (typeof value === 'number' && !Number.isFinite(value))) return '';
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
