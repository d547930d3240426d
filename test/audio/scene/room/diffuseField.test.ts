import { describe, expect, test } from 'vitest';
import { diffuseCrossSpectrum, diffuseMixing, rowStart } from '../../../../src/audio/scene/room/diffuseField.ts';
import {
  ambisonicReceiver,
  type PlacedMicrophone,
  placeMicrophones,
} from '../../../../src/audio/scene/room/receiver.ts';

const microphones: PlacedMicrophone[] = [
  { position: [0, 0, 0], pressure: 1, gradient: [0, 0, 0] },
  { position: [0.1, 0.05, -0.02], pressure: 0.5, gradient: [0.3, 0.4, 0] },
  { position: [-0.03, 0.2, 0.1], pressure: 0.25, gradient: [0, -0.5, Math.sqrt(0.75 ** 2 - 0.25)] },
];

/** The mean over the sphere of the product of both gains and their phases, by the midpoint rule over height and turn. */
function byIntegration(a: PlacedMicrophone, b: PlacedMicrophone, k: number): [number, number] {
  const [heights, turns] = [400, 200];
  let [real, imaginary] = [0, 0];
  for (let h = 0; h < heights; h++) {
    const z = (2 * (h + 0.5)) / heights - 1;
    for (let t = 0; t < turns; t++) {
      const angle = (2 * Math.PI * t) / turns;
      const u = [Math.sqrt(1 - z * z) * Math.cos(angle), Math.sqrt(1 - z * z) * Math.sin(angle), z];
      const dot = (v: readonly number[]) => v[0]! * u[0]! + v[1]! * u[1]! + v[2]! * u[2]!;
      const gain = (a.pressure + dot(a.gradient)) * (b.pressure + dot(b.gradient));
      const phase = k * (dot(a.position) - dot(b.position));
      real += gain * Math.cos(phase);
      imaginary += gain * Math.sin(phase);
    }
  }
  return [real / heights / turns, imaginary / heights / turns];
}

describe('diffuseCrossSpectrum', () => {
  test.each([0, 0.01, 3, 20, 90])('at %d radians per meter is the integral over the sphere', (k) => {
    for (const a of microphones) {
      for (const b of microphones) {
        const [real, imaginary] = diffuseCrossSpectrum(a, b, k);
        const [expectedReal, expectedImaginary] = byIntegration(a, b, k);
        expect(real).toBeCloseTo(expectedReal, 4);
        expect(imaginary).toBeCloseTo(expectedImaginary, 4);
      }
    }
  });
});

describe('diffuseMixing', () => {
  test.each([0, 3, 40])('at %d radians per meter multiplies out to the cross spectra', (k) => {
    const { re, im } = diffuseMixing(microphones, k);
    for (const [row, a] of microphones.entries()) {
      for (const [column, b] of microphones.entries()) {
        let [real, imaginary] = [0, 0];
        for (let n = 0; n <= Math.min(row, column); n++) {
          const [i, j] = [rowStart(row) + n, rowStart(column) + n];
          real += re[i]! * re[j]! + im[i]! * im[j]!;
          imaginary += im[i]! * re[j]! - re[i]! * im[j]!;
        }
        const expected = diffuseCrossSpectrum(a, b, k);
        expect(real).toBeCloseTo(expected[0], 9);
        expect(imaginary).toBeCloseTo(expected[1], 9);
      }
    }
  });

  test('of ambisonics is diagonal: a third of the power in each gradient', () => {
    const { re } = diffuseMixing(placeMicrophones(ambisonicReceiver({ position: [1, 1, 1] })), 0);
    const third = Math.sqrt(1 / 3);
    const expected = [1, 0, third, 0, 0, third, 0, 0, 0, third];
    for (const [n, value] of re.entries()) expect(value).toBeCloseTo(expected[n]!, 12);
  });

  test('two microphones that hear the same get the same noise', () => {
    const { re } = diffuseMixing([microphones[0]!, microphones[0]!], 5);
    expect([...re]).toEqual([1, 1, 0]);
  });
});
