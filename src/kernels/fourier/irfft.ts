import { ShapeError } from '../../tensor/engine/errors.ts';
import type { Nd } from '../../tensor/engine/nd.ts';
import { nd } from '../../tensor/engine/nd.ts';
import { defineOp } from '../../tensor/engine/op.ts';
import { formatShape, type Shape, sizeOf } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { forwardFrames, inverseFrames } from './realTransform.ts';
import { checkSize, wholeRows } from './rfft.ts';

/**
 * Real signals from their half spectra: spec [..., bins, 2] → [..., n], the inverse of `rfft`, 1 / n included.
 *
 * `n` defaults to 2 (bins - 1); bins past n / 2 are cut off, missing ones are 0. The imaginary parts of the first bin and
 * of the one at n / 2 do not count and get gradient 0.
 *
 * @throws ShapeError unless the last axis holds (re, im).
 * @throws RangeError unless n is a positive integer.
 */
export function irfft(spec: Tensor, { n }: { readonly n?: number } = {}): Tensor {
  return irfftOp([spec], { n: n ?? 2 * ((spec.shape.at(-2) ?? 0) - 1) });
}

const irfftOp = /* @__PURE__ */ defineOp({
  name: 'irfft',
  inputs: ['spec'],
  shape([spec]: readonly [Shape], { n }: { n: number }) {
    if (spec.length < 2 || spec.at(-1) !== 2) {
      throw new ShapeError(`irfft: spec must be [..., bins, 2] with (re, im) last, got ${formatShape(spec)}`);
    }
    checkSize('irfft', n);
    return [...spec.slice(0, -2), n];
  },
  forward([spec]: readonly [spec: Tensor], { n }) {
    const lead = spec.shape.slice(0, -2);
    const frames = inverseFrames(spec, sizeOf(lead), n, { bins: spec.shape.at(-2)!, inner: 1 / n, edge: 1 / n });
    return { y: frames.view([...lead, n]), saved: { shape: spec.shape } };
  },
  // Each inner bin stands for itself and its mirror image: twice the weight of an edge bin.
  backward(dy, { shape }, { n }) {
    const scaling = { bins: shape.at(-2)!, inner: 2 / n, edge: 1 / n };
    return [forwardFrames(dy, null, wholeRows(dy.shape, n), n, scaling).view(shape)];
  },
});

export function irfftReference([spec]: readonly [Nd], { n: size }: { n?: number } = {}): Nd {
  const bins = spec.shape.at(-2)!;
  const n = size ?? 2 * (bins - 1);
  return nd([...spec.shape.slice(0, -2), n], (index) => {
    const row = Math.floor(index / n);
    const i = index % n;
    let total = 0;
    for (let k = 0; k < bins && 2 * k <= n; k++) {
      const angle = (2 * Math.PI * ((k * i) % n)) / n;
      const at = 2 * (row * bins + k);
      if (k === 0 || 2 * k === n) total += spec.data[at]! * Math.cos(angle);
      else total += 2 * (spec.data[at]! * Math.cos(angle) - spec.data[at + 1]! * Math.sin(angle));
    }
    return total / n;
  });
}
