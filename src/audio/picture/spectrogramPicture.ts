import { type FrequencyAxis, frequencyAxis, linearTicks } from './axes.ts';
import { levelColor, type Rgb } from './colorMap.ts';
import { encodePng } from './png.ts';
import { powerSpectrogram } from './powerSpectrogram.ts';
import { Raster, textWidth } from './raster.ts';
import { drawPixels, peakOf } from './spectrogramPixels.ts';

export interface SpectrogramPanel {
  title: string;
  /** One channel. */
  signal: Float32Array;
}

export interface SpectrogramPictureOptions {
  sampleRate: number; // Hz
  /** Of the whole picture, in pixels. */
  width?: number;
  /** Of one panel with its title and time axis, in pixels. */
  panelHeight?: number;
  /** The level that is shown as darkest, relative to the loudest point of all panels. */
  floorDb?: number;
  frequencyScale?: 'log' | 'linear';
}

/**
 * Draws the spectrograms of signals below each other as one PNG file. All panels share the time axis (the longest signal fills
 * it) and the color scale (0 dB is the loudest point of all), so that they can be compared by eye.
 *
 * @throws RangeError without panels, for a picture too small for its axes, a floor that is not below 0, or a bad sample rate.
 */
export function spectrogramPicture(
  panels: readonly SpectrogramPanel[],
  options: SpectrogramPictureOptions,
): Uint8Array<ArrayBuffer> {
  const { sampleRate, width = 1200, panelHeight = 300, floorDb = -80, frequencyScale = 'log' } = options;
  check(panels, { sampleRate, width, panelHeight, floorDb });
  const plot = plotArea(width, panelHeight);
  const seconds = Math.max(1, ...panels.map(({ signal }) => signal.length)) / sampleRate;
  const axis = frequencyAxis(frequencyScale, sampleRate);
  const spectrograms = panels.map(({ signal }) => {
    const columns = Math.round((signal.length / sampleRate / seconds) * plot.width);
    return powerSpectrogram(signal, sampleRate, columns);
  });
  const loudest = Math.max(...spectrograms.map(peakOf));

  const raster = new Raster(width, pictureHeight(panels.length, panelHeight), PAPER);
  for (const [i, { title }] of panels.entries()) {
    const area = { ...plot, top: plot.top + i * panelHeight };
    raster.fill(area.left, area.top, area.width, area.height, NO_SIGNAL);
    drawPixels(raster, area, spectrograms[i]!, { axis, loudest, floorDb });
    raster.text(area.left, area.top - 10, shortened(title, area.width), {
      color: INK,
      scale: TITLE,
      baseline: 'bottom',
    });
    drawFrequencyAxis(raster, area, axis);
    drawTimeAxis(raster, area, seconds);
    drawColorBar(raster, area, floorDb);
  }
  return encodePng(raster.pixels, raster.width, raster.height);
}

/** Where a panel's spectrogram lies, in pixels. */
export interface PlotArea {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** The spectrogram of the first panel; the next ones lie `panelHeight` below each other. */
export function plotArea(width: number, panelHeight: number): PlotArea {
  return { left: 68, top: 44, width: width - 68 - 104, height: panelHeight - 44 - 30 };
}

export function pictureHeight(panelCount: number, panelHeight: number): number {
  return panelCount * panelHeight + 12;
}

const PAPER: Rgb = [255, 255, 255];
const INK: Rgb = [32, 34, 42];
const PALE: Rgb = [98, 102, 116];
const NO_SIGNAL: Rgb = [232, 233, 238]; // behind the end of a shorter signal
const TITLE = 2; // pixels per font pixel
const LABEL = 1.5;
const TICK = 5; // pixels

function check(
  panels: readonly SpectrogramPanel[],
  { sampleRate, width, panelHeight, floorDb }: Record<'sampleRate' | 'width' | 'panelHeight' | 'floorDb', number>,
): void {
  const fail = (argument: string, rule: string, value: number): never => {
    throw new RangeError(`spectrogramPicture: ${argument} must be ${rule}, got ${value}`);
  };
  if (panels.length === 0) fail('panels', 'at least one', 0);
  if (!(sampleRate > 0 && sampleRate <= 2 ** 24)) fail('sampleRate', 'above 0 and at most 2^24 Hz', sampleRate);
  if (!Number.isInteger(width) || width < 300 || width > 8192) fail('width', 'a whole number from 300 to 8192', width);
  const heightFits = Number.isInteger(panelHeight) && panelHeight >= 120 && panelHeight <= 8192;
  if (!heightFits) fail('panelHeight', 'a whole number from 120 to 8192', panelHeight);
  if (!(floorDb < 0 && floorDb >= -300)) fail('floorDb', 'below 0 and at least -300', floorDb);
}

function shortened(title: string, width: number): string {
  if (textWidth(title, TITLE) <= width) return title;
  const letters = [...title];
  while (letters.length > 0 && textWidth(`${letters.join('')}...`, TITLE) > width) letters.pop();
  return `${letters.join('')}...`;
}

function drawFrequencyAxis(raster: Raster, area: PlotArea, axis: FrequencyAxis): void {
  const style = { color: PALE, scale: LABEL, align: 'right', baseline: 'middle' } as const;
  raster.text(area.left - TICK - 5, area.top - 14, 'kHz', style);
  let lastLabel = Infinity;
  for (const { value, label } of axis.ticks) {
    const y = area.top + Math.round((1 - axis.position(1000 * value)) * area.height);
    raster.fill(area.left - TICK, y - 1, TICK, 1, PALE);
    // Close together, only every second one is named.
    if (lastLabel - y < 16) continue;
    raster.text(area.left - TICK - 5, y, label, style);
    lastLabel = y;
  }
}

function drawTimeAxis(raster: Raster, area: PlotArea, seconds: number): void {
  const bottom = area.top + area.height;
  const ticks = linearTicks(0, seconds, Math.max(2, Math.floor(area.width / 90)));
  for (const [i, { value, label }] of ticks.entries()) {
    const x = area.left + Math.round((value / seconds) * area.width);
    raster.fill(x, bottom, 1, TICK, PALE);
    const text = i === ticks.length - 1 ? `${label} s` : label;
    // The unit hangs over to the right, so that the number stays centered under its mark.
    const left = x - textWidth(label, LABEL) / 2;
    raster.text(left, bottom + TICK + 5, text, { color: PALE, scale: LABEL });
  }
}

function drawColorBar(raster: Raster, area: PlotArea, floorDb: number): void {
  const left = area.left + area.width + 20;
  const width = 14;
  for (let row = 0; row < area.height; row++) {
    raster.fill(left, area.top + row, width, 1, levelColor(1 - (row + 0.5) / area.height));
  }
  const style = { color: PALE, scale: LABEL, baseline: 'middle' } as const;
  raster.text(left, area.top - 14, 'dB', style);
  for (const { value, label } of linearTicks(floorDb, 0, Math.max(2, Math.floor(area.height / 40)))) {
    const y = area.top + Math.round((value / floorDb) * area.height);
    raster.fill(left + width, Math.min(y, area.top + area.height - 1), TICK, 1, PALE);
    raster.text(left + width + TICK + 5, y, label, style);
  }
}
