import { RandomStream } from '../src/audio/scene/random.ts';
import { tensor, zeros } from '../src/tensor/create.ts';
import { keep } from '../src/tensor/engine/scope.ts';
import { type Shape, sizeOf } from '../src/tensor/engine/shape.ts';
import type { Tensor } from '../src/tensor/tensor.ts';

/** Makes the tensors of a case and frees them after it. Values repeat after some thousands: making them costs time too. */
export class Inputs {
  readonly #made: Tensor[] = [];
  readonly #leaves: Tensor[] = [];
  #requiresGrad = false;

  /** Normally distributed, times `scale`, plus `offset`. */
  randn(shape: Shape, { scale = 1, offset = 0 }: { scale?: number; offset?: number } = {}): Tensor {
    const made = this.fixed(shape, { scale, offset });
    if (this.#requiresGrad) {
      made.requiresGrad = true;
      this.#leaves.push(made);
    }
    return made;
  }

  /** Like `randn`, and never requires a gradient. */
  fixed(shape: Shape, { scale = 1, offset = 0 }: { scale?: number; offset?: number } = {}): Tensor {
    const values = new Float32Array(sizeOf(shape));
    const period = NORMAL.map((value) => value * scale + offset);
    for (let at = 0; at < values.length; at += period.length) {
      values.set(period.subarray(0, Math.min(period.length, values.length - at)), at);
    }
    return this.#keep(tensor(values, { shape }));
  }

  zeros(shape: Shape): Tensor {
    return this.#keep(zeros(shape));
  }

  /** Whole numbers in [0, count). */
  indices(shape: Shape, count: number): Tensor {
    const values = Int32Array.from({ length: sizeOf(shape) }, (_, i) => (i * 7919 + 13) % count);
    return this.#keep(tensor(values, { shape }));
  }

  bools(shape: Shape): Tensor {
    const values = Int32Array.from({ length: sizeOf(shape) }, (_, i) => (NORMAL[i % NORMAL.length]! > 0 ? 1 : 0));
    return this.#keep(tensor(values, { shape, dtype: 'bool' }));
  }

  /** From here on `randn` makes leaves that require gradients. */
  withGradients(): this {
    this.#requiresGrad = true;
    return this;
  }

  clearGradients(): void {
    for (const leaf of this.#leaves) leaf.grad = null;
  }

  dispose(): void {
    for (const made of this.#made) made.dispose();
  }

  #keep(made: Tensor): Tensor {
    this.#made.push(keep(made));
    return made;
  }
}

const random = new RandomStream(1);
const NORMAL = new Float32Array(4093).map(() => random.normal());
