export type ResampleWindow = 'sinc_interp_hann' | 'sinc_interp_kaiser';

export interface ResampleOptions {
  /** Zero crossings of the sinc on each side: more are sharper and slower. Default 6. */
  readonly lowpassFilterWidth?: number;
  /** Cutoff as a share of the lower of both Nyquist frequencies, in (0, 1]. Default 0.99. */
  readonly rolloff?: number;
  /** Default 'sinc_interp_hann'. */
  readonly window?: ResampleWindow;
  /** Shape of the Kaiser window, at least 0: larger rejects more and passes less. Default 14.769656459379492. */
  readonly beta?: number;
}

/** Two whole rates in lowest terms with the filter between them. */
export interface ResampleRatio extends Required<ResampleOptions> {
  readonly from: number;
  readonly to: number;
}

export interface FilterShape {
  /** Results per period. */
  readonly rows: number;
  /** Elements read per period. */
  readonly columns: number;
  /** Elements read per result. */
  readonly taps: number;
}

/** Result n of phase p = n mod rows is the weighted sum of `taps` elements from floor(n / rows) · columns + starts[p] on. */
export interface PolyphaseFilter extends FilterShape {
  readonly starts: Int32Array;
  /** [rows, taps] */
  readonly weights: Float64Array;
}

const LARGEST_TABLE = 2 ** 24; // weights

/**
 * Reduces the rates and fills in torchaudio's defaults.
 *
 * @throws RangeError for rates that are not positive integers, options out of range, or a ratio whose filter has more than 2^24 weights.
 */
export function resampleRatio(op: string, from: number, to: number, options: ResampleOptions = {}): ResampleRatio {
  for (const [name, rate] of Object.entries({ from, to })) {
    if (!Number.isSafeInteger(rate) || rate < 1) {
      throw new RangeError(
        `${op}: ${name} must be a positive whole number of Hz, got ${rate}: multiply both rates until they are whole`,
      );
    }
  }
  const {
    lowpassFilterWidth = 6,
    rolloff = 0.99,
    window = 'sinc_interp_hann',
    beta = 14.769656459379492, // torchaudio's: resampy's 'kaiser_best'
  } = options;
  if (!Number.isInteger(lowpassFilterWidth) || lowpassFilterWidth < 1) {
    throw new RangeError(`${op}: lowpassFilterWidth must be an integer of at least 1, got ${lowpassFilterWidth}`);
  }
  if (!(rolloff > 0 && rolloff <= 1)) throw new RangeError(`${op}: rolloff must be in (0, 1], got ${rolloff}`);
  if (window !== 'sinc_interp_hann' && window !== 'sinc_interp_kaiser') {
    throw new RangeError(`${op}: window must be sinc_interp_hann or sinc_interp_kaiser, got ${String(window)}`);
  }
  if (!(beta >= 0 && beta <= 500)) throw new RangeError(`${op}: beta must be in [0, 500], got ${beta}`);
  const divisor = greatestCommonDivisor(from, to);
  const ratio = { from: from / divisor, to: to / divisor, lowpassFilterWidth, rolloff, window, beta };
  const { rows, taps } = filterShape(ratio, 'forward');
  const weights = rows * taps;
  if (weights > LARGEST_TABLE) {
    throw new RangeError(
      `${op}: ${from} Hz to ${to} Hz, in lowest terms ${ratio.from} to ${ratio.to}, needs ${weights} filter weights, over the limit of ${LARGEST_TABLE}: choose rates with a larger common divisor`,
    );
  }
  return ratio;
}

/** Samples that `samples` become: ceil(samples · to / from). */
export function resampledLength(samples: number, { from, to }: ResampleRatio): number {
  // The product may pass 2^53; whole periods and the rest do not.
  return Math.floor(samples / from) * to + Math.ceil(((samples % from) * to) / from);
}

/** Whether a filter makes results of inputs, or carries gradients of results back to inputs. */
export type FilterDirection = 'forward' | 'transposed';

const filters = new Map<string, PolyphaseFilter>();
const MOST_FILTERS = 32;

/**
 * The filter of a ratio in float64. Result n stands at time n / to, input k at k / from, and between them lies
 *
 *   g(t) = base / from · window(t) · sin(πt) / (πt),   t = base · (k / from - n / to),   |t| ≤ lowpassFilterWidth,
 *
 * with base = rolloff · min(from, to): a sinc of the cutoff frequency, windowed (torchaudio `functional.resample`; J. O.
 * Smith, "Digital Audio Resampling", https://ccrma.stanford.edu/~jos/resample/). Weights outside are left out, torchaudio's
 * kernel holds them as zeros. g is even, so the transposed filter has the same weights, sorted by input.
 */
export function polyphaseFilter(ratio: ResampleRatio, direction: FilterDirection = 'forward'): PolyphaseFilter {
  const key = `${direction}/${Object.values(ratio).join('/')}`;
  const found = filters.get(key);
  if (found) return found;
  const made = makeFilter(ratio, direction);
  if (filters.size >= MOST_FILTERS) filters.delete(filters.keys().next().value!);
  filters.set(key, made);
  return made;
}

export function filterShape(ratio: ResampleRatio, direction: FilterDirection): FilterShape {
  const { from, to } = ratio;
  const [rows, columns] = direction === 'forward' ? [to, from] : [from, to];
  return { rows, columns, taps: Math.floor(2 * reachOf(ratio, columns)) + 1 };
}

/** Half the filter's length, in columns. */
function reachOf({ from, to, rolloff, lowpassFilterWidth }: ResampleRatio, columns: number): number {
  return (lowpassFilterWidth * columns) / (Math.min(from, to) * rolloff);
}

function makeFilter(ratio: ResampleRatio, direction: FilterDirection): PolyphaseFilter {
  const { from, to, rolloff } = ratio;
  const { rows, columns, taps } = filterShape(ratio, direction);
  const reach = reachOf(ratio, columns);
  const base = Math.min(from, to) * rolloff;
  const window = windowOf(ratio);
  const starts = new Int32Array(rows);
  const weights = new Float64Array(rows * taps);
  for (let row = 0; row < rows; row++) {
    const start = Math.ceil((row * columns) / rows - reach);
    starts[row] = start;
    for (let tap = 0; tap < taps; tap++) {
      // From the difference of whole numbers: the position loses no digits to cancellation.
      const t = (base * ((start + tap) * rows - row * columns)) / (rows * columns);
      weights[row * taps + tap] = (base / from) * window(t) * sinc(t);
    }
  }
  return { rows, columns, taps, starts, weights };
}

function sinc(t: number): number {
  return t === 0 ? 1 : Math.sin(Math.PI * t) / (Math.PI * t);
}

function windowOf({ lowpassFilterWidth: width, window, beta }: ResampleRatio): (t: number) => number {
  if (window === 'sinc_interp_hann') {
    return (t) => (Math.abs(t) >= width ? 0 : Math.cos((Math.PI * t) / (2 * width)) ** 2);
  }
  const peak = besselI0(beta);
  return (t) => (Math.abs(t) >= width ? 0 : besselI0(beta * Math.sqrt(1 - (t / width) ** 2)) / peak);
}

/** Modified Bessel function of order 0 by its power series: all terms are positive, so nothing cancels. */
function besselI0(x: number): number {
  let term = 1;
  let total = 1;
  for (let k = 1; term > total * 1e-17; k++) {
    term *= (x / (2 * k)) ** 2;
    total += term;
  }
  return total;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
