/**
 * How the power of a noise goes over frequency. `white`: all alike. `pink` and `brown`: falling by 3 and 6 dB an octave from 20 Hz
 * on. `hum`: a room with ventilation, and the mains in its lamps and machines.
 */
export type NoiseColor = 'white' | 'pink' | 'brown' | 'hum';

const FROM = 20; // Hz: below, pink and brown noise would have no end

/**
 * Power per Hz, up to a factor.
 *
 * @throws RangeError for an unknown color.
 */
export function noisePower(color: NoiseColor): (hz: number) => number {
  if (color === 'white') return () => 1;
  if (color === 'pink') return (hz) => FROM / Math.max(FROM, hz);
  if (color === 'brown') return (hz) => (FROM / Math.max(FROM, hz)) ** 2;
  if (color === 'hum') return (hz) => 10 ** (roomLevel(hz) / 10) + mains(hz);
  throw new RangeError(`diffuseNoise: color must be white, pink, brown or hum, got ${String(color)}`);
}

// What a quiet office may have in each octave, in dB: noise criterion NC-25 of ANSI/ASA S12.2.
const OCTAVES = [63, 125, 250, 500, 1000, 2000, 4000, 8000];
const NC_25 = [54, 44, 37, 31, 27, 24, 22, 21];

// Per Hz, an octave being 1/√2 of its center wide; the lowest octave goes on below, the highest slope above.
const LEVELS = NC_25.map((level, band) => level - 10 * Math.log10(OCTAVES[band]! * Math.SQRT1_2));

function roomLevel(hz: number): number {
  const octave = Math.log2(Math.max(hz, OCTAVES[0]!) / OCTAVES[0]!);
  const band = Math.min(Math.floor(octave), OCTAVES.length - 2);
  return LEVELS[band]! + (octave - band) * (LEVELS[band + 1]! - LEVELS[band]!);
}

const MAINS = 50; // Hz
const LINE_WIDTH = 0.2; // Hz: wanders as the mains do
const LINES: readonly [harmonic: number, level: number][] = [
  [1, 50],
  [2, 44], // iron cores and lamps answer to both half waves
  [3, 36],
  [4, 36],
  [6, 30],
  [8, 24],
  [10, 20],
];

/** The lines' power per Hz; each has its level, in dB as the octaves', over its whole width. */
function mains(hz: number): number {
  const peak = 1 / (LINE_WIDTH * Math.sqrt(2 * Math.PI));
  return LINES.reduce((sum, [harmonic, level]) => {
    const off = (hz - harmonic * MAINS) / LINE_WIDTH;
    return Math.abs(off) > 8 ? sum : sum + 10 ** (level / 10) * peak * Math.exp(-0.5 * off * off);
  }, 0);
}
