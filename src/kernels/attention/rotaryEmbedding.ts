import { ShapeError } from '../../tensor/engine/errors.ts';
import { defineKernel } from '../../tensor/engine/kernel.ts';
import { indexOf, type Nd, nd } from '../../tensor/engine/nd.ts';
import { defineOp } from '../../tensor/engine/op.ts';
import { formatShape, resolveDim, type Shape, sizeOf } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { rotaryTable } from './rotaryTable.ts';
import { isAligned, rowsOf } from './rows.ts';

export interface RotaryOptions {
  /** The axis of positions 0, 1, …; not the last one. */
  readonly dim: number;
  /** The wavelengths in radians per position run from 1 to almost `base`. At least 1. */
  readonly base?: number;
  /** Rotates pairs (2j, 2j+1), as the paper does; otherwise pairs (j, j + d/2), as LLaMA does. */
  readonly interleaved?: boolean;
}

/**
 * Rotary position embedding: the last axis, of even extent d, is read as d/2 pairs, and pair j of position t is rotated
 * by the angle t · base^(-2j/d). The dot product of two rotated rows depends on the difference of their positions.
 * Su et al. 2021, https://arxiv.org/abs/2104.09864, equation 34.
 *
 * Angles keep their precision at any position. The gradient is the rotation by the negative angle.
 *
 * @throws ShapeError when the last axis is odd, RangeError when `dim` is no other axis than the last or base < 1.
 */
export function rotaryEmbedding(x: Tensor, { dim, base = 10_000, interleaved = true }: RotaryOptions): Tensor {
  return rotaryOp([x], { dim: resolveDim('rotaryEmbedding', dim, x.ndim), base, interleaved });
}

const rotaryOp = /* @__PURE__ */ defineOp({
  name: 'rotaryEmbedding',
  inputs: ['x'],
  strided: true,
  shape([x]: readonly [Shape], { dim, base }: Required<RotaryOptions>) {
    if (dim === x.length - 1) {
      throw new RangeError(
        `rotaryEmbedding: dim must be an axis of positions, got the last axis of ${formatShape(x)}, which is rotated`,
      );
    }
    checkRotary('rotaryEmbedding', x[x.length - 1]!, base);
    return x;
  },
  forward([x]: readonly [x: Tensor], { dim, base, interleaved }) {
    const y = x.derive(x.shape);
    const table = rotaryTable(x, x.shape[dim]!, x.shape[x.ndim - 1]!, base);
    const inner = sizeOf(x.shape.slice(dim + 1, -1));
    rotateRows(x, y, { table, inner, interleaved, inverse: false });
    return { y, saved: { table, inner } };
  },
  backward(dy, { table, inner }, { interleaved }) {
    const dx = dy.derive(dy.shape);
    rotateRows(dy, dx, { table, inner, interleaved, inverse: true });
    return [dx];
  },
});

/** Throws when rows of this extent cannot be rotated. */
export function checkRotary(op: string, extent: number, base: number): void {
  if (extent % 2 !== 0) throw new ShapeError(`${op}: rotated rows must have an even extent, got ${extent}`);
  if (!(base >= 1 && base < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`${op}: base must be a finite number of at least 1, got ${base}`);
  }
}

export interface Rotation {
  /** From `rotaryTable`: [positions, d / 2, 2]. */
  readonly table: Tensor;
  /** Rows that share a position before the next position comes. */
  readonly inner: number;
  readonly interleaved: boolean;
  readonly inverse: boolean;
}

/** Rotates the rows of `x` into `y`, a view of the same shape; without `x` the rows of `y` in place. */
export function rotateRows(x: Tensor | null, y: Tensor, { table, inner, interleaved, inverse }: Rotation): void {
  const extent = y.shape[y.ndim - 1]!;
  const rows = sizeOf(y.shape.slice(0, -1));
  const positions = table.shape[0]!;
  const turn = inverse ? -1 : 1;
  const whole = extent % (interleaved ? 4 : 8) === 0;
  if (whole && isAligned(y) && (x === null || isAligned(x))) {
    const from = x && rowsOf(x);
    const to = rowsOf(y);
    // On a GPU neighboring invocations share a row, so that their reads join; on a processor one does a run of rows and
    // finds the place of the first only.
    const onGpu = y.device.kind === 'gpu';
    const along = Math.max(y.shape[y.ndim - 2] ?? 1, 1);
    const run = onGpu ? 1 : Math.min(along, RUN);
    const parts = onGpu ? to.chunks / (interleaved ? 1 : 2) : 1;
    const runs = Math.ceil(along / run);
    rotateChunks(
      { x: from?.first ?? null, table },
      { y: to.first },
      {
        size: (rows / along) * runs * parts,
        parts,
        runs,
        run,
        along,
        xStep: from?.step ?? 0,
        yStep: to.step,
        positions,
        inner,
        turn,
      },
      { CHUNKS: to.chunks, INTERLEAVED: interleaved, ALONE: !onGpu },
    );
    return;
  }
  const [pairStep, partner] = interleaved ? [2, 1] : [1, extent / 2];
  const size = (rows * extent) / 2;
  rotatePairs({ x, table }, { y }, { size, extent, pairStep, partner, positions, inner, turn });
}

