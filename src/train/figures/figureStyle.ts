/** Series take these colors in turn. Told apart also by readers who confuse red and green. */
export const SERIES_COLORS = 6;

const LIGHT = {
  paper: '#ffffff',
  panel: '#f6f7f9',
  ink: '#1d2129',
  pale: '#646b78',
  rule: '#d9dde3',
  grid: '#e9ecf0',
  c0: '#0b63c5',
  c1: '#c4570a',
  c2: '#0b7d55',
  c3: '#a5307c',
  c4: '#82690a',
  c5: '#5b6472',
};

const DARK: typeof LIGHT = {
  paper: '#14171c',
  panel: '#1c2027',
  ink: '#e4e7ec',
  pale: '#9aa3b1',
  rule: '#39404b',
  grid: '#272c34',
  c0: '#6bb0fb',
  c1: '#f3a159',
  c2: '#5cc99b',
  c3: '#ea8bc6',
  c4: '#d8bf5c',
  c5: '#aeb6c2',
};

function properties(scheme: typeof LIGHT): string {
  return Object.entries(scheme)
    .map(([name, color]) => `--${name}: ${color};`)
    .join(' ');
}

/** The colors of both schemes as custom properties; the reader's system decides which. */
export const SCHEMES = `:root { color-scheme: light dark; ${properties(LIGHT)} }
@media (prefers-color-scheme: dark) { :root { ${properties(DARK)} } }`;

const SERIES_STYLE = Array.from({ length: SERIES_COLORS }, (_, i) => `.chart .c${i} { --series: var(--c${i}); }`).join(
  '\n',
);

/** How charts look. Sizes are in units of the chart, which are pixels at its natural width. */
export const CHART_STYLE = `.chart { font: 12px system-ui, -apple-system, "Segoe UI", Roboto, "Open Sans", sans-serif; }
.chart text { fill: var(--ink); }
.chart .title { font-size: 13px; font-weight: 600; }
.chart .tick, .chart .unit { fill: var(--pale); font-size: 11px; font-variant-numeric: tabular-nums; }
.chart .grid { stroke: var(--grid); }
.chart .axis { stroke: var(--rule); }
.chart .zero { stroke: var(--pale); stroke-width: 0.8; }
${SERIES_STYLE}
.chart .line { fill: none; stroke: var(--series); stroke-width: 1.5; stroke-linejoin: round; stroke-linecap: round; }
.chart .faint { stroke-width: 1; opacity: 0.32; }
.chart .dashed { stroke-dasharray: 5 4; }
.chart .area { fill: var(--series); opacity: 0.13; }
.chart .dot { fill: var(--series); }
.chart .dots .dot { fill-opacity: 0.55; }
.chart .box { fill: var(--series); fill-opacity: 0.2; stroke: var(--series); }
.chart .bar { fill: var(--series); fill-opacity: 0.75; }
.chart .whisker { fill: none; stroke: var(--series); }
.chart .median { stroke: var(--series); stroke-width: 2; }
.chart .interval { fill: none; stroke: var(--ink); stroke-width: 1; }
.chart .mean { fill: var(--paper); stroke: var(--series); stroke-width: 1.3; }`;

/** A chart as a file of its own: it brings its colors, and a background where the viewer has none. */
export function standaloneSvg(chart: string): string {
  const style = `<style>${SCHEMES}\n${CHART_STYLE}\nsvg { background: var(--paper); }</style>`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n${chart.replace(/^(<svg[^>]*>)/, `$1${style}`)}\n`;
}
