import { fill } from './engine/copy.ts';
import { newStorage } from './engine/core.ts';
import { defaultDevice } from './engine/device/init.ts';
import type { DType } from './engine/dtype.ts';
import { ShapeError } from './engine/errors.ts';
import { checkShape, formatShape, type Shape, sizeOf } from './engine/shape.ts';
import { encode, upload } from './engine/upload.ts';
import { Tensor } from './tensor.ts';

/** Numbers in nested arrays, one level per axis. */
export type NestedNumbers = number | boolean | readonly NestedNumbers[];

export interface TensorOptions {
  readonly shape?: Shape;
  readonly dtype?: DType;
  readonly requiresGrad?: boolean;
}

export interface FillOptions {
  readonly dtype?: DType;
  readonly requiresGrad?: boolean;
}

/**
 * A tensor with the given elements: a typed array or flat list (with `shape`), or nested lists, whose nesting gives the
 * shape. Default dtype: that of the typed array, bool for booleans, else f32.
 *
 * @throws ShapeError when the count does not fit `shape`, or nested lists are ragged.
 */
export function tensor(data: ArrayLike<number> | NestedNumbers, options: TensorOptions = {}): Tensor {
  const shape = options.shape ?? shapeOf(data);
  const flat = flatten(data);
  checkShape('tensor', shape);
  if (flat.length !== sizeOf(shape)) {
    throw new ShapeError(
      `tensor: ${flat.length} values do not fill ${formatShape(shape)}, which holds ${sizeOf(shape)}`,
    );
  }
  const dtype = options.dtype ?? dtypeOf(data);
  const out = blank(shape, dtype, options.requiresGrad);
  upload(out, encode(flat, dtype));
  return out;
}

/** A tensor of zeros; default f32. Throws ShapeError for an extent that is no integer from 0 on. */
export function zeros(shape: Shape, options: FillOptions = {}): Tensor {
  return full(shape, 0, options);
}

/** A tensor of ones; default f32. Throws ShapeError for an extent that is no integer from 0 on. */
export function ones(shape: Shape, options: FillOptions = {}): Tensor {
  return full(shape, 1, options);
}

/**
 * A tensor with `value` everywhere; default f32. Integers keep all their bits, and a bool is whether `value` is not 0.
 *
 * @throws ShapeError for an extent that is no integer from 0 on.
 */
export function full(shape: Shape, value: number, { dtype = 'f32', requiresGrad }: FillOptions = {}): Tensor {
  checkShape('full', shape);
  const out = blank(shape, dtype, requiresGrad);
  fill(out, value);
  return out;
}

/**
 * start, start + step, … up to but without `end`. With one argument it counts from 0. Empty where `end` lies behind.
 *
 * @throws RangeError when an argument is not finite, or `step` is 0.
 */
export function arange(start: number, end?: number, step = 1, { dtype = 'f32' }: { dtype?: DType } = {}): Tensor {
  const [from, to] = end === undefined ? [0, start] : [start, end];
  for (const [name, value] of Object.entries({ start: from, end: to, step })) {
    if (!Number.isFinite(value)) throw new RangeError(`arange: ${name} must be a finite number, got ${value}`);
  }
  if (step === 0) throw new RangeError('arange: step must not be 0');
  const count = Math.max(0, Math.ceil((to - from) / step));
  return tensor(
    Float64Array.from({ length: count }, (_, i) => from + i * step),
    { dtype },
  );
}

/** An uninitialized tensor on the default device. */
export function blank(shape: Shape, dtype: DType = 'f32', requiresGrad = false): Tensor {
  const out = new Tensor(newStorage(defaultDevice(), shape, dtype), shape, dtype);
  out.requiresGrad = requiresGrad;
  return out;
}

function shapeOf(data: ArrayLike<number> | NestedNumbers): number[] {
  if (typeof data !== 'object') return [];
  if (!Array.isArray(data)) return [(data as ArrayLike<number>).length];
  const inner = data.map((item: NestedNumbers) => shapeOf(item));
  const first = inner[0] ?? [];
  for (const shape of inner) {
    if (shape.length !== first.length || shape.some((extent, d) => extent !== first[d])) {
      throw new ShapeError(`tensor: nested lists must be even, got ${formatShape(first)} beside ${formatShape(shape)}`);
    }
  }
  return [data.length, ...first];
}

function flatten(data: ArrayLike<number> | NestedNumbers): ArrayLike<number> {
  if (typeof data !== 'object') return [Number(data)];
  return Array.isArray(data) ? (data.flat(Number.POSITIVE_INFINITY) as number[]) : (data as ArrayLike<number>);
}

function dtypeOf(data: ArrayLike<number> | NestedNumbers): DType {
  if (data instanceof Int32Array) return 'i32';
  if (data instanceof Uint32Array) return 'u32';
  let first: unknown = data;
  while (Array.isArray(first)) first = first[0];
  return typeof first === 'boolean' ? 'bool' : 'f32';
}
