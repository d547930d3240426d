import { bfloat16ToFloat32 } from '../engine/float16.ts';

/** Element types of arrays in files: the engine's, and those that are converted on the way to it. */
export type HostDtype =
  | 'f32'
  | 'f16'
  | 'bf16'
  | 'f64'
  | 'i8'
  | 'u8'
  | 'i16'
  | 'u16'
  | 'i32'
  | 'u32'
  | 'i64'
  | 'u64'
  | 'bool';

/** f16 and bf16 are bits in a Uint16Array; bool is a Uint8Array in which every byte but 0 means true. */
export type HostData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/** An n-dimensional array in plain memory, row-major, as files hold it. The shape `[]` is one number. */
export interface HostArray {
  readonly dtype: HostDtype;
  readonly shape: readonly number[];
  readonly data: HostData;
}

/** An array in one of the element types the engine computes in. */
export type EngineArray =
  | { readonly dtype: 'f32'; readonly data: Float32Array }
  | { readonly dtype: 'f16'; readonly data: Uint16Array }
  | { readonly dtype: 'i32'; readonly data: Int32Array }
  | { readonly dtype: 'u32'; readonly data: Uint32Array }
  | { readonly dtype: 'bool'; readonly data: Uint8Array };

/**
 * Converts to the engine's element types: bf16 and f64 become f32 (f64 rounds, and overflows to infinity beyond f32's range),
 * i8, u8, i16, u16 and i64 become i32, u64 becomes u32; a bool becomes 0 or 1. What needs no conversion is not copied.
 *
 * @param name for the error message.
 * @throws RangeError for the first i64 or u64 value that does not fit.
 */
export function toEngine(array: HostArray, name = 'array'): EngineArray {
  const { dtype, data } = array;
  switch (dtype) {
    case 'f32':
      return { dtype, data: data as Float32Array };
    case 'f16':
      return { dtype, data: data as Uint16Array };
    case 'bf16':
      return { dtype: 'f32', data: bfloat16ToFloat32(data as Uint16Array) };
    case 'f64':
      return { dtype: 'f32', data: new Float32Array(data as Float64Array) };
    case 'i8':
    case 'u8':
    case 'i16':
    case 'u16':
      return { dtype: 'i32', data: new Int32Array(data as Int8Array | Uint8Array | Int16Array | Uint16Array) };
    case 'i32':
      return { dtype, data: data as Int32Array };
    case 'u32':
      return { dtype, data: data as Uint32Array };
    case 'i64':
      return { dtype: 'i32', data: narrowSigned(data as BigInt64Array, name) };
    case 'u64':
      return { dtype: 'u32', data: narrowUnsigned(data as BigUint64Array, name) };
    case 'bool':
      return { dtype, data: normalizeBool(data as Uint8Array) };
  }
}

/** Bytes of one element in memory and in files. */
export function itemBytes(dtype: HostDtype): number {
  return dataTypes[dtype].BYTES_PER_ELEMENT;
}

/** The number of elements, or null where an extent is no natural number or the product leaves the exact integers (2^53). */
export function elementCount(shape: readonly number[]): number | null {
  let count = 1;
  for (const extent of shape) {
    count *= extent;
    if (!Number.isSafeInteger(extent) || extent < 0 || !Number.isSafeInteger(count)) return null;
  }
  return count;
}

/** Sees little-endian bytes as elements: a view where they are aligned, a copy where not. */
export function dataFromBytes(dtype: HostDtype, bytes: Uint8Array): HostData {
  const DataArray = dataTypes[dtype];
  const aligned = bytes.byteOffset % DataArray.BYTES_PER_ELEMENT === 0 ? bytes : bytes.slice();
  return new DataArray(aligned.buffer, aligned.byteOffset, aligned.byteLength / DataArray.BYTES_PER_ELEMENT);
}

/** The array's memory. WebGPU and WebAssembly exist on little-endian machines only, so it is in the files' byte order. */
export function bytesOfData(data: HostData): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** What is wrong with an array that somebody put together by hand, or null. */
export function hostArrayFault(array: HostArray): { readonly field: keyof HostArray; readonly reason: string } | null {
  const DataArray = Object.hasOwn(dataTypes, array.dtype) ? dataTypes[array.dtype] : undefined;
  if (DataArray === undefined) {
    const known = Object.keys(dataTypes).join(', ');
    return { field: 'dtype', reason: `must be one of ${known}, got ${String(array.dtype)}` };
  }
  const shape = `[${array.shape.join(', ')}]`;
  const count = elementCount(array.shape);
  if (count === null) return { field: 'shape', reason: `must hold natural numbers, 2^53 at most in all, got ${shape}` };
  if (!(array.data instanceof DataArray)) {
    const expected = `${DataArray.name} for ${array.dtype}`;
    return { field: 'data', reason: `must be a ${expected}, got ${Object.prototype.toString.call(array.data)}` };
  }
  if (array.data.length === count) return null;
  return { field: 'data', reason: `must hold ${count} elements for shape ${shape}, got ${array.data.length}` };
}

interface DataConstructor {
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): HostData;
  readonly BYTES_PER_ELEMENT: number;
  readonly name: string;
}

const dataTypes: Readonly<Record<HostDtype, DataConstructor>> = {
  f32: Float32Array,
  f16: Uint16Array,
  bf16: Uint16Array,
  f64: Float64Array,
  i8: Int8Array,
  u8: Uint8Array,
  i16: Int16Array,
  u16: Uint16Array,
  i32: Int32Array,
  u32: Uint32Array,
  i64: BigInt64Array,
  u64: BigUint64Array,
  bool: Uint8Array,
};

// Halves instead of BigInt arithmetic, which allocates per element: a value fits when its upper half only repeats the sign.
function narrowSigned(data: BigInt64Array, name: string): Int32Array {
  const halves = new Int32Array(data.buffer, data.byteOffset, 2 * data.length);
  const narrow = new Int32Array(data.length);
  for (let i = 0; i < narrow.length; i++) {
    const low = halves[2 * i]!;
    if (halves[2 * i + 1] !== low >> 31) throw outOfRange(name, data[i]!, i, 'i32, [-2147483648, 2147483647]');
    narrow[i] = low;
  }
  return narrow;
}

function narrowUnsigned(data: BigUint64Array, name: string): Uint32Array {
  const halves = new Uint32Array(data.buffer, data.byteOffset, 2 * data.length);
  const narrow = new Uint32Array(data.length);
  for (let i = 0; i < narrow.length; i++) {
    if (halves[2 * i + 1] !== 0) throw outOfRange(name, data[i]!, i, 'u32, [0, 4294967295]');
    narrow[i] = halves[2 * i]!;
  }
  return narrow;
}

function outOfRange(name: string, value: bigint, index: number, range: string): RangeError {
  return new RangeError(`toEngine: every value of ${name} must fit ${range}, got ${value} at flat index ${index}`);
}

function normalizeBool(data: Uint8Array): Uint8Array {
  return data.every((value) => value <= 1) ? data : data.map((value) => (value === 0 ? 0 : 1));
}
