/**
 * `samples` of a clip from `start` on. Behind its end it begins again, or is silent.
 *
 * @throws RangeError for an empty clip.
 */
export function clipPart(clip: Float32Array, start: number, samples: number, repeated: boolean): Float32Array {
  if (clip.length === 0) throw new RangeError('clipPart: clip must have samples, got none');
  const part = new Float32Array(samples);
  if (!repeated) {
    part.set(clip.subarray(start, start + samples));
    return part;
  }
  for (let at = 0, from = start % clip.length; at < samples; from = 0) {
    const piece = clip.subarray(from, from + samples - at);
    part.set(piece, at);
    at += piece.length;
  }
  return part;
}

/** `samples` of a clip played at another speed, beginning again at its end. Cubic interpolation through four samples. */
export function clipAtSpeed(clip: Float32Array, start: number, samples: number, speed: number): Float32Array {
  if (speed === 1) return clipPart(clip, start, samples, true);
  const part = new Float32Array(samples);
  const { length } = clip;
  for (let n = 0; n < samples; n++) {
    const position = start + n * speed;
    const whole = Math.floor(position);
    const t = position - whole;
    const [a, b, c, d] = [-1, 0, 1, 2].map((way) => clip[(whole + way + length) % length]!) as [
      number,
      number,
      number,
      number,
    ];
    part[n] = b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
  }
  return part;
}

/** Sum of squares. */
export function energyOf(signal: Float32Array, start = 0, end = signal.length): number {
  let energy = 0;
  for (let n = start; n < end; n++) energy += signal[n]! * signal[n]!;
  return energy;
}
