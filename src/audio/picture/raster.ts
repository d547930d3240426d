import type { Rgb } from './colorMap.ts';
import { CAPITAL_ROWS, FONT_ROWS, GRID, glyphOf } from './pixelFont.ts';

export interface TextStyle {
  color: Rgb;
  /** Pixels per font pixel; any positive number. */
  scale: number;
  /** What `x` is of the text. */
  align?: 'left' | 'center' | 'right';
  /** What `y` is of the text's capitals. */
  baseline?: 'top' | 'middle' | 'bottom';
}

/** RGB pixels to draw on. What lies outside is not drawn. */
export class Raster {
  readonly pixels: Uint8Array;

  constructor(
    readonly width: number,
    readonly height: number,
    background: Rgb,
  ) {
    this.pixels = new Uint8Array(3 * width * height);
    this.fill(0, 0, width, height, background);
  }

  fill(left: number, top: number, width: number, height: number, color: Rgb): void {
    for (let y = top; y < top + height; y++) {
      for (let x = left; x < left + width; x++) this.blend(x, y, color, 1);
    }
  }

  /** Mixes a color over a pixel; `coverage` is 0 to 1. */
  blend(x: number, y: number, color: Rgb, coverage: number): void {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) return;
    const at = 3 * (y * this.width + x);
    for (let part = 0; part < 3; part++) {
      const below = this.pixels[at + part]!;
      this.pixels[at + part] = Math.round(below + coverage * (color[part]! - below));
    }
  }

  text(x: number, y: number, text: string, style: TextStyle): void {
    const { scale, align = 'left', baseline = 'top' } = style;
    const width = textWidth(text, scale);
    const height = CAPITAL_ROWS * scale;
    let left = x - (align === 'left' ? 0 : align === 'center' ? width / 2 : width);
    const top = Math.round(y - (baseline === 'top' ? 0 : baseline === 'middle' ? height / 2 : height));
    for (const letter of text) {
      this.#letter(Math.round(left), top, letter, style);
      left += (glyphOf(letter).width / GRID + SPACING) * scale;
    }
  }

  #letter(left: number, top: number, letter: string, { color, scale }: TextStyle): void {
    const { width, cells } = glyphOf(letter);
    const cell = GRID / scale;
    for (let y = 0; y < FONT_ROWS * scale; y++) {
      for (let x = 0; x < width / cell; x++) {
        let hits = 0;
        for (let i = 0; i < SAMPLES * SAMPLES; i++) {
          const row = Math.floor((y + (Math.floor(i / SAMPLES) + 0.5) / SAMPLES) * cell);
          const column = Math.floor((x + ((i % SAMPLES) + 0.5) / SAMPLES) * cell);
          if (cells[row]?.[column]) hits++;
        }
        if (hits > 0) this.blend(left + x, top + y, color, hits / (SAMPLES * SAMPLES));
      }
    }
  }
}

/** In pixels, without a gap behind the last letter. */
export function textWidth(text: string, scale: number): number {
  const letters = [...text];
  const inked = letters.reduce((sum, letter) => sum + glyphOf(letter).width / GRID, 0);
  return (inked + SPACING * Math.max(letters.length - 1, 0)) * scale;
}

const SPACING = 1; // font pixels between letters
const SAMPLES = 4; // points per pixel and axis that find the coverage of an edge
