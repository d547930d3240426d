import type { PlacedMicrophone } from './receiver.ts';

/** Lower triangle of a complex matrix, row by row. */
export interface Triangle {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/**
 * How alike first-order microphones hear sound of one frequency from everywhere: their cross spectrum over that of the pressure.
 * With x = k d and e the unit vector from the second to the first,
 *
 *   p q j0(x) + i (p g₂·e + q g₁·e) j1(x) + g₁·g₂ j1(x) / x - (g₁·e)(g₂·e) j2(x)
 *
 * for the gains p + g₁·u and q + g₂·u. Elko 2001, "Spatial coherence functions for differential microphones in isotropic noise
 * fields", with the spherical Bessel functions as moments of a plane wave over the sphere.
 *
 * @param k wave number: radians per meter.
 */
export function diffuseCrossSpectrum(first: PlacedMicrophone, second: PlacedMicrophone, k: number): [number, number] {
  const way = [0, 1, 2].map((axis) => first.position[axis]! - second.position[axis]!);
  const distance = Math.hypot(...way);
  const [j0, j1, j1OverX, j2] = sphericalBessel(k * distance);
  let [together, firstAlong, secondAlong] = [0, 0, 0];
  for (let axis = 0; axis < 3; axis++) {
    const [g, h] = [first.gradient[axis]!, second.gradient[axis]!];
    const e = distance > 0 ? way[axis]! / distance : 0;
    together += g * h;
    firstAlong += g * e;
    secondAlong += h * e;
  }
  const real = first.pressure * second.pressure * j0 + together * j1OverX - firstAlong * secondAlong * j2;
  return [real, (first.pressure * secondAlong + second.pressure * firstAlong) * j1];
}

/** Orders 0, 1 and 2, and order 1 over x. */
function sphericalBessel(x: number): [j0: number, j1: number, j1OverX: number, j2: number] {
  if (x < 0.01) return [1 - x ** 2 / 6, x / 3, 1 / 3 - x ** 2 / 30, x ** 2 / 15]; // differences lose their digits there
  const j0 = Math.sin(x) / x;
  const j1 = (j0 - Math.cos(x)) / x;
  return [j0, j1, j1 / x, (3 * j1) / x - j0];
}

/**
 * The triangle that turns independent noises into what the microphones hear of a diffuse field: Cholesky factor of the cross
 * spectra. Habets, Cohen & Gannot 2008, "Generating nonstationary multisensor signals under a spatial coherence constraint".
 */
export function diffuseMixing(microphones: readonly PlacedMicrophone[], k: number): Triangle {
  const size = microphones.length;
  const re = new Float64Array((size * (size + 1)) / 2);
  const im = new Float64Array(re.length);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      let [real, imaginary] = diffuseCrossSpectrum(microphones[row]!, microphones[column]!, k);
      const [r, c] = [rowStart(row), rowStart(column)];
      for (let n = 0; n < column; n++) {
        real -= re[r + n]! * re[c + n]! + im[r + n]! * im[c + n]!;
        imaginary -= im[r + n]! * re[c + n]! - re[r + n]! * im[c + n]!;
      }
      const pivot = re[c + column]!;
      if (row === column) re[r + row] = real > SINGULAR ? Math.sqrt(real) : 0;
      else if (pivot > 0) {
        re[r + column] = real / pivot;
        im[r + column] = imaginary / pivot;
      }
    }
  }
  return { re, im };
}

/** Where microphones hear nothing that others do not: more than four in one place, or spaced ones at 0 Hz. */
const SINGULAR = 1e-9;

export function rowStart(row: number): number {
  return (row * (row + 1)) / 2;
}
