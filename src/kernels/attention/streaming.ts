import { classOf, type DeviceClass } from '../../tensor/engine/device/deviceClass.ts';
import { choose } from '../../tensor/engine/tuner.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { forwardQuad } from './forward.ts';
import { forwardBlock } from './forwardBlock.ts';
import { forwardRow } from './forwardRow.ts';
import { gradKeyValueBlock, gradQueryBlock } from './gradBlocks.ts';
import { gradKeyValueQuad } from './gradKeyValue.ts';
import { gradQueryQuad } from './gradQuery.ts';
import { gradKeyValueRow, gradQueryRow } from './gradRows.ts';
import type { Attention } from './problem.ts';
import { QUAD_CHUNKS } from './quads.ts';
import type { Rows } from './rows.ts';
import { rowTerms } from './rowTerms.ts';

/**
 * y = sigmoid(gate) · softmax(scale · q kᵀ + bias) v, with scores that live in registers only: queries × keys is never
 * stored. Returns each row's log-sum-exp, of base 2.
 * Milakov and Gimelshein 2018, https://arxiv.org/abs/1805.02867; Dao et al. 2022, https://arxiv.org/abs/2205.14135
 */
export function attend(problem: Attention, y: Rows): Tensor {
  const { batch, queries, keys, q, k, v, gate } = problem;
  const lse = q.first.derive([batch * queries], 'f32');
  const { bias, mask } = biasAndMask(problem);
  const read = { q: q.first, k: k.first, v: v.first, bias, mask, gate: gate?.first ?? null };
  const { scale, biasStep, maskStep } = scoreParams(problem);
  const steps = [q.step, k.step, v.step, y.step];
  const params = { batch, queries, keys, scale, biasStep, maskStep, steps, gateStep: gate?.step ?? 0 };
  const write = { y: y.first, lse };
  const [HEAD, VALUE] = [q.chunks, v.chunks];
  const variant = variantFor(problem, 'forward');
  if (variant === 'block') {
    forwardBlock(read, write, { ...params, channels: channelsOf(problem) }, { HEAD, VALUE });
    return lse;
  }
  if (variant === 'quad') {
    forwardQuad(read, write, params, { HEAD, VALUE, LANES: quadLanes(problem) });
    return lse;
  }
  const STAGED = variant === 'tile';
  const ROWS = STAGED && q.chunks + v.chunks <= 20 ? 2 : 1; // rows of queries and sums that fit into registers
  const LANES = STAGED ? tileLanes(queries, ROWS) : 64;
  forwardRow(read, write, params, { HEAD, VALUE, LANES, ROWS, TILE: tileRows(problem), STAGED });
  return lse;
}

export interface Upstream {
  readonly y: Rows;
  readonly dy: Rows;
  readonly lse: Tensor;
  /** Gets the gradient of the gate: a view shaped like the gate's. */
  readonly dgate: Tensor | null;
}

/** What the gradients need of each row; computes the gate's gradient on the way. */
export function upstreamTerms({ batch, queries, v, gate }: Attention, { y, dy, lse, dgate }: Upstream): Tensor {
  const terms = lse.derive([batch * queries, 4]);
  const read = { y: y.first, dy: dy.first, lse, gate: gate?.first ?? null };
  rowTerms(read, { terms, dgate }, { rows: batch * queries }, { VALUE: v.chunks });
  return terms;
}

/** Writes the gradient of q. */
export function gradQuery(problem: Attention, dy: Rows, terms: Tensor, dq: Rows): void {
  const { batch, queries, keys, q, k, v } = problem;
  const { bias, mask } = biasAndMask(problem);
  const read = { q: q.first, k: k.first, v: v.first, dy: dy.first, terms, bias, mask };
  const steps = [q.step, k.step, v.step, dy.step];
  const { scale, biasStep, maskStep } = scoreParams(problem);
  const [gradStep, gradScale] = [dq.step, problem.scale];
  const params = { batch, queries, keys, scale, biasStep, maskStep, steps, gradStep, gradScale };
  const [HEAD, VALUE] = [q.chunks, v.chunks];
  const variant = variantFor(problem, 'gradQuery');
  if (variant === 'block') {
    gradQueryBlock(read, { dq: dq.first }, { ...params, channels: channelsOf(problem) }, { HEAD, VALUE });
    return;
  }
  if (variant === 'quad') {
    gradQueryQuad(read, { dq: dq.first }, params, { HEAD, VALUE, LANES: quadLanes(problem) });
    return;
  }
  const STAGED = variant === 'tile';
  const LANES = STAGED ? tileLanes(queries, 1) : 64;
  gradQueryRow(read, { dq: dq.first }, params, { HEAD, VALUE, LANES, TILE: tileRows(problem), STAGED });
}

