/** Learning rate at a step that counts from 0. */
export type Schedule = (step: number) => number;

export interface CosineOptions {
  /** The highest rate. */
  readonly base: number;
  /** Steps of linear warm-up; step s gives base · (s + 1) / warmup. Default 0. */
  readonly warmup?: number;
  /** Steps in all, warm-up included; from there on the rate stays at `min`. */
  readonly total: number;
  /** The rate at the end. Default 0. */
  readonly min?: number;
}

/**
 * Linear warm-up, then half a cosine from `base` to `min`: min + (base − min) (1 + cos(π (s − warmup) / (total − warmup))) / 2.
 * Loshchilov and Hutter 2016, https://arxiv.org/abs/1608.03983; warm-up as in LAION-CLAP's training code.
 */
export function cosineSchedule({ base, warmup: warm = 0, total, min = 0 }: CosineOptions): Schedule {
  if (!(total > warm)) throw new RangeError(`cosineSchedule: total must be over warmup, got ${total} and ${warm}`);
  const rising = linearWarmup({ base, steps: warm });
  return (step) => {
    if (step < warm) return rising(step);
    const progress = Math.min((step - warm) / (total - warm), 1);
    return min + ((base - min) * (1 + Math.cos(Math.PI * progress))) / 2;
  };
}

/** Linear warm-up to `base` over `steps`, then constant. */
export function linearWarmup({ base, steps }: { readonly base: number; readonly steps: number }): Schedule {
  return (step) => (step < steps ? (base * (step + 1)) / steps : base);
}
