export type Rgb = readonly [red: number, green: number, blue: number];

/**
 * Control points at equal steps from quiet to loud: lightness, chroma and hue (degrees) of OKLCh. Lightness rises evenly, so
 * that equal steps in dB look equal, also in grey; the hue runs from blue over red to yellow.
 */
const POINTS: readonly (readonly [lightness: number, chroma: number, hue: number])[] = [
  [0.12, 0.03, 280],
  [0.29, 0.13, 285],
  [0.46, 0.18, 325],
  [0.63, 0.19, 375],
  [0.8, 0.15, 420],
  [0.97, 0.08, 465],
];

/** The color of a level from 0 (quiet) to 1 (loud), each part 0 to 255. Levels outside are clamped; NaN is quiet. */
export function levelColor(level: number): Rgb {
  const place = Math.min(Math.max(Number.isNaN(level) ? 0 : level, 0), 1) * (COLORS.length - 1);
  return COLORS[Math.round(place)]!;
}

const COLORS: readonly Rgb[] = /* @__PURE__ */ Array.from({ length: 256 }, (_, i) => {
  const place = (i / 255) * (POINTS.length - 1);
  const k = Math.min(Math.floor(place), POINTS.length - 2);
  const from = POINTS[k]!;
  const to = POINTS[k + 1]!;
  const mix = (axis: 0 | 1 | 2) => from[axis] + (place - k) * (to[axis] - from[axis]);
  return oklchToRgb(mix(0), mix(1), mix(2));
});

/** OKLab to sRGB, clipped to what a screen can show. B. Ottosson 2020, https://bottosson.github.io/posts/oklab/ */
function oklchToRgb(lightness: number, chroma: number, hue: number): Rgb {
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    toByte(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    toByte(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    toByte(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

// The transfer curve of sRGB, IEC 61966-2-1.
function toByte(linear: number): number {
  const light = Math.min(Math.max(linear, 0), 1);
  const encoded = light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055;
  return Math.round(255 * encoded);
}
