import fc from 'fast-check';
import {
  bytesOfData,
  dataFromBytes,
  elementCount,
  type HostArray,
  itemBytes,
} from '../../../src/tensor/files/hostArray.ts';

/** All element types of HostArray. */
export const hostDtypes = [
  'f32',
  'f16',
  'bf16',
  'f64',
  'i8',
  'u8',
  'i16',
  'u16',
  'i32',
  'u32',
  'i64',
  'u64',
  'bool',
] as const;

/** Arrays of up to three axes with every bit pattern in them, NaNs included. */
export function arbitraryHostArray(dtypes: readonly HostArray['dtype'][] = hostDtypes): fc.Arbitrary<HostArray> {
  const layout = fc.tuple(fc.constantFrom(...dtypes), fc.array(fc.nat(4), { maxLength: 3 }));
  return layout.chain(([dtype, shape]) => {
    const size = elementCount(shape)! * itemBytes(dtype);
    return fc
      .uint8Array({ minLength: size, maxLength: size })
      .map((bytes) => ({ dtype, shape, data: dataFromBytes(dtype, bytes) }));
  });
}

/** Named arrays, as files hold them. */
export function arbitraryEntries(
  dtypes: readonly HostArray['dtype'][] = hostDtypes,
): fc.Arbitrary<[string, HostArray][]> {
  const name = fc.string({ unit: 'binary', maxLength: 12 }).filter((text) => !text.includes('\0'));
  return fc.uniqueArray(fc.tuple(name, arbitraryHostArray(dtypes)), { maxLength: 5, selector: ([key]) => key });
}

/** An array for `toEqual`: bits instead of values, for which NaN and -0 would pass or fail by accident. */
export function bitsOf({ dtype, shape, data }: HostArray): {
  dtype: string;
  shape: readonly number[];
  bytes: number[];
} {
  return { dtype, shape, bytes: [...bytesOfData(data)] };
}

/** Name and bits of each entry, in order of the names. */
export function bitsOfEntries(entries: Iterable<readonly [string, HostArray]>): [string, ReturnType<typeof bitsOf>][] {
  return [...entries].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, array]) => [name, bitsOf(array)]);
}
