import { moveAverage } from '../../kernels/optimizer/average.ts';
import { tensor } from '../../tensor/create.ts';
import { packedCopy } from '../../tensor/engine/copy.ts';
import { copyInto } from '../../tensor/engine/copyInto.ts';
import { own } from '../../tensor/engine/scope.ts';
import { upload } from '../../tensor/engine/upload.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { trainedTensor } from '../packedParameter.ts';

/**
 * Exponential moving average of parameters: shadow ← decay · shadow + (1 − decay) · parameter at each `update()`. The
 * shadows start as copies of the parameters.
 */
export class Ema {
  readonly parameters: readonly Tensor[];
  /** The averages, in the order of `parameters`. */
  readonly shadows: readonly Tensor[];
  /** decay and 1 - decay */
  readonly #rates: Tensor;
  #decay: number;

  constructor(parameters: Iterable<Tensor>, { decay = 0.999 }: { readonly decay?: number } = {}) {
    expectDecay(decay);
    this.parameters = [...new Set([...parameters].map(trainedTensor))];
    this.shadows = this.parameters.map((parameter) => own(packedCopy(parameter)));
    this.#rates = own(tensor([decay, 1 - decay]));
    this.#decay = decay;
  }

  /** Setting it writes eight bytes to the device; recorded steps see it. */
  get decay(): number {
    return this.#decay;
  }

  set decay(value: number) {
    expectDecay(value);
    this.#decay = value;
    upload(this.#rates, Float32Array.of(value, 1 - value));
  }

  update(): void {
    for (const [i, shadow] of this.shadows.entries()) moveAverage(shadow, this.parameters[i]!, this.#rates);
  }

  /** Runs `fn` with the averages in the parameters' places, then puts the parameters back. */
  async use<T>(fn: () => T | Promise<T>): Promise<T> {
    const kept = this.parameters.map((parameter) => own(packedCopy(parameter)));
    try {
      for (const [i, parameter] of this.parameters.entries()) copyInto(parameter, this.shadows[i]!);
      return await fn();
    } finally {
      for (const [i, parameter] of this.parameters.entries()) copyInto(parameter, kept[i]!);
      for (const copy of kept) copy.dispose();
    }
  }

  dispose(): void {
    for (const shadow of this.shadows) shadow.dispose();
    this.#rates.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

function expectDecay(decay: number): void {
  if (!(decay >= 0 && decay <= 1)) throw new RangeError(`Ema: decay must be in [0, 1], got ${decay}`);
}
