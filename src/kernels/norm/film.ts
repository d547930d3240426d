import { ShapeError } from '../../tensor/engine/errors.ts';
import { defineKernel } from '../../tensor/engine/kernel.ts';
import { type Nd, nd } from '../../tensor/engine/nd.ts';
import { defineOp } from '../../tensor/engine/op.ts';
import { expectShape, formatShape, type Shape, sizeOf } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { dotFold } from '../reduce/dot.ts';
import { fold, result } from '../reduce/fold.ts';
import { sumFold } from '../reduce/sum.ts';
import { packed, type RowPacking } from './normRows.ts';

/**
 * Feature-wise linear modulation: gamma · x + beta, the same for all positions of one batch entry. Perez et al. 2017,
 * https://arxiv.org/abs/1709.07871
 *
 * x [batch, ..., channels], gamma and beta [batch, channels] → the shape of x.
 *
 * @throws ShapeError when x has fewer than two axes, or gamma or beta is not [batch, channels].
 */
export function film(x: Tensor, gamma: Tensor, beta: Tensor): Tensor {
  return filmOp([x, gamma, beta], {});
}

const filmOp = /* @__PURE__ */ defineOp({
  name: 'film',
  inputs: ['x', 'gamma', 'beta'],
  dtypes: ['f32', 'f16'],
  shape([x, gamma, beta]: readonly [Shape, Shape, Shape], _: object) {
    if (x.length < 2) throw new ShapeError(`film: x must be [batch, ..., channels], got ${formatShape(x)}`);
    expectShape('film', { gamma, beta }, [x[0]!, x[x.length - 1]!]);
    return x;
  },
  forward([x, gamma, beta]: readonly [x: Tensor, gamma: Tensor, beta: Tensor]) {
    return { y: modulated(x, gamma, beta), saved: { x, gamma } };
  },
  // dx = gamma · dy; dgamma and dbeta sum dy · x and dy over the positions.
  backward(dy, { x, gamma }, _, [needsX, needsGamma, needsBeta]) {
    const shape = positions(x.shape);
    const dys = dy.view(shape);
    const dgamma = () => result(fold(dotFold, { x: x.view(shape), z: dys, dims: [1] }), gamma.shape, x.dtype);
    const dbeta = () => result(fold(sumFold, { x: dys, dims: [1] }), gamma.shape, x.dtype);
    return [needsX ? modulated(dy, gamma, null) : null, needsGamma ? dgamma() : null, needsBeta ? dbeta() : null];
  },
});

function modulated(x: Tensor, gamma: Tensor, beta: Tensor | null): Tensor {
  const y = x.derive(x.shape);
  const [batch, middle, channels] = positions(x.shape);
  const packing = channels % 4 === 0 ? 'four' : 'one';
  const cols = packing === 'four' ? channels / 4 : channels;
  const ROWS = x.device.kind === 'cpu' ? 16 : 4;
  filmApply[packing](
    { x, gamma, beta },
    { y },
    { batch, middle, cols, blocks: Math.ceil(middle / ROWS) },
    { T: x.dtype as 'f32' | 'f16', ROWS },
  );
  return y;
}

/** [batch, positions, channels] */
function positions(shape: Shape): [number, number, number] {
  return [shape[0]!, sizeOf(shape.slice(1, -1)), shape[shape.length - 1]!];
}

/* @__NO_SIDE_EFFECTS__ */
function applyKernel({ element, suffix, wgsl }: RowPacking) {
  return defineKernel({
    name: `film.apply${suffix}`,
    read: { x: element, gamma: element, beta: `${element}?` },
    write: { y: element },
    params: { batch: 'u32', middle: 'u32', cols: 'u32', blocks: 'u32' },
    constants: { T: ['f32', 'f16'], ROWS: { tested: [4, 16] } },
    workgroup: 64,
    grid: ({ batch, cols, blocks }) => Math.ceil((batch * cols * blocks) / 64),
    functions: wgsl,
    // One invocation stays in its column for ROWS positions, so that gamma and beta are read once.
    wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  let column = i % params.cols;
  let block = i / params.cols % params.blocks;
  let batch = i / params.cols / params.blocks;
  if (batch >= params.batch) { return; }
  let scale = V(gamma[batch * params.cols + column]);
  var shift = V();
  if (HAS_BETA) { shift = V(beta[batch * params.cols + column]); }
  let end = min((block + 1u) * ROWS, params.middle);
  for (var row = block * ROWS; row < end; row++) {
    let at = (batch * params.middle + row) * params.cols + column;
    y[at] = E(V(x[at]) * scale + shift);
  }
}`,
  });
}

export const filmApply = /* @__PURE__ */ packed(applyKernel);

export function filmReference([x, gamma, beta]: readonly [Nd, Nd, Nd]): Nd {
  const channels = gamma.shape[1]!;
  return nd(x.shape, (i, at) => {
    const condition = at[0]! * channels + (i % channels);
    return gamma.data[condition]! * x.data[i]! + beta.data[condition]!;
  });
}
