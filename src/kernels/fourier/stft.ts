import { ShapeError } from '../../tensor/engine/errors.ts';
import type { Nd } from '../../tensor/engine/nd.ts';
import { defineOp } from '../../tensor/engine/op.ts';
import { formatShape, type Shape, sizeOf } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { Framing, PadMode } from './framing.ts';
import { gatherFrames } from './overlap.ts';
import { forwardFrames, inverseFrames } from './realTransform.ts';
import { rfftReference } from './rfft.ts';
import { checkWindow, deviceWindow, hostWindow, WINDOW_NAMES, type WindowName } from './window.ts';

/** What forward and inverse transform must agree on. */
export interface FrameOptions {
  /** Size of the transform, in samples. */
  readonly nFft: number;
  /** Distance of two frames, in samples. */
  readonly hopLength: number;
  /** Length of the window, which lies in the middle of the frame; zeros around it. Default nFft. */
  readonly winLength?: number;
  /** Default 'hann', periodic. One's own window has winLength values. */
  readonly window?: WindowName | Float32Array | Tensor;
  /** Whether frame t has its middle at sample t · hopLength, by padding of floor(nFft / 2) on both sides. Default true. */
  readonly center?: boolean;
}

export interface StftOptions extends FrameOptions {
  /** What the padding holds. Default 'reflect': mirrored at the first and last sample, which are not repeated. */
  readonly padMode?: PadMode;
}

/**
 * Short-time Fourier transform of real signals: x [..., samples] → [..., frames, floor(nFft / 2) + 1, 2], one-sided, not
 * scaled. Frame t is the transform of window[i] · x[t · hopLength + i - pad].
 *
 * Gradient for x, none for the window. Even sizes with no prime factor over 7 take n log n steps per frame (256 to
 * 4096, 400, 480, 882, 960, 1920, ...), others n² / 2.
 *
 * @throws RangeError for sizes that are not positive integers, a winLength over nFft, or an unknown window or padMode.
 * @throws ShapeError when the signal is shorter than one frame, or than reflect padding needs.
 * @throws GradientError for a window that needs a gradient.
 */
export function stft(x: Tensor, options: StftOptions): Tensor {
  return stftOp([x], resolveStft('stft', options));
}

/** Options with their defaults filled in. */
export type Resolved = Required<StftOptions>;

const PAD_MODES: readonly PadMode[] = ['constant', 'reflect', 'replicate'];

/** Fills in defaults and checks what needs no signal. */
export function resolveStft(op: string, options: StftOptions): Resolved {
  const { nFft, hopLength, winLength = nFft, window = 'hann', center = true, padMode = 'reflect' } = options;
  for (const [name, value] of Object.entries({ nFft, hopLength, winLength })) {
    if (typeof value !== 'number') throw new TypeError(`${op}: ${name} must be a number, got ${typeof value}`);
    if (!Number.isInteger(value) || value < 1) {
      throw new RangeError(`${op}: ${name} must be a positive integer, got ${value}`);
    }
  }
  if (winLength > nFft) throw new RangeError(`${op}: winLength must be at most nFft = ${nFft}, got ${winLength}`);
  if (typeof window === 'string' && !WINDOW_NAMES.includes(window)) {
    throw new RangeError(
      `${op}: window must be ${WINDOW_NAMES.join(', ')}, a Float32Array or a Tensor, got ${String(window)}`,
    );
  }
  if (!PAD_MODES.includes(padMode)) {
    throw new RangeError(`${op}: padMode must be ${PAD_MODES.join(', ')}, got ${String(padMode)}`);
  }
  checkWindow(op, { window, winLength, nFft });
  return { nFft, hopLength, winLength, window, center, padMode };
}

const stftOp = /* @__PURE__ */ defineOp({
  name: 'stft',
  inputs: ['x'],
  shape([x]: readonly [Shape], options: Resolved) {
    const { samples, frames, pad } = framingOf(x, options);
    const { nFft, padMode } = options;
    const padding = pad > 0 ? ` with padding of ${pad} on both sides` : '';
    if (frames < 1) {
      throw new ShapeError(
        `stft: x must be at least one frame of nFft = ${nFft} samples long${padding}, got ${formatShape(x)}`,
      );
    }
    if (pad > 0 && padMode === 'reflect' && samples <= pad) {
      throw new ShapeError(
        `stft: reflect padding of ${pad} needs more than ${pad} samples, got ${formatShape(x)}: use padMode 'constant' or a smaller nFft`,
      );
    }
    if (pad > 0 && padMode === 'replicate' && samples === 0) {
      throw new ShapeError(`stft: replicate padding needs a sample to repeat, got ${formatShape(x)}`);
    }
    return [...x.slice(0, -1), frames, Math.floor(nFft / 2) + 1, 2];
  },
  forward([x]: readonly [x: Tensor], options) {
    const { nFft } = options;
    const framing = framingOf(x.shape, options);
    const bins = Math.floor(nFft / 2) + 1;
    const window = deviceWindow(x, options);
    const spec = forwardFrames(x, window, framing, nFft, { bins, inner: 1, edge: 1 });
    return { y: spec.view([...x.shape.slice(0, -1), framing.frames, bins, 2]), saved: { window, shape: x.shape } };
  },
  // A frame's gradient is that of rfft; windowing, framing and padding are undone as one sum per sample.
  backward(dy, { window, shape }, options) {
    const { nFft } = options;
    const framing = framingOf(shape, options);
    const scaling = { bins: Math.floor(nFft / 2) + 1, inner: 0.5, edge: 1 };
    const frames = inverseFrames(dy, framing.rows * framing.frames, nFft, scaling);
    return [gatherFrames(frames, window, framing, nFft).view(shape)];
  },
});

function framingOf(x: Shape, { nFft, hopLength, center, padMode }: Resolved): Framing {
  if (x.length === 0) throw new ShapeError('stft: x must be [..., samples], got a scalar');
  const samples = x.at(-1)!;
  const pad = center ? Math.floor(nFft / 2) : 0;
  const frames = Math.floor((samples + 2 * pad - nFft) / hopLength) + 1;
  return { rows: sizeOf(x.slice(0, -1)), samples, frames, hop: hopLength, pad, mode: padMode };
}

export function stftReference([x]: readonly [Nd], options: StftOptions): Nd {
  const resolved = resolveStft('stft', options);
  const { nFft } = resolved;
  const { rows, samples, frames, hop, pad, mode } = framingOf(x.shape, resolved);
  const weights = hostWindow(resolved)!;
  const windowed = new Float64Array(rows * frames * nFft);
  for (let f = 0; f < rows * frames; f++) {
    for (let i = 0; i < nFft; i++) {
      const p = mirrored((f % frames) * hop + i - pad, samples, mode);
      if (p !== null) windowed[f * nFft + i] = weights[i]! * x.data[Math.floor(f / frames) * samples + p]!;
    }
  }
  return rfftReference([{ shape: [...x.shape.slice(0, -1), frames, nFft], data: windowed }]);
}

function mirrored(p: number, samples: number, mode: PadMode): number | null {
  if (p >= 0 && p < samples) return p;
  if (mode === 'constant') return null;
  if (mode === 'replicate') return p < 0 ? 0 : samples - 1;
  return p < 0 ? -p : 2 * (samples - 1) - p;
}
