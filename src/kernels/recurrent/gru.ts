import { type Nd, nd } from '../../tensor/engine/nd.ts';
import { isTensor, tidy } from '../../tensor/engine/scope.ts';
import { expectRank, expectShape } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { concat } from '../indexing/concat.ts';
import { stack } from '../indexing/stack.ts';
import { linear } from '../matmul/linear.ts';
import { transpose } from '../view/permute.ts';
import { reshape } from '../view/reshape.ts';
import { slice } from '../view/slice.ts';
import { gruLayer } from './gruLayer.ts';

export interface GruOptions {
  /** Units of the state. */
  readonly hidden: number;
  /** Layers, each on the outputs of the one below. Default 1. */
  readonly layers?: number;
  /** Whether a second pass per layer runs from the last step to the first. Default false. */
  readonly bidirectional?: boolean;
  /** Whether x and y are [batch, time, ...]; otherwise [time, batch, ...]. Default true. */
  readonly batchFirst?: boolean;
}

/**
 * By PyTorch's names: weight_ih_l0 [3 · hidden, features], weight_hh_l0 [3 · hidden, hidden], bias_ih_l0 and bias_hh_l0
 * [3 · hidden], the same with l1 and so on for higher layers, and with `_reverse` at the end for the second direction.
 * Rows are the gates r, z, n one after another. Biases may be left out.
 */
export type GruWeights = Readonly<Record<string, Tensor>> | ReadonlyMap<string, Tensor>;

export interface GruResult {
  /** The states of the last layer at all steps, both directions side by side: [batch, time, directions · hidden]. */
  readonly y: Tensor;
  /** The last state of each pass: [layers · directions, batch, hidden]; forward before reverse in each layer. */
  readonly hN: Tensor;
}

/**
 * Gated recurrent units. Cho et al. 2014, https://arxiv.org/abs/1406.1078, with the reset gate behind the product:
 *
 *   r = σ(W_ir x + b_ir + W_hr h + b_hr)      z = σ(W_iz x + b_iz + W_hz h + b_hz)
 *   n = tanh(W_in x + b_in + r · (W_hn h + b_hn))      h' = (1 - z) · n + z · h
 *
 * x [batch, time, features]; h0 [layers · directions, batch, hidden], or null for zeros. The weights are a record or map
 * of names, or tensors in PyTorch's order: per layer and direction weight_ih, weight_hh, bias_ih, bias_hh. f32. Over no
 * steps at all, hN is h0.
 *
 * @throws ShapeError when a tensor does not fit; RangeError when hidden or layers is not a positive integer; TypeError
 * when a weight is missing or not used.
 */
export function gru(x: Tensor, h0: Tensor | null, weights: GruWeights, options: GruOptions): GruResult;
export function gru(
  x: Tensor,
  h0: Tensor | null,
  ...weightsAndOptions: [...weights: Tensor[], options: GruOptions]
): GruResult;
export function gru(x: Tensor, h0: Tensor | null, ...rest: readonly (Tensor | GruWeights | GruOptions)[]): GruResult {
  const given = rest.slice(0, -1);
  const { hidden, layers = 1, bidirectional = false, batchFirst = true } = rest[rest.length - 1] as GruOptions;
  for (const [name, value] of Object.entries({ hidden, layers })) {
    if (!Number.isInteger(value) || value < 1) {
      throw new RangeError(`gru: ${name} must be a positive integer, got ${value}`);
    }
  }
  expectRank('gru', 'x', x.shape, 3, batchFirst ? '[batch, time, features]' : '[time, batch, features]');
  const passes = passNames(layers, bidirectional);
  const weights = given.some(isTensor) ? byPosition(given as Tensor[], passes) : byName(given[0] as GruWeights, passes);
  checkShapes(x, h0, weights, passes, { hidden, layers, bidirectional, batchFirst });
  return tidy(() => {
    let input = batchFirst ? transpose(x, 0, 1) : x;
    const last: Tensor[] = [];
    for (let layer = 0; layer < layers; layer++) {
      const directions = passes
        .filter((pass) => pass.layer === layer)
        .map((pass) => {
          const { y, hN } = runPass(input, h0 && stateOf(h0, last.length), weights, pass);
          last.push(hN);
          return y;
        });
      input = directions.length === 1 ? directions[0]! : concat(directions, { dim: 2 });
    }
    return { y: batchFirst ? transpose(input, 0, 1) : input, hN: stack(last, { dim: 0 }) };
  });
}

/** One direction of one layer. */
interface Pass {
  readonly layer: number;
  readonly reverse: boolean;
  /** Names of weight_ih, weight_hh, bias_ih and bias_hh. */
  readonly names: readonly [string, string, string, string];
}

function passNames(layers: number, bidirectional: boolean): Pass[] {
  const directions = bidirectional ? [false, true] : [false];
  return Array.from({ length: layers }, (_, layer) =>
    directions.map((reverse): Pass => {
      const suffix = `_l${layer}${reverse ? '_reverse' : ''}`;
      return {
        layer,
        reverse,
        names: [`weight_ih${suffix}`, `weight_hh${suffix}`, `bias_ih${suffix}`, `bias_hh${suffix}`],
      };
    }),
  ).flat();
}

