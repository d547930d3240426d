import { RandomStream } from '../../audio/scene/random.ts';

/** NaN of nothing. */
export function meanOf(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/** Standard deviation of a sample: Σ (x - mean)² is divided by n - 1. NaN of fewer than two values. */
export function stdOf(values: readonly number[]): number {
  if (values.length < 2) return Number.NaN;
  const mean = meanOf(values);
  let sum = 0;
  for (const value of values) sum += (value - mean) ** 2;
  return Math.sqrt(sum / (values.length - 1));
}

/** The value below which the share lies, linear between neighbors (R's type 7, NumPy's default). NaN of nothing. */
export function quantileOf(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const low = sorted[below] ?? Number.NaN;
  const high = sorted[below + 1] ?? low;
  return low + (place - below) * (high - low);
}

export function medianOf(values: readonly number[]): number {
  return quantileOf(values, 0.5);
}

export interface IntervalOptions {
  /** Default 0.95. */
  readonly confidence?: number;
  /** How often the sample is drawn again. Default 2000: the ends move by about a fiftieth of the interval. */
  readonly draws?: number;
  readonly seed?: number;
}

/**
 * The interval of the mean by the percentile bootstrap: means of samples of the same size drawn with replacement, and the
 * quantiles of those. Efron 1979, https://doi.org/10.1214/aos/1176344552. The same values and seed give the same interval.
 *
 * Of a single value the interval is that value; of nothing it is NaN.
 */
export function bootstrapInterval(
  values: readonly number[],
  options: IntervalOptions = {},
): [low: number, high: number] {
  const { confidence = 0.95, draws = 2000, seed = 1 } = options;
  if (!(confidence > 0 && confidence < 1)) {
    throw new RangeError(`bootstrapInterval: confidence must lie between 0 and 1, got ${confidence}`);
  }
  if (values.length === 0) return [Number.NaN, Number.NaN];
  const random = new RandomStream(seed, BOOTSTRAP_STREAM);
  const means = Array.from({ length: draws }, () => {
    let sum = 0;
    for (let n = 0; n < values.length; n++) sum += values[random.integer(values.length)]!;
    return sum / values.length;
  });
  const tail = (1 - confidence) / 2;
  return [quantileOf(means, tail), quantileOf(means, 1 - tail)];
}

const BOOTSTRAP_STREAM = 2 ** 32 - 7; // far from the streams that scenes count up to