/** Writes the gradients of k and v: a row of dv starts `valueShift` chunks behind its row of dk. */
export function gradKeyValue(problem: Attention, dy: Rows, terms: Tensor, dkv: Rows, valueShift: number): void {
  const { batch, queries, keys, q, k, v } = problem;
  const { bias, mask } = biasAndMask(problem);
  const read = { q: q.first, k: k.first, v: v.first, dy: dy.first, terms, bias, mask };
  const steps = [q.step, k.step, v.step, dy.step];
  const { scale, biasStep, maskStep } = scoreParams(problem);
  const [gradStep, gradScale] = [dkv.step, problem.scale];
  const params = { batch, queries, keys, scale, biasStep, maskStep, steps, gradStep, gradScale, valueShift };
  const [HEAD, VALUE] = [q.chunks, v.chunks];
  const variant = variantFor(problem, 'gradKeyValue');
  if (variant === 'block') {
    gradKeyValueBlock(read, { dkv: dkv.first }, { ...params, channels: channelsOf(problem) }, { HEAD, VALUE });
    return;
  }
  if (variant === 'quad') {
    gradKeyValueQuad(read, { dkv: dkv.first }, params, { HEAD, VALUE, LANES: quadLanes(problem) });
    return;
  }
  const STAGED = variant === 'tile';
  const LANES = STAGED ? tileLanes(keys, 1) : 64;
  const fits = q.chunks + v.chunks <= 20; // k, v, dk and dv of a row in registers
  for (const [GRAD_K, GRAD_V] of fits ? [[true, true] as const] : [[true, false] as const, [false, true] as const]) {
    const constants = { HEAD, VALUE, LANES, TILE: tileRows(problem), STAGED, GRAD_K, GRAD_V };
    gradKeyValueRow(read, { dkv: dkv.first }, params, constants);
  }
}

function biasAndMask({ bias, mask }: Attention) {
  return { bias: bias?.first ?? null, mask: mask?.first ?? null };
}

/** What the scores of every pass are made with. */
function scoreParams({ scale, bias, mask }: Attention) {
  return { scale: scale * Math.LOG2E, biasStep: bias?.step ?? NO_STEP, maskStep: mask?.step ?? NO_STEP };
}

const NO_STEP = [0, 0] as const;

function channelsOf({ q, v }: Attention) {
  return [4 * q.chunks, 4 * v.chunks];
}

type Variant = 'block' | 'quad' | 'row' | 'tile';

/**
 * `block`: eight rows per invocation, for softgpu. `quad`: four rows per invocation, for drivers of processors. `tile`: a
 * row per invocation, in lockstep over tiles in workgroup memory, for GPUs. `row`: the same without workgroup memory, for
 * sequences too short to fill a workgroup.
 */
function variantFor({ q, v, queries, keys }: Attention, pass: string): Variant {
  const { device } = q.first;
  const isShort = Math.min(queries, keys) <= 16;
  const isWide = Math.max(q.chunks, v.chunks) > QUAD_CHUNKS;
  const fitsTiles = q.chunks + v.chunks <= MOST_IN_TILES;
  const variants: Variant[] = ['block', 'row'];
  if (!isWide) variants.push('quad');
  if (!isWide || fitsTiles) variants.push('tile');
  const fallback: Readonly<Record<DeviceClass, Variant>> = {
    softgpu: 'block',
    processor: isWide ? 'row' : 'quad',
    gpu: isShort || (isWide && !fitsTiles) ? 'row' : 'tile',
  };
  const key = `attention/${pass}/${isWide ? 'wide' : isShort ? 'short' : 'long'}`;
  return choose(device, key, variants, fallback[classOf(device)]);
}

const MOST_IN_TILES = 256; // chunks of a key and a value, of which four fit into 16 KiB of workgroup memory

function quadLanes({ q }: Attention): number {
  return q.first.device.kind === 'cpu' ? 16 : 64;
}

/** Invocations of a workgroup that owns rows of one sequence: 32 where 64 would leave over a tenth more idle. */
function tileLanes(rows: number, perInvocation: number): number {
  const covered = (lanes: number) => Math.ceil(rows / (lanes * perInvocation)) * lanes;
  return covered(32) < 0.9 * covered(64) ? 32 : 64;
}

/** Rows per tile, a multiple of 4, whose two parts fit into 8 KiB of workgroup memory. */
function tileRows({ q, v }: Attention): number {
  return Math.max(4, Math.min(64, Math.floor(512 / (q.chunks + v.chunks) / 4) * 4));
}
