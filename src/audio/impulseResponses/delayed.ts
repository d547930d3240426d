import { FractionalDelay, HALF_TAPS } from '../scene/room/fractionalDelay.ts';

/**
 * A response that begins later, with room for delays up to `longest` samples, so that all channels keep one length. Fractions of a
 * sample go through a windowed sinc.
 */
export function delayed(response: Float64Array, samples: number, longest: number): Float32Array {
  if (longest === 0) return Float32Array.from(response);
  const length = response.length + Math.ceil(longest) + (Number.isInteger(longest) ? 0 : HALF_TAPS);
  if (Number.isInteger(samples)) {
    const out = new Float32Array(length);
    out.set(response, samples);
    return out;
  }
  const out = new Float64Array(length);
  const tap = new FractionalDelay();
  tap.set(samples);
  for (let n = 0; n < response.length; n++) {
    if (response[n] !== 0) tap.addTo(out.subarray(n), response[n]!);
  }
  return Float32Array.from(out);
}
