import type { Slot } from '../../kernels/optimizer/slots.ts';
import { tensor, zeros } from '../../tensor/create.ts';
import { copyInto } from '../../tensor/engine/copyInto.ts';
import { own } from '../../tensor/engine/scope.ts';
import { formatShape, sameShape } from '../../tensor/engine/shape.ts';
import { noGrad } from '../../tensor/engine/tape.ts';
import { uploadAt } from '../../tensor/engine/upload.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { StateDictError } from '../module.ts';
import { trainedTensor } from '../packedParameter.ts';

/**
 * What all optimizers share: the parameters, a flat state buffer with a place for each, and the hyper-parameters on the
 * device, the learning rate first.
 */
export abstract class Optimizer {
  readonly parameters: readonly Tensor[];
  /** Moments or velocities of all parameters. */
  protected readonly state: Tensor;
  protected readonly hyper: Tensor;
  /** Where the state of each parameter begins in each row of the state, in elements. */
  readonly places: readonly number[];
  #lr: number;

  /** @throws TypeError when there is no parameter, or one that needs no gradient. */
  constructor(name: string, parameters: Iterable<Tensor>, hyper: readonly number[], copies: number) {
    this.parameters = [...new Set([...parameters].map(trainedTensor))];
    if (this.parameters.length === 0) throw new TypeError(`${name}: there must be at least one parameter`);
    const frozen = this.parameters.findIndex(({ requiresGrad }) => !requiresGrad);
    if (frozen >= 0) {
      throw new TypeError(
        `${name}: parameter ${frozen} [${this.parameters[frozen]!.shape.join(', ')}] needs no gradient: pass model.parameters()`,
      );
    }
    const places: number[] = [];
    let total = 0;
    for (const { size } of this.parameters) {
      places.push(total);
      total += Math.ceil(size / 4) * 4; // kernels read whole vec4s
    }
    this.places = places;
    this.#lr = hyper[0]!;
    this.state = own(zeros([copies, total]));
    this.hyper = own(tensor(hyper));
  }

  /** Learning rate. Setting it writes four bytes to the device; recorded steps see it. */
  get lr(): number {
    return this.#lr;
  }

  set lr(value: number) {
    if (!(value >= 0)) throw new RangeError(`lr must be a number from 0 on, got ${value}`);
    this.#lr = value;
    uploadAt(this.hyper, 0, Float32Array.of(value));
  }

  /** Updates every parameter that has a gradient. */
  step(): void {
    const slots = this.parameters.flatMap((param, i) =>
      param.grad ? [{ param, grad: param.grad, stateAt: this.places[i]! }] : [],
    );
    noGrad(() => this.update(slots));
  }

  /** Frees the gradients, so that the next backward starts from none. */
  zeroGrad(): void {
    for (const parameter of this.parameters) parameter.grad = null;
  }

  /** The optimizer's own tensors, for checkpoints. */
  stateDict(): Map<string, Tensor> {
    return new Map([
      ['state', this.state],
      ['hyper', this.hyper],
    ]);
  }

  /**
   * Puts back what `stateDict()` gave, for the same parameters in the same order; the learning rate is read back from it.
   *
   * @throws StateDictError, before anything is written, when a tensor is missing or has another shape.
   */
  async loadStateDict(state: ReadonlyMap<string, Tensor>): Promise<void> {
    const own = this.stateDict();
    const missing = [...own.keys()].filter((name) => !state.has(name));
    const unfit = [...own].flatMap(([name, { shape }]) => {
      const given = state.get(name);
      return given && !sameShape(given.shape, shape)
        ? [`${name}: expected ${formatShape(shape)}, got ${formatShape(given.shape)}`]
        : [];
    });
    if (missing.length + unfit.length > 0) {
      throw new StateDictError(
        `${this.constructor.name}: missing [${missing.join(', ')}], unfit [${unfit.join(', ')}]`,
        missing,
        [],
        unfit,
      );
    }
    for (const [name, tensor] of own) copyInto(tensor, state.get(name)!);
    this.#lr = (await this.hyper.data())[0]!;
  }

  dispose(): void {
    this.state.dispose();
    this.hyper.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  protected abstract update(slots: readonly Slot[]): void;
}

/** Throws RangeError for the first setting that is outside [0, end), or is no number. */
export function expectSettings(op: string, settings: Readonly<Record<string, number>>, end = Infinity): void {
  for (const [name, value] of Object.entries(settings)) {
    if (!(value >= 0 && value < end)) throw new RangeError(`${op}: ${name} must be in [0, ${end}), got ${value}`);
  }
}
