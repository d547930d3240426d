import { dense, fill, packedCopy } from '../../tensor/engine/copy.ts';
import { classOf } from '../../tensor/engine/device/deviceClass.ts';
import { defineOp } from '../../tensor/engine/op.ts';
import { expectShape, type Shape } from '../../tensor/engine/shape.ts';
import { isGradEnabled } from '../../tensor/engine/tape.ts';
import { choose } from '../../tensor/engine/tuner.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { copyBlock } from '../indexing/copyBlock.ts';
import { gemm } from '../matmul/gemm.ts';
import { turned } from '../matmul/rows.ts';
import { sumTo } from '../reduce/sum.ts';
import { gruGradGroup, gruGradStep } from './gruBackward.ts';
import { gruGroup, gruStep, packColumns } from './gruForward.ts';

/**
 * The recurrence of one direction of one layer. projected [time, batch, 3 · hidden] holds the products with the inputs
 * and their bias; h0 [batch, hidden], or null for zeros. → the states [time, batch, hidden] and the last [batch, hidden].
 */
export function gruLayer(
  projected: Tensor,
  h0: Tensor | null,
  weight: Tensor,
  bias: Tensor | null,
  reverse: boolean,
): { readonly y: Tensor; readonly hN: Tensor } {
  const trained = isGradEnabled() && [projected, h0, weight, bias].some((input) => input?.requiresGrad);
  const [y, hN] = gruLayerOp([projected, h0, weight, bias], { reverse, trained });
  return { y, hN };
}

interface GruLayerAttributes {
  /** Runs from the last step to the first. */
  readonly reverse: boolean;
  /** Keeps the gates for a backward pass. */
  readonly trained: boolean;
}

type Inputs = readonly [projected: Tensor, h0: Tensor | null, weight: Tensor, bias: Tensor | null];

const gruLayerOp = /* @__PURE__ */ defineOp({
  name: 'gru',
  inputs: ['projected', 'h0', 'weight_hh', 'bias_hh'],
  shape(
    [projected, h0, weight, bias]: readonly [Shape, Shape | null, Shape, Shape | null],
    _attributes: GruLayerAttributes,
  ) {
    const [time, batch] = projected as readonly [number, number];
    const hidden = weight[1]!;
    expectShape('gru', { projected }, [time, batch, 3 * hidden]);
    expectShape('gru', { h0 }, [batch, hidden]);
    expectShape('gru', { weight_hh: weight }, [3 * hidden, hidden]);
    expectShape('gru', { bias_hh: bias }, [3 * hidden]);
    return [
      [time, batch, hidden],
      [batch, hidden],
    ];
  },
  forward([projected, h0, weight, bias]: Inputs, { reverse, trained }) {
    const sizes = sizesOf(projected, weight);
    const { time, batch, hidden } = sizes;
    const states = startStates(projected, h0, sizes, reverse);
    // Gates r, z, n, and W_hn h + b_hn, which the gradient of r needs.
    const gates = trained ? projected.derive([time, batch, 4, hidden]) : null;
    runForward({ projected, weight, bias, states, gates }, sizes, reverse);
    const y = states.view([time, batch, hidden], states.strides, slotOffset(sizes, reverse ? 0 : 1));
    const hN = slot(states, sizes, reverse ? 0 : time);
    return { y: [y, hN] as const, saved: { weight, states, gates, biased: bias !== null } };
  },
  // With dh the gradient of a state from y and from the step behind it, a = W_hn h + b_hn, and ' for what the gates'
  // functions are of:
  //   dn' = dh (1 - z) (1 - n²)    dz' = dh (h - n) z (1 - z)    dr' = dn' a r (1 - r)    da = dn' r
  //   dprojected = (dr', dz', dn')    dh of the step before = dh z + (dr', dz', da) · W
  //   dW = Σ over steps of (dr', dz', da)ᵀ · h
  backward([dy, dhN]: readonly [Tensor, Tensor], { weight, states, gates, biased }, { reverse }, needs) {
    const sizes = sizesOf(dy, weight);
    const { time, batch, hidden } = sizes;
    // (dr', dz', dn', dr', dz', da): both triples whole, so that each is an operand of a product as it lies.
    const dgates = dy.derive([time, batch, 6 * hidden]);
    const carry = packedCopy(dhN);
    runBackward({ weight, gates: gates!, states, dy, dgates, carry }, sizes, reverse);
    const rows = dgates.view([time * batch, 3 * hidden], [6 * hidden, 1], 3 * hidden);
    const before = states.view([time * batch, hidden], [hidden, 1], slotOffset(sizes, reverse ? 1 : 0));
    const dweight = needs[2] ? weight.derive(weight.shape) : null;
    if (dweight) gemm(turned(rows), before, dweight);
    const dprojected = dgates.view([time, batch, 3 * hidden], dgates.strides, 0);
    const dbias = needs[3] && biased ? sumTo(rows, [3 * hidden]) : null;
    return [needs[0] ? dprojected : null, needs[1] ? carry : null, dweight, dbias];
  },
});

interface Sizes {
  readonly time: number;
  readonly batch: number;
  readonly hidden: number;
}

function sizesOf(steps: Tensor, weight: Tensor): Sizes {
  return { time: steps.shape[0]!, batch: steps.shape[1]!, hidden: weight.shape[1]! };
}

