import type { Communicator } from './communicator.ts';

/**
 * What the lowest rank that has something (JSON) has, for all ranks; null where nobody has. Collective.
 *
 * @throws MpiError
 */
export function firstReported<T>(own: T | null, communicator: Communicator): T | null {
  if (communicator.size === 1) return own;
  const having = new Float32Array(communicator.size);
  if (own !== null) having[communicator.rank] = 1;
  communicator.allReduceSum(having);
  const root = having.indexOf(1);
  if (root < 0) return null;
  const text = communicator.rank === root ? new TextEncoder().encode(JSON.stringify(own)) : new Uint8Array();
  const length = Float64Array.of(text.length);
  communicator.broadcast(length, root);
  const shared = communicator.rank === root ? text : new Uint8Array(length[0]!);
  communicator.broadcast(shared, root);
  return JSON.parse(new TextDecoder().decode(shared)) as T;
}
