import { ShapeError } from '../../tensor/engine/errors.ts';
import type { Nd } from '../../tensor/engine/nd.ts';
import { nd } from '../../tensor/engine/nd.ts';
import { defineOp } from '../../tensor/engine/op.ts';
import { type Shape, sizeOf } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { Framing } from './framing.ts';
import { gatherFrames } from './overlap.ts';
import { forwardFrames, inverseFrames } from './realTransform.ts';

/**
 * Discrete Fourier transform of real signals along the last axis: x [..., samples] → [..., floor(n / 2) + 1, 2].
 *
 *   X[k] = Σ x[i] exp(-2πi k i / n)
 *
 * `n` (default: samples) cuts the signal or appends zeros. Even sizes with no prime factor over 7 take n log n steps,
 * others n² / 2.
 *
 * @throws RangeError unless n is a positive integer.
 */
export function rfft(x: Tensor, { n }: { readonly n?: number } = {}): Tensor {
  return rfftOp([x], { n: n ?? x.shape.at(-1) ?? 0 });
}

const rfftOp = /* @__PURE__ */ defineOp({
  name: 'rfft',
  inputs: ['x'],
  shape([x]: readonly [Shape], { n }: { n: number }) {
    if (x.length === 0) throw new ShapeError('rfft: x must have at least one axis, got a scalar');
    checkSize('rfft', n);
    return [...x.slice(0, -1), Math.floor(n / 2) + 1, 2];
  },
  forward([x]: readonly [x: Tensor], { n }) {
    const bins = Math.floor(n / 2) + 1;
    const spec = forwardFrames(x, null, wholeRows(x.shape, n), n, { bins, inner: 1, edge: 1 });
    return { y: spec.view([...x.shape.slice(0, -1), bins, 2]), saved: { shape: x.shape } };
  },
  // dx[i] = Re Σ (dRe + i dIm) exp(2πi k i / n) over the half spectrum: inner bins count once, not twice.
  backward(dy, { shape }, { n }) {
    const rows = wholeRows(shape, n);
    const frames = inverseFrames(dy, rows.rows, n, { bins: Math.floor(n / 2) + 1, inner: 0.5, edge: 1 });
    return [(rows.samples === n ? frames : gatherFrames(frames, null, rows, n)).view(shape)];
  },
});

/** Every row is one frame of n samples. */
export function wholeRows(shape: Shape, n: number): Framing {
  return { rows: sizeOf(shape.slice(0, -1)), samples: shape.at(-1)!, frames: 1, hop: n, pad: 0, mode: 'constant' };
}

export function checkSize(op: string, n: number): void {
  if (!Number.isInteger(n) || n < 1) throw new RangeError(`${op}: n must be a positive integer, got ${n}`);
}

export function rfftReference([x]: readonly [Nd], { n = x.shape.at(-1)! }: { n?: number } = {}): Nd {
  const samples = x.shape.at(-1)!;
  return nd([...x.shape.slice(0, -1), Math.floor(n / 2) + 1, 2], (index, at) => {
    const [k, part] = at.slice(-2) as [number, number];
    const row = Math.floor(index / (2 * (Math.floor(n / 2) + 1)));
    let total = 0;
    for (let i = 0; i < Math.min(n, samples); i++) {
      const angle = (2 * Math.PI * ((k * i) % n)) / n;
      total += x.data[row * samples + i]! * (part === 0 ? Math.cos(angle) : -Math.sin(angle));
    }
    return total;
  });
}
