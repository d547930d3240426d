import { describe, expect, test } from 'vitest';
import { levelColor } from '../../../src/audio/picture/colorMap.ts';
import { glyphOf } from '../../../src/audio/picture/pixelFont.ts';
import { Raster, textWidth } from '../../../src/audio/picture/raster.ts';

describe('levelColor', () => {
  test('lightness rises with every level by nearly the same step', () => {
    // L* of CIE 1976 from the luminance of sRGB: another measure of lightness than the one the colors were made with.
    const lightness = ([r, g, b]: readonly [number, number, number]) => {
      const linear = (byte: number) => (byte <= 10 ? byte / 255 / 12.92 : ((byte / 255 + 0.055) / 1.055) ** 2.4);
      const luminance = 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
      return luminance > 0.008856 ? 116 * luminance ** (1 / 3) - 16 : 903.3 * luminance;
    };
    const levels = Array.from({ length: 11 }, (_, i) => lightness(levelColor(i / 10)));
    const steps = levels.slice(1).map((level, i) => level - levels[i]!);
    expect(levels[0]).toBeLessThan(5);
    expect(levels[10]).toBeGreaterThan(90);
    for (const step of steps) {
      expect(step).toBeGreaterThan(4);
      expect(step).toBeLessThan(15);
    }
  });

  test('levels outside are clamped, and NaN is quiet', () => {
    expect(levelColor(-3)).toEqual(levelColor(0));
    expect(levelColor(7)).toEqual(levelColor(1));
    expect(levelColor(Number.NaN)).toEqual(levelColor(0));
  });
});

describe('text', () => {
  const ink = (raster: Raster) => raster.pixels.reduce((sum, value) => sum + 255 - value, 0);
  const draw = (text: string, x: number, align: 'left' | 'center' | 'right' = 'left') => {
    const raster = new Raster(60, 30, [255, 255, 255]);
    raster.text(x, 5, text, { color: [0, 0, 0], scale: 2, align });
    return raster;
  };

  test('every letter of ASCII has its own shape', () => {
    const letters = Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i));
    const shapes = new Set(letters.map((letter) => JSON.stringify(glyphOf(letter).cells)));
    expect(shapes.size).toBe(94);
  });

  test('it stays within its width', () => {
    const raster = draw('Ag', 10);
    const width = textWidth('Ag', 2);
    for (let y = 0; y < 30; y++) {
      for (let x = 0; x < 60; x++) {
        if (x < 10 || x >= 10 + width) expect(raster.pixels[3 * (60 * y + x)]).toBe(255);
      }
    }
    expect(ink(raster)).toBeGreaterThan(0);
  });

  test('it can be aligned to its end or its middle', () => {
    const width = textWidth('dB', 2);
    expect(draw('dB', 10 + width, 'right').pixels).toEqual(draw('dB', 10).pixels);
    expect(draw('dB', 10 + width / 2, 'center').pixels).toEqual(draw('dB', 10).pixels);
  });

  test('accents are left away, other scripts become question marks, and text may leave the picture', () => {
    expect(draw('é', 5).pixels).toEqual(draw('e', 5).pixels);
    expect(draw('音', 5).pixels).toEqual(draw('?', 5).pixels);
    expect(ink(draw('A', -200))).toBe(0);
    expect(ink(draw('\n\t', 5))).toBeGreaterThan(0);
  });
});
