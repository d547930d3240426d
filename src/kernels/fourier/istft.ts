import { ShapeError } from '../../tensor/engine/errors.ts';
import type { Nd } from '../../tensor/engine/nd.ts';
import { nd } from '../../tensor/engine/nd.ts';
import { defineOp } from '../../tensor/engine/op.ts';
import { formatShape, type Shape, sizeOf } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { irfftReference } from './irfft.ts';
import { LEAST_ENVELOPE, type OverlapAdd, overEnvelope, overlapAdd } from './overlap.ts';
import { forwardFrames, inverseFrames } from './realTransform.ts';
import { type FrameOptions, type Resolved, resolveStft } from './stft.ts';
import { deviceWindow, hostWindow } from './window.ts';

export interface IstftOptions extends FrameOptions {
  /**
   * Samples of the result. Without it, all that the frames hold, less floor(nFft / 2) at both ends if `center`. Past the
   * last frame there are zeros.
   */
  readonly length?: number;
}

/**
 * Signals from their short-time spectra: spec [..., frames, floor(nFft / 2) + 1, 2] → [..., samples], the inverse of `stft`
 * with the same options: inverse transforms, windowed and overlapped, over the sum of the squared windows.
 *
 *   x[p] = Σ window[p - t · hop] frame[t][p - t · hop] / Σ window[p - t · hop]²
 *
 * The imaginary parts of the first bin and of the one at nFft / 2 do not count and get gradient 0. No gradient for the
 * window. The values of a window given as a tensor are not looked at: samples that no frame covers come out as 0.
 *
 * @throws RangeError for sizes that are not positive integers, a winLength over nFft, or a sample of the result that no
 *   frame covers with a weight other than 0 (sum of squares over 1e-11).
 * @throws ShapeError when spec does not fit nFft or has no frames.
 */
export function istft(spec: Tensor, { length, ...options }: IstftOptions): Tensor {
  return istftOp([spec], { ...resolveStft('istft', options), length: length ?? null });
}

type Attributes = Resolved & { readonly length: number | null };

const istftOp = /* @__PURE__ */ defineOp({
  name: 'istft',
  inputs: ['spec'],
  shape([spec]: readonly [Shape], options: Attributes) {
    checkSpectrum(spec, options);
    const layout = layoutOf(spec, options);
    if (!Number.isInteger(layout.length) || layout.length < 0) {
      throw new RangeError(`istft: length must be an integer of at least 0, got ${layout.length}`);
    }
    checkCoverage(layout, options);
    return [...spec.slice(0, -3), layout.length];
  },
  forward([spec]: readonly [spec: Tensor], options) {
    const { nFft } = options;
    const layout = layoutOf(spec.shape, options);
    const window = deviceWindow(spec, options);
    const scaling = { bins: spec.shape.at(-2)!, inner: 1 / nFft, edge: 1 / nFft };
    const frames = inverseFrames(spec, layout.rows * layout.frames, nFft, scaling);
    const y = overlapAdd(frames, window, layout);
    return { y: y.view([...spec.shape.slice(0, -3), layout.length]), saved: { window, shape: spec.shape } };
  },
  // The transpose: divide by the envelope, cut into windowed frames, transform. Inner bins stand for two.
  backward(dy, { window, shape }, options) {
    const { nFft } = options;
    const layout = layoutOf(shape, options);
    const { rows, length: samples, frames, hop, start: pad } = layout;
    const framing = { rows, samples, frames, hop, pad, mode: 'constant' } as const;
    const scaling = { bins: shape.at(-2)!, inner: 2 / nFft, edge: 1 / nFft };
    return [forwardFrames(overEnvelope(dy, window, layout), window, framing, nFft, scaling).view(shape)];
  },
});

function checkSpectrum(spec: Shape, { nFft }: Attributes): void {
  const bins = Math.floor(nFft / 2) + 1;
  if (spec.length < 3 || spec.at(-1) !== 2 || spec.at(-2) !== bins) {
    throw new ShapeError(
      `istft: spec must be [..., frames, nFft / 2 + 1, 2] = [..., frames, ${bins}, 2], got ${formatShape(spec)}`,
    );
  }
  if (spec.at(-3) === 0) throw new ShapeError(`istft: spec must have at least one frame, got ${formatShape(spec)}`);
}

function layoutOf(spec: Shape, { nFft, hopLength: hop, center, length }: Attributes): OverlapAdd {
  const frames = spec.at(-3)!;
  const start = center ? Math.floor(nFft / 2) : 0;
  const held = Math.max((frames - 1) * hop + nFft - 2 * start, 0);
  return { rows: sizeOf(spec.slice(0, -3)), frames, hop, n: nFft, start, length: length ?? held };
}

const covered = new Set<string>();
const REMEMBERED = 256;

/** Throws RangeError naming the first sample of the result that no frame covers. */
function checkCoverage(layout: OverlapAdd, options: Attributes): void {
  const { window, winLength, hopLength } = options;
  const weights = hostWindow(options);
  if (weights === null) return;
  const key = typeof window === 'string' ? `${window}/${winLength}/${Object.values(layout).join('/')}` : null;
  if (key !== null && covered.has(key)) return;
  const gap = firstUncovered(weights, layout);
  if (gap !== null) {
    throw new RangeError(
      `istft: no frame covers sample ${gap} of ${layout.length} (window of ${winLength}, hopLength ${hopLength}): use a smaller hopLength, a longer window, center: true, or a \`length\` that ends before it`,
    );
  }
  if (key === null) return;
  if (covered.size >= REMEMBERED) covered.clear();
  covered.add(key);
}

/** The first sample of the result whose squared windows sum to nothing. Samples past the last frame are zeros, not gaps. */
function firstUncovered(weights: Float64Array, { frames, hop, n, start, length }: OverlapAdd): number | null {
  const lastStart = (frames - 1) * hop;
  const end = Math.min(start + length, lastStart + n);
  for (let p = start; p < end; p++) {
    if (envelopeAt(weights, p, frames, hop) <= LEAST_ENVELOPE) return p - start;
    // Between the first n - 1 samples and the last frame the envelope repeats every hop.
    if (p === Math.max(start, n - 1) + hop && p < lastStart) p = lastStart;
  }
  return null;
}

function envelopeAt(weights: Float64Array, p: number, frames: number, hop: number): number {
  let total = 0;
  const first = Math.max(0, Math.floor((p - weights.length) / hop) + 1);
  for (let t = first; t < frames && t * hop <= p; t++) total += weights[p - t * hop]! ** 2;
  return total;
}

export function istftReference([spec]: readonly [Nd], { length, ...options }: IstftOptions): Nd {
  const resolved = { ...resolveStft('istft', options), length: length ?? null };
  const { nFft } = resolved;
  const { frames, hop, start, length: samples } = layoutOf(spec.shape, resolved);
  const parts = irfftReference([spec], { n: nFft });
  const weights = hostWindow(resolved)!;
  return nd([...spec.shape.slice(0, -3), samples], (index) => {
    const row = Math.floor(index / samples);
    const p = (index % samples) + start;
    let total = 0;
    for (let t = 0; t < frames; t++) {
      const at = p - t * hop;
      if (at >= 0 && at < nFft) total += weights[at]! * parts.data[(row * frames + t) * nFft + at]!;
    }
    return total === 0 ? 0 : total / envelopeAt(weights, p, frames, hop);
  });
}
