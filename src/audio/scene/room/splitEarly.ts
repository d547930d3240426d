/** What `splitEarly` needs to know of a response, measured or simulated. */
export interface SplittableResponse {
  readonly channels: readonly Float32Array[];
  readonly sampleRate: number;
  /** Delay of the direct sound in samples. Default: the largest absolute value of the first channel. */
  readonly direct?: { readonly delay: number };
}

export interface SplitOptions {
  /** Seconds before the direct sound that still belong to it. Default 6 ms. */
  readonly before?: number;
  /** Seconds after the direct sound whose reflections count as early. Default 50 ms. */
  readonly after?: number;
}

/**
 * Direct path and early reflections apart from the rest; both keep the length, and add up to the response exactly. The times are
 * those of the targets of DCASE 2025 task 4: Nguyen et al. 2025, "Baseline systems and evaluation metrics for spatial semantic
 * segmentation of sound scenes".
 *
 * @throws RangeError for negative times or a response without channels.
 */
export function splitEarly(
  { channels, sampleRate, direct }: SplittableResponse,
  { before = 0.006, after = 0.05 }: SplitOptions = {},
): { early: Float32Array[]; late: Float32Array[] } {
  const [first] = channels;
  if (!first) throw new RangeError('splitEarly: channels must be at least one, got none');
  if (!(before >= 0 && after >= 0)) {
    throw new RangeError(`splitEarly: before and after must be at least 0 s, got ${before} and ${after}`);
  }
  const peak = Math.round(direct?.delay ?? largest(first));
  const start = Math.max(0, peak - Math.round(before * sampleRate));
  const end = peak + Math.round(after * sampleRate);
  const early = channels.map((channel) => channel.map((value, n) => (n >= start && n < end ? value : 0)));
  const late = channels.map((channel) => channel.map((value, n) => (n >= start && n < end ? 0 : value)));
  return { early, late };
}

function largest(channel: Float32Array): number {
  return channel.reduce((best, value, n) => (Math.abs(value) > Math.abs(channel[best]!) ? n : best), 0);
}
