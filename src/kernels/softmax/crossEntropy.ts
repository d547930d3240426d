import { DTypeError, ShapeError } from '../../tensor/engine/errors.ts';
import { defineKernel } from '../../tensor/engine/kernel.ts';
import { type Nd, nd } from '../../tensor/engine/nd.ts';
import { defineOp } from '../../tensor/engine/op.ts';
import { expectShape, formatShape, type Shape } from '../../tensor/engine/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { fold } from '../reduce/fold.ts';
import { expSums } from '../reduce/logSumExp.ts';
import { sumFold } from '../reduce/sum.ts';
import { expanded } from '../view/expand.ts';

export interface CrossEntropyOptions {
  /** `mean` is over the rows that count; over none it is 0. */
  readonly reduction?: 'mean' | 'sum' | 'none';
  /** Share of the target that is spread evenly over all classes, in [0, 1]. */
  readonly labelSmoothing?: number;
  /** Rows with this target have loss 0, no gradient, and do not count. */
  readonly ignoreIndex?: number;
}

/**
 * -log softmax(logits)[target] for each row, its mean by default. The probabilities are never stored: forward keeps two
 * numbers per row.
 *
 * logits [..., classes] f32, target [...] i32. A target that is no class makes the loss NaN, because finding it earlier
 * would mean waiting for the device.
 *
 * @throws ShapeError when target is not the shape of the rows; DTypeError when it is not i32; RangeError when
 * `labelSmoothing` is outside [0, 1].
 */
export function crossEntropy(
  logits: Tensor,
  target: Tensor,
  { reduction = 'mean', labelSmoothing = 0, ignoreIndex }: CrossEntropyOptions = {},
): Tensor {
  if (logits.dtype !== 'f32') throw new DTypeError(`crossEntropy: logits must be f32, got ${logits.dtype}: cast them`);
  if (target.dtype !== 'i32') {
    throw new DTypeError(`crossEntropy: target must be i32, got ${target.dtype}: use cast(target, 'i32')`);
  }
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
    throw new RangeError(`crossEntropy: labelSmoothing must be in [0, 1], got ${labelSmoothing}`);
  }
  return crossEntropyOp([logits, target], { reduction, labelSmoothing, ignoreIndex: ignoreIndex ?? null });
}

interface Attributes {
  readonly reduction: 'mean' | 'sum' | 'none';
  readonly labelSmoothing: number;
  readonly ignoreIndex: number | null;
}
type Saved = { readonly logits: Tensor; readonly labels: Tensor; readonly sums: Tensor; readonly count: Tensor | null };

const crossEntropyOp = /* @__PURE__ */ defineOp({
  name: 'crossEntropy',
  inputs: ['logits', 'target'],
  dtypes: 'any',
  strided: true,
  shape([logits, target]: readonly [Shape, Shape], { reduction }: Attributes) {
    if (logits.length === 0 || logits[logits.length - 1] === 0) {
      throw new ShapeError(`crossEntropy: logits must be [..., classes] with a class, got ${formatShape(logits)}`);
    }
    expectShape('crossEntropy', { target }, logits.slice(0, -1));
    return reduction === 'none' ? target : [];
  },
  forward([logits, labels]: readonly [logits: Tensor, labels: Tensor], attributes): { y: Tensor; saved: Saved } {
    const { reduction, labelSmoothing, ignoreIndex } = attributes;
    const last = [logits.ndim - 1];
    const classes = logits.shape[logits.ndim - 1]!;
    const sums = fold(expSums, { x: logits, dims: last });
    const means = labelSmoothing > 0 ? fold(sumFold, { x: logits, dims: last, scale: 1 / classes }) : null;
    const losses = logits.derive(labels.shape);
    const counted = reduction === 'mean' && ignoreIndex !== null ? logits.derive(labels.shape) : null;
    const firsts = logits.view(labels.shape, logits.strides.slice(0, -1));
    crossEntropyRows(
      { logits: firsts, labels, sums, means },
      { losses, counted },
      { ...sizes(logits, attributes), step: logits.strides[logits.ndim - 1]!, broken: Number.NaN },
    );
    const saved = { logits, labels, sums };
    if (reduction === 'none') return { y: losses, saved: { ...saved, count: null } };
    const all = [...labels.shape.keys()];
    const scale = reduction === 'mean' && counted === null ? 1 / Math.max(labels.size, 1) : 1;
    const total = fold(sumFold, { x: losses, dims: all, scale });
    if (counted === null) return { y: total, saved: { ...saved, count: null } };
    const count = fold(sumFold, { x: counted, dims: all });
    const y = logits.derive([]);
    crossEntropyDivide({ total, count }, { y });
    return { y, saved: { ...saved, count } };
  },
  // dlogits = dy · (softmax(logits) - (1 - smoothing) · onehot(target) - smoothing / classes)
  backward(dy, { logits, labels, sums, count }, attributes) {
    const dlogits = logits.derive(logits.shape);
    const mean = attributes.reduction === 'mean' && count === null;
    crossEntropyGradient(
      { logits, labels, sums, count, dy: expanded(dy, labels.shape) },
      { dlogits },
      { ...sizes(logits, attributes), size: logits.size, scale: mean ? 1 / labels.size : 1 },
    );
    return [dlogits, null];
  },
});

