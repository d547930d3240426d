/**
 * Solves T h = b for the symmetric Toeplitz matrix T[i][j] = r[|i - j|] of an autocorrelation, by the Levinson recursion in
 * O(n²). Golub & Van Loan, Matrix Computations, 4th edition, algorithm 4.7.2.
 *
 * A signal that its own past predicts to the last digit (a few sines, silence) makes T singular to working precision. When the
 * error of that prediction falls to `noiseFloor`, the rounding error of r, the recursion ends at the order reached, whose
 * solution explains b as well as the longer ones could; the remaining taps are 0.
 */
export function solveToeplitz(r: Float64Array, b: Float64Array, noiseFloor: number): Float64Array {
  const order = b.length;
  const h = new Float64Array(order);
  const predictor = new Float64Array(order);
  const previous = new Float64Array(order);
  let error = r[0]!;

  for (let m = 0; m < order; m++) {
    if (m > 0) {
      let reflection = r[m]!;
      for (let i = 1; i < m; i++) reflection += predictor[i]! * r[m - i]!;
      reflection /= -error;
      previous.set(predictor.subarray(0, m));
      for (let i = 1; i < m; i++) predictor[i] = previous[i]! + reflection * previous[m - i]!;
      predictor[m] = reflection;
      error *= 1 - reflection * reflection;
    }
    if (!(error > noiseFloor)) return h;

    let tap = b[m]!;
    for (let i = 0; i < m; i++) tap -= h[i]! * r[m - i]!;
    tap /= error;
    for (let i = 0; i < m; i++) h[i] = h[i]! + tap * predictor[m - i]!;
    h[m] = tap;
  }
  return h;
}
