/**
 * Parts of `values` of at most `limit` elements, in order, in the same memory: MPI counts in 32-bit integers, and some of
 * its transports in bytes that must stay below 2^31.
 */
export function* chunks<A extends Float32Array | Uint8Array>(values: A, limit: number): Generator<A> {
  for (let start = 0; start < values.length; start += limit) yield values.subarray(start, start + limit) as A;
}
