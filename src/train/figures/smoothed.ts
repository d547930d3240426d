import type { Point } from './lineChart.ts';

/**
 * A running mean over `window` points around each (fewer at the ends, so that the curve neither lags nor starts late). What is not
 * finite is passed over, and stays a gap where it stands.
 */
export function smoothed(points: readonly Point[], window: number): Point[] {
  const half = Math.floor(Math.max(window, 1) / 2);
  const sums = [0];
  const counts = [0];
  for (const [i, [, y]] of points.entries()) {
    const counted = Number.isFinite(y);
    sums.push(sums[i]! + (counted ? y : 0));
    counts.push(counts[i]! + (counted ? 1 : 0));
  }
  return points.map(([x, y], i) => {
    const [from, to] = [Math.max(0, i - half), Math.min(points.length, i + half + 1)];
    const mean = (sums[to]! - sums[from]!) / (counts[to]! - counts[from]!);
    return [x, Number.isFinite(y) ? mean : Number.NaN];
  });
}
