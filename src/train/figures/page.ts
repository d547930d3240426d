import { CHART_STYLE, SCHEMES } from './figureStyle.ts';
import { element, escapeText } from './markup.ts';
import { SOUND_SCRIPT, SOUND_STYLE } from './soundFigure.ts';

export interface PageOptions {
  readonly title: string;
  /** A sentence below the title. */
  readonly lead?: string;
  /** Markup. */
  readonly body: readonly string[];
}

/** A whole HTML page that needs nothing but itself: no script, style, font or picture comes from anywhere else. */
export function htmlPage({ title, lead, body }: PageOptions): string {
  const head = element(
    'head',
    {},
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    element('title', {}, escapeText(title)),
    element('style', {}, `${SCHEMES}\n${PAGE_STYLE}\n${CHART_STYLE}\n${SOUND_STYLE}`),
  );
  const main = element(
    'main',
    {},
    element('h1', {}, escapeText(title)),
    lead === undefined ? '' : element('p', { class: 'lead' }, escapeText(lead)),
    ...body,
  );
  const sounds = body.some((markup) => markup.includes('<audio'));
  const script = sounds ? element('script', {}, SOUND_SCRIPT) : '';
  return `<!doctype html>\n${element('html', { lang: 'en' }, head, element('body', {}, main, script))}\n`;
}

/** A heading with what belongs to it. Empty when nothing does. */
export function section(heading: string, ...content: readonly string[]): string {
  if (content.every((markup) => markup === '')) return '';
  return element('section', {}, element('h2', {}, escapeText(heading)), ...content);
}

export function paragraph(text: string): string {
  return element('p', {}, escapeText(text));
}

/** Charts side by side where there is room. */
export function chartGrid(...charts: readonly string[]): string {
  const figures = charts.filter((chart) => chart !== '').map((chart) => element('figure', { class: 'figure' }, chart));
  return figures.length === 0 ? '' : element('div', { class: 'charts' }, ...figures);
}

/** Names and values in a row of small tiles. */
export function tiles(facts: readonly (readonly [name: string, value: string])[]): string {
  const each = facts.map(([name, value]) =>
    element('div', {}, element('dt', {}, escapeText(name)), element('dd', {}, escapeText(value))),
  );
  return element('dl', { class: 'tiles' }, ...each);
}

/** A table whose first column, and any other that holds words, stands left, and numbers right. */
export function htmlTable(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const words = columns.map((_, i) => i === 0 || rows.some((row) => /[a-zA-Z]/.test(row[i] ?? '')));
  const cell = (tag: 'th' | 'td') => (text: string, i: number) =>
    element(tag, words[i] ? { class: 'words' } : {}, escapeText(text));
  return element(
    'div',
    { class: 'scroll' },
    element(
      'table',
      {},
      element('thead', {}, element('tr', {}, ...columns.map(cell('th')))),
      element('tbody', {}, ...rows.map((row) => element('tr', {}, ...row.map(cell('td'))))),
    ),
  );
}

/** Text that is long and seldom read, such as a config, behind a line to click on. */
export function folded(summary: string, text: string): string {
  return foldedMarkup(summary, element('pre', {}, escapeText(text)));
}

export function foldedMarkup(summary: string, markup: string): string {
  return element('details', {}, element('summary', {}, escapeText(summary)), markup);
}

const PAGE_STYLE = `* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Open Sans", sans-serif; }
main { max-width: 1240px; margin: 0 auto; padding: 28px 24px 60px; }
h1 { font-size: 24px; line-height: 1.25; margin: 0 0 4px; }
h2 { font-size: 18px; margin: 36px 0 10px; }
h3 { font-size: 15px; margin: 22px 0 6px; }
p { margin: 6px 0 10px; max-width: 80ch; }
.lead { color: var(--pale); margin-bottom: 18px; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 440px), 1fr)); gap: 18px; }
.figure { margin: 0; border: 1px solid var(--rule); border-radius: 8px; padding: 6px 4px; overflow-x: auto; }
.figure svg { display: block; width: 100%; height: auto; min-width: 420px; max-width: 720px; margin: 0 auto; }
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(150px, 1fr)); gap: 10px; margin: 14px 0; }
.tiles > div { background: var(--panel); border-radius: 8px; padding: 8px 12px; }
.tiles dt { color: var(--pale); font-size: 12.5px; }
.tiles dd { margin: 0; font-size: 17px; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: 14px; font-variant-numeric: tabular-nums; margin: 8px 0; }
th { color: var(--pale); font-weight: 500; border-bottom: 1px solid var(--rule); white-space: nowrap; }
th, td { padding: 4px 14px 4px 0; text-align: right; }
td { border-bottom: 1px solid var(--grid); white-space: nowrap; }
.words { text-align: left; }
details { margin: 10px 0; }
summary { cursor: pointer; color: var(--pale); }
pre { background: var(--panel); border-radius: 8px; padding: 12px; overflow-x: auto; font-size: 12.5px; line-height: 1.45; }`;
