/** Element types of tensors. `bool` is stored as u32 0 or 1: WGSL has no addressable byte. */
export type DType = 'f32' | 'f16' | 'i32' | 'u32' | 'bool';

/** What `data()` gives back: f16 is widened to Float32Array, bool narrowed to Uint8Array. */
export type HostArrayOf<D extends DType = DType> = D extends 'f32' | 'f16'
  ? Float32Array
  : D extends 'i32'
    ? Int32Array
    : D extends 'u32'
      ? Uint32Array
      : Uint8Array;

export function bytesOf(dtype: DType): number {
  return dtype === 'f16' ? 2 : 4;
}

export function isFloat(dtype: DType): boolean {
  return dtype === 'f32' || dtype === 'f16';
}

/** The WGSL type that holds one element in a storage buffer. */
export function wgslType(dtype: DType): string {
  return dtype === 'bool' ? 'u32' : dtype;
}
