import { ShapeError } from '../../tensor/engine/errors.ts';
import { defineKernel } from '../../tensor/engine/kernel.ts';
import type { Nd } from '../../tensor/engine/nd.ts';
import { indexOf, nd } from '../../tensor/engine/nd.ts';
import { defineOp } from '../../tensor/engine/op.ts';
import { broadcastShapes, formatShape, type Shape } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { sumTo } from '../reduce/sum.ts';
import { expanded } from '../view/expand.ts';

/**
 * Product of complex numbers: a [..., 2] · b [..., 2], or a · conj(b) with `conjugate`. The axes before (re, im) broadcast.
 *
 * @throws ShapeError unless both end in (re, im) and their shapes broadcast.
 */
export function complexMul(a: Tensor, b: Tensor, { conjugate = false }: { readonly conjugate?: boolean } = {}): Tensor {
  return complexMulOp([a, b], { conjugate });
}

const complexMulOp = /* @__PURE__ */ defineOp({
  name: 'complexMul',
  inputs: ['a', 'b'],
  strided: true,
  shape([a, b]: readonly [Shape, Shape], _: { conjugate: boolean }) {
    for (const [name, shape] of Object.entries({ a, b })) {
      if (shape.at(-1) !== 2) {
        throw new ShapeError(`complexMul: ${name} must be [..., 2] with (re, im) last, got ${formatShape(shape)}`);
      }
    }
    return broadcastShapes('complexMul', a, b);
  },
  forward([a, b]: readonly [a: Tensor, b: Tensor], { conjugate }) {
    return { y: product(a, b, { conjugateB: conjugate }), saved: { a, b } };
  },
  // With complex dy = dRe + i dIm: da = dy · conj(b), db = dy · conj(a); for a · conj(b): da = dy · b, db = a · conj(dy).
  backward(dy, { a, b }, { conjugate }, [needsA, needsB]) {
    const da = needsA ? product(dy, b, { conjugateB: !conjugate }) : null;
    const db = needsB
      ? conjugate
        ? product(a, dy, { conjugateB: true })
        : product(dy, a, { conjugateB: true })
      : null;
    return [da && sumTo(da, a.shape), db && sumTo(db, b.shape)];
  },
});

function product(a: Tensor, b: Tensor, { conjugateB }: { conjugateB: boolean }): Tensor {
  const shape = broadcastShapes('complexMul', a.shape, b.shape);
  const y = a.derive(shape);
  multiply({ a: expanded(a, shape), b: expanded(b, shape) }, { y }, { size: y.size / 2, sign: conjugateB ? -1 : 1 });
  return y;
}

export const multiply = /* @__PURE__ */ defineKernel({
  name: 'complexMul.multiply',
  read: { a: 'strided f32', b: 'strided f32' },
  write: { y: 'vec2f' },
  params: { size: 'u32', sign: 'f32' },
  workgroup: 64,
  grid: ({ size }) => Math.ceil(size / 64),
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i >= params.size) { return; }
  let p = vec2f(a[viewIndex(params.a, 2u * i)], a[viewIndex(params.a, 2u * i + 1u)]);
  let q = vec2f(b[viewIndex(params.b, 2u * i)], params.sign * b[viewIndex(params.b, 2u * i + 1u)]);
  y[i] = vec2f(p.x * q.x - p.y * q.y, p.x * q.y + p.y * q.x);
}`,
});

export function complexMulReference(
  [a, b]: readonly [Nd, Nd],
  { conjugate = false }: { conjugate?: boolean } = {},
): Nd {
  return nd(broadcastShapes('complexMul', a.shape, b.shape), (_, at) => {
    const [re, im] = [at.with(-1, 0), at.with(-1, 1)];
    const [ar, ai] = [a.data[indexOf(a.shape, re)]!, a.data[indexOf(a.shape, im)]!];
    const [br, bi] = [b.data[indexOf(b.shape, re)]!, b.data[indexOf(b.shape, im)]! * (conjugate ? -1 : 1)];
    return at.at(-1) === 0 ? ar * br - ai * bi : ar * bi + ai * br;
  });
}
