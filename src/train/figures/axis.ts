import { linearTicks, type Tick } from '../../audio/picture/axes.ts';
import { compact, fixed } from './numberText.ts';

export type Scale = 'linear' | 'log';

/** How values are laid out along one side of a plot. */
export interface Axis {
  readonly from: number;
  readonly to: number;
  /** 0 at `from`, 1 at `to`; outside of them for values that lie outside. NaN where the scale has no place for the value. */
  position(value: number): number;
  readonly ticks: readonly Tick[];
}

export interface AxisOptions {
  readonly scale?: Scale;
  /** At most about so many marks. */
  readonly most?: number;
  /** Values that must be on the axis, such as the zero of bars. */
  readonly include?: readonly number[];
  /** Widen to the next mark on both sides; without it the axis ends at the outermost values. */
  readonly round?: boolean;
}

/**
 * An axis that holds the smallest and the largest of the values, with marks at round numbers. Values that are not finite, and
 * those not above 0 on a logarithmic axis, do not count. With no values left it goes from 0 to 1 (log: 1 to 10).
 */
export function axisOf(values: Iterable<number>, options: AxisOptions = {}): Axis {
  const { scale = 'linear', include = [] } = options;
  let from = Infinity;
  let to = -Infinity;
  for (const value of [...include, ...values]) {
    if (!Number.isFinite(value) || (scale === 'log' && value <= 0)) continue;
    from = Math.min(from, value);
    to = Math.max(to, value);
  }
  return scale === 'log' ? logAxis(from, to, options) : linearAxis(from, to, options);
}

function linearAxis(from: number, to: number, { most = 6, round = true }: AxisOptions): Axis {
  if (from > to) [from, to] = [0, 1];
  if (from === to) {
    const around = Math.abs(from) / 10 || 1;
    [from, to] = [from - around, to + around];
  }
  if (round) {
    const [first, second] = linearTicks(from, to, most);
    const step = first && second ? second.value - first.value : to - from;
    from = Math.floor(from / step + 1e-6) * step;
    to = Math.ceil(to / step - 1e-6) * step;
  }
  const ticks = linearTicks(from, to, most + 1).map(({ value, label }) => ({ value, label: tickLabel(value, label) }));
  return { from, to, position: (value) => (value - from) / (to - from), ticks };
}

/** All labels of an axis have the same number of decimals, as they come; only the tiniest are written with an exponent. */
function tickLabel(value: number, label: string): string {
  const decimals = label.includes('.') ? label.length - label.indexOf('.') - 1 : 0;
  if (decimals > 6) return compact(value);
  return decimals > 0 ? fixed(value, decimals) : compact(Math.round(value));
}

function logAxis(from: number, to: number, { most = 6, round = true }: AxisOptions): Axis {
  if (from > to) [from, to] = [1, 10];
  if (from === to) [from, to] = [from / 2, to * 2];
  if (round) {
    from = roundDown(from);
    to = 1 / roundDown(1 / to);
  }
  const octaves = Math.log(to / from);
  const position = (value: number) => (value > 0 ? Math.log(value / from) / octaves : Number.NaN);
  const decades = Math.log10(to / from);
  const digits = decades * 3 <= most ? [1, 2, 5] : decades * 2 <= most ? [1, 3] : [1];
  const ticks: Tick[] = [];
  const every = Math.max(1, Math.ceil(decades / most));
  for (let power = Math.floor(Math.log10(from)); power <= Math.log10(to) + 1e-9; power++) {
    if (((power % every) + every) % every !== 0) continue;
    for (const digit of digits) {
      const value = Number(`${digit}e${power}`);
      if (value >= from * (1 - 1e-9) && value <= to * (1 + 1e-9)) ticks.push({ value, label: compact(value) });
    }
  }
  return { from, to, position, ticks };
}

/** The next of 1, 2, 5, 10 … below. */
function roundDown(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value) + 1e-9);
  const digit = [5, 2, 1].find((digit) => digit * power <= value * (1 + 1e-9)) ?? 1;
  return digit * power;
}
