/** @throws RangeError unless both signals have the same length of at least one sample. */
export function expectSignalPair(metric: string, estimate: ArrayLike<number>, target: ArrayLike<number>): void {
  if (estimate.length !== target.length) {
    throw new RangeError(
      `${metric}: estimate and target must have the same length, got ${estimate.length} and ${target.length} samples`,
    );
  }
  if (target.length === 0) throw new RangeError(`${metric}: the signals must have at least one sample, got 0`);
}