/**
 * Room for the states before and after all steps, [time + 1, batch, hidden], with h0 in its place. The state after step t
 * lies at t + 1, or at t when time runs backward: the states before and those after are both views of it.
 */
function startStates(like: Tensor, h0: Tensor | null, sizes: Sizes, reverse: boolean): Tensor {
  const states = like.derive([sizes.time + 1, sizes.batch, sizes.hidden]);
  copyBlock(h0 ?? zerosFor(like, sizes), slot(states, sizes, reverse ? sizes.time : 0));
  return states;
}

function zerosFor(like: Tensor, { batch, hidden }: Sizes): Tensor {
  const zero = like.derive([]);
  fill(zero, 0);
  return zero.view([batch, hidden], [0, 0]);
}

function slotOffset({ batch, hidden }: Sizes, index: number): number {
  return index * batch * hidden;
}

function slot(states: Tensor, sizes: Sizes, index: number): Tensor {
  return states.view([sizes.batch, sizes.hidden], [sizes.hidden, 1], slotOffset(sizes, index));
}

const MOST_IN_GROUP = 256; // units of a state that a workgroup keeps, one per invocation

/**
 * A launch per step; or one workgroup per row of the batch that keeps the state and walks the steps. A barrier costs a
 * processor more than a launch, and larger states do not fit a workgroup.
 */
function variantFor(x: Tensor, hidden: number): 'steps' | 'group' {
  if (hidden > MOST_IN_GROUP) return 'steps';
  const key = `gru/${hidden <= 64 ? 'small' : 'large'}`;
  return choose(x.device, key, ['steps', 'group'], x.device.kind === 'cpu' ? 'steps' : 'group');
}

function unitsFor(hidden: number): 32 | 64 | 128 | 256 {
  if (hidden <= 32) return 32;
  if (hidden <= 64) return 64;
  return hidden <= 128 ? 128 : 256;
}

/** Rows of the batch per invocation of a step, and invocations of a workgroup: on softgpu one, that needs no company. */
function layoutFor({ device }: Tensor, batch: number): { readonly ROWS: 1 | 4; readonly LANES: number } {
  return { ROWS: batch < 4 ? 1 : 4, LANES: classOf(device) === 'softgpu' ? 1 : 16 };
}

/** weight[i · step + j · block + c · column] as [rows, blocks, columns], columns filled up with zeros to a multiple of 4. */
function packed(weight: Tensor, rows: number, blocks: number, [step, block, column]: readonly number[]): Tensor {
  const columns = weight.shape[1]!;
  const padded = 4 * Math.ceil(columns / 4);
  const y = weight.derive([rows, blocks, padded]);
  packColumns(
    { weight },
    { y },
    { size: y.size, blocks, columns, padded, step: step!, block: block!, column: column! },
  );
  return y;
}

interface ForwardTensors {
  readonly projected: Tensor;
  readonly weight: Tensor;
  readonly bias: Tensor | null;
  readonly states: Tensor;
  readonly gates: Tensor | null;
}

function runForward({ weight, states, gates, ...read }: ForwardTensors, sizes: Sizes, reverse: boolean): void {
  const { time, batch, hidden } = sizes;
  const byUnit = packed(weight, hidden, 3, [1, hidden * hidden, hidden]);
  const inputs = { ...read, weight: byUnit };
  if (variantFor(states, hidden) === 'group') {
    const params = { time, batch, hidden, padded: byUnit.shape[2]!, reverse: Number(reverse) };
    gruGroup(inputs, { states, gates }, params, { UNITS: unitsFor(hidden) });
    return;
  }
  const quads = byUnit.shape[2]! / 4;
  const constants = layoutFor(states, batch);
  for (let step = 0; step < time; step++) {
    const t = reverse ? time - 1 - step : step;
    const places = reverse ? { before: t + 1, after: t } : { before: t, after: t + 1 };
    gruStep(inputs, { states, gates }, { t, ...places, batch, hidden, quads }, constants);
  }
}

interface BackwardTensors {
  readonly weight: Tensor;
  readonly gates: Tensor;
  readonly states: Tensor;
  readonly dy: Tensor;
  readonly dgates: Tensor;
  /** The gradient of the last state; becomes that of h0. */
  readonly carry: Tensor;
}

function runBackward(tensors: BackwardTensors, sizes: Sizes, reverse: boolean): void {
  const { weight, gates, states, dgates, carry } = tensors;
  const { time, batch, hidden } = sizes;
  const byGate = packed(weight, 3 * hidden, 1, [hidden, 0, 1]);
  const inputs = { weight: byGate, gates, states, dy: dense(tensors.dy) };
  if (variantFor(states, hidden) === 'group') {
    const params = { time, batch, hidden, padded: byGate.shape[2]!, reverse: Number(reverse) };
    gruGradGroup(inputs, { dgates, carry }, params, { UNITS: unitsFor(hidden) });
    return;
  }
  const quads = byGate.shape[2]! / 4;
  const constants = layoutFor(states, batch);
  // Launch i finishes the step that launch i - 1 began, and begins the next: time + 1 launches for time steps.
  for (let i = 0; i <= time; i++) {
    const t = reverse ? i : time - 1 - i;
    const behind = reverse ? t - 1 : t + 1;
    const ends = { finish: Number(i > 0), begin: Number(i < time) };
    const params = { t, behind, before: reverse ? t + 1 : t, ...ends, batch, hidden, quads };
    gruGradStep(inputs, { dgates, carry }, params, constants);
  }
}
