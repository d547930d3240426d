import { ShapeError } from '../../tensor/engine/errors.ts';
import type { Nd } from '../../tensor/engine/nd.ts';
import { nd } from '../../tensor/engine/nd.ts';
import { broadcastShapes, formatShape, type Shape } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { complexMul } from '../complex/complexMul.ts';
import { slice } from '../view/slice.ts';
import { unsqueeze } from '../view/squeeze.ts';
import { irfft } from './irfft.ts';
import { factor } from './plan.ts';
import { rfft } from './rfft.ts';

export interface FftConvolveOptions {
  /** `full`: all that sounds, samples + taps - 1. `same`: its middle, as long as x. Default `full`. */
  readonly mode?: 'full' | 'same';
}

/**
 * Convolution of signals with the channels of responses, such as a room's, by the product of their spectra:
 * x [..., samples] * response [..., channels, taps] → [..., channels, samples + taps - 1].
 *
 *   y[c, n] = Σ x[n - k] response[c, k]
 *
 * The axes in front broadcast: one response for a whole batch needs none. Time and memory grow with the length of the result,
 * not with that of the response; for a few taps `conv1d` is faster. `same` keeps y[c, n + floor((taps - 1) / 2)]. Gradients for
 * both; rounding is relative to the largest value of y.
 *
 * @throws ShapeError unless there are a sample, a tap and axes that broadcast.
 */
export function fftConvolve(x: Tensor, response: Tensor, { mode = 'full' }: FftConvolveOptions = {}): Tensor {
  checkShapes(x.shape, response.shape);
  if (mode !== 'full' && mode !== 'same') {
    throw new RangeError(`fftConvolve: mode must be full or same, got ${String(mode)}`);
  }
  const [samples, taps] = [x.shape.at(-1)!, response.shape.at(-1)!];
  const n = fastSize(samples + taps - 1); // what wraps around falls on zeros
  const y = irfft(complexMul(rfft(unsqueeze(x, -2), { n }), rfft(response, { n })), { n });
  const [start, length] = kept(mode, samples, taps);
  return slice(y, -1, start, start + length);
}

function checkShapes(x: Shape, response: Shape): void {
  if (x.length < 1 || x.at(-1) === 0) {
    throw new ShapeError(`fftConvolve: x must be [..., samples] with at least one sample, got ${formatShape(x)}`);
  }
  if (response.length < 2 || response.at(-1) === 0) {
    const expected = '[..., channels, taps] with at least one tap';
    throw new ShapeError(`fftConvolve: response must be ${expected}, got ${formatShape(response)}`);
  }
  broadcastShapes('fftConvolve', x.slice(0, -1), response.slice(0, -2));
}

function kept(mode: 'full' | 'same', samples: number, taps: number): readonly [start: number, length: number] {
  return mode === 'full' ? [0, samples + taps - 1] : [Math.floor((taps - 1) / 2), samples];
}

/** The smallest size from `length` on that takes n log n steps. */
export function fastSize(length: number): number {
  let half = Math.max(2, Math.ceil(length / 2));
  while (factor(half) === null) half++;
  return 2 * half;
}

export function fftConvolveReference([x, response]: readonly [Nd, Nd], { mode = 'full' }: FftConvolveOptions = {}): Nd {
  const [samples, taps, channels] = [x.shape.at(-1)!, response.shape.at(-1)!, response.shape.at(-2)!];
  const lead = broadcastShapes('fftConvolve', x.shape.slice(0, -1), response.shape.slice(0, -2));
  const [start, length] = kept(mode, samples, taps);
  return nd([...lead, channels, length], (_, at) => {
    const [c, n] = at.slice(-2) as [number, number];
    const xRow = rowOf(x.shape.slice(0, -1), at.slice(0, -2)) * samples;
    const hRow = (rowOf(response.shape.slice(0, -2), at.slice(0, -2)) * channels + c) * taps;
    let total = 0;
    for (let k = 0; k < taps; k++) {
      const from = n + start - k;
      if (from >= 0 && from < samples) total += x.data[xRow + from]! * response.data[hRow + k]!;
    }
    return total;
  });
}

/** Number of the row that a place in broadcast axes reads. */
function rowOf(axes: Shape, at: readonly number[]): number {
  const own = at.slice(at.length - axes.length);
  return axes.reduce((row, extent, axis) => row * extent + (extent === 1 ? 0 : own[axis]!), 0);
}