function sizes(logits: Tensor, { labelSmoothing, ignoreIndex }: Attributes) {
  const classes = logits.shape[logits.ndim - 1]!;
  // No class has this number, and neither does the mistake of an index from the end.
  const ignored = ignoreIndex ?? -(2 ** 31);
  return { rows: logits.size / classes, classes, smoothing: labelSmoothing, ignored };
}

export const crossEntropyRows = /* @__PURE__ */ defineKernel({
  name: 'crossEntropy.rows',
  read: { logits: 'strided f32', labels: 'strided i32', sums: 'vec2f', means: 'f32?' },
  write: { losses: 'f32', counted: 'f32?' },
  params: {
    rows: 'u32',
    classes: 'u32',
    step: 'u32',
    ignored: 'i32',
    smoothing: 'f32',
    broken: 'f32',
  },
  workgroup: 64,
  grid: ({ rows }) => Math.ceil(rows / 64),
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = linearGroup(group) * WORKGROUP + lane;
  if (row >= params.rows) { return; }
  let label = labels[viewIndex(params.labels, row)];
  if (HAS_COUNTED) { counted[row] = select(1.0, 0.0, label == params.ignored); }
  if (label == params.ignored) {
    losses[row] = 0.0;
    return;
  }
  if (label < 0 || u32(label) >= params.classes) {
    losses[row] = params.broken;
    return;
  }
  let logit = logits[viewIndex(params.logits, row) + u32(label) * params.step];
  let sum = sums[row];
  // log Σ exp(x) = sum.x + log(sum.y); the differences first, so that large logits cancel exactly.
  var loss = (sum.x - logit) * (1.0 - params.smoothing);
  if (HAS_MEANS) { loss += (sum.x - means[row]) * params.smoothing; }
  losses[row] = loss + log(sum.y);
}`,
});

export const crossEntropyDivide = /* @__PURE__ */ defineKernel({
  name: 'crossEntropy.divide',
  read: { total: 'f32', count: 'f32' },
  write: { y: 'f32' },
  workgroup: 1,
  grid: () => 1,
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main() {
  y[0] = total[0] / max(count[0], 1.0);
}`,
});

export const crossEntropyGradient = /* @__PURE__ */ defineKernel({
  name: 'crossEntropy.gradient',
  read: { logits: 'strided f32', labels: 'strided i32', sums: 'vec2f', count: 'f32?', dy: 'strided f32' },
  write: { dlogits: 'f32' },
  params: {
    size: 'u32',
    rows: 'u32',
    classes: 'u32',
    ignored: 'i32',
    smoothing: 'f32',
    scale: 'f32',
  },
  workgroup: 64,
  grid: ({ size }) => Math.ceil(size / 64),
  wgsl: /* wgsl */ `
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = linearGroup(group) * WORKGROUP + lane;
  if (i >= params.size) { return; }
  let row = i / params.classes;
  let label = labels[viewIndex(params.labels, row)];
  if (label == params.ignored) {
    dlogits[i] = 0.0;
    return;
  }
  let logit = logits[viewIndex(params.logits, i)];
  var share = 0.0;
  if (logit > -3.0e38) { share = exp(logit - sums[row].x) / sums[row].y; }
  let hit = select(0.0, 1.0 - params.smoothing, label >= 0 && u32(label) == i % params.classes);
  var upstream = dy[viewIndex(params.dy, row)] * params.scale;
  if (HAS_COUNT) { upstream /= max(count[0], 1.0); }
  dlogits[i] = upstream * (share - hit - params.smoothing / f32(params.classes));
}`,
});

export function crossEntropyReference(
  [logits, target]: readonly [Nd, Nd],
  { reduction = 'mean', labelSmoothing = 0, ignoreIndex }: CrossEntropyOptions,
): Nd {
  const classes = logits.shape[logits.shape.length - 1]!;
  const losses = nd(target.shape, (row) => {
    const label = target.data[row]!;
    if (label === ignoreIndex) return 0;
    const x = logits.data.subarray(row * classes, (row + 1) * classes);
    const largest = x.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    const whole = largest + Math.log(x.reduce((sum, value) => sum + Math.exp(value - largest), 0));
    const mean = x.reduce((sum, value) => sum + value, 0) / classes;
    return whole - (1 - labelSmoothing) * x[label]! - (labelSmoothing > 0 ? labelSmoothing * mean : 0);
  });
  if (reduction === 'none') return losses;
  const total = losses.data.reduce((sum, value) => sum + value, 0);
  const count = target.data.reduce((sum, label) => sum + (label === ignoreIndex ? 0 : 1), 0);
  return { shape: [], data: Float64Array.of(reduction === 'mean' ? total / Math.max(count, 1) : total) };
}
