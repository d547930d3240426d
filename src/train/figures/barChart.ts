import { type Axis, axisOf } from './axis.ts';
import { fitting } from './boxChart.ts';
import { type ChartSize, chartFrame, colorClass, labelRoom, type Plot } from './chartFrame.ts';
import { element, escapeText, short } from './markup.ts';
import { fixed } from './numberText.ts';

export interface Bar {
  readonly value: number;
  /** Drawn as a thin line with ends, such as the interval of a mean. */
  readonly interval?: readonly [low: number, high: number];
}

export interface BarGroup {
  readonly label: string;
  /** A bar for each series; undefined where there is none. */
  readonly bars: readonly (Bar | undefined)[];
}

export interface BarChartOptions extends Pick<ChartSize, 'width'> {
  readonly title: string;
  /** What the bars measure, with its unit. */
  readonly xLabel: string;
  readonly series: readonly string[];
  readonly groups: readonly BarGroup[];
  /** Of the numbers at the ends of the bars. Default 1. */
  readonly decimals?: number;
}

const BAR = 13; // pixels
const THIN_BAR = 9; // of three series and more, which have no numbers
const GAP = 7; // between groups
const LONGEST_LABEL = 150;

/** Lying bars from 0, groups below each other: room for any number of them and for long names. */
export function barChart(options: BarChartOptions): string {
  const { title, xLabel, series, groups, width = 560, decimals = 1 } = options;
  const x = axisOf(
    groups.flatMap(({ bars }) => bars.flatMap((bar) => (bar ? [bar.value, ...(bar.interval ?? [])] : []))),
    { include: [0], most: 7 },
  );
  const thickness = series.length > 2 ? THIN_BAR : BAR;
  const pitch = Math.max(series.length, 1) * thickness + GAP;
  const leftRoom = Math.min(labelRoom(groups.map(({ label }) => label)) + 6, LONGEST_LABEL);
  const sizes = { width: width - 34, height: 0 }; // at the right: the number of the longest bar
  const empty = chartFrame({ ...sizes, title, xLabel, yLabel: '', legend: series, leftRoom });
  const height = -empty.plot.height + Math.max(groups.length, 1) * pitch + GAP;
  const frame = chartFrame({ title, xLabel, yLabel: '', legend: series, leftRoom, width, height });
  const plot = { ...frame.plot, width: frame.plot.width - 34 };
  const rows = groups.map(({ label, bars }, g) => {
    const top = plot.top + GAP + g * pitch;
    const middle = top + (pitch - GAP) / 2 + 4;
    const name = element(
      'text',
      { class: 'label', x: plot.left - 8, y: middle, 'text-anchor': 'end' },
      escapeText(fitting(label, leftRoom - 14)),
    );
    const drawn = bars.map((bar, s) =>
      bar
        ? drawBar(bar, {
            color: s,
            name: [label, series[s]].filter(Boolean).join(', '),
            top: top + s * thickness,
            thickness,
            x,
            plot,
            decimals,
          })
        : '',
    );
    return name + drawn.join('');
  });
  return frame.close(drawColumns(x, plot), ...rows);
}

interface BarPlace {
  readonly color: number;
  readonly name: string;
  readonly top: number;
  readonly thickness: number;
  readonly x: Axis;
  readonly plot: Plot;
  readonly decimals: number;
}

function drawBar({ value, interval }: Bar, { color, name, top, thickness, x, plot, decimals }: BarPlace): string {
  if (!Number.isFinite(value)) return '';
  const at = (number: number) => plot.left + x.position(number) * plot.width;
  const [left, right] = [Math.min(at(0), at(value)), Math.max(at(0), at(value))];
  const middle = top + (thickness - 2) / 2;
  const hasInterval = interval !== undefined && interval[1] > interval[0];
  const [low, high] = hasInterval ? [at(interval[0]), at(interval[1])] : [at(value), at(value)];
  const d = `M${short(low)} ${short(middle - 3)}v6M${short(low)} ${short(middle)}H${short(high)}m0 -3v6`;
  const whisker = hasInterval ? element('path', { class: 'interval', d }) : '';
  const label = { class: 'tick', y: middle + 4 } as const;
  // Beside the bar's end or the interval's, whichever is farther out.
  const number =
    value < 0
      ? element('text', { ...label, x: Math.min(left, low) - 6, 'text-anchor': 'end' }, fixed(value, decimals))
      : element('text', { ...label, x: Math.max(right, high) + 6 }, fixed(value, decimals));
  const words = hasInterval
    ? `${name}: ${fixed(value, decimals + 1)} (${fixed(interval[0], decimals + 1)} to ${fixed(interval[1], decimals + 1)})`
    : `${name}: ${fixed(value, decimals + 1)}`;
  return element(
    'g',
    { class: colorClass(color) },
    element('title', {}, escapeText(words)),
    element('rect', { class: 'bar', x: left, y: top, width: right - left, height: thickness - 2, rx: 1.5 }),
    whisker,
    thickness === BAR ? number : '',
  );
}

/** The marks below and a line up from each; the one at 0 is where the bars begin. */
function drawColumns(axis: Axis, plot: Plot): string {
  const bottom = plot.top + plot.height;
  return axis.ticks
    .map(({ value, label }) => {
      const x = plot.left + axis.position(value) * plot.width;
      return (
        element('path', {
          class: value === 0 ? 'zero' : 'grid',
          d: `M${short(x)} ${short(plot.top)}V${short(bottom)}`,
        }) + element('text', { class: 'tick', x, y: bottom + 17, 'text-anchor': 'middle' }, escapeText(label))
      );
    })
    .join('');
}
