import type { DeviceState } from './deviceState.ts';
import { construct, GPUObject, inner, nameOf, type ObjectInner } from './object.ts';
import { required, toEnum, toU32 } from './webidl.ts';

interface QuerySetInner extends ObjectInner {
  readonly type: GPUQueryType;
  readonly count: number;
  /** Of one u64 per query, zero until written. */
  readonly address: number;
  destroyed: boolean;
}

const types = ['occlusion', 'timestamp'] as const;
/** The specification's limit on `count`. */
const maxCount = 4096;

export class GPUQuerySet extends GPUObject<QuerySetInner> implements globalThis.GPUQuerySet {
  declare readonly __brand: 'GPUQuerySet';

  get type(): GPUQueryType {
    return this[inner].type;
  }

  get count(): number {
    return this[inner].count;
  }

  destroy(): undefined {
    const slots = this[inner];
    if (slots.destroyed) return;
    slots.destroyed = true;
    if (!slots.valid) return;
    slots.device.forgetGarbage(this);
    if (!slots.device.lost) slots.device.executor.free(slots.address);
  }
}

/** createQuerySet of the specification. */
export function createQuerySet(device: DeviceState, descriptor: GPUQuerySetDescriptor): GPUQuerySet {
  const type = toEnum(required(descriptor.type, 'type'), types, 'type');
  const count = toU32(required(descriptor.count, 'count'), 'count');
  if (type === 'timestamp' && !device.features.has('timestamp-query')) {
    throw new TypeError("createQuerySet: timestamps need the feature 'timestamp-query'. List it in requiredFeatures.");
  }
  const name = nameOf('query set', { label: descriptor.label ?? '' });
  const problem = count <= maxCount ? null : `The ${name} of ${count} queries is larger than ${maxCount}.`;
  const valid = device.accepts('createQuerySet', problem) && !device.lost;
  const address = valid ? device.executor.allocate(Math.max(8 * count, 8), 'commands') : null;
  if (valid && address === null) device.raise('out-of-memory', `createQuerySet: no memory is left for the ${name}.`);
  const querySet = new GPUQuerySet(construct, descriptor.label, {
    device,
    valid: address !== null,
    type,
    count,
    address: address ?? 0,
    destroyed: false,
  });
  if (address !== null) {
    const { executor } = device;
    device.releaseWithGarbage(querySet, () => executor.free(address));
  }
  return querySet;
}
