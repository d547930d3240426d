import { type Axis, axisOf, type Scale } from './axis.ts';
import {
  type ChartSize,
  chartFrame,
  colorClass,
  drawXAxis,
  drawYAxis,
  drawZero,
  labelRoom,
  type Plot,
} from './chartFrame.ts';
import { element, escapeText, short } from './markup.ts';

export type Point = readonly [x: number, y: number];

export interface LineSeries {
  readonly name: string;
  /** In order of x. A y that is not finite leaves a gap. */
  readonly points: readonly Point[];
  /** `dots` for points that do not follow each other. */
  readonly mark?: 'line' | 'dashed' | 'dots';
  /** The same quantity before it was smoothed: drawn faintly behind, and not allowed to stretch the axis by its outliers. */
  readonly raw?: readonly Point[];
  /** Lower and upper bound around the line, such as an interval. */
  readonly band?: readonly (readonly [x: number, low: number, high: number])[];
}

export interface LineChartOptions extends ChartSize {
  readonly title: string;
  readonly xLabel: string;
  /** With its unit. */
  readonly yLabel: string;
  readonly series: readonly LineSeries[];
  readonly xScale?: Scale;
  readonly yScale?: Scale;
}

/** Curves over one axis, as an SVG element. Series without points are left out; without any the chart says that it is empty. */
export function lineChart(options: LineChartOptions): string {
  const { title, xLabel, yLabel, xScale = 'linear', yScale = 'linear' } = options;
  const series = options.series.filter(({ points, raw = [] }) => points.length + raw.length > 0);
  const x = axisOf(fromZero(series.flatMap(({ points, raw = [] }) => [...points, ...raw].map(([x]) => x))), {
    scale: xScale,
    round: series.some(({ mark }) => mark === 'dots'),
  });
  const y = axisOf(
    series.flatMap((one) => [...shownValues(one)]),
    { scale: yScale },
  );
  const frame = chartFrame({
    ...options,
    title,
    xLabel,
    yLabel,
    legend: series.map(({ name }) => name),
    leftRoom: labelRoom(y.ticks.map(({ label }) => label)),
  });
  const { plot } = frame;
  if (series.length === 0) return frame.close(drawXAxis(x, plot), emptyNote(plot));
  return frame.close(
    drawYAxis(y, plot),
    drawZero(y, plot),
    drawXAxis(x, plot),
    ...series.map((one, i) => drawSeries(one, i, { x, y, plot })),
  );
}

/** Counts that begin near 0 are shown from 0. */
function fromZero(xs: readonly number[]): readonly number[] {
  const least = xs.reduce((a, b) => Math.min(a, b), Infinity);
  const most = xs.reduce((a, b) => Math.max(a, b), -Infinity);
  return least > 0 && least < most / 8 ? [0, ...xs] : xs;
}

function* shownValues({ points, raw = [], band = [] }: LineSeries): Generator<number> {
  for (const [, y] of points) yield y;
  for (const [, low, high] of band) yield* [low, high];
  const sorted = raw
    .map(([, y]) => y)
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  if (sorted.length === 0) return;
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))]!;
  yield* [at(0.02), at(0.98)];
}

interface Axes {
  readonly x: Axis;
  readonly y: Axis;
  readonly plot: Plot;
}

function drawSeries({ name, points, raw = [], band = [], mark = 'line' }: LineSeries, i: number, axes: Axes): string {
  const parts = [element('title', {}, escapeText(name))];
  if (band.length > 1) parts.push(element('path', { class: 'area', d: bandPath(band, axes) }));
  if (raw.length > 0) parts.push(element('path', { class: 'line faint', d: linePath(thinned(raw, axes), axes) }));
  if (mark === 'dots') parts.push(...points.map((point) => dot(point, axes, 2)));
  else {
    const d = linePath(thinned(points, axes), axes);
    parts.push(element('path', { class: mark === 'dashed' ? 'line dashed' : 'line', d }));
    if (points.length <= 40) parts.push(...points.map((point) => dot(point, axes, 2.2)));
  }
  return element('g', { class: mark === 'dots' ? `${colorClass(i)} dots` : colorClass(i) }, ...parts);
}

function place([x, y]: Point, axes: Axes): Point {
  const { plot } = axes;
  // Outliers of the raw curve run along the edge of the plot instead of out of it.
  const height = Math.min(Math.max(axes.y.position(y), 0), 1);
  return [plot.left + axes.x.position(x) * plot.width, plot.top + (1 - height) * plot.height];
}

function dot(point: Point, axes: Axes, radius: number): string {
  const [cx, cy] = place(point, axes);
  return Number.isFinite(cx + cy) && Number.isFinite(point[1])
    ? element('circle', { class: 'dot', cx, cy, r: radius })
    : '';
}

function linePath(points: readonly Point[], axes: Axes): string {
  let path = '';
  let pen = 'M';
  for (const point of points) {
    const [x, y] = place(point, axes);
    const drawn = Number.isFinite(point[1]) && Number.isFinite(x + y);
    if (drawn) path += `${pen}${short(x)} ${short(y)}`;
    pen = drawn ? 'L' : 'M';
  }
  return path;
}

function bandPath(band: NonNullable<LineSeries['band']>, axes: Axes): string {
  const upper = band.map(([x, , high]): Point => [x, high]);
  const lower = band.map(([x, low]): Point => [x, low]).reverse();
  return `${linePath(upper, axes)}${linePath(lower, axes).replace(/^M/, 'L')}Z`;
}

/** At most four points a pixel column: first, lowest, highest, last. What is drawn stays the same, the file stays small. */
function thinned(points: readonly Point[], { x, plot }: Axes): readonly Point[] {
  const columns = Math.ceil(plot.width);
  if (points.length <= 4 * columns) return points;
  const kept: Point[] = [];
  let column: Point[] = [];
  let current = Number.NaN;
  const flush = () => {
    const finite = column.filter(([, y]) => Number.isFinite(y));
    if (finite.length < column.length) kept.push([column[0]![0], Number.NaN]);
    if (finite.length === 0) return;
    const low = finite.reduce((a, b) => (b[1] < a[1] ? b : a), finite[0]!);
    const high = finite.reduce((a, b) => (b[1] > a[1] ? b : a), finite[0]!);
    kept.push(...[...new Set([finite[0]!, low, high, finite.at(-1)!])].sort((a, b) => a[0] - b[0]));
  };
  for (const point of points) {
    const at = Math.floor(x.position(point[0]) * columns);
    if (at !== current && column.length > 0) {
      flush();
      column = [];
    }
    current = at;
    column.push(point);
  }
  if (column.length > 0) flush();
  return kept;
}

function emptyNote(plot: Plot): string {
  const attributes = { class: 'unit', x: plot.left + plot.width / 2, y: plot.top + plot.height / 2 };
  return element('text', { ...attributes, 'text-anchor': 'middle' }, 'no values yet');
}
