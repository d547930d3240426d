import { GradientError } from '../tensor/engine/errors.ts';
import { own } from '../tensor/engine/scope.ts';
import { formatShape, type Shape, sizeOf } from '../tensor/engine/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { parameter } from './parameter.ts';

/**
 * Many small parameters one after the other in one tensor, so that a kernel takes them in one binding and an optimizer
 * updates them as one. To the outside each part has its own name, shape, values and gradient.
 */
export class PackedParameter {
  /** What kernels and optimizers use. */
  readonly whole: Tensor;
  /** Views by name: what the state dict shows. */
  readonly parts: ReadonlyMap<string, Tensor>;

  constructor(whole: Tensor, shapes: ReadonlyMap<string, Shape>) {
    this.whole = parameter(whole);
    const parts = new Map<string, Tensor>();
    let offset = 0;
    for (const [name, shape] of shapes) {
      parts.set(name, partOf(this.whole, shape, offset));
      offset += sizeOf(shape);
    }
    if (offset !== whole.size)
      throw new RangeError(`PackedParameter: the parts hold ${offset} values, the whole ${whole.size}`);
    this.parts = parts;
  }

  dispose(): void {
    for (const part of this.parts.values()) part.dispose();
    this.whole.dispose();
  }
}

const wholes = new WeakMap<Tensor, Tensor>();

/** The tensor that is trained on behalf of this one: the packed whole for a part, else the tensor itself. */
export function trainedTensor(tensor: Tensor): Tensor {
  return wholes.get(tensor) ?? tensor;
}

/** A view of the parameter whose `grad` is the view at the same place of the whole's gradient. */
function partOf(whole: Tensor, shape: Shape, offset: number): Tensor {
  const part = own(whole.view(shape, undefined, offset));
  let of: Tensor | null = null;
  let view: Tensor | null = null;
  const grad = () => {
    if (whole.grad !== of) {
      view?.dispose();
      of = whole.grad;
      view = of && own(of.view(shape, undefined, offset));
    }
    return view;
  };
  part.requiresGrad = true;
  Object.defineProperty(part, 'grad', {
    get: grad,
    set(value: Tensor | null) {
      if (value !== null) {
        throw new GradientError(
          `a part ${formatShape(shape)} of a packed parameter gets no gradient of its own: compute with module.parameters(), which holds the whole`,
        );
      }
      whole.grad = null;
      grad();
    },
  });
  wholes.set(part, whole);
  return part;
}
