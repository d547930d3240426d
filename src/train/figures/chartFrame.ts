import type { Axis } from './axis.ts';
import { SERIES_COLORS } from './figureStyle.ts';
import { element, escapeText, short } from './markup.ts';

/** Of a whole chart, in pixels at its natural size. */
export interface ChartSize {
  readonly width?: number;
  readonly height?: number;
}

/** Where the data lies. */
export interface Plot {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface FrameOptions extends ChartSize {
  readonly title: string;
  /** What the vertical axis measures, with its unit: stands above it. */
  readonly yLabel: string;
  readonly xLabel: string;
  /** Names of the series in the order of their colors; none are shown for fewer than two. */
  readonly legend: readonly string[];
  /** Room for the labels at the left and below, in pixels. */
  readonly leftRoom: number;
  readonly bottomRoom?: number;
}

export interface Frame {
  readonly plot: Plot;
  /** The finished chart around what was drawn into the plot. */
  close(...content: readonly string[]): string;
}

const WIDTH = 560;
const HEIGHT = 300;
const RIGHT = 16;
const LEGEND_LINE = 18;

/** Title, legend and axis names of a chart; the room that is left is the plot. */
export function chartFrame(options: FrameOptions): Frame {
  const { title, xLabel, yLabel, legend, leftRoom, bottomRoom = 24, width = WIDTH, height = HEIGHT } = options;
  const names = legend.length > 1 ? legendLines(legend, width - 24) : [];
  const top = 30 + names.length * LEGEND_LINE + (yLabel ? 20 : 4);
  const bottom = bottomRoom + (xLabel ? 20 : 4);
  const plot = { left: leftRoom, top, width: width - leftRoom - RIGHT, height: height - top - bottom };
  const furniture = [
    element('text', { class: 'title', x: 12, y: 20 }, escapeText(title)),
    ...names.flatMap((line, row) => line.map((entry) => legendEntry(entry, 40 + row * LEGEND_LINE))),
    yLabel && element('text', { class: 'unit', x: 12, y: top - 12 }, escapeText(yLabel)),
    xLabel &&
      element(
        'text',
        { class: 'unit', x: plot.left + plot.width / 2, y: height - 8, 'text-anchor': 'middle' },
        escapeText(xLabel),
      ),
  ];
  return {
    plot,
    close: (...content) =>
      element(
        'svg',
        {
          xmlns: 'http://www.w3.org/2000/svg',
          class: 'chart',
          viewBox: `0 0 ${short(width)} ${short(height)}`,
          width,
          height,
          role: 'img',
          'aria-label': title,
        },
        ...furniture,
        ...content,
      ),
  };
}

interface LegendEntry {
  readonly name: string;
  readonly color: string;
  readonly x: number;
}

function legendLines(names: readonly string[], width: number): LegendEntry[][] {
  const lines: LegendEntry[][] = [[]];
  let x = 12;
  for (const [i, name] of names.entries()) {
    const needed = 24 + textWidth(name, 12) + 14;
    if (x > 12 && x + needed > width) {
      lines.push([]);
      x = 12;
    }
    lines.at(-1)!.push({ name, color: colorClass(i), x });
    x += needed;
  }
  return lines;
}

function legendEntry({ name, color, x }: LegendEntry, y: number): string {
  return element(
    'g',
    { class: color },
    element('path', { class: 'line', d: `M${short(x)} ${short(y - 4)}h16` }),
    element('text', { x: x + 22, y }, escapeText(name)),
  );
}

/** The class that gives an element the color of a series. */
export function colorClass(series: number): string {
  return `c${series % SERIES_COLORS}`;
}

/** About how wide a text is: there are no fonts to measure with. */
export function textWidth(text: string, size: number): number {
  return 0.54 * size * [...text].length;
}

/** Room for the labels of a vertical axis. */
export function labelRoom(labels: Iterable<string>): number {
  let widest = 0;
  for (const label of labels) widest = Math.max(widest, textWidth(label, 11));
  return Math.max(36, 20 + widest);
}

/** The marks of a vertical axis with a line each across the plot. */
export function drawYAxis(axis: Axis, plot: Plot): string {
  return axis.ticks
    .map(({ value, label }) => {
      const y = plot.top + (1 - axis.position(value)) * plot.height;
      return (
        element('path', { class: 'grid', d: `M${short(plot.left)} ${short(y)}h${short(plot.width)}` }) +
        element('text', { class: 'tick', x: plot.left - 8, y: y + 4, 'text-anchor': 'end' }, escapeText(label))
      );
    })
    .join('');
}

/** The line below the plot and the marks under it. */
export function drawXAxis(axis: Axis, plot: Plot): string {
  const bottom = plot.top + plot.height;
  const line = element('path', { class: 'axis', d: `M${short(plot.left)} ${short(bottom)}h${short(plot.width)}` });
  const marks = axis.ticks.map(({ value, label }) => {
    const x = plot.left + axis.position(value) * plot.width;
    return (
      element('path', { class: 'axis', d: `M${short(x)} ${short(bottom)}v4` }) +
      element('text', { class: 'tick', x, y: bottom + 17, 'text-anchor': 'middle' }, escapeText(label))
    );
  });
  return line + marks.join('');
}

/** Where the vertical axis is 0, if it lies inside: improvements stand above it. */
export function drawZero(axis: Axis, plot: Plot): string {
  if (!(axis.from < 0 && axis.to > 0)) return '';
  const y = plot.top + (1 - axis.position(0)) * plot.height;
  return element('path', { class: 'zero', d: `M${short(plot.left)} ${short(y)}h${short(plot.width)}` });
}
