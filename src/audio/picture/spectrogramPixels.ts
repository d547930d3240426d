import type { FrequencyAxis } from './axes.ts';
import { levelColor } from './colorMap.ts';
import type { PowerSpectrogram } from './powerSpectrogram.ts';
import type { Raster } from './raster.ts';

export interface LevelRange {
  readonly axis: FrequencyAxis;
  /** The power that gets the brightest color. */
  readonly loudest: number;
  /** The level that gets the darkest color, relative to the loudest. */
  readonly floorDb: number;
}

/** Draws a spectrogram with a pixel per column, low frequencies at the bottom. */
export function drawPixels(
  raster: Raster,
  area: { readonly left: number; readonly top: number; readonly height: number },
  { columns, binHz }: PowerSpectrogram,
  { axis, loudest, floorDb }: LevelRange,
): void {
  for (let row = 0; row < area.height; row++) {
    const low = axis.hz((area.height - row - 1) / area.height) / binHz;
    const high = axis.hz((area.height - row) / area.height) / binHz;
    for (const [x, column] of columns.entries()) {
      const db = 10 * Math.log10(powerBetween(column, low, high) / loudest);
      raster.blend(area.left + x, area.top + row, levelColor(1 - db / floorDb), 1);
    }
  }
}

/** The largest power anywhere; 0 of silence. */
export function peakOf({ columns }: PowerSpectrogram): number {
  let peak = 0;
  for (const column of columns) for (const power of column) if (power > peak) peak = power;
  return peak;
}

/** The strongest bin in a row of pixels, so that a thin line does not vanish; between two bins, the power in the middle. */
function powerBetween(column: Float32Array, low: number, high: number): number {
  let strongest = -1;
  for (let k = Math.ceil(low); k < high; k++) strongest = Math.max(strongest, column[k]!);
  const middle = (low + high) / 2;
  const below = Math.min(Math.floor(middle), column.length - 2);
  const mixed = column[below]! + (middle - below) * (column[below + 1]! - column[below]!);
  return Math.max(strongest, mixed);
}
