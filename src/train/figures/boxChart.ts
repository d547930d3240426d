import { type Axis, axisOf } from './axis.ts';
import {
  type ChartSize,
  chartFrame,
  colorClass,
  drawYAxis,
  drawZero,
  labelRoom,
  type Plot,
  textWidth,
} from './chartFrame.ts';
import { element, escapeText, short } from './markup.ts';
import { fixed } from './numberText.ts';
import { meanOf, quantileOf } from './statistics.ts';

export interface BoxGroup {
  readonly label: string;
  /** The values of each series in this group; may be empty. */
  readonly values: readonly (readonly number[])[];
}

export interface BoxChartOptions extends ChartSize {
  readonly title: string;
  readonly xLabel: string;
  /** With its unit. */
  readonly yLabel: string;
  /** Names of the series. */
  readonly series: readonly string[];
  readonly groups: readonly BoxGroup[];
}

/**
 * Boxes from the lower to the upper quartile with the median in them, whiskers from the 5th to the 95th percentile and a ring at
 * the mean; groups side by side, in each a box per series. Under each group stands how many values it has.
 */
export function boxChart(options: BoxChartOptions): string {
  const { series, groups } = options;
  const boxes = groups.map(({ values }) => values.map(boxOf));
  const y = axisOf(
    boxes.flat().flatMap((box) => (box ? [box.low, box.high, box.mean] : [])),
    { include: [0] },
  );
  const leftRoom = labelRoom(y.ticks.map(({ label }) => label));
  const frame = chartFrame({ ...options, legend: series, leftRoom, bottomRoom: 38 });
  const { plot } = frame;
  const pitch = plot.width / Math.max(groups.length, 1);
  const boxWidth = Math.min(34, (0.72 * pitch) / Math.max(series.length, 1));
  const drawn = groups.map(({ label, values }, g) => {
    const center = plot.left + (g + 0.5) * pitch;
    const each = boxes[g]!.map((box, s) => {
      if (!box) return '';
      const x = center + (s - (values.length - 1) / 2) * (boxWidth + 3);
      return drawBox(box, { color: s, name: `${label}, ${series[s]}`, x, width: boxWidth, y, plot });
    });
    const count = Math.max(0, ...values.map(({ length }) => length));
    return each.join('') + groupLabel(label, count, { x: center, plot, pitch });
  });
  const bottom = element('path', {
    class: 'axis',
    d: `M${short(plot.left)} ${short(plot.top + plot.height)}h${short(plot.width)}`,
  });
  return frame.close(drawYAxis(y, plot), drawZero(y, plot), bottom, ...drawn);
}

interface Box {
  readonly low: number;
  readonly lower: number;
  readonly median: number;
  readonly upper: number;
  readonly high: number;
  readonly mean: number;
  readonly count: number;
}

function boxOf(values: readonly number[]): Box | undefined {
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) return undefined;
  const at = (share: number) => quantileOf(finite, share);
  return {
    low: at(0.05),
    lower: at(0.25),
    median: at(0.5),
    upper: at(0.75),
    high: at(0.95),
    mean: meanOf(finite),
    count: finite.length,
  };
}

interface BoxPlace {
  readonly color: number;
  readonly name: string;
  readonly x: number;
  readonly width: number;
  readonly y: Axis;
  readonly plot: Plot;
}

function drawBox(box: Box, { color, name, x, width, y, plot }: BoxPlace): string {
  const at = (value: number) => plot.top + (1 - y.position(value)) * plot.height;
  const left = x - width / 2;
  const cap = width / 4;
  const whiskers =
    `M${short(x - cap)} ${short(at(box.high))}h${short(2 * cap)}M${short(x)} ${short(at(box.high))}V${short(at(box.upper))}` +
    `M${short(x - cap)} ${short(at(box.low))}h${short(2 * cap)}M${short(x)} ${short(at(box.low))}V${short(at(box.lower))}`;
  const words = `${name}: median ${fixed(box.median, 1)}, half of the values from ${fixed(box.lower, 1)} to ${fixed(box.upper, 1)}, mean ${fixed(box.mean, 1)}, ${box.count} values`;
  return element(
    'g',
    { class: colorClass(color) },
    element('title', {}, escapeText(words)),
    element('path', { class: 'whisker', d: whiskers }),
    element('rect', { class: 'box', x: left, y: at(box.upper), width, height: at(box.lower) - at(box.upper), rx: 1.5 }),
    element('path', { class: 'median', d: `M${short(left)} ${short(at(box.median))}h${short(width)}` }),
    element('circle', { class: 'mean', cx: x, cy: at(box.mean), r: 3 }),
  );
}

function groupLabel(
  label: string,
  count: number,
  { x, plot, pitch }: { readonly x: number; readonly plot: Plot; readonly pitch: number },
): string {
  const bottom = plot.top + plot.height;
  const middle = { x, 'text-anchor': 'middle' } as const;
  return (
    element('text', { ...middle, class: 'label', y: bottom + 17 }, escapeText(fitting(label, pitch - 4))) +
    element('text', { ...middle, class: 'tick', y: bottom + 31 }, `n = ${count}`)
  );
}

/** The text, or its beginning with an ellipsis where it is too wide. */
export function fitting(text: string, width: number): string {
  if (textWidth(text, 12) <= width) return text;
  const letters = [...text];
  while (letters.length > 1 && textWidth(`${letters.join('')}…`, 12) > width) letters.pop();
  return `${letters.join('')}…`;
}
