/** A letter as coverage: rows of 0 and 1 at `GRID` cells per font pixel, without empty columns at its sides. */
export interface Glyph {
  width: number;
  cells: readonly boolean[][];
}

/** Cells per font pixel. Capitals are 7 font pixels high, and 2 rows below the base line hold descenders. */
export const GRID = 4;
export const FONT_ROWS = 9;
export const CAPITAL_ROWS = 7;

// The letters ! to ~ in the order of ASCII; one digit of base 32 per row of five pixels, from the top.
const ROWS = `
ggggg0g kk00000 aavavaa 4fke5u4 op248j3 cik8lid gg00000 48ggg84 g84448g 0k8s8k0 044v440 00000o8g 000u000 00000oo
224488g ciiiiic 4c4444e eh1248v eh161he 26aiv22 vgu11he 68guhhe v122444 ehhehhe ehhf12c 00g00g0 008008g 248g842
00u0u00 g84248g eh12404 ehnlnge ehhvhhh uhhuhhu ehggghe uhhhhhu vgguggv vgguggg ehgnhhe hhhvhhh s88888s 31111he
hikokih ggggggv hrllhhh hplljhh ehhhhhe uhhuggg ehhhlid uhhukih fgge11u v444444 hhhhhhe hhhhaa4 hhhllrh hha4ahh
hha4444 v1248gv sgggggs gg88442 s44444s 4ah0000 0000000v g800000 00e1fhf gguhhhu 00eggge 11fhhhf 00ehvge 68u8888
00fhhhf1e gguhhhh g0ggggg 40444444o ggikoki gggggg8 00ullll 00uhhhh 00ehhhe 00uhhhugg 00fhhhf11 00moggg 00ege1e
88u8886 00hhhhf 00hhaa4 00hllla 00ha4ah 00hhhhf1e 00v248v 688g886 gggggggg o44244o 009m000`;

const SPACE: Glyph = { width: 3 * GRID, cells: Array.from({ length: FONT_ROWS * GRID }, () => []) };

const glyphs = new Map<string, Glyph>([[' ', SPACE]]);

/** The letter's shape. Accents are left away; a letter the font does not have is shown as a question mark. */
export function glyphOf(letter: string): Glyph {
  const cached = glyphs.get(letter);
  if (cached) return cached;
  const rows = ROWS.trim().split(/\s+/)[letter.normalize('NFKD').charCodeAt(0) - 33];
  const glyph = rows === undefined ? glyphOf('?') : glyphOfRows(rows);
  glyphs.set(letter, glyph);
  return glyph;
}

function glyphOfRows(rows: string): Glyph {
  const pixels = Array.from({ length: FONT_ROWS }, (_, y) => {
    const bits = Number.parseInt(rows[y] ?? '0', 32);
    return Array.from({ length: 5 }, (_, x) => ((bits >> (4 - x)) & 1) === 1);
  });
  const inked = [0, 1, 2, 3, 4].filter((x) => pixels.some((row) => row[x]));
  const trimmed = pixels.map((row) => row.slice(inked[0]!, inked.at(-1)! + 1));
  const cells = doubled(doubled(trimmed));
  return { width: cells[0]!.length, cells };
}

/**
 * Twice the size with smooth slopes: a quarter of a pixel takes the color of its two neighbors on that side where they agree and
 * the opposite ones do not (the Scale2x rule). A corner is cut off only where a slope goes on, so that D stays unlike O.
 */
function doubled(pixels: boolean[][]): boolean[][] {
  const at = (y: number, x: number) => pixels[y]?.[x] ?? false;
  return Array.from({ length: 2 * pixels.length }, (_, row) =>
    Array.from({ length: 2 * pixels[0]!.length }, (_, column) => {
      const [y, x] = [row >> 1, column >> 1];
      const down = row % 2 ? 1 : -1;
      const right = column % 2 ? 1 : -1;
      const vertical = at(y + down, x);
      const horizontal = at(y, x + right);
      const corner = vertical === horizontal && vertical !== at(y, x - right) && horizontal !== at(y - down, x);
      const slope = vertical || at(y - down, x + right) || at(y + down, x - right);
      return corner && slope ? vertical : at(y, x);
    }),
  );
}
