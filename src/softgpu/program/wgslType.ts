/**
 * WGSL types. https://www.w3.org/TR/WGSL/#types
 *
 * Types are interned: two equal types are the same object, so `===` compares
 * them. Structures are nominal, one object a declaration.
 */

export type ScalarKind = 'bool' | 'i32' | 'u32' | 'f32' | 'f16' | 'abstract-int' | 'abstract-float';

export type Type =
  | ScalarType
  | VectorType
  | MatrixType
  | ArrayType
  | StructType
  | AtomicType
  | PointerType
  | OpaqueType;

export interface ScalarType {
  readonly kind: 'scalar';
  readonly scalar: ScalarKind;
}

export interface VectorType {
  readonly kind: 'vector';
  readonly size: 2 | 3 | 4;
  readonly element: ScalarType;
}

/** `columns` columns of `rows` components. */
export interface MatrixType {
  readonly kind: 'matrix';
  readonly columns: 2 | 3 | 4;
  readonly rows: 2 | 3 | 4;
  readonly element: ScalarType;
}

/** A `count` of null is a runtime-sized array, the last member of a storage buffer. */
export interface ArrayType {
  readonly kind: 'array';
  readonly element: Type;
  readonly count: number | null;
  /** A name for the override expression that gives the length while overrides have no values. */
  readonly override?: string;
}

export interface StructMember {
  readonly name: string;
  readonly type: Type;
  /** Bytes from the start of the structure. */
  readonly offset: number;
  readonly size: number;
  readonly align: number;
}

export interface StructType {
  readonly kind: 'struct';
  readonly name: string;
  readonly members: readonly StructMember[];
  readonly size: number;
  readonly align: number;
}

export interface AtomicType {
  readonly kind: 'atomic';
  readonly element: ScalarType;
}

export type AddressSpace = 'function' | 'private' | 'workgroup' | 'storage' | 'uniform' | 'handle';
export type AccessMode = 'read' | 'write' | 'read_write';

/** The type of pointer values, and of references before the load rule. */
export interface PointerType {
  readonly kind: 'pointer';
  readonly space: AddressSpace;
  readonly access: AccessMode;
  readonly target: Type;
}

/** Textures and samplers: checked by name and parameters, never run. */
export interface OpaqueType {
  readonly kind: 'opaque';
  readonly name: string;
  readonly parameters: readonly string[];
}
