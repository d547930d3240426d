import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const PAGE = fileURLToPath(new URL('../../docs/conformance.md', import.meta.url));

/** In the order of the page. */
const SECTIONS = ['tint', 'cts', 'fuzz'] as const;
export type Section = (typeof SECTIONS)[number];

const HEADING = `# Conformance of softgpu

What public test material says about softgpu, and how to measure it again. The scripts write the tables.
`;

/** Replaces one section of docs/conformance.md; the others stay as their scripts wrote them. */
export function writeSection(name: Section, markdown: string): void {
  const page = existsSync(PAGE) ? readFileSync(PAGE, 'utf8') : HEADING;
  const found = new Map<string, string>();
  for (const [, section, text] of page.matchAll(/<!-- begin (\w+) -->\n([\s\S]*?)<!-- end \1 -->/g))
    found.set(section!, text!);
  found.set(name, `${markdown.trim()}\n`);
  const sections = SECTIONS.filter((section) => found.has(section));
  const text = sections.map((section) => `<!-- begin ${section} -->\n${found.get(section)}<!-- end ${section} -->\n`);
  mkdirSync(dirname(PAGE), { recursive: true });
  writeFileSync(PAGE, [HEADING, ...text].join('\n'));
}

export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '--:'))), ...rows.map(line)].join('\n');
}

export function percent(part: number, whole: number): string {
  return whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`;
}

/** Text from elsewhere in a table or list: one line, no pipes, not too long. */
export function oneLine(text: string, length = 160): string {
  const line = text.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|').trim();
  return line.length > length ? `${line.slice(0, length - 1)}…` : line;
}
