/** Taps on each side of a delay: flat within 0.1 dB up to 0.95 of half the sample rate. */
export const HALF_TAPS = 32;

/** An impulse at a time between samples. */
export class FractionalDelay {
  readonly taps = new Float64Array(2 * HALF_TAPS);
  /** Sample of the first tap. */
  start = 0;
  /** How many taps are in use. */
  count = 0;

  /**
   * A sinc under a Hann window, centered at `delay` samples: exact in delay for any fraction, as the taps lie alike on both sides.
   * Nearer to sample 0 than its half length it becomes shorter instead of losing one side, which would shift it.
   */
  set(delay: number): void {
    const first = Math.floor(delay);
    const half = Math.min(HALF_TAPS, first + 1);
    this.start = first - half + 1;
    this.count = 2 * half;
    const fraction = delay - first;
    if (fraction === 0) {
      this.taps.fill(0, 0, this.count);
      this.taps[half - 1] = 1;
      return;
    }
    // sin(π (n - delay)) only changes its sign from tap to tap; the cosine of the window turns by a fixed angle.
    const step = Math.PI / half;
    const twice = 2 * Math.cos(step);
    let offset = 1 - half - fraction;
    let cos = Math.cos(step * offset);
    let previous = Math.cos(step * (offset - 1));
    let sine = (half % 2 === 0 ? 1 : -1) * Math.sin(Math.PI * fraction);
    for (let n = 0; n < this.count; n++) {
      this.taps[n] = (sine / (Math.PI * offset)) * (0.5 + 0.5 * cos);
      const next = twice * cos - previous;
      previous = cos;
      cos = next;
      sine = -sine;
      offset++;
    }
  }

  /** Adds the impulse to a signal; what falls outside is cut off. */
  addTo(signal: Float64Array, gain: number): void {
    const last = Math.min(this.count, signal.length - this.start);
    for (let n = Math.max(0, -this.start); n < last; n++) signal[this.start + n]! += gain * this.taps[n]!;
  }
}
