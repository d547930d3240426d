import { dense } from '../../tensor/engine/copy.ts';
import { cached } from '../../tensor/engine/deviceCache.ts';
import { GradientError, ShapeError } from '../../tensor/engine/errors.ts';
import { defineKernel } from '../../tensor/engine/kernel.ts';
import { formatShape } from '../../tensor/engine/shape.ts';
import { isGradEnabled } from '../../tensor/engine/tape.ts';
import { upload } from '../../tensor/engine/upload.ts';
import type { Tensor } from '../../tensor/tensor.ts';

/** Windows by name are periodic: one period of the cosine is `length` samples, as spectral analysis wants it. */
export type WindowName = 'hann' | 'hamming' | 'rectangular';

/** 0.5 - 0.5 cos(2πi / length), in float64. */
export function hannWindow(length: number): Float64Array {
  return cosineWindow(length, 0.5, 0.5);
}

/** 0.54 - 0.46 cos(2πi / length), in float64. */
export function hammingWindow(length: number): Float64Array {
  return cosineWindow(length, 0.54, 0.46);
}

/** All ones. */
export function rectangularWindow(length: number): Float64Array {
  return new Float64Array(length).fill(1);
}

function cosineWindow(length: number, mean: number, swing: number): Float64Array {
  return Float64Array.from({ length }, (_, i) => mean - swing * Math.cos((2 * Math.PI * i) / length));
}

const BY_NAME: Readonly<Record<WindowName, (length: number) => Float64Array>> = {
  hann: hannWindow,
  hamming: hammingWindow,
  rectangular: rectangularWindow,
};

export const WINDOW_NAMES = /* @__PURE__ */ Object.keys(BY_NAME) as readonly WindowName[];

/** Which window, how long, and how long the transform that it is centered in. */
export interface WindowSettings {
  readonly window: WindowName | Float32Array | Tensor;
  readonly winLength: number;
  readonly nFft: number;
}

const known = new Map<string, Float64Array>();

/** The window on the host, with zeros on both sides up to nFft; null when only the device knows its values. */
export function hostWindow({ window, winLength, nFft }: WindowSettings): Float64Array | null {
  if (typeof window === 'object' && !(window instanceof Float32Array)) return null;
  if (typeof window === 'object') return centered(window, nFft);
  const key = `${window}/${winLength}/${nFft}`;
  const found = known.get(key);
  if (found) return found;
  const made = centered(BY_NAME[window](winLength), nFft);
  known.set(key, made);
  return made;
}

/** The window [nFft] on the device of `like`; null for one that is all ones. */
export function deviceWindow(like: Tensor, settings: WindowSettings): Tensor | null {
  const { window, winLength, nFft } = settings;
  if (typeof window === 'string') {
    if (window === 'rectangular' && winLength === nFft) return null;
    return cached(like, `fourier.window/${window}/${winLength}/${nFft}`, () =>
      Float32Array.from(hostWindow(settings)!),
    );
  }
  if (window instanceof Float32Array) {
    const uploaded = like.derive([nFft], 'f32');
    upload(uploaded, Float32Array.from(centered(window, nFft)));
    return uploaded;
  }
  if (winLength === nFft) return dense(window);
  const padded = like.derive([nFft], 'f32');
  centerWindow({ window: dense(window) }, { padded }, { nFft, winLength });
  return padded;
}

/**
 * @throws ShapeError unless a window of one's own has winLength values.
 * @throws GradientError for a tensor that needs a gradient: windows have none.
 */
export function checkWindow(op: string, { window, winLength }: WindowSettings): void {
  if (typeof window === 'string') return;
  const shape = window instanceof Float32Array ? [window.length] : window.shape;
  if (shape.length !== 1 || shape[0] !== winLength) {
    throw new ShapeError(`${op}: window must be [winLength] = [${winLength}], got ${formatShape(shape)}`);
  }
  if (!(window instanceof Float32Array) && window.requiresGrad && isGradEnabled()) {
    throw new GradientError(`${op}: window has no gradient: pass window.detach()`);
  }
}

function centered(values: ArrayLike<number>, nFft: number): Float64Array {
  const padded = new Float64Array(nFft);
  padded.set(values, Math.floor((nFft - values.length) / 2));
  return padded;
}

export const centerWindow = /* @__PURE__ */ defineKernel({
  name: 'fourier.centerWindow',
  read: { window: 'f32' },
  write: { padded: 'f32' },
  params: { nFft: 'u32', winLength: 'u32' },
  workgroup: 64,
  grid: ({ nFft }) => Math.ceil(nFft / 64),
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i >= params.nFft) { return; }
  let left = (params.nFft - params.winLength) / 2u;
  var value = 0.0;
  if (i >= left && i - left < params.winLength) { value = window[i - left]; }
  padded[i] = value;
}`,
});