function byPosition(tensors: readonly Tensor[], passes: readonly Pass[]): ReadonlyMap<string, Tensor> {
  const biased = tensors.length !== 2 * passes.length;
  const names = passes.flatMap((pass) => pass.names.slice(0, biased ? 4 : 2));
  if (tensors.length !== names.length) {
    throw new TypeError(
      `gru: needs ${names.length} weights, or ${2 * passes.length} without biases, got ${tensors.length}: check layers and bidirectional`,
    );
  }
  return new Map(tensors.map((tensor, i) => [names[i]!, tensor]));
}

function byName(weights: GruWeights, passes: readonly Pass[]): ReadonlyMap<string, Tensor> {
  const map: ReadonlyMap<string, Tensor> =
    weights instanceof Map ? weights : new Map<string, Tensor>(Object.entries(weights));
  const used = passes.flatMap(({ names }) => names);
  const extra = [...map.keys()].find((name) => !used.includes(name));
  if (extra !== undefined) {
    throw new TypeError(`gru: weights has ${extra}, which nothing reads: check layers and bidirectional`);
  }
  return map;
}

function checkShapes(
  x: Tensor,
  h0: Tensor | null,
  weights: ReadonlyMap<string, Tensor>,
  passes: readonly Pass[],
  { hidden, batchFirst, bidirectional }: Required<GruOptions>,
): void {
  const batch = x.shape[batchFirst ? 0 : 1]!;
  expectShape('gru', { h0: h0?.shape ?? null }, [passes.length, batch, hidden]);
  for (const { layer, names } of passes) {
    const inputs = layer === 0 ? x.shape[2]! : hidden * (bidirectional ? 2 : 1);
    const [ih, hh, ...biases] = names;
    for (const name of [ih, hh]) if (!weights.has(name)) throw new TypeError(`gru: weights must have ${name}`);
    expectShape('gru', { [ih]: weights.get(ih)!.shape }, [3 * hidden, inputs]);
    expectShape('gru', { [hh]: weights.get(hh)!.shape }, [3 * hidden, hidden]);
    for (const name of biases) expectShape('gru', { [name]: weights.get(name)?.shape ?? null }, [3 * hidden]);
  }
}

function stateOf(h0: Tensor, pass: number): Tensor {
  return reshape(slice(h0, 0, pass, pass + 1), h0.shape.slice(1));
}

function runPass(
  x: Tensor,
  h0: Tensor | null,
  weights: ReadonlyMap<string, Tensor>,
  { names, reverse }: Pass,
): GruResult {
  const [weightIh, weightHh, biasIh, biasHh] = names.map((name) => weights.get(name) ?? null);
  // Nothing in the products with x waits for the step before: one product does them for all steps.
  const projected = linear(x, weightIh!, biasIh!);
  return gruLayer(projected, h0, weightHh!, biasHh!, reverse);
}

/** x, h0 and the weights in PyTorch's order, with biases → y and hN. */
export function gruReference(
  [x, h0, ...weights]: readonly Nd[],
  { hidden, layers = 1, bidirectional = false, batchFirst = true }: GruOptions,
): [y: Nd, hN: Nd] {
  const [batch, time] = batchFirst ? [x!.shape[0]!, x!.shape[1]!] : [x!.shape[1]!, x!.shape[0]!];
  const directions = bidirectional ? 2 : 1;
  const hN = nd([layers * directions, batch, hidden], () => 0);
  let input = (b: number, t: number, i: number) =>
    x!.data[(batchFirst ? b * time + t : t * batch + b) * x!.shape[2]! + i]!;
  let y = nd([batch, time, directions * hidden], () => 0);
  for (let pass = 0; pass < layers * directions; pass++) {
    const reverse = pass % directions === 1;
    if (!reverse) y = nd(y.shape, () => 0);
    for (let b = 0; b < batch; b++) {
      const at = (pass * batch + b) * hidden;
      let h = Array.from(h0!.data.subarray(at, at + hidden));
      for (let step = 0; step < time; step++) {
        const t = reverse ? time - 1 - step : step;
        h = cellReference((i) => input(b, t, i), h, weights.slice(4 * pass, 4 * pass + 4));
        y.data.set(h, (b * time + t) * directions * hidden + (reverse ? hidden : 0));
      }
      hN.data.set(h, at);
    }
    const below = y;
    const turned = pass % directions === directions - 1;
    if (turned) input = (b, t, i) => below.data[(b * time + t) * directions * hidden + i]!;
  }
  const laid = batchFirst ? y.shape : [time, batch, directions * hidden];
  return [nd(laid, (_, [p, q, i]) => input(batchFirst ? p! : q!, batchFirst ? q! : p!, i!)), hN];
}

function cellReference(x: (i: number) => number, h: readonly number[], [wi, wh, bi, bh]: readonly Nd[]): number[] {
  const inputs = wi!.shape[1]!;
  const hidden = h.length;
  const sigmoid = (value: number) => 1 / (1 + Math.exp(-value));
  const projected = (row: number) => {
    let total = bi!.data[row]!;
    for (let i = 0; i < inputs; i++) total += wi!.data[row * inputs + i]! * x(i);
    return total;
  };
  const recurrent = (row: number) =>
    h.reduce((sum, value, k) => sum + wh!.data[row * hidden + k]! * value, bh!.data[row]!);
  return h.map((before, u) => {
    const r = sigmoid(projected(u) + recurrent(u));
    const z = sigmoid(projected(hidden + u) + recurrent(hidden + u));
    const n = Math.tanh(projected(2 * hidden + u) + r * recurrent(2 * hidden + u));
    return (1 - z) * n + z * before;
  });
}