const RUN = 8;

export const rotateChunks = /* @__PURE__ */ defineKernel({
  name: 'rotaryEmbedding.chunks',
  read: { x: 'strided vec4f?', table: 'vec4f' },
  write: { y: 'strided vec4f' },
  params: {
    size: 'u32',
    parts: 'u32',
    runs: 'u32',
    run: 'u32',
    along: 'u32', // rows along the last axis of rows, which has the steps below
    xStep: 'u32',
    yStep: 'u32',
    positions: 'u32',
    inner: 'u32',
    turn: 'f32',
  },
  constants: { CHUNKS: { tested: [2, 8] }, INTERLEAVED: [true, false], ALONE: [true, false] }, // ALONE: parts is 1
  workgroup: 64,
  grid: ({ size }) => Math.ceil(size / 64),
  wgsl: /* wgsl */ `
fn chunk(at: u32) -> vec4f {
  if (HAS_X) { return x[at]; }
  return y[at];
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i >= params.size) { return; }
  let unit = i / params.parts;
  let start = (unit % params.runs) * params.run;
  let head = (unit / params.runs) * params.along;
  var yAt = viewIndex(params.y, head) + start * params.yStep;
  var xAt = yAt;
  if (HAS_X) { xAt = viewIndex(params.x, head) + start * params.xStep; }
  let sign = vec4f(-params.turn, params.turn, -params.turn, params.turn);
  for (var n = start; n < min(start + params.run, params.along); n++) {
    let angles = (((head + n) / params.inner) % params.positions) * CHUNKS;
    let parts = select(params.parts, 1u, ALONE);
    for (var c = i % parts; c < select(CHUNKS / 2u, CHUNKS, INTERLEAVED); c += parts) {
      if (INTERLEAVED) {
        let a = chunk(xAt + c);
        let angle = table[angles + c];
        y[yAt + c] = a * angle.xxzz + a.yxwz * (sign * angle.yyww);
      } else {
        let a = chunk(xAt + c);
        let b = chunk(xAt + CHUNKS / 2u + c);
        let low = table[angles + 2u * c];
        let high = table[angles + 2u * c + 1u];
        let cosine = vec4f(low.xz, high.xz);
        let sine = params.turn * vec4f(low.yw, high.yw);
        y[yAt + c] = a * cosine - b * sine;
        y[yAt + CHUNKS / 2u + c] = b * cosine + a * sine;
      }
    }
    yAt += params.yStep;
    if (HAS_X) { xAt += params.xStep; } else { xAt = yAt; }
  }
}`,
});

export const rotatePairs = /* @__PURE__ */ defineKernel({
  name: 'rotaryEmbedding.pairs',
  read: { x: 'strided f32?', table: 'vec2f' },
  write: { y: 'strided f32' },
  params: { size: 'u32', extent: 'u32', pairStep: 'u32', partner: 'u32', positions: 'u32', inner: 'u32', turn: 'f32' },
  workgroup: 64,
  grid: ({ size }) => Math.ceil(size / 64),
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i >= params.size) { return; }
  let pairs = params.extent / 2u;
  let row = i / pairs;
  let pair = i % pairs;
  let first = row * params.extent + pair * params.pairStep;
  let second = first + params.partner;
  let angle = table[((row / params.inner) % params.positions) * pairs + pair];
  let firstAt = viewIndex(params.y, first);
  let secondAt = viewIndex(params.y, second);
  var value = vec2f();
  if (HAS_X) {
    value = vec2f(x[viewIndex(params.x, first)], x[viewIndex(params.x, second)]);
  } else {
    value = vec2f(y[firstAt], y[secondAt]);
  }
  let sine = angle.y * params.turn;
  y[firstAt] = value.x * angle.x - value.y * sine;
  y[secondAt] = value.y * angle.x + value.x * sine;
}`,
});

export function rotaryEmbeddingReference(
  [x]: readonly [Nd],
  { dim, base = 10_000, interleaved = true }: RotaryOptions,
): Nd {
  const last = x.shape.length - 1;
  const extent = x.shape[last]!;
  return nd(x.shape, (i, at) => {
    const c = at[last]!;
    const pair = interleaved ? c >> 1 : c % (extent / 2);
    const isFirst = interleaved ? c % 2 === 0 : c < extent / 2;
    const partner = interleaved ? c ^ 1 : (c + extent / 2) % extent;
    const angle = at.at(dim)! * base ** ((-2 * pair) / extent);
    const other = x.data[indexOf(x.shape, at.with(last, partner))]!;
    return x.data[i]! * Math.cos(angle) + (isFirst ? -1 : 1) * other * Math.sin(angle);
  });
}
