/**
 * Takes away what lies below `cutoff` Hz, in place: a Butterworth filter of second order by the bilinear transform, as in the
 * cookbook of Bristow-Johnson (W3C Audio EQ Cookbook, https://www.w3.org/TR/audio-eq-cookbook/), causal.
 */
export function highPass(signal: Float64Array, cutoff: number, sampleRate: number): void {
  const angle = (2 * Math.PI * cutoff) / sampleRate;
  const cos = Math.cos(angle);
  const alpha = Math.sin(angle) * Math.SQRT1_2;
  const b = (1 + cos) / 2 / (1 + alpha);
  const [a1, a2] = [(-2 * cos) / (1 + alpha), (1 - alpha) / (1 + alpha)];
  let x1 = 0;
  let x2 = 0;
  let y1 = 0;
  let y2 = 0;
  for (let n = 0; n < signal.length; n++) {
    const x = signal[n]!;
    const y = b * (x - 2 * x1 + x2) - a1 * y1 - a2 * y2;
    x2 = x1;
    x1 = x;
    y2 = y1;
    y1 = y;
    signal[n] = y;
  }
}
