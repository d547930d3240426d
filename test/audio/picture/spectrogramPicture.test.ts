import { describe, expect, test } from 'vitest';
import { frequencyAxis } from '../../../src/audio/picture/axes.ts';
import { levelColor } from '../../../src/audio/picture/colorMap.ts';
import { powerSpectrogram } from '../../../src/audio/picture/powerSpectrogram.ts';
import { pictureHeight, plotArea, spectrogramPicture } from '../../../src/audio/picture/spectrogramPicture.ts';
import { formulaInput } from '../../fixtures/formula.ts';
import { decodePng } from './decodePng.ts';

const sampleRate = 16000;
const tone = (hz: number, seconds: number, amplitude = 0.5) =>
  Float32Array.from(
    { length: seconds * sampleRate },
    (_, n) => amplitude * Math.sin((2 * Math.PI * hz * n) / sampleRate),
  );

const width = 400;
const panelHeight = 200;
const plot = plotArea(width, panelHeight);

/** Colors of the plot of one panel, from the top, as text. */
function plotOf(file: Uint8Array, panel = 0) {
  const picture = decodePng(file);
  return (row: number, column: number) => {
    const at = 3 * ((plot.top + panel * panelHeight + row) * picture.width + plot.left + column);
    return [...picture.pixels.subarray(at, at + 3)];
  };
}

const brightness = (color: number[]) => color[0]! + color[1]! + color[2]!;

describe('spectrogramPicture', () => {
  test('is a PNG of the width asked for, a panel per signal', () => {
    const panels = ['a', 'b', 'c'].map((title) => ({ title, signal: tone(440, 0.2) }));
    const file = spectrogramPicture(panels, { sampleRate, width, panelHeight });
    expect([...file.subarray(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    expect(decodePng(file)).toMatchObject({ width, height: pictureHeight(3, panelHeight) });
  });

  test.each([
    ['log', 250],
    ['log', 3000],
    ['linear', 1000],
    ['linear', 7000],
  ] as const)('on a %s axis a tone of %i Hz lights the row of its frequency', (frequencyScale, hz) => {
    const file = spectrogramPicture([{ title: 'tone', signal: tone(hz, 1) }], {
      sampleRate,
      width,
      panelHeight,
      frequencyScale,
    });
    const colorAt = plotOf(file);
    const expected = (1 - frequencyAxis(frequencyScale, sampleRate).position(hz)) * plot.height;
    for (const column of [50, 120, 200]) {
      const rows = Array.from({ length: plot.height }, (_, row) => brightness(colorAt(row, column)));
      const loudest = rows.indexOf(Math.max(...rows));
      expect(Math.abs(loudest + 0.5 - expected)).toBeLessThanOrEqual(1.5);
      expect(colorAt(loudest, column)).toEqual([...levelColor(1)]);
      // An octave away there is nothing.
      expect(colorAt(Math.round(expected / 2), column)).toEqual([...levelColor(0)]);
    }
  });

  test('panels share one scale: 40 dB less is half the way to a floor of -80 dB', () => {
    const loud = { title: 'loud', signal: tone(1000, 0.5) };
    const quiet = { title: 'quiet', signal: tone(1000, 0.5, 0.005) };
    const file = spectrogramPicture([loud, quiet], { sampleRate, width, panelHeight });
    const brightest = (panel: number) => {
      const colorAt = plotOf(file, panel);
      return Array.from({ length: plot.height }, (_, row) => colorAt(row, 100)).sort(
        (a, b) => brightness(b) - brightness(a),
      )[0];
    };
    expect(brightest(0)).toEqual([...levelColor(1)]);
    expect(brightest(1)).toEqual([...levelColor(0.5)]);
  });

  test('a shorter signal ends where its time ends', () => {
    const panels = [
      { title: 'long', signal: tone(1000, 1) },
      { title: 'short', signal: tone(1000, 0.5) },
    ];
    const colorAt = plotOf(spectrogramPicture(panels, { sampleRate, width, panelHeight }), 1);
    const end = plot.width / 2;
    const isPaper = (column: number) => Math.min(...colorAt(5, column)) > 200;
    expect(isPaper(end - 1)).toBe(false);
    expect(isPaper(end)).toBe(true);
    expect(isPaper(plot.width - 1)).toBe(true);
  });

  test('silence, NaN and signals of no or few samples are drawn', () => {
    const silence = plotOf(
      spectrogramPicture([{ title: '', signal: new Float32Array(800) }], { sampleRate, width, panelHeight }),
    );
    expect(silence(10, 10)).toEqual([...levelColor(0)]);
    const broken = tone(1000, 0.5).fill(Number.NaN, 4000, 4100);
    for (const signal of [new Float32Array(0), Float32Array.of(1), broken]) {
      const file = spectrogramPicture([{ title: 'x'.repeat(500), signal }], { sampleRate, width, panelHeight });
      expect(decodePng(file).width).toBe(width);
    }
  });

  test('arguments are checked', () => {
    const panels = [{ title: '', signal: tone(440, 0.1) }];
    expect(() => spectrogramPicture([], { sampleRate })).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: spectrogramPicture: panels must be at least one, got 0]`,
    );
    expect(() => spectrogramPicture(panels, { sampleRate, width: 100 })).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: spectrogramPicture: width must be a whole number from 300 to 8192, got 100]`,
    );
    for (const options of [{ sampleRate: 0 }, { sampleRate, panelHeight: 20.5 }, { sampleRate, floorDb: 10 }]) {
      expect(() => spectrogramPicture(panels, options)).toThrow(RangeError);
    }
  });
});

describe('powerSpectrogram', () => {
  test('a click is seen wherever it lies, also in columns longer than a window', () => {
    for (const at of [0.1, 0.31, 0.77]) {
      const click = new Float32Array(20 * sampleRate);
      click[Math.floor(at * click.length)] = 1;
      const { columns } = powerSpectrogram(click, sampleRate, 10);
      const energies = columns.map((column) => column.reduce((sum, power) => sum + power, 0));
      expect(energies.indexOf(Math.max(...energies))).toBe(Math.floor(at * 10));
    }
  });

  test('noise has nearly the same power in every column', () => {
    const { columns, binHz } = powerSpectrogram(
      formulaInput({ name: 'noise', shape: [sampleRate * 4] }),
      sampleRate,
      8,
    );
    expect(binHz).toBeCloseTo(sampleRate / 2048, 12);
    const levels = columns.map((column) => 10 * Math.log10(column.reduce((sum, power) => sum + power, 0)));
    // A column's power is a mean over 8000 samples of noise, 1 % or 0.05 dB, and the outermost windows miss a few.
    expect(Math.max(...levels) - Math.min(...levels)).toBeLessThan(0.3);
  });
});
