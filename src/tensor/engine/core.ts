import type { Tensor } from '../tensor.ts';
import type { Device } from './device/device.ts';
import type { DType, HostArrayOf } from './dtype.ts';
import { DisposedError, ShapeError } from './errors.ts';
import { readBack } from './readBack.ts';
import { own, register, TENSOR, unregister } from './scope.ts';
import { denseStrides, isDense, type Shape, sizeOf } from './shape.ts';
import { Storage, storageBytes } from './storage.ts';
import { backward, type Edge, type Node } from './tape.ts';
import { encode, upload } from './upload.ts';

/** What a handle holds: its storage and its place on the tape. Let go exactly once. */
class Holder {
  #held = true;
  constructor(
    readonly storage: Storage,
    /** The operation that made this tensor, and which of its outputs it is. */
    public edge: Edge | undefined,
  ) {
    storage.device.accountTensors(1);
  }

  release(): void {
    if (!this.#held) return;
    this.#held = false;
    this.storage.device.accountTensors(-1);
    this.storage.release();
    this.edge?.node.release();
    this.edge = undefined;
  }
}

/**
 * Everything of a tensor that needs no operation: shape, strides, storage,
 * gradient, lifetime. `Tensor` adds the chainable operations.
 */
export abstract class TensorCore {
  // Set in the constructor: bundlers keep a class whose field has a computed name, and all that its methods use.
  declare readonly [TENSOR]: true;
  readonly size: number;
  /** Whether the elements lie in row-major order without gaps. */
  readonly isDense: boolean;
  /** Whether backward computes the gradient of this tensor. Settable on leaves only. */
  requiresGrad = false;
  /** @internal */
  readonly holder: Holder;
  /** @internal The tidy scope that owns this tensor; undefined at top level and for kept ones. */
  scope: object | undefined;

  #disposed = false;
  #grad: Tensor | null = null;

  constructor(
    readonly storage: Storage,
    readonly shape: Shape,
    readonly dtype: DType,
    readonly strides: Shape = denseStrides(shape),
    readonly offset = 0,
  ) {
    this[TENSOR] = true;
    this.size = sizeOf(shape);
    this.isDense = isDense(shape, strides);
    this.holder = new Holder(storage, undefined);
    register(this.asTensor());
  }

  get device(): Device {
    return this.storage.device;
  }

  get ndim(): number {
    return this.shape.length;
  }

  get disposed(): boolean {
    return this.#disposed;
  }

  /** Gradient of the last `backward()`, summed over calls; owned by this tensor, freed with it. */
  get grad(): Tensor | null {
    return this.#grad;
  }

  set grad(value: Tensor | null) {
    if (value === this.#grad) return;
    const { dryRun, gradsBeforeDryRun: before } = this.device;
    if (dryRun && !before.has(this.asTensor())) before.set(this.asTensor(), this.#grad);
    else this.#grad?.dispose();
    this.#grad = value && own(value);
  }

  /** @internal The tape entry that made this tensor. */
  get edge(): Edge | undefined {
    return this.holder.edge;
  }

  /** @internal */
  attach(node: Node, output: number): void {
    this.requiresGrad = true;
    this.holder.edge = { node, output };
    node.retain();
  }

  /** Copies the elements, in row-major order, to the host. The copy is recorded before this returns. */
  data<D extends DType = DType>(): Promise<HostArrayOf<D>> {
    this.assertAlive('data');
    return readBack(this.asTensor()) as Promise<HostArrayOf<D>>;
  }

  /**
   * Overwrites the elements, in row-major order, with host values. This is how inputs of a `record()`ed function change.
   *
   * @throws ShapeError when the count differs, or the tensor is a view with gaps.
   */
  write(values: ArrayLike<number>): void {
    this.assertAlive('write');
    if (values.length !== this.size) {
      throw new ShapeError(`write: [${this.shape.join(', ')}] takes ${this.size} values, got ${values.length}`);
    }
    if (!this.isDense || this.offset !== 0) {
      throw new ShapeError('write: the tensor is a view into another one: write into its base');
    }
    upload(this.asTensor(), encode(values, this.dtype));
  }

  /** The only element of a tensor of size 1, as a number. */
  async item(): Promise<number> {
    if (this.size !== 1) throw new RangeError(`item: the tensor must have one element, got [${this.shape.join(', ')}]`);
    return (await this.data())[0]!;
  }

  /** Adds to `grad` of every leaf below the gradient of this scalar, or of sum(this · grad). */
  backward(grad?: Tensor): void {
    backward(this.asTensor(), grad);
  }

  /** The same elements without their history: gradients stop here. */
  detach(): Tensor {
    this.assertAlive('detach');
    return this.view(this.shape, this.strides, this.offset);
  }

  /** Frees this handle. The memory goes when no view and no pending backward needs it. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    unregister(this.asTensor());
    this.holder.release();
    this.grad = null;
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  assertAlive(op: string): void {
    if (this.#disposed) {
      throw new DisposedError(
        `${op}: the tensor [${this.shape.join(', ')}] was disposed; return it from tidy() or keep() it to use it later`,
      );
    }
  }

  /** A new tensor on the same device, its memory not initialized: what a forward or backward writes its result into. */
  derive(shape: Shape, dtype: DType = this.dtype): Tensor {
    return this.make(newStorage(this.device, shape, dtype), shape, dtype);
  }

  /** @internal Like `derive`, for later: the function holds the class and the device, not this tensor. */
  maker(): (shape: Shape) => Tensor {
    const { device, dtype } = this;
    const Class = this.constructor as TensorClass;
    return (shape) => new Class(newStorage(device, shape, dtype), shape, dtype);
  }

  /** Another handle to the same memory, without history: for the forward and backward of an op. Ops that users call are `reshape`, `slice`, … */
  view(shape: Shape, strides: Shape = denseStrides(shape), offset = this.offset): Tensor {
    return this.make(this.storage.retain(), shape, this.dtype, strides, offset);
  }

  /** @internal Made here through the subclass's own constructor, so that kernels need not import it. */
  make(storage: Storage, shape: Shape, dtype: DType, strides?: Shape, offset?: number): Tensor {
    const Class = this.constructor as TensorClass;
    return new Class(storage, shape, dtype, strides, offset);
  }

  private asTensor(): Tensor {
    return this as unknown as Tensor;
  }
}

type TensorClass = new (...args: ConstructorParameters<typeof TensorCore>) => Tensor;

/** Room for a tensor. */
export function newStorage(device: Device, shape: Shape, dtype: DType): Storage {
  return new Storage(device, storageBytes(sizeOf(shape), dtype));
}

/** A new uninitialized tensor on the device of `like`. */
export function empty(like: Tensor, shape: Shape, dtype: DType = like.dtype): Tensor {
  return like.derive(shape, dtype);
}
